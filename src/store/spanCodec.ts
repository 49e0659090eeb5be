import { isKnownCost } from '../model/cost.ts';
import type { CostResult } from '../model/cost.ts';
import type { Flag } from '../model/flag.ts';
import type { SourceLocation } from '../model/source.ts';
import type { SpanKey } from '../model/span.ts';
import type { SpanRow } from '../protocol/rows.ts';
import type { IndexedSpan } from './api.ts';
import { callClassOf } from './callClass.ts';
import { decodeCost, encodeCost } from './costCodec.ts';
import type { NameIds, Names } from './names.ts';
import { fromLog, kindCodes, offsetOf, placeOf, segmentOf, statusCodes } from './schema.ts';
import { finite } from './finite.ts';
import { decodeCountedUsage, decodeUsage, encodeUsage, isCommonUsage } from './usageCodec.ts';

export const bits = {
  guessed: 1,
  counted: 2,
  aggregate: 4,
  rateLimited: 8,
  ownParent: 16,
  sameUsage: 32,
  fromLog,
} as const;

export const spanColumns = [
  'id',
  't',
  'span_id',
  'parent_id',
  'start_us',
  'dur_ns',
  'kind',
  'status',
  'class',
  'bits',
  'name',
  'origin',
  'rule',
  'length',
  'res_off',
  'res_len',
  'sc_off',
  'sc_len',
] as const;
export const detailColumns = [
  'id',
  'status_message',
  'error_type',
  'provider',
  'request_model',
  'response_model',
  'response_id',
  'own_usage',
  'usage',
  'input',
  'output',
  'cache_read',
  'cache_write',
  'reasoning',
  'reported_cost',
  'reported_attribute',
  'tier',
  'counted_in',
  'cost',
  'cost_json',
  'first_token_ms',
  'finish',
  'flags',
  'retries',
  'session',
  'user',
  'tool',
  'tool_call',
  'agent',
  'file',
  'line',
  'function',
  'source_json',
  'cost_shape',
  'cost_tokens',
] as const;

/** Every column a span is read from; `spans` as `s`, `details` as `d`, `traces` as `t`. */
export const spanSelect = `SELECT ${[
  ...spanColumns.map((column) => `s.${column} AS ${column}`),
  ...detailColumns.slice(1).map((column) => `d.${column} AS ${column}`),
  't.trace_id AS trace_id',
].join(', ')} FROM spans s LEFT JOIN details d ON d.id = s.id LEFT JOIN traces t ON t.id = s.t`;

export type Value = string | number | null;
export type Row = Record<string, unknown>;

const nameLength = 1024;
const valueLength = 512;
const messageLength = 4096;

/** The index keeps what is searched and listed; the whole text is in the journal. */
export function clip(text: string, length = valueLength): string {
  return text.length <= length ? text : text.slice(0, length);
}

/** An integer that reads back: SQLite's are 64 bits wide, a double's exact ones 53. */
export function integer(value: number): number {
  if (!(value > -Number.MAX_SAFE_INTEGER)) return Number.isNaN(value) ? 0 : -Number.MAX_SAFE_INTEGER;
  return value < Number.MAX_SAFE_INTEGER ? Math.trunc(value) : Number.MAX_SAFE_INTEGER;
}

export function modelOf(span: Pick<IndexedSpan, 'requestModel' | 'responseModel'>): string | undefined {
  return span.responseModel ?? span.requestModel;
}

const kindNumbers = new Map(kindCodes.map((kind, code) => [kind, code]));

/** The values for `spanColumns`. A span that names itself as its parent is stored as a root. */
export function encodeSpan(span: IndexedSpan, t: number, names: NameIds): Value[] {
  const { range } = span;
  const isOwnParent = span.parentSpanId === span.spanId;
  return [
    placeOf(range.segment, range.offset),
    t,
    span.spanId,
    isOwnParent ? '' : span.parentSpanId,
    integer(span.startMicros),
    span.durationNanos === undefined ? null : integer(span.durationNanos),
    kindNumbers.get(span.kind) ?? 0,
    statusCodes.indexOf(span.status.code),
    callClassOf(span),
    bitsOf(span, isOwnParent),
    clip(span.name, nameLength),
    names.idOfOrigin({
      service: clip(span.service),
      serviceInstance: span.serviceInstance === undefined ? undefined : clip(span.serviceInstance),
      scope: clip(span.scope),
      dialect: span.dialect,
    }),
    names.idOf(clip(span.countRule)),
    range.length,
    range.resourceOffset,
    range.resourceLength,
    range.scopeOffset,
    range.scopeLength,
  ];
}

function bitsOf(span: IndexedSpan, isOwnParent: boolean): number {
  return (
    (span.guessed ? bits.guessed : 0) |
    (span.counted ? bits.counted : 0) |
    (span.usageIsAggregate ? bits.aggregate : 0) |
    (span.rateLimited ? bits.rateLimited : 0) |
    (isOwnParent ? bits.ownParent : 0) |
    (span.range.signal === 'logs' ? bits.fromLog : 0) |
    (span.usage !== undefined && span.usage === span.ownUsage ? bits.sameUsage : 0)
  );
}

/** The values for `detailColumns`; undefined when the span has none of them. */
export function encodeDetails(span: IndexedSpan, names: NameIds): Value[] | undefined {
  if (isPlain(span)) return undefined;
  const { usage, source, range, cost } = span;
  const encodedCost = cost && encodeCost(cost);
  return [
    placeOf(range.segment, range.offset),
    span.status.message === '' ? null : clip(span.status.message, messageLength),
    text(span.errorType),
    text(span.provider),
    text(span.requestModel),
    text(span.responseModel),
    text(span.responseId),
    span.ownUsage === usage ? null : encodeUsage(span.ownUsage),
    usage ? (isCommonUsage(usage) ? '' : encodeUsage(usage)) : null,
    finite(usage?.input) ?? null,
    finite(usage?.output) ?? null,
    finite(usage?.cacheRead) ?? null,
    finite(usage?.cacheWrite) ?? null,
    finite(usage?.reasoning) ?? null,
    finite(span.reportedCost) ?? null,
    text(span.reportedCostAttribute),
    text(span.serviceTier),
    span.countedIn ? `${span.countedIn.traceId} ${span.countedIn.spanId}` : null,
    (cost && isKnownCost(cost) && cost.source.kind !== 'estimate' ? finite(cost.amount) : undefined) ?? null,
    cost && !encodedCost ? JSON.stringify(cost) : null,
    finite(span.timeToFirstTokenMs) ?? null,
    span.finishReasons.length > 0
      ? JSON.stringify(span.finishReasons.slice(0, 32).map((reason) => clip(reason)))
      : null,
    encodeFlags(span.flags),
    span.retries === 0 ? null : integer(span.retries),
    text(span.sessionId),
    text(span.userId),
    text(span.toolName),
    text(span.toolCallId),
    text(span.agentName),
    source ? clip(source.file, messageLength) : null,
    source ? integer(source.line) : null,
    text(source?.function),
    source ? JSON.stringify(source) : null,
    encodedCost ? names.idOf(encodedCost.shape) : null,
    encodedCost ? encodedCost.tokens : null,
  ];
}

/** The texts of flags: most of a program's flags give one of a few reasons. */
const flagTexts = new Map<string, { readonly flag: Flag; readonly text: string }>();
const rememberedFlags = 1_000;

function encodeFlags(flags: readonly Flag[]): string | null {
  if (flags.length === 0) return null;
  let text = '';
  for (const flag of flags) {
    let known = flagTexts.get(flag.reason);
    if (known?.flag.id !== flag.id || known.flag.severity !== flag.severity) {
      known = { flag, text: JSON.stringify(flag) };
      if (flagTexts.size >= rememberedFlags) flagTexts.clear();
      if (known.text.length < 1_000) flagTexts.set(flag.reason, known);
    }
    text += text === '' ? known.text : `,${known.text}`;
  }
  return `[${text}]`;
}

function decodeCostOf(row: Row, names: Names): CostResult | undefined {
  const shape = row['cost_shape'];
  if (typeof shape !== 'number') return json<CostResult>(row['cost_json']);
  return decodeCost(names.costShape(shape), row['cost_tokens'] as string);
}

function isPlain(span: IndexedSpan): boolean {
  return (
    span.requestModel === undefined &&
    span.responseModel === undefined &&
    span.ownUsage === undefined &&
    span.usage === undefined &&
    span.cost === undefined &&
    span.flags.length === 0 &&
    span.status.message === '' &&
    span.errorType === undefined &&
    span.provider === undefined &&
    span.responseId === undefined &&
    span.reportedCost === undefined &&
    span.reportedCostAttribute === undefined &&
    span.serviceTier === undefined &&
    span.countedIn === undefined &&
    span.timeToFirstTokenMs === undefined &&
    span.finishReasons.length === 0 &&
    span.retries === 0 &&
    span.sessionId === undefined &&
    span.userId === undefined &&
    span.toolName === undefined &&
    span.toolCallId === undefined &&
    span.agentName === undefined &&
    span.source === undefined
  );
}

function text(value: string | undefined): string | null {
  return value === undefined ? null : clip(value);
}

function optional<T>(value: unknown): T | undefined {
  return value === null || value === undefined ? undefined : (value as T);
}

function json<T>(value: unknown): T | undefined {
  return typeof value === 'string' ? (JSON.parse(value) as T) : undefined;
}

export function decodeKey(value: unknown): SpanKey | undefined {
  if (typeof value !== 'string') return undefined;
  const space = value.indexOf(' ');
  return { traceId: value.slice(0, space), spanId: value.slice(space + 1) };
}

/** A row of `spanSelect`, back as it was written (long texts cut). */
export function decodeSpan(row: Row, names: Names): IndexedSpan {
  const id = row['id'] as number;
  const mask = row['bits'] as number;
  const origin = names.origin(row['origin'] as number);
  const usage = decodeCountedUsage(row);
  return {
    traceId: row['trace_id'] as string,
    spanId: row['span_id'] as string,
    parentSpanId: (mask & bits.ownParent) !== 0 ? (row['span_id'] as string) : (row['parent_id'] as string),
    name: row['name'] as string,
    service: origin.service,
    serviceInstance: origin.serviceInstance,
    scope: origin.scope,
    kind: kindCodes[row['kind'] as number] ?? 'other',
    dialect: origin.dialect,
    guessed: (mask & bits.guessed) !== 0,
    startMicros: row['start_us'] as number,
    durationNanos: optional<number>(row['dur_ns']),
    status: {
      code: statusCodes[row['status'] as number] ?? 'unset',
      message: (row['status_message'] as string | null) ?? '',
    },
    errorType: optional<string>(row['error_type']),
    provider: optional<string>(row['provider']),
    requestModel: optional<string>(row['request_model']),
    responseModel: optional<string>(row['response_model']),
    responseId: optional<string>(row['response_id']),
    ownUsage: (mask & bits.sameUsage) !== 0 ? usage : decodeUsage(row['own_usage']),
    usageIsAggregate: (mask & bits.aggregate) !== 0,
    reportedCost: optional<number>(row['reported_cost']),
    reportedCostAttribute: optional<string>(row['reported_attribute']),
    serviceTier: optional<string>(row['tier']),
    counted: (mask & bits.counted) !== 0,
    countedIn: decodeKey(row['counted_in']),
    countRule: names.text(row['rule'] as number),
    usage,
    cost: decodeCostOf(row, names),
    timeToFirstTokenMs: optional<number>(row['first_token_ms']),
    finishReasons: json<string[]>(row['finish']) ?? [],
    flags: json<Flag[]>(row['flags']) ?? [],
    rateLimited: (mask & bits.rateLimited) !== 0,
    retries: (row['retries'] as number | null) ?? 0,
    sessionId: optional<string>(row['session']),
    userId: optional<string>(row['user']),
    toolName: optional<string>(row['tool']),
    toolCallId: optional<string>(row['tool_call']),
    agentName: optional<string>(row['agent']),
    source: json<SourceLocation>(row['source_json']),
    range: {
      segment: segmentOf(id),
      offset: offsetOf(id),
      length: row['length'] as number,
      resourceOffset: row['res_off'] as number,
      resourceLength: row['res_len'] as number,
      scopeOffset: row['sc_off'] as number,
      scopeLength: row['sc_len'] as number,
      ...((mask & bits.fromLog) !== 0 ? { signal: 'logs' as const } : {}),
    },
  };
}

export function spanRowOf(span: IndexedSpan, childCount: number): SpanRow {
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId: span.parentSpanId,
    name: span.name,
    service: span.service,
    kind: span.kind,
    startMicros: span.startMicros,
    durationMs: span.durationNanos === undefined ? undefined : span.durationNanos / 1e6,
    status: span.status.code,
    statusMessage: span.status.message,
    model: modelOf(span),
    toolName: span.toolName,
    usage: span.usage,
    cost: span.cost,
    counted: span.counted,
    flags: span.flags,
    childCount,
    source: span.source,
  };
}
