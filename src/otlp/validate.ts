import { maxGroupDepth, maxValueDepth } from './limits.ts';
import { malformed, tooDeep } from './otlpError.ts';
import { anyValueType, keyValueType, recordTypes, requestTypes, spanType } from './schema.ts';
import type { FieldType, MessageType } from './schema.ts';
import type { Signal } from './types.ts';

export interface ValidationResult {
  /** All records in the request, the rejected ones included: spans, log records, data points. */
  readonly records: number;
  /** Spans without a valid trace id or span id; the decoder skips them. */
  readonly rejected: number;
  /** English, for OTLP's partial success. */
  readonly rejectionMessage?: string;
}

// The schema as numbers, so that the walk looks nothing up but typed arrays: `children[(message << 5) | field]` is the
// message, or kind of packed list, in that field.
const fieldsPerMessage = 32;
const leaf = 0;
const packedVarints = 1;
const packedFixed64 = 2;
const firstMessage = 3;

const { children, isRecord, numbers } = compileSchema();
const anyValue = numbers.get(anyValueType)!;
const keyValue = numbers.get(keyValueType)!;
const span = numbers.get(spanType)!;

/**
 * Checks a whole request's wire format, nested messages included, without decoding strings: what passes here,
 * `decodeTraces`, `decodeLogs` and `decodeMetrics` read without an error. Linear in the request's size.
 *
 * Throws `OtlpError`: `malformed`, or `too-deep` beyond `maxValueDepth` AnyValues in each other.
 */
export function validateRequest(signal: Signal, bytes: Uint8Array): ValidationResult {
  const walk = new RequestWalk(bytes);
  walk.message(0, bytes.length, numbers.get(requestTypes[signal])!, 0);
  const { records, rejected } = walk;
  if (rejected === 0) return { records, rejected };
  const spans = rejected === 1 ? '1 span' : `${rejected} spans`;
  const rejectionMessage = `${spans} rejected: a trace id must be 16 bytes, a span id 8 bytes, neither all zero`;
  return { records, rejected, rejectionMessage };
}

class RequestWalk {
  records = 0;
  rejected = 0;
  readonly #bytes: Uint8Array;
  /** Where the varint just read ended. */
  #after = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** `type` is a message's number in the compiled schema, `depth` the number of AnyValues around it. */
  message(start: number, end: number, type: number, depth: number): void {
    const bytes = this.#bytes;
    let position = start;
    let traceIdValid = false;
    let spanIdValid = false;
    while (position < end) {
      const at = position;
      let tag = bytes[position++]!;
      if (tag >= 0x80) {
        tag = this.#varint(at, end);
        position = this.#after;
      }
      const field = tag >>> 3;
      if (field === 0) throw malformed('field number 0', at);
      switch (tag & 7) {
        case 0:
          if (position < end && bytes[position]! < 0x80) position++;
          else {
            this.#skipVarint(position, end);
            position = this.#after;
          }
          break;
        case 1:
          position += 8;
          if (position > end) throw malformed('8 bytes cut off', at);
          break;
        case 2: {
          let length = position < end ? bytes[position]! : 0x80;
          if (length < 0x80) position++;
          else {
            length = this.#varint(position, end);
            position = this.#after;
          }
          const next = position + length;
          if (next > end) throw malformed(`length ${length} goes past the end`, at);
          const child = field < fieldsPerMessage ? children[type * fieldsPerMessage + field]! : leaf;
          if (child >= firstMessage) {
            if (child === keyValue && depth < maxValueDepth && this.#isPlainAttribute(position, next)) {
              // Checked already.
            } else if (child !== anyValue) this.message(position, next, child, depth);
            else if (depth < maxValueDepth) this.message(position, next, child, depth + 1);
            else throw tooDeep('attribute values', at);
          } else if (child !== leaf) this.#packed(position, next, child);
          else if (type === span) {
            if (field === 1) traceIdValid = this.#isId(position, length, 16);
            else if (field === 2) spanIdValid = this.#isId(position, length, 8);
          }
          position = next;
          break;
        }
        case 3:
          position = this.#skipGroup(position, end, field);
          break;
        case 5:
          position += 4;
          if (position > end) throw malformed('4 bytes cut off', at);
          break;
        default:
          throw malformed(`invalid wire type ${tag & 7}`, at);
      }
    }
    if (isRecord[type] === 1) {
      this.records++;
      if (type === span && !(traceIdValid && spanIdValid)) this.rejected++;
    }
  }

  /**
   * The quick way for what most of a request is: a KeyValue of a key below 128 bytes and one string or short number.
   * False only means that the general walk must look.
   */
  #isPlainAttribute(start: number, end: number): boolean {
    const bytes = this.#bytes;
    if (end - start < 6 || bytes[start] !== 0x0a) return false;
    const keyLength = bytes[start + 1]!;
    let position = start + 2 + keyLength;
    if (keyLength >= 0x80 || end - position < 4 || bytes[position] !== 0x12) return false;
    // The AnyValue must reach to the end, so that its length need not be understood, only be the right one.
    const valueLength = bytes[position + 1]!;
    if (valueLength < 0x80) {
      position += 2;
      if (position + valueLength !== end) return false;
    } else {
      const high = bytes[position + 2]!;
      position += 3;
      if (high >= 0x80 || position + (valueLength & 0x7f) + high * 0x80 !== end) return false;
    }
    const size = end - position;
    if (size < 2) return false;
    const second = bytes[position + 1]!;
    switch (bytes[position]) {
      case 0x0a:
        if (second < 0x80) return size === second + 2;
        return (
          size > 2 &&
          bytes[position + 2]! < 0x80 &&
          size === (second & 0x7f) + bytes[position + 2]! * 0x80 + 3
        );
      case 0x10:
        return second < 0x80 && size === 2;
      case 0x18:
        return size === 2 ? second < 0x80 : size === 3 && second >= 0x80 && bytes[position + 2]! < 0x80;
      case 0x21:
        return size === 9;
      default:
        return false;
    }
  }

  #isId(start: number, length: number, size: number): boolean {
    if (length !== size) return false;
    for (let i = start; i < start + size; i++) if (this.#bytes[i] !== 0) return true;
    return false;
  }

  #packed(start: number, end: number, kind: number): void {
    if (kind === packedFixed64) {
      if ((end - start) % 8 !== 0) throw malformed('packed list of 8-byte numbers with a part of one', start);
      return;
    }
    for (let position = start; position < end; position = this.#after) this.#skipVarint(position, end);
  }

  /** A tag or length: 32 bits. */
  #varint(start: number, end: number): number {
    const bytes = this.#bytes;
    let value = 0;
    let factor = 1;
    for (let position = start; position < end && position < start + 10; position++) {
      const byte = bytes[position]!;
      value += (byte & 0x7f) * factor;
      factor *= 0x80;
      if (byte < 0x80) {
        this.#after = position + 1;
        if (value > 0xffff_ffff) throw malformed('tag or length beyond 32 bits', start);
        return value;
      }
    }
    throw malformed('varint cut off or longer than 10 bytes', start);
  }

  #skipVarint(start: number, end: number): void {
    const bytes = this.#bytes;
    const limit = Math.min(end, start + 10);
    let position = start;
    while (position < limit && bytes[position]! >= 0x80) position++;
    if (position >= limit) throw malformed('varint cut off or longer than 10 bytes', start);
    this.#after = position + 1;
  }

  /** Returns where the group ended. */
  #skipGroup(start: number, end: number, field: number): number {
    const open = [field];
    let position = start;
    while (open.length > 0) {
      if (position >= end) throw malformed('group without an end', position);
      const at = position;
      const tag = this.#varint(position, end);
      position = this.#after;
      if (tag >>> 3 === 0) throw malformed('field number 0', at);
      switch (tag & 7) {
        case 0:
          this.#skipVarint(position, end);
          position = this.#after;
          break;
        case 1:
          position += 8;
          break;
        case 2: {
          const length = this.#varint(position, end);
          position = this.#after + length;
          break;
        }
        case 3:
          if (open.length >= maxGroupDepth) throw tooDeep('groups', at);
          open.push(tag >>> 3);
          break;
        case 4:
          if (open.pop() !== tag >>> 3) throw malformed('group ends with another number', at);
          break;
        case 5:
          position += 4;
          break;
        default:
          throw malformed(`invalid wire type ${tag & 7}`, at);
      }
      if (position > end) throw malformed('field goes past the end', at);
    }
    return position;
  }
}

function compileSchema(): { children: Uint8Array; isRecord: Uint8Array; numbers: Map<MessageType, number> } {
  const numbers = new Map<MessageType, number>();
  const visit = (type: MessageType): void => {
    if (numbers.has(type)) return;
    numbers.set(type, firstMessage + numbers.size);
    for (const field of type.fields) if (field.message) visit(field.message);
  };
  for (const type of Object.values(requestTypes)) visit(type);
  const size = firstMessage + numbers.size;
  const table = new Uint8Array(size * fieldsPerMessage);
  const records = new Uint8Array(size);
  for (const [type, number] of numbers) {
    if (recordTypes.has(type)) records[number] = 1;
    for (const field of type.fields)
      table[number * fieldsPerMessage + field.number] = childOf(field, numbers);
  }
  return { children: table, isRecord: records, numbers };
}

function childOf(field: FieldType, numbers: ReadonlyMap<MessageType, number>): number {
  if (field.message) return numbers.get(field.message)!;
  if (!field.repeated || field.scalar === 'string') return leaf;
  return field.scalar === 'uint64' ? packedVarints : packedFixed64;
}
