import {
  readBase64,
  readBool,
  readDouble,
  readEnum,
  readId,
  readInteger,
  readString,
} from './jsonScalars.ts';
import { JsonValueError } from './jsonScalars.ts';
import { parseJsonText } from './jsonText.ts';
import { maxValueDepth } from './limits.ts';
import { OtlpError } from './otlpError.ts';
import { ProtobufWriter } from './protobufWriter.ts';
import { anyValueType, requestTypes } from './schema.ts';
import type { FieldType, MessageType } from './schema.ts';
import type { Signal } from './types.ts';

const maxInt64 = (1n << 63n) - 1n;
const minInt64 = -(1n << 63n);
const maxUint64 = (1n << 64n) - 1n;
const maxUint32 = 0xffff_ffffn;

/** Where we are in the request, as property names and indexes; becomes text only for an error. */
type Path = (string | number)[];

/**
 * OTLP JSON → the same request in protobuf. Accepts what emitters are seen to send: ids in hex of either case or
 * base64, 64-bit integers as string or number, enums as number or name, camelCase and snake_case names, unknown
 * fields, `null` for absent, a byte order mark.
 *
 * Throws `OtlpError` with the place in its message, e.g. `resourceSpans[0].scopeSpans[1].spans[3].kind: …`.
 */
export function jsonToProtobuf(signal: Signal, text: string | Uint8Array): Uint8Array {
  const request = parseJsonText(text);
  const writer = new ProtobufWriter();
  new JsonTranslator(writer).message(request, requestTypes[signal], 0);
  return writer.finish();
}

class JsonTranslator {
  readonly #writer: ProtobufWriter;
  readonly #path: Path = [];

  constructor(writer: ProtobufWriter) {
    this.#writer = writer;
  }

  /** `depth` is the number of AnyValues up to and including this message. */
  message(value: unknown, type: MessageType, depth: number): void {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw this.#error('expected an object');
    const object = value as Readonly<Record<string, unknown>>;
    const known = fieldsByName(type);
    // Own keys looked up in a Map of known names: nothing received is ever used as the name of a property.
    for (const key of Object.keys(object)) {
      const field = known.get(key);
      if (!field) continue;
      if (key !== field.name && Object.hasOwn(object, field.name)) continue;
      const member = object[key];
      if (member === null || member === undefined) continue;
      this.#path.push(key);
      if (field.repeated) this.#list(member, field, depth);
      else this.#field(member, field, depth);
      this.#path.pop();
    }
  }

  #list(value: unknown, field: FieldType, depth: number): void {
    if (!Array.isArray(value)) throw this.#error('expected an array');
    for (let i = 0; i < value.length; i++) {
      this.#path.push(i);
      const element: unknown = value[i];
      // A list of attribute values may hold empty ones, which some write as null.
      this.#field(element === null && field.message === anyValueType ? {} : element, field, depth);
      this.#path.pop();
    }
  }

  #field(value: unknown, field: FieldType, depth: number): void {
    if (!field.message) return this.#scalar(value, field);
    const inner = field.message === anyValueType ? depth + 1 : depth;
    if (inner > maxValueDepth)
      throw new OtlpError('too-deep', `${this.#where()}: attribute values nested too deep`);
    const mark = this.#writer.begin(field.number);
    this.message(value, field.message, inner);
    this.#writer.end(mark);
  }

  #scalar(value: unknown, field: FieldType): void {
    try {
      writeScalar(this.#writer, value, field);
    } catch (error) {
      throw error instanceof JsonValueError ? this.#error(error.message) : error;
    }
  }

  #error(what: string): OtlpError {
    return new OtlpError('malformed', `${this.#where()}: ${what}`);
  }

  #where(): string {
    let text = '';
    for (const step of this.#path)
      text += typeof step === 'number' ? `[${step}]` : text === '' ? step : `.${step}`;
    return text === '' ? 'request' : text;
  }
}

function writeScalar(writer: ProtobufWriter, value: unknown, field: FieldType): void {
  const { number } = field;
  switch (field.scalar!) {
    case 'string':
      return writer.string(number, readString(value));
    case 'bytes':
      return writer.bytes(number, readBase64(value));
    case 'traceId':
      return writer.bytes(number, readId(value, 16));
    case 'spanId':
      return writer.bytes(number, readId(value, 8));
    case 'bool':
      return writer.bool(number, readBool(value));
    case 'int64':
      return writer.int64(number, readInteger(value, minInt64, maxInt64));
    case 'uint64':
      return writer.int64(number, readInteger(value, 0n, maxUint64));
    case 'uint32':
      return writer.uint(number, Number(readInteger(value, 0n, maxUint32)));
    case 'sint32': {
      const integer = Number(readInteger(value, -0x8000_0000n, 0x7fff_ffffn));
      return writer.uint(number, ((integer << 1) ^ (integer >> 31)) >>> 0);
    }
    case 'fixed32':
      return writer.fixed32(number, Number(readInteger(value, 0n, maxUint32)));
    case 'fixed64':
      return writer.fixed64(number, BigInt(readInteger(value, 0n, maxUint64)));
    case 'sfixed64':
      return writer.fixed64(number, BigInt(readInteger(value, minInt64, maxInt64)));
    case 'double':
      return writer.double(number, readDouble(value));
    case 'enum':
      return writer.int64(number, readEnum(value, field.enumNames!));
  }
}

const fieldNames = new Map<MessageType, ReadonlyMap<string, FieldType>>();

/** A message's fields by both spellings of their names. */
function fieldsByName(type: MessageType): ReadonlyMap<string, FieldType> {
  const known = fieldNames.get(type);
  if (known) return known;
  const made = new Map<string, FieldType>();
  for (const field of type.fields) {
    made.set(field.name, field);
    made.set(
      field.name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      field,
    );
  }
  fieldNames.set(type, made);
  return made;
}
