import { type Encodable, encodeResource, encodeScope, encodeSpan } from './encodeTraces.ts';
import { maxValueDepth } from './limits.ts';
import { tooDeep } from './otlpError.ts';
import { ProtobufReader } from './protobufReader.ts';
import { anyValueType, logRecordType, requestTypes, resourceType, scopeType, spanType } from './schema.ts';
import type { FieldType, MessageType, ScalarType } from './schema.ts';
import type { RawResource, RawScope, RawSpan, Signal } from './types.ts';

/** A message in JSON's terms. Keys are names from our schema, never received ones. */
type JsonObject = Record<string, unknown>;

/**
 * A whole request as OTLP JSON text: ids in lower-case hex, 64-bit integers as strings, enums as numbers, bytes in
 * base64. Unknown fields have no JSON form and are left out. `indent` as in `JSON.stringify`. Throws `OtlpError`.
 */
export function requestToJson(signal: Signal, bytes: Uint8Array, indent?: number): string {
  return toText(requestTypes[signal], bytes, indent);
}

/** A Span as OTLP JSON text; a raw body keeps the difference between 1 and 1.0. */
export function spanToJson(span: Encodable<RawSpan>, indent?: number): string {
  return toText(spanType, span instanceof Uint8Array ? span : encodeSpan(span), indent);
}

/** A Resource as OTLP JSON text. */
export function resourceToJson(resource: Encodable<RawResource>, indent?: number): string {
  return toText(resourceType, resource instanceof Uint8Array ? resource : encodeResource(resource), indent);
}

/** An InstrumentationScope as OTLP JSON text. */
export function scopeToJson(scope: Encodable<RawScope>, indent?: number): string {
  return toText(scopeType, scope instanceof Uint8Array ? scope : encodeScope(scope), indent);
}

/** A LogRecord's body (the message's, not its `body` field) as OTLP JSON text. */
export function logRecordToJson(body: Uint8Array, indent?: number): string {
  return toText(logRecordType, body, indent);
}

function toText(type: MessageType, bytes: Uint8Array, indent?: number): string {
  return JSON.stringify(toObject(new ProtobufReader(bytes), type, 0), undefined, indent);
}

/** `depth` is the number of AnyValues up to and including this message. */
function toObject(reader: ProtobufReader, type: MessageType, depth: number): JsonObject {
  if (depth > maxValueDepth) throw tooDeep('attribute values', reader.position);
  const fields = fieldsByNumber(type);
  let object: JsonObject = {};
  while (reader.more()) {
    const tag = reader.tag();
    const field = fields[tag >>> 3];
    const packed =
      field?.repeated === true && (tag & 7) === 2 && field.scalar !== undefined && field.scalar !== 'string';
    if (!field || (!packed && (tag & 7) !== wireTypeOf(field))) {
      reader.skip(tag);
      continue;
    }
    // Of an AnyValue's kinds the last one counts.
    if (type === anyValueType) object = {};
    if (packed) {
      const list = listIn(object, field);
      const outer = reader.enter();
      while (reader.more()) list.push(readScalar(reader, field.scalar));
      reader.leave(outer);
    } else {
      const value = field.message ? nested(reader, field.message, depth) : readScalar(reader, field.scalar!);
      if (field.repeated) listIn(object, field).push(value);
      else object[field.name] = value;
    }
  }
  return object;
}

function nested(reader: ProtobufReader, type: MessageType, depth: number): JsonObject {
  const outer = reader.enter();
  const object = toObject(reader, type, type === anyValueType ? depth + 1 : depth);
  reader.leave(outer);
  return object;
}

function listIn(object: JsonObject, field: FieldType): unknown[] {
  return (object[field.name] ??= []) as unknown[];
}

function wireTypeOf(field: FieldType): number {
  switch (field.scalar) {
    case 'bool':
    case 'int64':
    case 'uint64':
    case 'uint32':
    case 'sint32':
    case 'enum':
      return 0;
    case 'fixed64':
    case 'sfixed64':
    case 'double':
      return 1;
    case 'fixed32':
      return 5;
    default:
      return 2;
  }
}

function readScalar(reader: ProtobufReader, type: ScalarType): unknown {
  switch (type) {
    case 'string':
      return reader.string();
    case 'bytes':
      return Buffer.from(reader.bytes()).toString('base64');
    case 'traceId':
    case 'spanId':
      return Buffer.from(reader.bytes()).toString('hex');
    case 'bool':
      return reader.bool();
    case 'int64':
      return reader.int64().toString();
    case 'uint64':
      return BigInt.asUintN(64, BigInt(reader.int64())).toString();
    case 'uint32':
      return reader.uint32();
    case 'sint32': {
      const zigzag = reader.uint32();
      return (zigzag >>> 1) ^ -(zigzag & 1);
    }
    case 'fixed32':
      return reader.fixed32();
    case 'fixed64':
      return reader.fixed64().toString();
    case 'sfixed64':
      return reader.sfixed64().toString();
    case 'double':
      return toJsonDouble(reader.double());
    case 'enum':
      return reader.int32();
  }
}

/** JSON has no NaN, no infinities, and `JSON.stringify` drops the sign of -0. */
function toJsonDouble(value: number): number | string {
  if (Object.is(value, -0)) return '-0';
  return Number.isFinite(value) ? value : String(value);
}

const fieldTables = new Map<MessageType, readonly (FieldType | undefined)[]>();

function fieldsByNumber(type: MessageType): readonly (FieldType | undefined)[] {
  const known = fieldTables.get(type);
  if (known) return known;
  const table: (FieldType | undefined)[] = [];
  for (const field of type.fields) table[field.number] = field;
  fieldTables.set(type, table);
  return table;
}
