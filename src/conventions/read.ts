import type { ReportedCost, SpanFacts, SpanKind } from '../model/span.ts';
import { collect } from './collect.ts';
import type { Dialect, DialectFacts, UsageKeys } from './dialect.ts';
import { generic, guessKind } from './dialects/generic.ts';
import { readFailure } from './failure.ts';
import { finishFromContent, normaliseFinishReasons, readFinishReasons } from './finish.ts';
import type { FieldValues } from './fieldValues.ts';
import { at } from './keyTables.ts';
import { findLookAlikes } from './lookAlikes.ts';
import { kindNamed, type UnderstandOptions } from './options.ts';
import { isModelCall, operationKind } from './operations.ts';
import { normaliseProvider, providerOfHost } from './provider.ts';
import { dialects } from './registry.ts';
import type { SpanView } from './spanView.ts';
import type { CollectedUsage } from './tableUsage.ts';
import { readFirstToken } from './timing.ts';
import { fillUsage, hasCounts, normaliseUsage, type RawUsage } from './usage.ts';
import { applyMappings, type Mapped, mappedValues } from './mapping.ts';
import { eventName } from './logEvents.ts';
import { asBoolean, asCount, asNumber, asText } from './values.ts';

/** The facts that are read at once. */
export type EagerFacts = Omit<
  SpanFacts,
  | 'tool'
  | 'parameters'
  | 'tags'
  | 'evaluations'
  | 'reportedMarks'
  | 'code'
  | 'conversation'
  | 'output'
  | 'toolDefinitions'
  | 'documents'
  | 'provenance'
  | 'ignored'
>;

/** A span as read, with what explanations need. */
export interface Reading {
  readonly facts: EagerFacts;
  /** The dialect that decided, `generic` when none did. */
  readonly decided: Dialect;
  readonly fields: FieldValues;
  readonly dialectFacts: DialectFacts | undefined;
  /** The vocabularies that token counts were taken from, the first one first. */
  readonly usageFrom: readonly UsageSource[];
}

/** One vocabulary's counts; `keys` is absent where a function read them. */
export interface UsageSource {
  readonly dialect: string;
  readonly raw: RawUsage;
  readonly keys: UsageKeys | undefined;
}

/** Reads what is read at once; everything is in one pass but the dialects' own functions. */
export function read(view: SpanView, options: UnderstandOptions): Reading {
  const collected = collect(view);
  const mapped = options.mappings?.length ? mappedValues(view, options.mappings) : undefined;
  const choice = chooseKind(view, collected.candidates, mapped);
  const { kind, index, guessed } = choice;
  const decided = dialects[index] ?? generic;
  const fields = collected.fields(index);
  if (mapped) applyMappings(mapped, fields);
  const dialectFacts = gatherFacts(view, decided, collected.candidates);
  const usageReading = readUsage(
    view,
    index,
    collected.usage(index),
    collected.candidates,
    mapped,
    guessed,
  );
  const raw = usageReading.raw;
  if (raw && decided.cacheIncluded && raw.cacheIncluded === undefined)
    raw.cacheIncluded = decided.cacheIncluded(view);
  if (raw && decided.reasoningIncluded) raw.reasoningIncluded ??= decided.reasoningIncluded(view);
  const usage = raw && normaliseUsage(raw);
  const answers = isModelCall(kind) || kind === 'agent';
  const rawReasons = answers ? finishReasons(view, fields, dialectFacts, kind) : [];
  const models = readModels(view, fields, dialectFacts, guessed);
  const serverAddress = asText(fields.get(at.serverAddress));
  const firstToken = answers ? (dialectFacts?.firstTokenMillis ?? readFirstToken(view, fields)) : undefined;
  const streaming =
    dialectFacts?.streaming ??
    asBoolean(fields.get(at.streaming)) ??
    (firstToken === undefined ? undefined : true);
  const httpStatus = asNumber(fields.get(at.httpStatus));
  const failure = readFailure(view, {
    kind,
    failed: decided.failed?.(view) === true,
    errorType: asText(fields.get(at.errorType)),
    errorMessage: dialectFacts?.errorMessage ?? asText(fields.get(at.errorMessage)),
    errorStack: asText(fields.get(at.errorStack)),
    httpStatus,
    answered: usage !== undefined || rawReasons.length > 0,
    finishReasons: rawReasons,
  });
  const disposition = dialectFacts?.disposition ?? 'span';
  const facts: EagerFacts = {
    kind,
    dialect: mapped?.decides ? 'user' : decided.id,
    guessed,
    disposition,
    pendingFor: dialectFacts?.pendingFor,
    parentSpanId: disposition === 'pending' ? dialectFacts?.parentSpanId : undefined,
    operation: asText(fields.get(at.operation)),
    provider: provider(dialectFacts, fields, models, serverAddress, kind),
    requestModel: models.request,
    responseModel: models.response,
    responseId: asText(fields.get(at.responseId)) ?? dialectFacts?.responseId,
    usage,
    usageIsAggregate: usage && decided.usageIsAggregate?.(view) ? true : undefined,
    reportedCost: reportedCost(dialectFacts, fields, usage, failure.status.code),
    serviceTier: dialectFacts?.serviceTier ?? asText(fields.get(at.serviceTier)),
    streaming,
    timeToFirstTokenMs: firstToken,
    finishReasons: rawReasons.length === 0 ? noReasons : normaliseFinishReasons(rawReasons),
    status: failure.status,
    error: failure.error,
    rateLimited: failure.rateLimited,
    retryAfterMs: retryAfter(fields),
    retries: retries(dialectFacts, fields),
    sessionId:
      dialectFacts?.sessionId ??
      asText(fields.get(at.sessionId)) ??
      asText(view.input.resource.attributes.get('session.id')),
    userId: dialectFacts?.userId ?? asText(fields.get(at.userId)),
    agentName: dialectFacts?.agentName ?? asText(fields.get(at.agentName)),
    workflowName: asText(fields.get(at.workflowName)),
    promptName: asText(fields.get(at.promptName)),
    promptVersion: asText(fields.get(at.promptVersion)),
    outputType: asText(fields.get(at.outputType)),
    serverAddress,
    serverPort: asNumber(fields.get(at.serverPort)),
    http: httpFacts(fields, httpStatus),
  };
  return { facts, decided, fields, dialectFacts, usageFrom: usageReading.from };
}

const noReasons: readonly string[] = [];

interface Choice {
  readonly kind: SpanKind;
  readonly index: number;
  readonly guessed: boolean;
}

/** The first dialect with signs on the span that can tell its kind. */
function chooseKind(view: SpanView, candidates: readonly number[], mapped: Mapped | undefined): Choice {
  const word = mapped?.kind;
  if (word !== undefined) {
    const kind = kindNamed(word) ?? operationKind(word);
    if (kind) return { kind, index: genericIndex, guessed: false };
  }
  for (const index of candidates) {
    const kind = dialects[index]?.kind(view);
    if (kind !== undefined) return { kind, index, guessed: false };
  }
  if (mapped?.isCall) return { kind: 'llm', index: genericIndex, guessed: false };
  const kind = candidates.length > 1 && hasVendor(candidates) ? undefined : guessKind(view);
  return kind
    ? { kind, index: genericIndex, guessed: true }
    : { kind: 'other', index: genericIndex, guessed: false };
}

const genericIndex = dialects.indexOf(generic);

/** A known convention that says nothing of the kind is no unknown convention. */
function hasVendor(candidates: readonly number[]): boolean {
  return candidates.some((index) => index !== genericIndex && dialects[index]?.id !== 'otelGenai');
}

/** The deciding dialect's facts, gaps filled from the other dialects that show signs. */
function gatherFacts(
  view: SpanView,
  decided: Dialect,
  candidates: readonly number[],
): DialectFacts | undefined {
  let facts = decided.facts?.(view);
  for (const index of candidates) {
    const dialect = dialects[index];
    if (!dialect?.facts || dialect === decided) continue;
    const others = dialect.facts(view);
    if (!others) continue;
    facts = facts ? { ...defined(others), ...defined(facts), from: [...facts.from, ...others.from] } : others;
  }
  return facts;
}

function defined(facts: DialectFacts): DialectFacts {
  return Object.fromEntries(
    Object.entries(facts).filter(([, value]) => value !== undefined),
  ) as unknown as DialectFacts;
}

/** Usage from one vocabulary, the deciding dialect's first; what it lacks from the others. */
function readUsage(
  view: SpanView,
  decided: number,
  vocabularies: readonly CollectedUsage[],
  candidates: readonly number[],
  mapped: Mapped | undefined,
  guessed: boolean,
): { raw: RawUsage | undefined; from: Reading['usageFrom'] } {
  const from: UsageSource[] = [];
  let raw: RawUsage | undefined = mapped?.usage;
  if (raw) from.push({ dialect: 'user', raw, keys: mapped?.usageKeys });
  const add = (other: RawUsage | undefined, index: number, keys?: UsageKeys): void => {
    if (!other) return;
    raw = raw ? fillUsage(raw, other) : { ...other };
    from.push({ dialect: dialects[index]?.id ?? 'generic', raw: other, keys });
  };
  add(dialects[decided]?.rawUsage?.(view), decided);
  for (const vocabulary of vocabularies) add(vocabulary.raw, vocabulary.dialect, vocabulary.keys);
  if (!hasCounts(raw)) {
    for (const index of candidates) if (index !== decided) add(dialects[index]?.rawUsage?.(view), index);
  }
  if (!hasCounts(raw) && view.input.logs.length > 0) add(usageFromLogs(view), decided);
  if (!raw && guessed) {
    const found = findLookAlikes(view);
    add(found?.usage, genericIndex, found?.usageKeys);
  }
  return { raw, from };
}

/** With content in events only, some emitters leave the counts to the event, too. */
function usageFromLogs(view: SpanView): RawUsage | undefined {
  for (const { record } of view.input.logs) {
    if (eventName(record) !== 'gen_ai.client.inference.operation.details') continue;
    const input = asCount(record.attributes.get('gen_ai.usage.input_tokens'));
    const output = asCount(record.attributes.get('gen_ai.usage.output_tokens'));
    if (input !== undefined || output !== undefined) return { input, output };
  }
  return undefined;
}

function finishReasons(
  view: SpanView,
  fields: FieldValues,
  facts: DialectFacts | undefined,
  kind: SpanKind,
): readonly string[] {
  if (facts?.finishReasons) return facts.finishReasons;
  const direct = readFinishReasons(fields.get(at.finish));
  return direct.length > 0 || kind !== 'llm' ? direct : finishFromContent(view);
}

function readModels(
  view: SpanView,
  fields: FieldValues,
  facts: DialectFacts | undefined,
  guessed: boolean,
): { request: string | undefined; response: string | undefined } {
  const request = facts?.requestModel ?? asText(fields.get(at.requestModel));
  const response = facts?.responseModel ?? asText(fields.get(at.responseModel));
  if (request === undefined && response === undefined && guessed) {
    return { request: findLookAlikes(view)?.model?.value, response: undefined };
  }
  return { request: request ? stripModel(request) : undefined, response: response && stripModel(response) };
}

/** Resource names such as `publishers/google/models/gemini-2.5-pro` hold the model's name at their end. */
function stripModel(model: string): string {
  const found = /(?:^|\/)models\/([^/]+)$/.exec(model);
  return found?.[1] ?? model;
}

function provider(
  facts: DialectFacts | undefined,
  fields: FieldValues,
  models: { request: string | undefined; response: string | undefined },
  server: string | undefined,
  kind: SpanKind,
): string | undefined {
  const model = models.request ?? models.response;
  const said = asText(fields.get(at.provider)) ?? facts?.provider;
  if (said === undefined && model === undefined && !isModelCall(kind)) return undefined;
  return (
    normaliseProvider(said, model) ?? normaliseProvider(facts?.provider, model) ?? providerOfHost(server)
  );
}

/** Zero is what emitters write for models without a known price, and for failed calls: no price. */
function reportedCost(
  facts: DialectFacts | undefined,
  fields: FieldValues,
  usage: SpanFacts['usage'],
  status: string,
): ReportedCost | undefined {
  if (facts?.cost) return facts.cost.total > 0 ? facts.cost : undefined;
  const total = asNumber(fields.get(at.cost));
  if (total === undefined || total < 0) return undefined;
  if (total === 0 && (usage !== undefined || status === 'error')) return undefined;
  return { total, attribute: fields.origin(at.cost)?.key ?? 'cost' };
}

function retries(facts: DialectFacts | undefined, fields: FieldValues): number | undefined {
  const resent = asNumber(fields.get(at.resendCount));
  if (resent !== undefined && resent > 0) return resent;
  const attempt = asNumber(fields.get(at.attempt));
  return attempt !== undefined && attempt > 1 ? attempt - 1 : facts?.retries;
}

function retryAfter(fields: FieldValues): number | undefined {
  const seconds = asNumber(asText(fields.get(at.retryAfter)));
  return seconds === undefined || seconds < 0 ? undefined : seconds * 1000;
}

function httpFacts(fields: FieldValues, status: number | undefined): SpanFacts['http'] {
  const method = asText(fields.get(at.httpMethod));
  if (method === undefined && status === undefined) return undefined;
  const url = asText(fields.get(at.httpUrl));
  const resendCount = asNumber(fields.get(at.resendCount));
  return {
    ...(method === undefined ? {} : { method }),
    ...(url === undefined ? {} : { url }),
    ...(status === undefined ? {} : { status }),
    ...(resendCount === undefined ? {} : { resendCount }),
  };
}
