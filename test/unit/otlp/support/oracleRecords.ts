/** What the decoder should give, made from what protobufjs decoded. */
import type {
  AttributeValue,
  RawEvent,
  RawLink,
  RawLogRecord,
  RawMetricPoint,
  RawResource,
  RawScope,
  RawSpan,
  Signal,
} from '../../../../src/otlp/types.ts';
import { decodeWithOracle, requestOracles } from './protobufOracle.ts';

type Plain = Record<string, unknown>;

export interface OracleRecord<T> {
  readonly record: T;
  readonly resource: RawResource;
  readonly scope: RawScope;
}

export function spansOf(bytes: Uint8Array): OracleRecord<RawSpan>[] {
  return recordsOf('traces', bytes, 'resourceSpans', 'scopeSpans', 'spans', (span) => {
    const record = toSpan(span);
    return record.traceId === '' || record.spanId === '' ? [] : [record];
  });
}

export function logRecordsOf(bytes: Uint8Array): OracleRecord<RawLogRecord>[] {
  return recordsOf('logs', bytes, 'resourceLogs', 'scopeLogs', 'logRecords', (record) => [
    toLogRecord(record),
  ]);
}

export function metricPointsOf(bytes: Uint8Array): OracleRecord<RawMetricPoint>[] {
  return recordsOf('metrics', bytes, 'resourceMetrics', 'scopeMetrics', 'metrics', toPoints);
}

function recordsOf<T>(
  signal: Signal,
  bytes: Uint8Array,
  resources: string,
  scopes: string,
  records: string,
  convert: (record: Plain) => T[],
): OracleRecord<T>[] {
  const found: OracleRecord<T>[] = [];
  for (const inResource of list(decodeWithOracle(requestOracles[signal], bytes)[resources])) {
    const plain = object(inResource['resource']);
    const resource: RawResource = {
      attributes: attributes(plain['attributes']),
      droppedAttributesCount: number(plain['droppedAttributesCount']),
    };
    for (const inScope of list(inResource[scopes])) {
      const scopePlain = object(inScope['scope']);
      const scope: RawScope = {
        name: text(scopePlain['name']),
        version: text(scopePlain['version']),
        attributes: attributes(scopePlain['attributes']),
      };
      for (const plainRecord of list(inScope[records])) {
        for (const record of convert(plainRecord)) found.push({ record, resource, scope });
      }
    }
  }
  return found;
}

function toSpan(span: Plain): RawSpan {
  const status = object(span['status']);
  return {
    traceId: id(span['traceId'], 16),
    spanId: id(span['spanId'], 8),
    parentSpanId: id(span['parentSpanId'], 8),
    traceState: text(span['traceState']),
    flags: number(span['flags']),
    name: text(span['name']),
    kind: number(span['kind']),
    startTimeUnixNano: big(span['startTimeUnixNano']),
    endTimeUnixNano: big(span['endTimeUnixNano']),
    attributes: attributes(span['attributes']),
    droppedAttributesCount: number(span['droppedAttributesCount']),
    events: list(span['events']).map(toEvent),
    droppedEventsCount: number(span['droppedEventsCount']),
    links: list(span['links']).map(toLink),
    droppedLinksCount: number(span['droppedLinksCount']),
    statusCode: number(status['code']),
    statusMessage: text(status['message']),
  };
}

function toEvent(event: Plain): RawEvent {
  return {
    timeUnixNano: big(event['timeUnixNano']),
    name: text(event['name']),
    attributes: attributes(event['attributes']),
    droppedAttributesCount: number(event['droppedAttributesCount']),
  };
}

function toLink(link: Plain): RawLink {
  return {
    traceId: id(link['traceId'], 16),
    spanId: id(link['spanId'], 8),
    traceState: text(link['traceState']),
    attributes: attributes(link['attributes']),
  };
}

function toLogRecord(record: Plain): RawLogRecord {
  return {
    timeUnixNano: big(record['timeUnixNano']),
    observedTimeUnixNano: big(record['observedTimeUnixNano']),
    severityNumber: number(record['severityNumber']),
    severityText: text(record['severityText']),
    body: value(record['body']),
    attributes: attributes(record['attributes']),
    traceId: id(record['traceId'], 16),
    spanId: id(record['spanId'], 8),
    flags: number(record['flags']),
    eventName: text(record['eventName']),
  };
}

function toPoints(metric: Plain): RawMetricPoint[] {
  for (const type of ['gauge', 'sum', 'histogram', 'exponentialHistogram', 'summary'] as const) {
    if (metric[type] === undefined) continue;
    const data = object(metric[type]);
    const isNumber = type === 'gauge' || type === 'sum';
    return list(data['dataPoints']).map((point) => ({
      name: text(metric['name']),
      unit: text(metric['unit']),
      type,
      temporality: number(data['aggregationTemporality']),
      isMonotonic: data['isMonotonic'] === true,
      attributes: attributes(point['attributes']),
      startTimeUnixNano: big(point['startTimeUnixNano']),
      timeUnixNano: big(point['timeUnixNano']),
      value: optional(isNumber ? (point['asDouble'] ?? point['asInt']) : point['sum']),
      count: isNumber ? undefined : Number(big(point['count'])),
    }));
  }
  return [];
}

function attributes(pairs: unknown): Map<string, AttributeValue> {
  return new Map(list(pairs).map((pair) => [text(pair['key']), value(pair['value'])]));
}

function value(any: unknown): AttributeValue {
  const plain = object(any);
  if (plain['stringValue'] !== undefined) return plain['stringValue'] as string;
  if (plain['boolValue'] !== undefined) return plain['boolValue'] as boolean;
  if (plain['doubleValue'] !== undefined) return plain['doubleValue'] as number;
  if (plain['bytesValue'] !== undefined)
    return new Uint8Array(Buffer.from(plain['bytesValue'] as string, 'base64'));
  if (plain['arrayValue'] !== undefined) return list(object(plain['arrayValue'])['values']).map(value);
  if (plain['kvlistValue'] !== undefined) return attributes(object(plain['kvlistValue'])['values']);
  if (plain['intValue'] === undefined) return null;
  const integer = BigInt(plain['intValue'] as string);
  return Number.isSafeInteger(Number(integer)) ? Number(integer) : integer;
}

function id(base64: unknown, size: number): string {
  const buffer = Buffer.from(text(base64), 'base64');
  if (buffer.length !== size || buffer.every((byte) => byte === 0)) return '';
  return buffer.toString('hex');
}

function list(items: unknown): Plain[] {
  return (items ?? []) as Plain[];
}

function object(plain: unknown): Plain {
  return (plain ?? {}) as Plain;
}

function text(plain: unknown): string {
  return (plain ?? '') as string;
}

function number(plain: unknown): number {
  return (plain ?? 0) as number;
}

function optional(plain: unknown): number | undefined {
  return plain === undefined ? undefined : Number(plain);
}

function big(plain: unknown): bigint {
  return BigInt((plain ?? '0') as string);
}
