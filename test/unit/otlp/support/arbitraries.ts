import fc from 'fast-check';

type Plain = Record<string, unknown>;

const hostileKeys = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'valueOf',
  'then',
  '',
  '0',
  '-1',
];

export const text: fc.Arbitrary<string> = fc.oneof(
  fc.string({ maxLength: 30 }),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.constantFrom(
    ...hostileKeys,
    'x'.repeat(63),
    'y'.repeat(64),
    'z'.repeat(65),
    'ü'.repeat(70),
    'w'.repeat(200),
    'a\0b',
  ),
);

const int64 = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.constantFrom(
    0n,
    1n,
    -1n,
    127n,
    128n,
    2n ** 53n - 1n,
    2n ** 53n,
    -(2n ** 53n),
    1n - 2n ** 53n,
    2n ** 63n - 1n,
  ),
  fc.integer().map(BigInt),
);
const fixed64 = fc
  .oneof(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.constantFrom(0n, 2n ** 64n - 1n))
  .map(String);
const uint32 = fc.oneof(fc.nat(300), fc.constantFrom(0, 0xffff_ffff, 0x8000_0000));
const bytes = (max: number): fc.Arbitrary<Buffer> =>
  fc.uint8Array({ maxLength: max }).map((b) => Buffer.from(b));

/** AnyValues in protobufjs' plain form. -0 is left out: it does not tell from 0 in every assertion. */
const { anyValue, keyValue } = fc.letrec<{ anyValue: Plain; keyValue: Plain }>((tie) => ({
  anyValue: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc.constant({}),
    text.map((stringValue) => ({ stringValue })),
    fc.boolean().map((boolValue) => ({ boolValue })),
    int64.map((value) => ({ intValue: String(value) })),
    fc.double().map((doubleValue) => ({ doubleValue: Object.is(doubleValue, -0) ? 0 : doubleValue })),
    bytes(20).map((bytesValue) => ({ bytesValue })),
    fc.array(tie('anyValue'), { maxLength: 4 }).map((values) => ({ arrayValue: { values } })),
    fc.array(tie('keyValue'), { maxLength: 4 }).map((values) => ({ kvlistValue: { values } })),
  ),
  keyValue: fc.record({ key: text, value: tie('anyValue') }, { requiredKeys: ['key'] }),
}));

const attributes = fc.array(keyValue, { maxLength: 6 });
const traceId = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((b) => Buffer.from(b));
const spanId = fc.uint8Array({ minLength: 8, maxLength: 8 }).map((b) => Buffer.from(b));
const anyId = fc.oneof({ weight: 6, arbitrary: spanId }, fc.constant(Buffer.alloc(8)), bytes(20));
const optional = { requiredKeys: [] as [] };

const event = fc.record(
  { timeUnixNano: fixed64, name: text, attributes, droppedAttributesCount: uint32 },
  optional,
);
const link = fc.record({ traceId, spanId: anyId, traceState: text, attributes }, optional);
const span = fc.record(
  {
    traceId: fc.oneof({ weight: 8, arbitrary: traceId }, anyId),
    spanId: anyId,
    parentSpanId: anyId,
    traceState: text,
    flags: uint32,
    name: text,
    kind: fc.nat(5),
    startTimeUnixNano: fixed64,
    endTimeUnixNano: fixed64,
    attributes,
    droppedAttributesCount: uint32,
    events: fc.array(event, { maxLength: 3 }),
    droppedEventsCount: uint32,
    links: fc.array(link, { maxLength: 3 }),
    droppedLinksCount: uint32,
    status: fc.record({ code: fc.nat(2), message: text }, optional),
  },
  optional,
);
const logRecord = fc.record(
  {
    timeUnixNano: fixed64,
    observedTimeUnixNano: fixed64,
    severityNumber: fc.nat(24),
    severityText: text,
    body: anyValue,
    attributes,
    flags: uint32,
    traceId: fc.oneof(traceId, anyId),
    spanId: anyId,
    eventName: text,
  },
  optional,
);

const times = { startTimeUnixNano: fixed64, timeUnixNano: fixed64, attributes, flags: uint32 };
const exemplar = fc.record(
  { timeUnixNano: fixed64, asDouble: fc.double(), filteredAttributes: attributes },
  optional,
);
const exemplars = fc.array(exemplar, { maxLength: 2 });
const numberPoint = fc.oneof(
  fc.record({ ...times, asDouble: fc.double(), exemplars }, optional),
  fc.record({ ...times, asInt: int64.map(String), exemplars }, optional),
);
const summed = { ...times, count: fixed64, sum: fc.double() };
const histogramPoint = fc.record(
  {
    ...summed,
    bucketCounts: fc.array(fixed64, { maxLength: 4 }),
    explicitBounds: fc.array(fc.double(), { maxLength: 4 }),
  },
  optional,
);
const buckets = fc.record(
  { offset: fc.integer(), bucketCounts: fc.array(fixed64, { maxLength: 4 }) },
  optional,
);
const exponentialPoint = fc.record(
  { ...summed, scale: fc.integer(), positive: buckets, negative: buckets },
  optional,
);
const quantileValues = fc.array(fc.record({ quantile: fc.double(), value: fc.double() }), { maxLength: 3 });
const summaryPoint = fc.record({ ...summed, quantileValues }, optional);
const data = fc.oneof(
  points(numberPoint).map((gauge) => ({ gauge })),
  points(numberPoint, { aggregationTemporality: fc.nat(2), isMonotonic: fc.boolean() }).map((sum) => ({
    sum,
  })),
  points(histogramPoint, { aggregationTemporality: fc.nat(2) }).map((histogram) => ({ histogram })),
  points(exponentialPoint, { aggregationTemporality: fc.nat(2) }).map((e) => ({ exponentialHistogram: e })),
  points(summaryPoint).map((summary) => ({ summary })),
);
const metric = fc
  .tuple(fc.record({ name: text, description: text, unit: text }, optional), data)
  .map(([identity, one]) => ({ ...identity, ...one }));

function points(
  point: fc.Arbitrary<unknown>,
  more: Record<string, fc.Arbitrary<unknown>> = {},
): fc.Arbitrary<unknown> {
  return fc.record({ dataPoints: fc.array(point, { maxLength: 3 }), ...more }, optional);
}

function request(
  resources: string,
  scopes: string,
  records: string,
  record: fc.Arbitrary<unknown>,
): fc.Arbitrary<Plain> {
  const scope = fc.record({ name: text, version: text, attributes }, optional);
  const inScope = fc.record(
    { scope, [records]: fc.array(record, { maxLength: 3 }), schemaUrl: text },
    optional,
  );
  const resource = fc.record({ attributes, droppedAttributesCount: uint32 }, optional);
  const inResource = fc.record(
    { resource, [scopes]: fc.array(inScope, { maxLength: 3 }), schemaUrl: text },
    optional,
  );
  return fc.record({ [resources]: fc.array(inResource, { maxLength: 3 }) });
}

/** Requests in the plain form that protobufjs' `fromObject` takes. */
export const tracesRequest = request('resourceSpans', 'scopeSpans', 'spans', span);
export const logsRequest = request('resourceLogs', 'scopeLogs', 'logRecords', logRecord);
export const metricsRequest = request('resourceMetrics', 'scopeMetrics', 'metrics', metric);
