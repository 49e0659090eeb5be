/** The journal's directory, beside the index. */
export function journalDir(dbPath: string): string {
  return `${dbPath}.journal`;
}

/** The file whose lock makes an engine the owner. */
export function lockPath(dbPath: string): string {
  return `${dbPath}.lock`;
}
