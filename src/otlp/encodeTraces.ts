import { ProtobufWriter } from './protobufWriter.ts';
import type {
  AttributeMap,
  AttributeValue,
  RawEvent,
  RawLink,
  RawResource,
  RawScope,
  RawSpan,
} from './types.ts';

/** A message to write: decoded, or its body as it was received, which keeps fields that we do not know. */
export type Encodable<T> = T | Uint8Array;

/** Spans of one resource and scope. */
export interface SpanGroup {
  readonly resource: Encodable<RawResource>;
  readonly scope: Encodable<RawScope>;
  readonly spans: Iterable<Encodable<RawSpan>>;
}

const maxInt64 = (1n << 63n) - 1n;
const minInt64 = -(1n << 63n);

/**
 * Writes an ExportTraceServiceRequest (the same bytes as a TracesData message); each group becomes a ResourceSpans
 * with one ScopeSpans.
 *
 * Decoded attributes do not tell 1 from 1.0: whole numbers are written as integers. Raw bodies keep the difference.
 */
export function encodeTraces(groups: Iterable<SpanGroup>): Uint8Array {
  const writer = new ProtobufWriter();
  for (const group of groups) {
    const resourceSpans = writer.begin(1);
    writeEither(writer, 1, group.resource, writeResource);
    const scopeSpans = writer.begin(2);
    writeEither(writer, 1, group.scope, writeScope);
    for (const span of group.spans) writeEither(writer, 2, span, writeSpan);
    writer.end(scopeSpans);
    writer.end(resourceSpans);
  }
  return writer.finish();
}

/** A Span message's body. */
export function encodeSpan(span: RawSpan): Uint8Array {
  const writer = new ProtobufWriter();
  writeSpan(writer, span);
  return writer.finish();
}

/** A Resource message's body. */
export function encodeResource(resource: RawResource): Uint8Array {
  const writer = new ProtobufWriter();
  writeResource(writer, resource);
  return writer.finish();
}

/** An InstrumentationScope message's body. */
export function encodeScope(scope: RawScope): Uint8Array {
  const writer = new ProtobufWriter();
  writeScope(writer, scope);
  return writer.finish();
}

function writeEither<T extends object>(
  writer: ProtobufWriter,
  field: number,
  message: Encodable<T>,
  write: (writer: ProtobufWriter, message: T) => void,
): void {
  if (message instanceof Uint8Array) return writer.bytes(field, message);
  const mark = writer.begin(field);
  write(writer, message);
  writer.end(mark);
}

function writeResource(writer: ProtobufWriter, resource: RawResource): void {
  writeAttributes(writer, 1, resource.attributes);
  writeCount(writer, 2, resource.droppedAttributesCount);
}

function writeScope(writer: ProtobufWriter, scope: RawScope): void {
  writeText(writer, 1, scope.name);
  writeText(writer, 2, scope.version);
  writeAttributes(writer, 3, scope.attributes);
}

function writeSpan(writer: ProtobufWriter, span: RawSpan): void {
  writeId(writer, 1, span.traceId);
  writeId(writer, 2, span.spanId);
  writeText(writer, 3, span.traceState);
  writeId(writer, 4, span.parentSpanId);
  writeText(writer, 5, span.name);
  writeCount(writer, 6, span.kind);
  writer.fixed64(7, span.startTimeUnixNano);
  writer.fixed64(8, span.endTimeUnixNano);
  writeAttributes(writer, 9, span.attributes);
  writeCount(writer, 10, span.droppedAttributesCount);
  for (const event of span.events) writeEvent(writer, event);
  writeCount(writer, 12, span.droppedEventsCount);
  for (const link of span.links) writeLink(writer, link);
  writeCount(writer, 14, span.droppedLinksCount);
  const status = writer.begin(15);
  writeText(writer, 2, span.statusMessage);
  writeCount(writer, 3, span.statusCode);
  writer.end(status);
  if (span.flags !== 0) writer.fixed32(16, span.flags);
}

function writeEvent(writer: ProtobufWriter, event: RawEvent): void {
  const mark = writer.begin(11);
  writer.fixed64(1, event.timeUnixNano);
  writeText(writer, 2, event.name);
  writeAttributes(writer, 3, event.attributes);
  writeCount(writer, 4, event.droppedAttributesCount);
  writer.end(mark);
}

function writeLink(writer: ProtobufWriter, link: RawLink): void {
  const mark = writer.begin(13);
  writeId(writer, 1, link.traceId);
  writeId(writer, 2, link.spanId);
  writeText(writer, 3, link.traceState);
  writeAttributes(writer, 4, link.attributes);
  writer.end(mark);
}

function writeAttributes(writer: ProtobufWriter, field: number, attributes: AttributeMap): void {
  for (const [key, value] of attributes) {
    const pair = writer.begin(field);
    writer.string(1, key);
    const any = writer.begin(2);
    writeValue(writer, value);
    writer.end(any);
    writer.end(pair);
  }
}

/** The body of an AnyValue. */
function writeValue(writer: ProtobufWriter, value: AttributeValue): void {
  switch (typeof value) {
    case 'string':
      return writer.string(1, value);
    case 'boolean':
      return writer.bool(2, value);
    case 'bigint':
      if (value >= minInt64 && value <= maxInt64) return writer.int64(3, value);
      return writer.double(4, Number(value));
    case 'number':
      if (Number.isSafeInteger(value) && !Object.is(value, -0)) return writer.int64(3, value);
      return writer.double(4, value);
    default:
      break;
  }
  if (value === null) return;
  if (value instanceof Uint8Array) return writer.bytes(7, value);
  const isMap = value instanceof Map;
  const list = writer.begin(isMap ? 6 : 5);
  if (isMap) writeAttributes(writer, 1, value as AttributeMap);
  else {
    for (const element of value as readonly AttributeValue[]) {
      const mark = writer.begin(1);
      writeValue(writer, element);
      writer.end(mark);
    }
  }
  writer.end(list);
}

function writeText(writer: ProtobufWriter, field: number, text: string): void {
  if (text !== '') writer.string(field, text);
}

function writeId(writer: ProtobufWriter, field: number, id: string): void {
  if (id !== '') writer.bytes(field, Buffer.from(id, 'hex'));
}

/** Counts may have grown past 32 bits with what was dropped on reading. */
function writeCount(writer: ProtobufWriter, field: number, count: number): void {
  if (count !== 0) writer.uint(field, Math.min(count, 0xffff_ffff));
}
