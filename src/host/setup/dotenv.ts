/** The names a `.env` file sets; lines that set nothing are skipped. Pure. */
export function dotenvNames(text: string): Set<string> {
  const names = new Set<string>();
  for (const line of text.split(/\r?\n/)) {
    const found = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=/.exec(line);
    if (found?.[1] !== undefined) names.add(found[1]);
  }
  return names;
}

/** What to append to a `.env` file so that it sets these variables, too; '' where it sets all of them. */
export function dotenvText(existing: string, variables: ReadonlyMap<string, string>): string {
  const known = dotenvNames(existing);
  const lines = [...variables]
    .filter(([name]) => !known.has(name))
    .map(([name, value]) => `${name}=${/^[\w./:[\]-]*$/.test(value) ? value : JSON.stringify(value)}\n`);
  if (lines.length === 0) return '';
  const gap = existing === '' || existing.endsWith('\n') ? '' : '\n';
  return gap + lines.join('');
}
