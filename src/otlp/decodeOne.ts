/**
 * Single messages, read again from the ranges that `decodeTraces` and `decodeLogs` gave. The bytes are a message's
 * body, without tag and length; a view into a larger buffer will do. All throw `OtlpError` on malformed bytes.
 */
import { readResource, readScope } from './decodeContext.ts';
import { readLogRecord } from './decodeLogs.ts';
import { readSpan } from './decodeTraces.ts';
import { OtlpError } from './otlpError.ts';
import type { RawLogRecord, RawResource, RawScope, RawSpan } from './types.ts';
import { ValueReader } from './valueReader.ts';

/** Reads a Span; one without valid ids is malformed, as it would not have been visited. */
export function decodeSpan(bytes: Uint8Array): RawSpan {
  const span = readSpan(new ValueReader(bytes));
  if (span.traceId === '' || span.spanId === '') throw new OtlpError('malformed', 'span without valid ids');
  return span;
}

export function decodeLogRecord(bytes: Uint8Array): RawLogRecord {
  return readLogRecord(new ValueReader(bytes));
}

export function decodeResource(bytes: Uint8Array): RawResource {
  return readResource(new ValueReader(bytes));
}

export function decodeScope(bytes: Uint8Array): RawScope {
  return readScope(new ValueReader(bytes));
}
