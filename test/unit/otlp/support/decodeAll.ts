import { decodeLogs } from '../../../../src/otlp/decodeLogs.ts';
import { decodeMetrics } from '../../../../src/otlp/decodeMetrics.ts';
import { decodeTraces } from '../../../../src/otlp/decodeTraces.ts';
import type {
  RawLogRecord,
  RawMetricPoint,
  RawSpan,
  RecordContext,
  Signal,
} from '../../../../src/otlp/types.ts';
import type { OracleRecord } from './oracleRecords.ts';

function withContext<T>(record: T, context: RecordContext): OracleRecord<T> {
  return { record, resource: context.resource, scope: context.scope };
}

export function allSpans(bytes: Uint8Array): OracleRecord<RawSpan>[] {
  const found: OracleRecord<RawSpan>[] = [];
  decodeTraces(bytes, (span, _range, context) => found.push(withContext(comparable(span), context)));
  return found;
}

/** Attributes as a Map, whose members `deepEqual` compares. */
export function comparable(span: RawSpan): RawSpan {
  return { ...span, attributes: new Map(span.attributes) };
}

export function allLogRecords(bytes: Uint8Array): OracleRecord<RawLogRecord>[] {
  const found: OracleRecord<RawLogRecord>[] = [];
  decodeLogs(bytes, (record, _range, context) => found.push(withContext(record, context)));
  return found;
}

export function allPoints(bytes: Uint8Array): OracleRecord<RawMetricPoint>[] {
  const found: OracleRecord<RawMetricPoint>[] = [];
  decodeMetrics(bytes, (point, context) => found.push(withContext(point, context)));
  return found;
}

export function decodeAll(signal: Signal, bytes: Uint8Array): OracleRecord<unknown>[] {
  if (signal === 'traces') return allSpans(bytes);
  return signal === 'logs' ? allLogRecords(bytes) : allPoints(bytes);
}
