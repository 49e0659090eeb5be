/** The buffers of all typed arrays in a message, each once; looks three levels deep. */
export function buffersOf(message: object, depth = 3): ArrayBuffer[] {
  const found = new Set<ArrayBuffer>();
  collect(message, depth, found);
  return [...found];
}

function collect(value: object, depth: number, found: Set<ArrayBuffer>): void {
  if (ArrayBuffer.isView(value)) {
    if (value.buffer instanceof ArrayBuffer) found.add(value.buffer);
    return;
  }
  if (depth === 0 || Array.isArray(value)) return;
  for (const member of Object.values(value) as unknown[])
    if (typeof member === 'object' && member !== null) collect(member, depth - 1, found);
}
