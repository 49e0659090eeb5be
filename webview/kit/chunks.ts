/**
 * Cuts a long text into pieces of about `size` characters, at line ends where there are any and never within a
 * surrogate pair. Joined, the pieces are the text.
 */
export function splitChunks(text: string, size: number): string[] {
  const chunks: string[] = [];
  for (let start = 0; start < text.length;) {
    const end = start + size >= text.length ? text.length : cutBefore(text, start, start + size);
    chunks.push(text.slice(start, end));
    start = end;
  }
  return chunks;
}

function cutBefore(text: string, start: number, end: number): number {
  const line = text.lastIndexOf('\n', end - 1);
  if (line >= start + (end - start) / 2) return line + 1;
  const last = text.charCodeAt(end - 1);
  return last >= 0xd800 && last <= 0xdbff ? end - 1 : end;
}
