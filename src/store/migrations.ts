import { StorageError } from './errors.ts';
import { addedIn2, changedIn3, schema, schemaVersion } from './schema.ts';
import type { Database } from './sqlite.ts';

/** Steps from each older version to the next: `migrations[n]` leads from version n to n + 1. */
const migrations = new Map<number, string>([
  [1, addedIn2],
  [2, changedIn3],
]);

export function userVersion(db: Database): number {
  return Number(db.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0);
}

/**
 * Brings a database to the schema of today, in one transaction. Returns true when it was empty before.
 * @throws StorageError `unsupported` for a newer one and for a database that is not ours
 */
export function migrate(
  db: Database,
  steps: ReadonlyMap<number, string> = migrations,
  target = schemaVersion,
): boolean {
  const version = userVersion(db);
  if (version === target) return false;
  if (version > target) {
    const message = `The index has version ${version}, made by a newer release; this one knows ${target}`;
    throw new StorageError('unsupported', message);
  }
  if (version === 0) {
    if (db.prepare('SELECT 1 FROM sqlite_schema').get()) {
      throw new StorageError('unsupported', 'The file is a database of something else');
    }
    inTransaction(db, `${schema} PRAGMA user_version = ${schemaVersion}`);
    return true;
  }
  for (let from = version; from < target; from++) {
    const step = steps.get(from);
    if (step === undefined)
      throw new StorageError('unsupported', `No way leads from index version ${from} to ${from + 1}`);
    inTransaction(db, `${step}; PRAGMA user_version = ${from + 1}`);
  }
  return false;
}

function inTransaction(db: Database, sql: string): void {
  db.exec('BEGIN IMMEDIATE');
  try {
    db.exec(sql);
    db.exec('COMMIT');
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}
