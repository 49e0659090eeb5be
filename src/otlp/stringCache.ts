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

/** Mixes the length and three words: keys differ in length, near their ends or in the middle. */
function hash(view: DataView, start: number, length: number): number {
  const last = start + length - 4;
  let mixed = Math.imul(length ^ view.getInt32(start, true), 0x01000193);
  mixed = Math.imul(mixed ^ (mixed >>> 13) ^ view.getInt32((start + last) >>> 1, true), 0x5bd1e995);
  mixed = Math.imul(mixed ^ (mixed >>> 15) ^ view.getInt32(last, true), 0x01000193);
  return mixed ^ (mixed >>> 15);
}

/**
 * UTF-8 bytes → string for short strings that repeat, such as attribute keys: one string object for all, and no
 * decoding. Bounded: each string has one slot. The next one of that slot takes it over when it comes twice in a row,
 * so that what comes only once, such as ids, is not kept alive.
 */
export class StringCache {
  readonly #mask: number;
  readonly #strings: string[];
  readonly #lengths: Uint8Array;
  readonly #copies: DataView;
  /** By slot, the hash of the last string that came and was not there. */
  readonly #missed: Int32Array;

  /** `slots` is a power of two; each takes about 80 bytes, and its string. */
  constructor(slots = 2048) {
    this.#mask = slots - 1;
    this.#strings = new Array<string>(slots).fill('');
    this.#lengths = new Uint8Array(slots);
    this.#missed = new Int32Array(slots);
    this.#copies = new DataView(new ArrayBuffer(slots * stride));
  }

  /** The string in `length` bytes from `start`; `view` shows the same bytes as `bytes`. */
  read(bytes: SliceableBuffer, view: DataView, start: number, length: number): string {
    if (length === 0) return '';
    if (length < 4 || length > stride) return bytes.utf8Slice(start, start + length);
    const hashed = hash(view, start, length);
    const slot = hashed & this.#mask;
    if (this.#lengths[slot] === length && this.#equals(slot * stride, view, start, length)) {
      return this.#strings[slot]!;
    }
    const value = bytes.utf8Slice(start, start + length);
    if (this.#missed[slot] !== hashed) {
      this.#missed[slot] = hashed;
      return value;
    }
    const base = slot * stride;
    for (let i = 0; i < length; i++) this.#copies.setUint8(base + i, bytes[start + i]!);
    this.#lengths[slot] = length;
    this.#strings[slot] = value;
    return value;
  }

  #equals(base: number, view: DataView, start: number, length: number): boolean {
    const copies = this.#copies;
    const last = length - 4;
    for (let i = 0; i < last; i += 4) {
      if (copies.getInt32(base + i, true) !== view.getInt32(start + i, true)) return false;
    }
    return copies.getInt32(base + last, true) === view.getInt32(start + last, true);
  }
}
