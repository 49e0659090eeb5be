/**
 * An id of `length` lower-case hex digits for spans that were never sent, the same for the same text. FNV-1a with a
 * seed per 32 bits: no secret, only unlikely to meet another one.
 */
export function syntheticId(text: string, length: 16 | 32): string {
  let id = '';
  for (let seed = 0; id.length < length; seed++) {
    let hash = (0x811c9dc5 ^ Math.imul(seed + 1, 0x9e3779b1)) >>> 0;
    for (let i = 0; i < text.length; i++) {
      hash = Math.imul(hash ^ (text.charCodeAt(i) & 0xff), 0x01000193);
      hash = Math.imul(hash ^ (text.charCodeAt(i) >>> 8), 0x01000193) >>> 0;
    }
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    id += ((hash ^ (hash >>> 13)) >>> 0).toString(16).padStart(8, '0');
  }
  return /^0+$/.test(id) ? `${id.slice(1)}1` : id;
}
