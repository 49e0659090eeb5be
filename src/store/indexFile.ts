import { chmodSync, existsSync, renameSync, rmSync } from 'node:fs';
import type { DamageReport } from './api.ts';
import { StorageError } from './errors.ts';
import { setAsideName } from './journalRecovery.ts';
import { migrate } from './migrations.ts';
import { openDatabase, sqliteError } from './sqlite.ts';
import type { Database } from './sqlite.ts';

// The journal is the truth and the index can be rebuilt: commits need not wait for the disk (a crash of the process
// loses nothing; after a power cut the last commits may be missing, never half there). Deleted rows are overwritten in
// pages that are written anyway.
const pragmas = `
  PRAGMA page_size = 8192; PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
  PRAGMA cache_size = -12288; PRAGMA temp_store = MEMORY; PRAGMA wal_autocheckpoint = 4000;
  PRAGMA journal_size_limit = 67108864; PRAGMA trusted_schema = OFF; PRAGMA busy_timeout = 5000;
  PRAGMA secure_delete = FAST;`;

/** Extensions of the files that belong to an SQLite database besides itself. */
export const sideFiles = ['-wal', '-shm'] as const;

/**
 * Opens the index for writing; makes, migrates or replaces it. A corrupt file is kept under another name.
 * `fresh`: there are no rows. @throws StorageError
 */
export function openIndexFile(
  path: string,
  onDamage: (report: DamageReport) => void,
): { db: Database; fresh: boolean } {
  try {
    return tryOpen(path);
  } catch (error) {
    if (!(error instanceof StorageError) || error.code !== 'corrupt') throw error;
    const setAside = setIndexAside(path);
    const message = `The index was damaged (${error.message}); it is built anew from the journal`;
    onDamage({ what: 'index', file: path, message, setAside, lostBytes: 0 });
    return tryOpen(path);
  }
}

/** Moves a corrupt index out of the way; the connection to it must be closed. Returns its new name. */
export function setIndexAside(path: string): string {
  const name = setAsideName(path, Date.now());
  renameSync(path, name);
  for (const side of sideFiles) {
    if (existsSync(path + side)) renameSync(path + side, name + side);
  }
  return name;
}

function tryOpen(path: string): { db: Database; fresh: boolean } {
  const db = openDatabase(path, { enableForeignKeyConstraints: false });
  try {
    db.exec(pragmas);
    protect(path);
    return { db, fresh: migrate(db) };
  } catch (error) {
    db.close();
    throw sqliteError(error, `Cannot open the index ${path}`);
  }
}

/** Rows hold what was asked and answered: nobody else may read them. */
function protect(path: string): void {
  if (process.platform === 'win32') return;
  for (const file of [path, ...sideFiles.map((side) => path + side)]) {
    if (existsSync(file)) chmodSync(file, 0o600);
  }
}

/** Removes the index and what belongs to it; its connections must be closed. */
export function removeIndexFiles(path: string): void {
  for (const file of [path, ...sideFiles.map((side) => path + side)]) rmSync(file, { force: true });
}
