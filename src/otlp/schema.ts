/**
 * The OTLP messages as data: what the validator walks and both JSON directions translate.
 *
 * Source: opentelemetry-proto 1.11 (collector, trace, logs, metrics, resource, common). Fields left out here (profiles'
 * string tables) are treated as unknown.
 */
import type { Signal } from './types.ts';

export type ScalarType =
  | 'string'
  | 'bytes'
  | 'traceId'
  | 'spanId'
  | 'bool'
  | 'int64'
  | 'uint64'
  | 'uint32'
  | 'sint32'
  | 'fixed32'
  | 'fixed64'
  | 'sfixed64'
  | 'double'
  | 'enum';

export interface FieldType {
  readonly number: number;
  /** The lowerCamelCase name of proto3's JSON mapping. */
  readonly name: string;
  readonly scalar?: ScalarType;
  readonly message?: MessageType;
  readonly repeated?: boolean;
  /** Names of an enum's values, by number. */
  readonly enumNames?: readonly string[];
}

export interface MessageType {
  readonly name: string;
  readonly fields: FieldType[];
}

type FieldRow = readonly [
  number: number,
  name: string,
  type: ScalarType | MessageType | readonly string[],
  repeated?: 'repeated',
];

function message(name: string, rows: readonly FieldRow[]): MessageType {
  return { name, fields: rows.map(toField) };
}

function toField([number, name, type, repeated]: FieldRow): FieldType {
  const common = { number, name, ...(repeated && { repeated: true }) };
  if (typeof type === 'string') return { ...common, scalar: type };
  return 'fields' in type ? { ...common, message: type } : { ...common, scalar: 'enum', enumNames: type };
}

const spanKinds = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'].map(
  (n) => `SPAN_KIND_${n}`,
);
const statusCodes = ['STATUS_CODE_UNSET', 'STATUS_CODE_OK', 'STATUS_CODE_ERROR'];
const temporalities = ['UNSPECIFIED', 'DELTA', 'CUMULATIVE'].map((n) => `AGGREGATION_TEMPORALITY_${n}`);
const severityNumbers = [
  'SEVERITY_NUMBER_UNSPECIFIED',
  ...['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'].flatMap((level) =>
    ['', '2', '3', '4'].map((step) => `SEVERITY_NUMBER_${level}${step}`),
  ),
];

export const anyValueType = message('AnyValue', [
  [1, 'stringValue', 'string'],
  [2, 'boolValue', 'bool'],
  [3, 'intValue', 'int64'],
  [4, 'doubleValue', 'double'],
  [7, 'bytesValue', 'bytes'],
]);
export const keyValueType = message('KeyValue', [
  [1, 'key', 'string'],
  [2, 'value', anyValueType],
]);
// AnyValue contains itself, through these two.
anyValueType.fields.push(
  toField([5, 'arrayValue', message('ArrayValue', [[1, 'values', anyValueType, 'repeated']])]),
  toField([6, 'kvlistValue', message('KeyValueList', [[1, 'values', keyValueType, 'repeated']])]),
);

const entityRefType = message('EntityRef', [
  [1, 'schemaUrl', 'string'],
  [2, 'type', 'string'],
  [3, 'idKeys', 'string', 'repeated'],
  [4, 'descriptionKeys', 'string', 'repeated'],
]);
export const resourceType = message('Resource', [
  [1, 'attributes', keyValueType, 'repeated'],
  [2, 'droppedAttributesCount', 'uint32'],
  [3, 'entityRefs', entityRefType, 'repeated'],
]);
export const scopeType = message('InstrumentationScope', [
  [1, 'name', 'string'],
  [2, 'version', 'string'],
  [3, 'attributes', keyValueType, 'repeated'],
  [4, 'droppedAttributesCount', 'uint32'],
]);

export const spanType = message('Span', [
  [1, 'traceId', 'traceId'],
  [2, 'spanId', 'spanId'],
  [3, 'traceState', 'string'],
  [4, 'parentSpanId', 'spanId'],
  [16, 'flags', 'fixed32'],
  [5, 'name', 'string'],
  [6, 'kind', spanKinds],
  [7, 'startTimeUnixNano', 'fixed64'],
  [8, 'endTimeUnixNano', 'fixed64'],
  [9, 'attributes', keyValueType, 'repeated'],
  [10, 'droppedAttributesCount', 'uint32'],
  [
    11,
    'events',
    message('Event', [
      [1, 'timeUnixNano', 'fixed64'],
      [2, 'name', 'string'],
      [3, 'attributes', keyValueType, 'repeated'],
      [4, 'droppedAttributesCount', 'uint32'],
    ]),
    'repeated',
  ],
  [12, 'droppedEventsCount', 'uint32'],
  [
    13,
    'links',
    message('Link', [
      [1, 'traceId', 'traceId'],
      [2, 'spanId', 'spanId'],
      [3, 'traceState', 'string'],
      [4, 'attributes', keyValueType, 'repeated'],
      [5, 'droppedAttributesCount', 'uint32'],
      [6, 'flags', 'fixed32'],
    ]),
    'repeated',
  ],
  [14, 'droppedLinksCount', 'uint32'],
  [
    15,
    'status',
    message('Status', [
      [2, 'message', 'string'],
      [3, 'code', statusCodes],
    ]),
  ],
]);

export const logRecordType = message('LogRecord', [
  [1, 'timeUnixNano', 'fixed64'],
  [11, 'observedTimeUnixNano', 'fixed64'],
  [2, 'severityNumber', severityNumbers],
  [3, 'severityText', 'string'],
  [5, 'body', anyValueType],
  [6, 'attributes', keyValueType, 'repeated'],
  [7, 'droppedAttributesCount', 'uint32'],
  [8, 'flags', 'fixed32'],
  [9, 'traceId', 'traceId'],
  [10, 'spanId', 'spanId'],
  [12, 'eventName', 'string'],
]);

const exemplarType = message('Exemplar', [
  [7, 'filteredAttributes', keyValueType, 'repeated'],
  [2, 'timeUnixNano', 'fixed64'],
  [3, 'asDouble', 'double'],
  [6, 'asInt', 'sfixed64'],
  [4, 'spanId', 'spanId'],
  [5, 'traceId', 'traceId'],
]);
const numberPointType = message('NumberDataPoint', [
  [7, 'attributes', keyValueType, 'repeated'],
  [2, 'startTimeUnixNano', 'fixed64'],
  [3, 'timeUnixNano', 'fixed64'],
  [4, 'asDouble', 'double'],
  [6, 'asInt', 'sfixed64'],
  [5, 'exemplars', exemplarType, 'repeated'],
  [8, 'flags', 'uint32'],
]);
const histogramPointType = message('HistogramDataPoint', [
  [9, 'attributes', keyValueType, 'repeated'],
  [2, 'startTimeUnixNano', 'fixed64'],
  [3, 'timeUnixNano', 'fixed64'],
  [4, 'count', 'fixed64'],
  [5, 'sum', 'double'],
  [6, 'bucketCounts', 'fixed64', 'repeated'],
  [7, 'explicitBounds', 'double', 'repeated'],
  [8, 'exemplars', exemplarType, 'repeated'],
  [10, 'flags', 'uint32'],
  [11, 'min', 'double'],
  [12, 'max', 'double'],
]);
const bucketsType = message('Buckets', [
  [1, 'offset', 'sint32'],
  [2, 'bucketCounts', 'uint64', 'repeated'],
]);
const exponentialPointType = message('ExponentialHistogramDataPoint', [
  [1, 'attributes', keyValueType, 'repeated'],
  [2, 'startTimeUnixNano', 'fixed64'],
  [3, 'timeUnixNano', 'fixed64'],
  [4, 'count', 'fixed64'],
  [5, 'sum', 'double'],
  [6, 'scale', 'sint32'],
  [7, 'zeroCount', 'fixed64'],
  [8, 'positive', bucketsType],
  [9, 'negative', bucketsType],
  [10, 'flags', 'uint32'],
  [11, 'exemplars', exemplarType, 'repeated'],
  [12, 'min', 'double'],
  [13, 'max', 'double'],
  [14, 'zeroThreshold', 'double'],
]);
const quantileType = message('ValueAtQuantile', [
  [1, 'quantile', 'double'],
  [2, 'value', 'double'],
]);
const summaryPointType = message('SummaryDataPoint', [
  [7, 'attributes', keyValueType, 'repeated'],
  [2, 'startTimeUnixNano', 'fixed64'],
  [3, 'timeUnixNano', 'fixed64'],
  [4, 'count', 'fixed64'],
  [5, 'sum', 'double'],
  [6, 'quantileValues', quantileType, 'repeated'],
  [8, 'flags', 'uint32'],
]);
const metricType = message('Metric', [
  [1, 'name', 'string'],
  [2, 'description', 'string'],
  [3, 'unit', 'string'],
  [5, 'gauge', message('Gauge', [[1, 'dataPoints', numberPointType, 'repeated']])],
  [
    7,
    'sum',
    message('Sum', [
      [1, 'dataPoints', numberPointType, 'repeated'],
      [2, 'aggregationTemporality', temporalities],
      [3, 'isMonotonic', 'bool'],
    ]),
  ],
  [
    9,
    'histogram',
    message('Histogram', [
      [1, 'dataPoints', histogramPointType, 'repeated'],
      [2, 'aggregationTemporality', temporalities],
    ]),
  ],
  [
    10,
    'exponentialHistogram',
    message('ExponentialHistogram', [
      [1, 'dataPoints', exponentialPointType, 'repeated'],
      [2, 'aggregationTemporality', temporalities],
    ]),
  ],
  [11, 'summary', message('Summary', [[1, 'dataPoints', summaryPointType, 'repeated']])],
  [12, 'metadata', keyValueType, 'repeated'],
]);

/** Export…ServiceRequest → Resource… → Scope… → record: the same numbers in all three signals. */
function request(signal: string, resourceField: string, scopeField: string, record: FieldRow): MessageType {
  const scopes = message(`Scope${signal}`, [[1, 'scope', scopeType], record, [3, 'schemaUrl', 'string']]);
  const resources = message(`Resource${signal}`, [
    [1, 'resource', resourceType],
    [2, scopeField, scopes, 'repeated'],
    [3, 'schemaUrl', 'string'],
  ]);
  return message(`Export${signal}ServiceRequest`, [[1, resourceField, resources, 'repeated']]);
}

export const requestTypes: Readonly<Record<Signal, MessageType>> = {
  traces: request('Spans', 'resourceSpans', 'scopeSpans', [2, 'spans', spanType, 'repeated']),
  logs: request('Logs', 'resourceLogs', 'scopeLogs', [2, 'logRecords', logRecordType, 'repeated']),
  metrics: request('Metrics', 'resourceMetrics', 'scopeMetrics', [2, 'metrics', metricType, 'repeated']),
};

/** What is counted as one record of a request: spans, log records, data points. */
export const recordTypes: ReadonlySet<MessageType> = new Set([
  spanType,
  logRecordType,
  numberPointType,
  histogramPointType,
  exponentialPointType,
  summaryPointType,
]);
