import { chmodSync } from 'node:fs';
import { sqliteError, isBusy, openDatabase } from './sqlite.ts';
import type { Database } from './sqlite.ts';

/**
 * Held by the one engine that writes a store; freed by the operating system when its process dies.
 *
 * An SQLite file under `BEGIN EXCLUSIVE`: the system's own file locks on every platform, and SQLite keeps
 * threads of one process apart too. Never open the lock file by other means: on POSIX, closing any descriptor
 * of it frees the lock.
 */
export class OwnerLock {
  #db: Database | undefined;

  private constructor(db: Database) {
    this.#db = db;
  }

  /**
   * Returns undefined when another thread or process holds it. @throws StorageError `unwritable` or
   * `unsupported`
   */
  static tryAcquire(path: string): OwnerLock | undefined {
    const db = openDatabase(path, { timeout: 0 });
    try {
      db.exec('PRAGMA journal_mode=DELETE; BEGIN EXCLUSIVE');
      chmodSync(path, 0o600);
      return new OwnerLock(db);
    } catch (error) {
      db.close();
      if (isBusy(error)) return undefined;
      throw sqliteError(error, `Cannot lock ${path}`);
    }
  }

  /** Does nothing the second time. */
  release(): void {
    const db = this.#db;
    this.#db = undefined;
    if (!db) return;
    db.exec('ROLLBACK');
    db.close();
  }
}
