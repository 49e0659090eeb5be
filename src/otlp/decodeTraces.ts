import { Attributes } from './attributes.ts';
import { walkRecords } from './decodeContext.ts';
import type { AttributeValue, ByteRange, RawEvent, RawLink, RawSpan, RecordContext } from './types.ts';
import { type ValueReader, newAttributes, noAttributes } from './valueReader.ts';

const noEvents: readonly RawEvent[] = [];
const noLinks: readonly RawLink[] = [];

/**
 * Reads an ExportTraceServiceRequest. `range` is where the Span message's body lies in `bytes`. Spans without a valid
 * trace id and span id are left out (`validateRequest` counts them).
 *
 * Throws `OtlpError` where the bytes break the format; the spans before that place were visited.
 */
export function decodeTraces(
  bytes: Uint8Array,
  visit: (span: RawSpan, range: ByteRange, context: RecordContext) => void,
): void {
  walkRecords(bytes, (reader, range, context) => {
    const span = readSpan(reader);
    if (span.traceId !== '' && span.spanId !== '') visit(span, range, context);
  });
}

/** Reads the Span message that the reader is in; without a valid trace or span id that id is ''. */
export function readSpan(reader: ValueReader): RawSpan {
  let traceId = '';
  let spanId = '';
  let parentSpanId = '';
  let traceState = '';
  let flags = 0;
  let name = '';
  let kind = 0;
  let startTimeUnixNano = 0n;
  let endTimeUnixNano = 0n;
  let attributes: Attributes | undefined;
  let droppedAttributesCount = 0;
  let events: RawEvent[] | undefined;
  let droppedEventsCount = 0;
  let links: RawLink[] | undefined;
  let droppedLinksCount = 0;
  const status = { code: 0, message: '' };
  reader.startRecord();
  while (reader.more()) {
    const tag = reader.tag();
    switch (tag) {
      case 0x0a:
        traceId = reader.traceId();
        break;
      case 0x12:
        spanId = reader.spanId();
        break;
      case 0x1a:
        traceState = reader.string();
        break;
      case 0x22:
        parentSpanId = reader.spanId();
        break;
      case 0x2a:
        name = reader.name();
        break;
      case 0x30:
        kind = knownEnum(reader.int32(), 5);
        break;
      case 0x39:
        startTimeUnixNano = reader.fixed64();
        break;
      case 0x41:
        endTimeUnixNano = reader.fixed64();
        break;
      case 0x4a:
        reader.attribute((attributes ??= new Attributes()));
        break;
      case 0x50:
        droppedAttributesCount = reader.uint32();
        break;
      case 0x5a:
        if (reader.take()) (events ??= []).push(readEvent(reader));
        else {
          droppedEventsCount++;
          reader.skipBytes();
        }
        break;
      case 0x60:
        droppedEventsCount += reader.uint32();
        break;
      case 0x6a:
        if (reader.take()) (links ??= []).push(readLink(reader));
        else {
          droppedLinksCount++;
          reader.skipBytes();
        }
        break;
      case 0x70:
        droppedLinksCount += reader.uint32();
        break;
      case 0x7a:
        readStatus(reader, status);
        break;
      case 0x85:
        flags = reader.fixed32();
        break;
      default:
        reader.skip(tag);
    }
  }
  return {
    traceId,
    spanId,
    parentSpanId,
    traceState,
    flags,
    name,
    kind,
    startTimeUnixNano,
    endTimeUnixNano,
    attributes: attributes ?? noAttributes,
    droppedAttributesCount: droppedAttributesCount + reader.dropped,
    events: events ?? noEvents,
    droppedEventsCount,
    links: links ?? noLinks,
    droppedLinksCount,
    statusCode: status.code,
    statusMessage: status.message,
  };
}

function readEvent(reader: ValueReader): RawEvent {
  let timeUnixNano = 0n;
  let name = '';
  let attributes: Map<string, AttributeValue> | undefined;
  let droppedAttributesCount = 0;
  const droppedBefore = reader.dropped;
  const outer = reader.enter();
  while (reader.more()) {
    const tag = reader.tag();
    switch (tag) {
      case 0x09:
        timeUnixNano = reader.fixed64();
        break;
      case 0x12:
        name = reader.name();
        break;
      case 0x1a:
        reader.attribute((attributes ??= newAttributes()));
        break;
      case 0x20:
        droppedAttributesCount = reader.uint32();
        break;
      default:
        reader.skip(tag);
    }
  }
  reader.leave(outer);
  droppedAttributesCount += reader.dropped - droppedBefore;
  reader.dropped = droppedBefore;
  return { timeUnixNano, name, attributes: attributes ?? noAttributes, droppedAttributesCount };
}

function readLink(reader: ValueReader): RawLink {
  let traceId = '';
  let spanId = '';
  let traceState = '';
  let attributes: Map<string, AttributeValue> | undefined;
  const outer = reader.enter();
  while (reader.more()) {
    const tag = reader.tag();
    switch (tag) {
      case 0x0a:
        traceId = reader.traceId();
        break;
      case 0x12:
        spanId = reader.spanId();
        break;
      case 0x1a:
        traceState = reader.string();
        break;
      case 0x22:
        reader.attribute((attributes ??= newAttributes()));
        break;
      default:
        reader.skip(tag);
    }
  }
  reader.leave(outer);
  return { traceId, spanId, traceState, attributes: attributes ?? noAttributes };
}

function readStatus(reader: ValueReader, status: { code: number; message: string }): void {
  const outer = reader.enter();
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === 0x12) status.message = reader.string();
    else if (tag === 0x18) status.code = knownEnum(reader.int32(), 2);
    else reader.skip(tag);
  }
  reader.leave(outer);
}

/** An enum's number, 0 (unspecified) when it is one that we do not know. */
function knownEnum(value: number, highest: number): number {
  return value >= 0 && value <= highest ? value : 0;
}
