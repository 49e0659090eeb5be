const initialSize = 1024;

/** Number of bytes of `value` (0 to 2^53) as a varint. */
function varintSize(value: number): number {
  let size = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) size++;
  return size;
}

/**
 * Writes protobuf messages into one growing buffer. Fields are written even when they hold their default value: the
 * caller leaves out what proto3 leaves out.
 */
export class ProtobufWriter {
  #buffer = Buffer.allocUnsafe(initialSize);
  #length = 0;

  /** Bytes written so far. */
  get length(): number {
    return this.#length;
  }

  /** Forgets what was written and keeps the buffer. */
  reset(): void {
    this.#length = 0;
  }

  /** A copy of what was written. */
  finish(): Uint8Array {
    return new Uint8Array(this.#buffer.subarray(0, this.#length));
  }

  /** Starts a length-delimited message; give the result to `end`. */
  begin(field: number): number {
    this.#tag(field, 2);
    this.#reserve(1);
    return ++this.#length;
  }

  /** Ends the message that `begin` started, and writes its length before it. */
  end(mark: number): void {
    const length = this.#length - mark;
    const extra = varintSize(length) - 1;
    if (extra > 0) {
      this.#reserve(extra);
      this.#buffer.copyWithin(mark + extra, mark, this.#length);
    }
    this.#length = mark - 1;
    this.#varint(length);
    this.#length += length;
  }

  /** Lone surrogates become U+FFFD. */
  string(field: number, value: string): void {
    this.#tag(field, 2);
    const longest = value.length * 3;
    this.#reserve(longest + 5);
    if (longest < 0x80) {
      if (this.#shortAscii(value)) return;
      const size = this.#buffer.write(value, this.#length + 1, 'utf8');
      this.#buffer[this.#length] = size;
      this.#length += size + 1;
      return;
    }
    const size = Buffer.byteLength(value, 'utf8');
    this.#varint(size);
    this.#buffer.write(value, this.#length, 'utf8');
    this.#length += size;
  }

  bytes(field: number, value: Uint8Array): void {
    this.#tag(field, 2);
    this.#reserve(value.length + 5);
    this.#varint(value.length);
    this.#buffer.set(value, this.#length);
    this.#length += value.length;
  }

  /** `value` is an integer from 0 to 2^53 (uint32, enum, length). */
  uint(field: number, value: number): void {
    this.#tag(field, 0);
    this.#varint(value);
  }

  /** int32, int64, uint64 and enum fields; `value` is an integer from -2^63 to 2^64 - 1. */
  int64(field: number, value: number | bigint): void {
    if (value >= 0 && value <= Number.MAX_SAFE_INTEGER) return this.uint(field, Number(value));
    this.#tag(field, 0);
    this.#reserve(10);
    let rest = BigInt.asUintN(64, BigInt(value));
    while (rest >= 0x80n) {
      this.#buffer[this.#length++] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    this.#buffer[this.#length++] = Number(rest);
  }

  bool(field: number, value: boolean): void {
    this.uint(field, value ? 1 : 0);
  }

  /** `value` is from 0 to 2^32 - 1. */
  fixed32(field: number, value: number): void {
    this.#tag(field, 5);
    this.#reserve(4);
    this.#length = this.#buffer.writeUInt32LE(value, this.#length);
  }

  /** fixed64 and sfixed64 fields; `value` is from -2^63 to 2^64 - 1. */
  fixed64(field: number, value: bigint): void {
    this.#tag(field, 1);
    this.#reserve(8);
    this.#length = this.#buffer.writeBigUInt64LE(BigInt.asUintN(64, value), this.#length);
  }

  double(field: number, value: number): void {
    this.#tag(field, 1);
    this.#reserve(8);
    this.#length = this.#buffer.writeDoubleLE(value, this.#length);
  }

  /** Length and characters of a short string, as long as they are ASCII: cheaper than the call out of JavaScript. */
  #shortAscii(value: string): boolean {
    const buffer = this.#buffer;
    const start = this.#length + 1;
    for (let i = 0; i < value.length; i++) {
      const code = value.charCodeAt(i);
      if (code >= 0x80) return false;
      buffer[start + i] = code;
    }
    buffer[this.#length] = value.length;
    this.#length = start + value.length;
    return true;
  }

  #tag(field: number, wireType: number): void {
    this.#varint(field * 8 + wireType);
  }

  #varint(value: number): void {
    this.#reserve(10);
    let rest = value;
    while (rest > 0x7fff_ffff) {
      this.#buffer[this.#length++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    while (rest >= 0x80) {
      this.#buffer[this.#length++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#buffer[this.#length++] = rest;
  }

  #reserve(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2));
    grown.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = grown;
  }
}
