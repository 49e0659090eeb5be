import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { account } from '../../src/conventions/accounting.ts';
import { accountAcross, mayPairAcross } from '../../src/conventions/accountAcross.ts';
import type { AccountingSpan, CountDecision } from '../../src/conventions/accountingTypes.ts';
import type { LogInput, SpanInput } from '../../src/conventions/input.ts';
import { understand } from '../../src/conventions/understand.ts';
import type { SpanFacts } from '../../src/model/span.ts';
import type { Usage } from '../../src/model/usage.ts';
import { decodeLogs } from '../../src/otlp/decodeLogs.ts';
import { decodeTraces } from '../../src/otlp/decodeTraces.ts';
import { jsonToProtobuf } from '../../src/otlp/json.ts';
import type { AttributeMap, Signal } from '../../src/otlp/types.ts';

export const fixtures = new URL('../fixtures/', import.meta.url).pathname;

/** One export request as protobuf. */
export interface Request {
  readonly signal: Signal;
  readonly bytes: Uint8Array;
}

/** A capture's requests in their order of arrival. */
export function readCapture(folder: string): Request[] {
  return readdirSync(folder)
    .filter((name) => /^\d+-(?:traces|logs|metrics)\.(?:pb|json)$/.test(name))
    .sort()
    .map((name) => readRequest(join(folder, name), /-(traces|logs|metrics)\./.exec(name)?.[1] as Signal));
}

export function readRequest(path: string, signal: Signal): Request {
  const file = readFileSync(path);
  const bytes = file[0] === 0x1f && file[1] === 0x8b ? gunzipSync(file) : file;
  return { signal, bytes: path.endsWith('.json') ? jsonToProtobuf(signal, bytes) : new Uint8Array(bytes) };
}

/** One span as it ends up: what it says and whether it counts. */
export interface ReplayedSpan {
  readonly input: SpanInput;
  readonly facts: SpanFacts;
  readonly view: AccountingSpan;
  readonly decision: CountDecision;
}

/** What arrived, taken apart. */
export interface Received {
  readonly spans: readonly Omit<SpanInput, 'logs'>[];
  readonly logs: readonly LogInput[];
}

export function decode(requests: readonly Request[]): Received {
  const spans: Omit<SpanInput, 'logs'>[] = [];
  const logs: LogInput[] = [];
  for (const { signal, bytes } of requests) {
    if (signal === 'traces')
      decodeTraces(bytes, (span, _range, context) => spans.push({ span, ...parts(context) }));
    else if (signal === 'logs')
      decodeLogs(bytes, (record, _range, context) => logs.push({ record, ...parts(context) }));
  }
  return { spans, logs };
}

function parts({
  resource,
  scope,
}: Pick<SpanInput, 'resource' | 'scope'>): Pick<SpanInput, 'resource' | 'scope'> {
  return { resource, scope };
}

/** From what was received, in any order, to spans with their decisions: the pipeline without a store. */
export function interpret({ spans, logs }: Received): ReplayedSpan[] {
  const logsBySpan = new Map<string, LogInput[]>();
  const seen = new Set<string>();
  for (const log of logs) {
    const { traceId, spanId, timeUnixNano, eventName, attributes, body } = log.record;
    const name = eventName || attribute(attributes, 'event.name');
    const text = typeof body === 'string' ? body : '';
    const identity = `${traceId}${spanId}${timeUnixNano}${name}${attributes.size}${text}`;
    if (spanId === '' || seen.has(identity)) continue;
    seen.add(identity);
    const key = `${traceId}/${spanId}`;
    logsBySpan.set(key, [...(logsBySpan.get(key) ?? []), log]);
  }
  for (const list of logsBySpan.values())
    list.sort((a, b) => Number(a.record.timeUnixNano - b.record.timeUnixNano));
  const read = new Map<string, Omit<ReplayedSpan, 'decision'>>();
  for (const part of spans) {
    const key = `${part.span.traceId}/${part.span.spanId}`;
    const input: SpanInput = { ...part, logs: logsBySpan.get(key) ?? [] };
    const facts = understand(input);
    const known = read.get(key);
    if (known && known.input.span.endTimeUnixNano >= input.span.endTimeUnixNano) continue;
    read.set(key, { input, facts, view: accountingView(input, facts) });
  }
  return decide([...read.values()]);
}

export function accountingView(input: SpanInput, facts: SpanFacts): AccountingSpan {
  const { span, resource, scope } = input;
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId: facts.parentSpanId ?? span.parentSpanId,
    kind: facts.disposition === 'span' ? facts.kind : 'event',
    dialect: facts.dialect,
    scope: scope.name,
    service: `${attribute(resource.attributes, 'service.name')}/${attribute(resource.attributes, 'service.instance.id')}`,
    name: span.name,
    startMicros: Number(span.startTimeUnixNano / 1000n),
    endMicros: Number(span.endTimeUnixNano / 1000n),
    model: facts.responseModel ?? facts.requestModel,
    responseId: facts.responseId,
    failed: facts.status.code === 'error',
    usage: facts.usage,
    usageIsAggregate: facts.usageIsAggregate ?? false,
    reportedCost: facts.reportedCost?.total,
    toolName: facts.tool?.name,
    toolCallId: facts.tool?.callId,
    disposition: facts.disposition,
    ...(facts.http && facts.kind === 'other' ? { http: facts.http } : {}),
  };
}

function attribute(attributes: AttributeMap, key: string): string {
  const value = attributes.get(key);
  return typeof value === 'string' ? value : '';
}

function decide(read: readonly Omit<ReplayedSpan, 'decision'>[]): ReplayedSpan[] {
  const byTrace = new Map<string, AccountingSpan[]>();
  for (const { view } of read) byTrace.set(view.traceId, [...(byTrace.get(view.traceId) ?? []), view]);
  const decisions = new Map<string, CountDecision>();
  for (const [traceId, views] of byTrace) {
    for (const [spanId, decision] of account(views)) decisions.set(`${traceId}/${spanId}`, decision);
  }
  const across = accountAcross(read.map(({ view }) => view).filter(mayPairAcross), (key) =>
    decisions.get(`${key.traceId}/${key.spanId}`),
  );
  for (const { traceId, spanId, decision } of across) decisions.set(`${traceId}/${spanId}`, decision);
  return read.map((item) => ({
    ...item,
    decision: decisions.get(`${item.view.traceId}/${item.view.spanId}`) ?? { counted: false, rule: 'lost' },
  }));
}

/** The sums that the ground truth is compared with. */
export interface Totals {
  readonly ok: number;
  readonly failed: number;
  readonly withUsage: number;
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  readonly reasoning: number;
  readonly embeddings: number;
  readonly embeddingInput: number;
  readonly tools: number;
  readonly failedTools: number;
  readonly retrievals: number;
  readonly retries: number;
  readonly cost: number;
  readonly sessions: readonly string[];
  /** Each `requested > answered`, with how often. */
  readonly models: Readonly<Record<string, number>>;
  readonly finishReasons: Readonly<Record<string, number>>;
}

export function total(spans: readonly ReplayedSpan[]): Totals {
  const counted = spans.filter(({ decision }) => decision.counted);
  const calls = counted.filter(({ view }) => view.kind === 'llm');
  const embeddings = counted.filter(({ view }) => view.kind === 'embedding');
  const tools = counted.filter(({ view }) => view.kind === 'tool' || view.kind === 'mcp');
  const work = counted.filter(({ view }) => view.kind !== 'embedding');
  const sum = (list: readonly ReplayedSpan[], part: keyof Usage): number =>
    list.reduce((all, { decision }) => all + (decision.usage?.[part] ?? 0), 0);
  return {
    ok: calls.filter(({ view }) => !view.failed).length,
    failed: calls.filter(({ view }) => view.failed).length,
    withUsage: calls.filter(({ view, decision }) => !view.failed && decision.usage).length,
    input: sum(work, 'input'),
    output: sum(work, 'output'),
    cacheRead: sum(work, 'cacheRead'),
    cacheWrite: sum(work, 'cacheWrite'),
    reasoning: sum(work, 'reasoning'),
    embeddings: embeddings.length,
    embeddingInput: sum(embeddings, 'input'),
    tools: tools.length,
    failedTools: tools.filter(({ view }) => view.failed).length,
    retrievals: counted.filter(({ view }) => view.kind === 'retrieval').length,
    retries: calls.reduce(
      (all, { facts, decision }) => all + Math.max(facts.retries ?? 0, decision.retries ?? 0),
      0,
    ),
    cost: counted.reduce((all, { decision }) => all + (decision.reportedCost ?? 0), 0),
    sessions: [...new Set(spans.flatMap(({ facts }) => facts.sessionId ?? []))].sort(),
    models: tally(calls.map(({ facts }) => `${facts.requestModel ?? '?'} > ${facts.responseModel ?? '?'}`)),
    finishReasons: tally(calls.flatMap(({ facts }) => facts.finishReasons)),
  };
}

function tally(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of [...words].sort()) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}
