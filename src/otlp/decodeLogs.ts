import { walkRecords } from './decodeContext.ts';
import type { AttributeValue, ByteRange, RawLogRecord, RecordContext } from './types.ts';
import { type ValueReader, newAttributes, noAttributes } from './valueReader.ts';

/**
 * Reads an ExportLogsServiceRequest. `range` is where the LogRecord message's body lies in `bytes`. Ids that are not
 * valid are read as absent.
 *
 * Throws `OtlpError` where the bytes break the format; the records before that place were visited.
 */
export function decodeLogs(
  bytes: Uint8Array,
  visit: (record: RawLogRecord, range: ByteRange, context: RecordContext) => void,
): void {
  walkRecords(bytes, (reader, range, context) => visit(readLogRecord(reader), range, context));
}

/** Reads the LogRecord message that the reader is in. */
export function readLogRecord(reader: ValueReader): RawLogRecord {
  let timeUnixNano = 0n;
  let observedTimeUnixNano = 0n;
  let severityNumber = 0;
  let severityText = '';
  let body: AttributeValue = null;
  let attributes: Map<string, AttributeValue> | undefined;
  let traceId = '';
  let spanId = '';
  let flags = 0;
  let eventName = '';
  reader.startRecord();
  while (reader.more()) {
    const tag = reader.tag();
    switch (tag) {
      case 0x09:
        timeUnixNano = reader.fixed64();
        break;
      case 0x10:
        severityNumber = reader.int32();
        break;
      case 0x1a:
        severityText = reader.name();
        break;
      case 0x2a:
        body = reader.value();
        break;
      case 0x32:
        reader.attribute((attributes ??= newAttributes()));
        break;
      case 0x45:
        flags = reader.fixed32();
        break;
      case 0x4a:
        traceId = reader.traceId();
        break;
      case 0x52:
        spanId = reader.spanId();
        break;
      case 0x59:
        observedTimeUnixNano = reader.fixed64();
        break;
      case 0x62:
        eventName = reader.name();
        break;
      default:
        reader.skip(tag);
    }
  }
  return {
    timeUnixNano,
    observedTimeUnixNano,
    severityNumber,
    severityText,
    body,
    attributes: attributes ?? noAttributes,
    traceId,
    spanId,
    flags,
    eventName,
  };
}
