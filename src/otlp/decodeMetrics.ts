import { walkRecords } from './decodeContext.ts';
import type { AttributeValue, RawMetricPoint, RecordContext } from './types.ts';
import { type ValueReader, newAttributes, noAttributes } from './valueReader.ts';

type MetricType = RawMetricPoint['type'];

/** What the data points of one metric share. */
interface MetricIdentity {
  name: string;
  unit: string;
  temporality: number;
  isMonotonic: boolean;
}

/** Tags of Metric's `data` oneof. */
const dataTypes = new Map<number, MetricType>([
  [0x2a, 'gauge'],
  [0x3a, 'sum'],
  [0x4a, 'histogram'],
  [0x52, 'exponentialHistogram'],
  [0x5a, 'summary'],
]);

/** The tag of `attributes` in each kind of data point; the times and `as_double`, `count`, `sum` agree. */
const attributeTags: Readonly<Record<MetricType, number>> = {
  gauge: 0x3a,
  sum: 0x3a,
  histogram: 0x4a,
  exponentialHistogram: 0x0a,
  summary: 0x3a,
};

/**
 * Reads an ExportMetricsServiceRequest, one call per data point. Buckets, quantiles and exemplars are left out.
 *
 * Throws `OtlpError` where the bytes break the format; the points before that place were visited.
 */
export function decodeMetrics(
  bytes: Uint8Array,
  visit: (point: RawMetricPoint, context: RecordContext) => void,
): void {
  walkRecords(bytes, (reader, _range, context) => readMetric(reader, (point) => visit(point, context)));
}

function readMetric(reader: ValueReader, visit: (point: RawMetricPoint) => void): void {
  const start = reader.position;
  const identity: MetricIdentity = { name: '', unit: '', temporality: 0, isMonotonic: false };
  let hasData = false;
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === 0x0a) identity.name = reader.name();
    else if (tag === 0x1a) identity.unit = reader.name();
    else {
      hasData ||= dataTypes.has(tag);
      reader.skip(tag);
    }
  }
  if (!hasData) return;
  // The name may come after the data, so the points are read in a second pass.
  reader.position = start;
  while (reader.more()) {
    const tag = reader.tag();
    const type = dataTypes.get(tag);
    if (!type) {
      reader.skip(tag);
      continue;
    }
    const outer = reader.enter();
    readData(reader, type, identity, visit);
    reader.leave(outer);
  }
}

function readData(
  reader: ValueReader,
  type: MetricType,
  identity: MetricIdentity,
  visit: (point: RawMetricPoint) => void,
): void {
  const start = reader.position;
  identity.temporality = 0;
  identity.isMonotonic = false;
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === 0x10 && type !== 'gauge' && type !== 'summary') identity.temporality = reader.int32();
    else if (tag === 0x18 && type === 'sum') identity.isMonotonic = reader.bool();
    else reader.skip(tag);
  }
  if (identity.temporality !== 1 && identity.temporality !== 2) identity.temporality = 0;
  reader.position = start;
  while (reader.more()) {
    const tag = reader.tag();
    if (tag !== 0x0a) {
      reader.skip(tag);
      continue;
    }
    const outer = reader.enter();
    visit(readPoint(reader, type, identity));
    reader.leave(outer);
  }
}

function readPoint(reader: ValueReader, type: MetricType, identity: MetricIdentity): RawMetricPoint {
  const isNumber = type === 'gauge' || type === 'sum';
  const attributeTag = attributeTags[type];
  let attributes: Map<string, AttributeValue> | undefined;
  let startTimeUnixNano = 0n;
  let timeUnixNano = 0n;
  let value: number | undefined;
  let count: number | undefined = isNumber ? undefined : 0;
  reader.startRecord();
  while (reader.more()) {
    const tag = reader.tag();
    if (tag === attributeTag) reader.attribute((attributes ??= newAttributes()));
    else if (tag === 0x11) startTimeUnixNano = reader.fixed64();
    else if (tag === 0x19) timeUnixNano = reader.fixed64();
    else if (tag === 0x21 && isNumber) value = reader.double();
    else if (tag === 0x31 && isNumber) value = Number(reader.sfixed64());
    else if (tag === 0x21) count = Number(reader.fixed64());
    else if (tag === 0x29 && !isNumber) value = reader.double();
    else reader.skip(tag);
  }
  return {
    name: identity.name,
    unit: identity.unit,
    type,
    temporality: identity.temporality,
    isMonotonic: identity.isMonotonic,
    attributes: attributes ?? noAttributes,
    startTimeUnixNano,
    timeUnixNano,
    value,
    count,
  };
}
