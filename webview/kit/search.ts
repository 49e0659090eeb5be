/** Whether every word of a query occurs in one of the texts; case does not matter. An empty query matches all. */
export function matchesQuery(query: string, texts: readonly string[]): boolean {
  const words = query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  if (words.length === 0) return true;
  const haystack = texts.join('\n').toLowerCase();
  return words.every((word) => haystack.includes(word));
}
