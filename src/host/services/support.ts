import { isBuiltin } from 'node:module';

/** Whether this Node.js has `node:sqlite`, found out without loading it: loading may fail, and warns on Node 22. */
export function hasSqlite(): boolean {
  return isBuiltin('node:sqlite');
}
