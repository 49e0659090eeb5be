import type { AccountingSpan, CountDecision } from '../conventions/accountingTypes.ts';
import type { SpanInput } from '../conventions/input.ts';
import { workspaceAttribute } from '../environment/programEnvironment.ts';
import type { CostResult } from '../model/cost.ts';
import type { Flag } from '../model/flag.ts';
import type { SourceLocation } from '../model/source.ts';
import type { SpanFacts } from '../model/span.ts';
import type { AttributeMap, RawResource } from '../otlp/types.ts';
import type { IndexedSpan, StoredRange } from '../store/api.ts';

/** A span as interpreted: its wire form, what it says, and where its bytes lie. */
export interface Interpreted {
  readonly input: SpanInput;
  readonly facts: SpanFacts;
  readonly range: StoredRange;
  /** The key the row is filed under: a pending notice is filed under the span it announces. */
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly service: string;
  /** The process it came from: two spans of one call that lie in two traces come from the same one. */
  readonly process: string;
  /** Since the epoch. */
  readonly startMicros: number;
  /** The start's, while the span has no end. */
  readonly endMicros: number;
  /** Undefined while the span runs or is only announced; 0 where it ends before it starts. */
  readonly durationNanos: number | undefined;
}

export function interpret(input: SpanInput, facts: SpanFacts, range: StoredRange): Interpreted {
  const { span } = input;
  const sender = senderOf(input.resource);
  const isPending = facts.disposition === 'pending';
  const { startTimeUnixNano: start, endTimeUnixNano: end } = span;
  const startMicros = micros(start);
  return {
    input,
    facts,
    range,
    traceId: span.traceId,
    spanId: isPending ? (facts.pendingFor ?? span.spanId) : span.spanId,
    parentSpanId: facts.parentSpanId ?? span.parentSpanId,
    service: sender.service,
    process: sender.process,
    startMicros,
    endMicros: end === 0n ? startMicros : micros(end),
    durationNanos: isPending || end === 0n ? undefined : duration(start, end),
  };
}

interface Sender {
  readonly service: string;
  readonly process: string;
}

/** Of the resources that are being read: one stands over many spans. */
const senders = new WeakMap<RawResource, Sender>();

function senderOf(resource: RawResource): Sender {
  let sender = senders.get(resource);
  if (!sender) {
    const service = serviceOf(resource.attributes);
    const instance =
      text(resource.attributes, 'service.instance.id') ?? text(resource.attributes, 'process.pid') ?? '';
    sender = { service, process: `${service}\u0000${instance}` };
    senders.set(resource, sender);
  }
  return sender;
}

/** The service's name; of a program that has none, the name of the folder it was started from, where that is known. */
function serviceOf(resource: AttributeMap): string {
  const name = text(resource, 'service.name') ?? 'unknown_service';
  if (!name.startsWith('unknown_service')) return name;
  const folder = text(resource, workspaceAttribute)?.replace(/[/\\]+$/, '');
  return folder?.slice(Math.max(folder.lastIndexOf('/'), folder.lastIndexOf('\\')) + 1) || name;
}

export function accountingView(item: Interpreted): AccountingSpan {
  const { facts, input } = item;
  return {
    traceId: item.traceId,
    spanId: item.spanId,
    parentSpanId: item.parentSpanId,
    kind: facts.kind,
    dialect: facts.dialect,
    scope: input.scope.name,
    service: item.process,
    name: input.span.name,
    startMicros: item.startMicros,
    endMicros: item.endMicros,
    model: facts.responseModel ?? facts.requestModel,
    responseId: facts.responseId,
    failed: facts.status.code === 'error',
    usage: facts.usage,
    usageIsAggregate: facts.usageIsAggregate ?? false,
    reportedCost: facts.reportedCost?.total,
    toolName: facts.tool?.name,
    toolCallId: facts.tool?.callId,
    disposition: facts.disposition,
    ...(facts.http ? { http: { status: facts.http.status, resendCount: facts.http.resendCount } } : {}),
  };
}

export interface Verdict {
  readonly decision: CountDecision;
  readonly cost: CostResult | undefined;
  readonly flags: readonly Flag[];
  readonly source: SourceLocation | undefined;
}

export function toRow(item: Interpreted, verdict: Verdict): IndexedSpan {
  const { facts, input } = item;
  const { span } = input;
  const { decision } = verdict;
  return {
    traceId: item.traceId,
    spanId: item.spanId,
    parentSpanId: item.parentSpanId,
    name: span.name,
    service: item.service,
    scope: input.scope.name,
    kind: facts.kind,
    dialect: facts.dialect,
    guessed: facts.guessed,
    startMicros: item.startMicros,
    durationNanos: item.durationNanos,
    status: facts.status,
    errorType: facts.error?.type,
    provider: facts.provider,
    requestModel: facts.requestModel,
    responseModel: facts.responseModel,
    responseId: facts.responseId,
    ownUsage: facts.usage,
    usageIsAggregate: facts.usageIsAggregate ?? false,
    reportedCost: facts.reportedCost?.total,
    reportedCostAttribute: facts.reportedCost?.attribute,
    serviceTier: facts.serviceTier,
    counted: decision.counted,
    countedIn: decision.countedIn,
    countRule: decision.rule,
    usage: decision.counted ? (decision.usage ?? facts.usage) : undefined,
    cost: verdict.cost,
    timeToFirstTokenMs: facts.timeToFirstTokenMs,
    finishReasons: facts.finishReasons,
    flags: verdict.flags,
    rateLimited: facts.rateLimited || decision.rateLimited === true,
    retries: Math.max(facts.retries ?? 0, decision.retries ?? 0),
    sessionId: facts.sessionId,
    userId: facts.userId,
    toolName: facts.tool?.name,
    toolCallId: facts.tool?.callId,
    agentName: facts.agentName,
    source: verdict.source,
    range: item.range,
  };
}

/** Microseconds since the epoch, exact in a double until 2255; later or absurd times are clamped. */
export function micros(nanos: bigint): number {
  const value = nanos / 1000n;
  return value > 9_000_000_000_000_000n ? 9_000_000_000_000_000 : Number(value);
}

/** An end before the start (clock skew) counts as no duration. */
function duration(start: bigint, end: bigint): number {
  return end > start ? Number(end - start) : 0;
}

function text(attributes: AttributeMap, key: string): string | undefined {
  const value = attributes.get(key);
  if (typeof value === 'string') return value === '' ? undefined : value;
  return typeof value === 'number' ? String(value) : undefined;
}
