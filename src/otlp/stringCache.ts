/**
 * A Buffer with the methods behind `toString`, without its checks of the encoding's name; Node has them on every
 * Buffer, its typings do not.
 */
export interface SliceableBuffer extends Buffer {
  utf8Slice(start: number, end: number): string;
  latin1Slice(start: number, end: number): string;
  hexSlice(start: number, end: number): string;
}

/** Bytes per slot. */
const stride = 64;

/** Mixes the length and six of the bytes: enough to spread keys, which differ in length or near their ends. */
function hash(bytes: Uint8Array, start: number, length: number): number {
  const last = start + length - 1;
  let mixed = length;
  mixed = Math.imul(mixed ^ bytes[start]!, 0x01000193);
  mixed = Math.imul(mixed ^ bytes[start + (length >>> 2)]!, 0x01000193);
  mixed = Math.imul(mixed ^ bytes[start + (length >>> 1)]!, 0x01000193);
  mixed = Math.imul(mixed ^ bytes[last - (length >>> 2)]!, 0x01000193);
  mixed = Math.imul(mixed ^ bytes[last - (length > 1 ? 1 : 0)]!, 0x01000193);
  mixed = Math.imul(mixed ^ bytes[last]!, 0x01000193);
  return mixed ^ (mixed >>> 15);
}

/**
 * UTF-8 bytes → string for short strings that repeat, such as attribute keys: one string object for all, and no
 * decoding. Bounded: each string has one slot, which the next string with the same hash takes over.
 */
export class StringCache {
  readonly #mask: number;
  readonly #strings: string[];
  readonly #lengths: Uint8Array;
  readonly #copies: Uint8Array;

  /** `slots` is a power of two; each takes about 80 bytes, and its string. */
  constructor(slots = 2048) {
    this.#mask = slots - 1;
    this.#strings = new Array<string>(slots).fill('');
    this.#lengths = new Uint8Array(slots);
    this.#copies = new Uint8Array(slots * stride);
  }

  read(bytes: SliceableBuffer, start: number, length: number): string {
    if (length === 0) return '';
    if (length > stride) return bytes.utf8Slice(start, start + length);
    const slot = hash(bytes, start, length) & this.#mask;
    const copies = this.#copies;
    const base = slot * stride;
    if (this.#lengths[slot] === length) {
      let i = 0;
      while (i < length && copies[base + i] === bytes[start + i]) i++;
      if (i === length) return this.#strings[slot]!;
    }
    const value = bytes.utf8Slice(start, start + length);
    for (let i = 0; i < length; i++) copies[base + i] = bytes[start + i]!;
    this.#lengths[slot] = length;
    this.#strings[slot] = value;
    return value;
  }
}
