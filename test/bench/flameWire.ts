/**
 * A message with typed arrays as bytes: the length of its JSON, the JSON, and the arrays, each at a multiple of eight.
 * In the JSON an array is `{"$array": [type, offset, length]}`. `flameHost.js` reads it.
 */
export function packMessage(message: unknown): Buffer {
  const arrays: { readonly bytes: Uint8Array; readonly offset: number }[] = [];
  let end = 0;
  const json = JSON.stringify(message, (_, value: unknown) => {
    if (!ArrayBuffer.isView(value)) return value;
    const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    const offset = end;
    arrays.push({ bytes, offset });
    end += Math.ceil(bytes.length / 8) * 8;
    return { $array: [value.constructor.name, offset, (value as Uint8Array).length] };
  });
  const text = Buffer.from(json);
  const start = Math.ceil((8 + text.length) / 8) * 8;
  const packed = Buffer.alloc(start + end);
  packed.writeUInt32LE(text.length, 0);
  packed.writeUInt32LE(start, 4);
  text.copy(packed, 8);
  for (const { bytes, offset } of arrays) packed.set(bytes, start + offset);
  return packed;
}
