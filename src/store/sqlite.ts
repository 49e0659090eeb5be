import type * as SqliteModule from 'node:sqlite';
import type { DatabaseSync, DatabaseSyncOptions, StatementSync } from 'node:sqlite';
import { StorageError } from './errors.ts';

export type Database = DatabaseSync;
export type Statement = StatementSync;

/** Opens a database. `node:sqlite` is looked up at run time: an older Node lacks it. @throws StorageError */
export function openDatabase(path: string, options: DatabaseSyncOptions = {}): Database {
  const host = process as { getBuiltinModule?: (id: string) => unknown };
  const sqlite = host.getBuiltinModule?.('node:sqlite') as typeof SqliteModule | undefined;
  if (!sqlite) {
    throw new StorageError(
      'unsupported',
      `This Node (${process.version}) has no node:sqlite; 22.13 or newer is needed`,
    );
  }
  try {
    return new sqlite.DatabaseSync(path, options);
  } catch (error) {
    throw sqliteError(error, `Cannot open ${path}`);
  }
}

// Primary result codes, https://www.sqlite.org/rescode.html
const busy = 5;
const locked = 6;
const corrupt = 11;
const full = 13;
const ioError = 10;
const notADatabase = 26;

function resultCode(error: unknown): number | undefined {
  const code = (error as { errcode?: unknown } | null)?.errcode;
  return typeof code === 'number' ? code & 0xff : undefined;
}

export function isBusy(error: unknown): boolean {
  const code = resultCode(error);
  return code === busy || code === locked;
}

/**
 * Wraps an SQLite error; other errors come back as `unwritable` only when they are SQLite's, else they are
 * rethrown: a mistake in our own code must not pass for a bad disk.
 */
export function sqliteError(error: unknown, doing: string): StorageError {
  if (error instanceof StorageError) return error;
  const code = resultCode(error);
  const reason = error instanceof Error ? error.message : String(error);
  if (code === undefined) throw error;
  const message = `${doing}: ${reason}`;
  if (code === full) return new StorageError('full', message, { cause: error });
  // A file system without room for the WAL's index reports a short write or a failed map, not "full".
  if (code === ioError)
    return new StorageError(isOutOfSpace(error) ? 'full' : 'unwritable', message, { cause: error });
  if (code === corrupt || code === notADatabase)
    return new StorageError('corrupt', message, { cause: error });
  return new StorageError('unwritable', message, { cause: error });
}

// Extended codes: https://www.sqlite.org/rescode.html#ioerr_write and the following ones.
const outOfSpaceCodes = new Set([10 | (3 << 8), 10 | (19 << 8), 10 | (6 << 8)]);

function isOutOfSpace(error: unknown): boolean {
  const code = (error as { errcode?: number }).errcode ?? 0;
  return outOfSpaceCodes.has(code) && /full|space/i.test(error instanceof Error ? error.message : '');
}

/** Runs `work`, turning SQLite's errors into `StorageError`s. */
export function guarded<T>(doing: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw sqliteError(error, doing);
  }
}
