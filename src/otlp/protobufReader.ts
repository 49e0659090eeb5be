import { hex8 } from './hex.ts';
import { maxGroupDepth } from './limits.ts';
import { malformed, tooDeep } from './otlpError.ts';
import type { SliceableBuffer, StringCache } from './stringCache.ts';

/** Up to this many bytes, values are looked up in the cache. */
const shortLength = 24;

/**
 * Reads protobuf from bytes that may be anything. Every method either moves on by what it read or throws an
 * `OtlpError`; none reads past `limit`, the end of the message being read.
 *
 * A message is read as `const outer = reader.enter(); while (reader.more()) { … } reader.leave(outer);`, or with
 * `limit` set by hand.
 */
export class ProtobufReader {
  /** Where the next byte is read. */
  position: number;
  /** End of the message being read. */
  limit: number;
  readonly #bytes: SliceableBuffer;
  readonly #view: DataView;
  /** The upper 32 bits of the varint just read. */
  #high = 0;
  /** The trace id just read: neighbours often share it. */
  #lastTraceAt = -1;
  #lastTraceId = '';

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) as SliceableBuffer;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.position = start;
    this.limit = end;
  }

  more(): boolean {
    return this.position < this.limit;
  }

  /** A field's tag: `number << 3 | wire type`. Field 0 and wire types 6 and 7 are malformed. */
  tag(): number {
    const at = this.position;
    const first = this.#bytes[at]!;
    let tag = first;
    if (first < 0x80) this.position = at + 1;
    else {
      tag = this.uint32();
      if (this.#high !== 0) throw malformed('tag beyond 32 bits', at);
    }
    if (tag >>> 3 === 0 || (tag & 7) > 5) throw malformed(`invalid tag ${tag}`, at);
    return tag;
  }

  /** The lower 32 bits of a varint, unsigned; the upper ones are dropped, as protobuf does. */
  uint32(): number {
    const bytes = this.#bytes;
    const start = this.position;
    const limit = Math.min(this.limit, start + 10);
    let position = start;
    let low = 0;
    let high = 0;
    for (let shift = 0; position < limit; shift += 7) {
      const byte = bytes[position++]!;
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high = bits >>> 4;
      } else high |= bits << (shift - 32);
      if (byte < 0x80) {
        this.position = position;
        this.#high = high >>> 0;
        return low >>> 0;
      }
    }
    throw malformed(position === start + 10 ? 'varint longer than 10 bytes' : 'varint cut off', start);
  }

  /** An int32 or enum. */
  int32(): number {
    return this.uint32() | 0;
  }

  bool(): boolean {
    return this.uint32() !== 0 || this.#high !== 0;
  }

  /** A signed varint: a number where it is exact, else a bigint. */
  int64(): number | bigint {
    const low = this.uint32();
    const high = this.#high | 0;
    if (high >= -0x20_0000 && high < 0x20_0000) {
      const value = high * 0x1_0000_0000 + low;
      if (value !== -0x20_0000_0000_0000) return value;
    }
    return (BigInt(high) << 32n) | BigInt(low);
  }

  fixed32(): number {
    const at = this.#take(4);
    return this.#view.getUint32(at, true);
  }

  fixed64(): bigint {
    const at = this.#take(8);
    return this.#view.getBigUint64(at, true);
  }

  sfixed64(): bigint {
    const at = this.#take(8);
    return this.#view.getBigInt64(at, true);
  }

  double(): number {
    const at = this.#take(8);
    return this.#view.getFloat64(at, true);
  }

  /** The length of a length-delimited field, checked to lie within the message. */
  length(): number {
    const at = this.position;
    let length = -1;
    if (at < this.limit) length = this.#bytes[at]!;
    if (length >= 0 && length < 0x80) this.position = at + 1;
    else {
      length = this.uint32();
      if (this.#high !== 0) throw malformed('length beyond 32 bits', at);
    }
    if (length > this.limit - this.position) throw malformed(`length ${length} goes past the end`, at);
    return length;
  }

  /** Starts reading a nested message; returns the outer limit for `leave`. */
  enter(): number {
    const length = this.length();
    const outer = this.limit;
    this.limit = this.position + length;
    return outer;
  }

  leave(outer: number): void {
    this.limit = outer;
  }

  /** Moves past a length-delimited field. */
  skipBytes(): void {
    const length = this.length();
    this.position += length;
  }

  /** Invalid UTF-8 becomes U+FFFD, one for each maximal invalid part, as the WHATWG decoder does. */
  string(): string {
    const length = this.length();
    const start = this.position;
    this.position = start + length;
    return length === 0 ? '' : this.#bytes.utf8Slice(start, start + length);
  }

  /** As `string`, through a cache: for keys, names and other strings that come again and again. */
  internedString(cache: StringCache): string {
    const length = this.length();
    const start = this.position;
    this.position = start + length;
    return cache.read(this.#bytes, this.#view, start, length);
  }

  /** As `string`; short ones, of which many repeat, go through the cache. */
  shortString(cache: StringCache): string {
    const length = this.length();
    const start = this.position;
    this.position = start + length;
    if (length > shortLength) return this.#bytes.utf8Slice(start, start + length);
    return cache.read(this.#bytes, this.#view, start, length);
  }

  /** A copy. */
  bytes(): Uint8Array {
    const length = this.length();
    const start = this.position;
    this.position = start + length;
    return new Uint8Array(this.#bytes.subarray(start, start + length));
  }

  /** A trace id as 32 lower-case hex digits; '' when it is not 16 bytes or all zero (invalid, so absent). */
  traceId(): string {
    const length = this.length();
    const start = this.position;
    this.position = start + length;
    if (length !== 16) return '';
    const bytes = this.#bytes;
    const last = this.#lastTraceAt;
    if (last >= 0) {
      let i = 0;
      while (i < 16 && bytes[last + i] === bytes[start + i]) i++;
      if (i === 16) return this.#lastTraceId;
    }
    this.#lastTraceAt = start;
    this.#lastTraceId = this.#isZero(start, 16) ? '' : bytes.hexSlice(start, start + 16);
    return this.#lastTraceId;
  }

  /** A span id as 16 lower-case hex digits; '' when it is not 8 bytes or all zero (invalid, so absent). */
  spanId(): string {
    const length = this.length();
    const start = this.position;
    this.position = start + length;
    return length !== 8 || this.#isZero(start, 8) ? '' : hex8(this.#bytes, start);
  }

  /** Moves past the value of an unknown field, groups included. */
  skip(tag: number): void {
    switch (tag & 7) {
      case 0:
        this.uint32();
        return;
      case 1:
        this.#take(8);
        return;
      case 2:
        this.skipBytes();
        return;
      case 5:
        this.#take(4);
        return;
      case 3:
        return this.#skipGroup(tag);
      default:
        throw malformed('group ends that did not start', this.position - 1);
    }
  }

  #skipGroup(startTag: number): void {
    const open = [startTag >>> 3];
    while (open.length > 0) {
      if (!this.more()) throw malformed('group without an end', this.position);
      const tag = this.tag();
      if ((tag & 7) === 3) {
        if (open.length >= maxGroupDepth) throw tooDeep('groups', this.position);
        open.push(tag >>> 3);
      } else if ((tag & 7) === 4) {
        if (open.pop() !== tag >>> 3) throw malformed('group ends with another number', this.position);
      } else this.skip(tag);
    }
  }

  #isZero(start: number, length: number): boolean {
    for (let i = start; i < start + length; i++) if (this.#bytes[i] !== 0) return false;
    return true;
  }

  #take(size: number): number {
    const at = this.position;
    if (size > this.limit - at) throw malformed(`${size} bytes cut off`, at);
    this.position = at + size;
    return at;
  }
}
