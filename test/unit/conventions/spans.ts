import { Attributes as DecodedAttributes } from '../../../src/otlp/attributes.ts';
import type { AccountingSpan } from '../../../src/conventions/accountingTypes.ts';
import type { LogInput, SpanInput } from '../../../src/conventions/input.ts';
import { understand, type UnderstandOptions } from '../../../src/conventions/understand.ts';
import type { SpanFacts } from '../../../src/model/span.ts';
import type { AttributeValue, RawEvent, RawLink } from '../../../src/otlp/types.ts';

/** Attributes as tests write them: plain objects and arrays for structured values. */
export type Attributes = Readonly<Record<string, unknown>>;

export interface SpanDraft {
  readonly name?: string;
  readonly scope?: string;
  readonly attributes?: Attributes;
  readonly resource?: Attributes;
  /** 0 unset, 1 ok, 2 error. */
  readonly status?: number;
  readonly message?: string;
  readonly parentSpanId?: string;
  readonly startMillis?: number;
  readonly endMillis?: number;
  readonly events?: readonly { name: string; millis?: number; attributes?: Attributes }[];
  readonly links?: readonly Partial<RawLink>[];
  readonly logs?: readonly LogInput[];
}

export function spanInput(draft: SpanDraft): SpanInput {
  const start = draft.startMillis ?? 1_000;
  const events: RawEvent[] = (draft.events ?? []).map(({ name, millis, attributes }) => ({
    name,
    timeUnixNano: BigInt(Math.round((millis ?? start) * 1e6)),
    attributes: toMap(attributes),
    droppedAttributesCount: 0,
  }));
  return {
    span: {
      traceId: 'a'.repeat(32),
      spanId: 'b'.repeat(16),
      parentSpanId: draft.parentSpanId ?? '',
      traceState: '',
      flags: 0,
      name: draft.name ?? 'span',
      kind: 1,
      startTimeUnixNano: BigInt(Math.round(start * 1e6)),
      endTimeUnixNano: BigInt(Math.round((draft.endMillis ?? start + 1_000) * 1e6)),
      attributes: asDecoded(draft.attributes),
      droppedAttributesCount: 0,
      events,
      droppedEventsCount: 0,
      links: (draft.links ?? []).map((link) => ({
        traceId: '',
        spanId: '',
        traceState: '',
        attributes: new Map(),
        ...link,
      })),
      droppedLinksCount: 0,
      statusCode: draft.status ?? 0,
      statusMessage: draft.message ?? '',
    },
    resource: { attributes: toMap(draft.resource), droppedAttributesCount: 0 },
    scope: { name: draft.scope ?? '', version: '', attributes: new Map() },
    logs: draft.logs ?? [],
  };
}

export function facts(draft: SpanDraft, options?: UnderstandOptions): SpanFacts {
  return understand(spanInput(draft), options);
}

export interface LogDraft {
  readonly name?: string;
  readonly body?: unknown;
  readonly attributes?: Attributes;
  readonly resource?: Attributes;
  readonly scope?: string;
  readonly millis?: number;
  readonly traceId?: string;
  readonly spanId?: string;
  readonly severity?: number;
}

export function logInput(draft: LogDraft): LogInput {
  return {
    record: {
      timeUnixNano: BigInt(Math.round((draft.millis ?? 2_000) * 1e6)),
      observedTimeUnixNano: 0n,
      severityNumber: draft.severity ?? 9,
      severityText: '',
      body: toValue(draft.body),
      attributes: toMap(draft.attributes),
      traceId: draft.traceId ?? '',
      spanId: draft.spanId ?? '',
      flags: 0,
      eventName: draft.name ?? '',
    },
    resource: { attributes: toMap(draft.resource), droppedAttributesCount: 0 },
    scope: { name: draft.scope ?? '', version: '', attributes: new Map() },
  };
}

/** As the decoder makes them. */
function asDecoded(attributes: Attributes | undefined): DecodedAttributes {
  const decoded = new DecodedAttributes();
  for (const [key, value] of toMap(attributes)) decoded.set(key, value);
  return decoded;
}

export function toMap(attributes: Attributes | undefined): ReadonlyMap<string, AttributeValue> {
  return new Map(Object.entries(attributes ?? {}).map(([key, value]) => [key, toValue(value)]));
}

function toValue(value: unknown): AttributeValue {
  if (value === undefined || value === null) return null;
  if (Array.isArray(value)) return value.map(toValue);
  if (value instanceof Uint8Array) return value;
  return typeof value === 'object' ? toMap(value as Attributes) : (value as AttributeValue);
}

/** A span as accounting sees it; times in milliseconds. */
export function countable(
  draft: Partial<AccountingSpan> & { spanId: string; start?: number; end?: number },
): AccountingSpan {
  const { start = 0, end = start + 100, ...rest } = draft;
  return {
    traceId: 't',
    parentSpanId: '',
    kind: 'llm',
    dialect: 'otelGenai',
    scope: 'scope',
    service: 'service',
    name: draft.spanId,
    startMicros: start * 1000,
    endMicros: end * 1000,
    model: undefined,
    responseId: undefined,
    failed: false,
    usage: undefined,
    usageIsAggregate: false,
    reportedCost: undefined,
    toolName: undefined,
    toolCallId: undefined,
    ...rest,
  };
}
