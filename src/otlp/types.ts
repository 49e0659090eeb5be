/**
 * The wire's own records, decoded but not interpreted.
 *
 * Source: opentelemetry-proto 1.11 (common, resource, trace, logs, metrics). Attribute collections are `Map`s,
 * never objects: keys come from outside and may be `__proto__` or `constructor`.
 */
export type Signal = 'traces' | 'logs' | 'metrics';

/** An OTLP AnyValue. `null` is the empty AnyValue; a 64-bit integer beyond 2^53 is a `bigint`. */
export type AttributeValue =
  null | string | number | bigint | boolean | Uint8Array | readonly AttributeValue[] | AttributeMap;
export type AttributeMap = ReadonlyMap<string, AttributeValue>;

export interface RawResource {
  readonly attributes: AttributeMap;
  readonly droppedAttributesCount: number;
}

export interface RawScope {
  readonly name: string;
  readonly version: string;
  readonly attributes: AttributeMap;
}

export interface RawEvent {
  readonly timeUnixNano: bigint;
  readonly name: string;
  readonly attributes: AttributeMap;
  readonly droppedAttributesCount: number;
}

export interface RawLink {
  /** Lower-case hex, 32 characters ('' when absent). */
  readonly traceId: string;
  /** Lower-case hex, 16 characters ('' when absent). */
  readonly spanId: string;
  readonly traceState: string;
  readonly attributes: AttributeMap;
}

export interface RawSpan {
  /** Lower-case hex, 32 characters. */
  readonly traceId: string;
  /** Lower-case hex, 16 characters. */
  readonly spanId: string;
  /** Lower-case hex, 16 characters; '' for a root. */
  readonly parentSpanId: string;
  readonly traceState: string;
  readonly flags: number;
  readonly name: string;
  /** opentelemetry.proto.trace.v1.Span.SpanKind, 0 to 5. */
  readonly kind: number;
  readonly startTimeUnixNano: bigint;
  /** 0n while the span has not ended. */
  readonly endTimeUnixNano: bigint;
  readonly attributes: AttributeMap;
  readonly droppedAttributesCount: number;
  readonly events: readonly RawEvent[];
  readonly droppedEventsCount: number;
  readonly links: readonly RawLink[];
  readonly droppedLinksCount: number;
  /** 0 unset, 1 ok, 2 error. */
  readonly statusCode: number;
  readonly statusMessage: string;
}

export interface RawLogRecord {
  readonly timeUnixNano: bigint;
  readonly observedTimeUnixNano: bigint;
  readonly severityNumber: number;
  readonly severityText: string;
  readonly body: AttributeValue;
  readonly attributes: AttributeMap;
  /** '' when the record belongs to no trace. */
  readonly traceId: string;
  /** '' when the record belongs to no span. */
  readonly spanId: string;
  readonly flags: number;
  /** The `event_name` field, else ''. The older attribute `event.name` is left to the conventions. */
  readonly eventName: string;
}

/** One number or histogram data point, with its metric's identity. */
export interface RawMetricPoint {
  readonly name: string;
  readonly unit: string;
  readonly type: 'gauge' | 'sum' | 'histogram' | 'exponentialHistogram' | 'summary';
  /** 0 unspecified, 1 delta, 2 cumulative. */
  readonly temporality: number;
  readonly isMonotonic: boolean;
  readonly attributes: AttributeMap;
  readonly startTimeUnixNano: bigint;
  readonly timeUnixNano: bigint;
  /** The value of a number point; the sum of a histogram or summary (`undefined` when not recorded). */
  readonly value: number | undefined;
  /** The count of a histogram or summary; `undefined` for number points. */
  readonly count: number | undefined;
}

/** A place inside a request's protobuf bytes. */
export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

/** What a record shares with its neighbours; one object per ScopeSpans/ScopeLogs/ScopeMetrics, not per record. */
export interface RecordContext {
  readonly resource: RawResource;
  readonly scope: RawScope;
  /** Range of the Resource message's body in the request, without tag and length ({0,0} when absent). */
  readonly resourceRange: ByteRange;
  /** Range of the InstrumentationScope message's body ({0,0} when absent). */
  readonly scopeRange: ByteRange;
}
