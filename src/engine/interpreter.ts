import type { CountDecision } from '../conventions/accountingTypes.ts';
import type { LogInput, SpanInput } from '../conventions/input.ts';
import type { UnderstandOptions } from '../conventions/options.ts';
import { prepareMappings } from '../conventions/prepareMappings.ts';
import { understand } from '../conventions/understand.ts';
import { isKnownCost, type CostResult } from '../model/cost.ts';
import type { Flag } from '../model/flag.ts';
import type { SourceLocation } from '../model/source.ts';
import type { SpanFacts } from '../model/span.ts';
import type { Usage } from '../model/usage.ts';
import { decodeLogRecord, decodeResource, decodeScope, decodeSpan } from '../otlp/decodeOne.ts';
import type { AttributeValue, RawResource, RawScope } from '../otlp/types.ts';
import { estimateCost } from '../pricing/estimate.ts';
import { contextWindow, type PricedCall, preparePricing, priceCall } from '../pricing/priceCall.ts';
import type { PriceTable } from '../pricing/priceTable.ts';
import type { EngineSettings } from '../protocol/engine.ts';
import { flagSpan } from '../quality/flagSpan.ts';
import type { CallHistory, SpanContext } from '../quality/rule.ts';
import { prepareQuality } from '../quality/rules.ts';
import { flagTrace } from '../quality/trace/flagTrace.ts';
import type { Prompt } from '../quality/trace/promptDigest.ts';
import { traceView, type TraceSpanView } from '../quality/trace/traceView.ts';
import { locate } from '../source/locate.ts';
import type { IndexedLog, IndexedSpan, StoredRange } from '../store/api.ts';
import { StorageError } from '../store/errors.ts';
import type { JournalReader } from '../store/journalReader.ts';
import { CallHistories } from './callHistory.ts';
import { readLogCall } from './logCalls.ts';
import { interpret, toRow, type Interpreted } from './row.ts';
import type { TraceState } from './traceStates.ts';

const noResource: RawResource = { attributes: new Map(), droppedAttributesCount: 0 };
const noScope: RawScope = { name: '', version: '', attributes: new Map() };

/** Above it a trace's spans are no longer compared with each other. */
const mostDigests = 5_000;

/** Kinds whose usage has a price. */
const pricedKinds: ReadonlySet<string> = new Set(['llm', 'embedding', 'rerank']);

/** What the spans beside a span say of it. */
export interface Around {
  readonly flags: readonly Flag[];
  /** A span that repeats this one's call: its messages are read where this one has none. */
  readonly repeatedBy: (() => SpanFacts | undefined) | undefined;
  /** False when the span was interpreted before: it is part of the history already. */
  readonly isNew: boolean;
}

/** What is known of a span beyond the index, and how it becomes a row: conventions, prices and flags in one place. */
export class Interpreter {
  readonly #journal: JournalReader;
  readonly #report: (error: unknown) => void;
  readonly #table: PriceTable;
  #histories = new CallHistories();
  #settings: EngineSettings;
  #pricing: ReturnType<typeof preparePricing>;
  #quality: ReturnType<typeof prepareQuality>;
  #reading: UnderstandOptions;
  /** False while no log record was ever stored, so that spans need not look for theirs. */
  logsSeen = true;

  constructor(
    journal: JournalReader,
    table: PriceTable,
    settings: EngineSettings,
    report: (error: unknown) => void,
  ) {
    this.#journal = journal;
    this.#table = table;
    this.#settings = settings;
    this.#report = report;
    this.#pricing = this.#preparePricing();
    this.#quality = this.#prepareQuality();
    this.#reading = this.#prepareReading();
  }

  configure(settings: EngineSettings): void {
    this.#settings = settings;
    this.#pricing = this.#preparePricing();
    this.#quality = this.#prepareQuality();
    this.#reading = this.#prepareReading();
  }

  #preparePricing(): ReturnType<typeof preparePricing> {
    const prepared = preparePricing({
      table: this.#table,
      userPrices: this.#settings.userPrices,
      aliases: this.#settings.modelAliases,
    });
    for (const problem of prepared.problems) this.#report(new Error(problem));
    return prepared;
  }

  #prepareQuality(): ReturnType<typeof prepareQuality> {
    const prepared = prepareQuality({
      disabled: this.#settings.disabledFlags,
      userRules: this.#settings.userRules,
    });
    for (const problem of prepared.problems) this.#report(new Error(problem));
    return prepared;
  }

  /** Calls are measured anew, as they are read again. */
  forgetHistories(): void {
    this.#histories = new CallHistories();
  }

  #prepareReading(): UnderstandOptions {
    const { mappings, problems } = prepareMappings(this.#settings.attributeMappings ?? []);
    for (const problem of problems) this.#report(new Error(problem));
    return { mappings };
  }

  report(error: unknown): void {
    this.#report(error);
  }

  interpret(input: SpanInput, range: StoredRange): Interpreted {
    return interpret(input, understand(input, this.#reading), range);
  }

  /** The row of a span, with `around`: what the spans beside it say. */
  row(item: Interpreted, decision: CountDecision, around: Around): IndexedSpan {
    const { facts } = item;
    const cost = this.#costOf(item, decision);
    const source = this.#sourceOf(facts);
    const place = this.#placeOf(item, decision, source);
    const history = place === undefined ? undefined : this.#histories.of(place);
    const context = this.#contextOf(item, decision, cost, history, around.repeatedBy);
    const own = this.#flagsOf(facts, context);
    if (place !== undefined && around.isNew && facts.status.code !== 'error') {
      this.#histories.add(place, {
        durationMs: context.durationMs,
        timeToFirstTokenMs: facts.timeToFirstTokenMs,
        cost: cost && isKnownCost(cost) ? cost.amount : undefined,
      });
    }
    return toRow(item, { decision, cost, flags: joined(own, around.flags), source });
  }

  // A mistake of ours about one part of a row, such as its flags, does not cost the row. These are methods of their
  // own rather than one that takes what to attempt: a function made for each part of each span is much garbage.

  #costOf(item: Interpreted, decision: CountDecision): CostResult | undefined {
    try {
      return this.price(item, decision);
    } catch (error) {
      return this.#without(error, undefined);
    }
  }

  #sourceOf(facts: SpanFacts): SourceLocation | undefined {
    try {
      return locate(facts);
    } catch (error) {
      return this.#without(error, undefined);
    }
  }

  #flagsOf(facts: SpanFacts, context: SpanContext): readonly Flag[] {
    try {
      return flagSpan(facts, context, this.#quality);
    } catch (error) {
      return this.#without(error, noFlags);
    }
  }

  #without<T>(error: unknown, otherwise: T): T {
    if (error instanceof StorageError) throw error;
    this.#report(error);
    return otherwise;
  }

  /** Calls from one line, or of one name where no line is known, are measured against each other. */
  #placeOf(
    item: Interpreted,
    decision: CountDecision,
    source: SourceLocation | undefined,
  ): string | undefined {
    const { kind, responseModel, requestModel } = item.facts;
    if (!decision.counted || (kind !== 'llm' && kind !== 'tool' && kind !== 'embedding')) return undefined;
    const where = source ? `${source.file}:${source.line}` : item.input.span.name;
    return `${item.service}\u0000${kind}\u0000${responseModel ?? requestModel ?? ''}\u0000${where}`;
  }

  #contextOf(
    item: Interpreted,
    decision: CountDecision,
    cost: CostResult | undefined,
    history: CallHistory | undefined,
    repeatedBy: Around['repeatedBy'],
  ): SpanContext {
    const { facts, input } = item;
    const { span, resource } = input;
    const isAsked = this.#quality.userRules.length > 0;
    return {
      counted: decision.counted,
      usage: decision.counted ? (decision.usage ?? facts.usage) : undefined,
      cost,
      retries: decision.retries,
      rateLimited: decision.rateLimited,
      name: span.name,
      ended: item.durationNanos !== undefined,
      durationMs: item.durationNanos === undefined ? undefined : item.durationNanos / 1e6,
      contextWindow:
        facts.kind === 'llm' && decision.counted ? contextWindow(facts, this.#pricing) : undefined,
      history,
      repeatedBy,
      attribute: isAsked
        ? (key) => scalar(span.attributes.get(key) ?? resource.attributes.get(key))
        : undefined,
    };
  }

  /** What the flags that need neighbours have to know of a span; undefined for kinds without such flags. */
  digest(item: Interpreted, decision: CountDecision): TraceSpanView | undefined {
    const { facts } = item;
    if (facts.kind !== 'llm' && facts.kind !== 'tool' && facts.evaluations.length === 0) return undefined;
    const usage = decision.counted ? (decision.usage ?? facts.usage) : undefined;
    const { spanId, parentSpanId, startMicros, endMicros } = item;
    try {
      const { counted } = decision;
      return traceView(facts, { spanId, parentSpanId, startMicros, endMicros, counted, usage });
    } catch (error) {
      return this.#without(error, undefined);
    }
  }

  /** Keeps of a prompt that nobody asked for only where it can be read again. */
  letGo(prompt: Prompt, { input, range }: Interpreted): void {
    // Log records lie elsewhere, and may hold the messages; a stand-in for a record is read in its own way.
    if (input.logs.length === 0 && range.signal !== 'logs') prompt.release(() => this.#factsAt(range));
    else {
      try {
        prompt.read();
      } catch (error) {
        this.#without(error, undefined);
      }
    }
  }

  #factsAt(range: StoredRange): SpanFacts | undefined {
    try {
      const input = this.read(range);
      return input && this.interpret(input, range).facts;
    } catch (error) {
      return this.#without(error, undefined);
    }
  }

  neighbourFlags(state: TraceState): ReadonlyMap<string, readonly Flag[]> {
    const digests: TraceSpanView[] = [];
    for (const { digest } of state.spans.values()) if (digest) digests.push(digest);
    if (digests.length < 2 || digests.length > mostDigests) return new Map();
    try {
      return flagTrace(digests, this.#quality);
    } catch (error) {
      return this.#without(error, new Map<string, readonly Flag[]>());
    }
  }

  /** The cost of a span that counts; undefined where none is to be expected. */
  price(item: Interpreted, decision: CountDecision): CostResult | undefined {
    const { facts } = item;
    const carriesUsage = decision.usage !== undefined || decision.reportedCost !== undefined;
    if (!decision.counted || !(pricedKinds.has(facts.kind) || carriesUsage)) return undefined;
    const reported = decision.reportedCost ?? facts.reportedCost?.total;
    const call = pricedCall(item, decision.usage ?? facts.usage);
    if (reported === undefined) return priceCall(call, this.#pricing);
    const attribute = facts.reportedCost?.attribute ?? 'a wrapper span';
    return priceCall({ ...call, reportedCost: { total: reported, attribute } }, this.#pricing);
  }

  /** What a call costs that is no span. */
  priceOf(call: PricedCall): CostResult {
    return priceCall(call, this.#pricing);
  }

  /** What the call may cost by the lengths of its texts, where `usage` does not say. */
  estimate(
    item: Interpreted,
    usage: Usage | undefined,
    texts: { readonly input: string; readonly output: string },
  ): CostResult {
    return estimateCost(pricedCall(item, usage), texts, this.#pricing);
  }

  /** Reads a span's bytes, or those of the record it stands for, from the journal again; undefined when pruned. */
  read(range: StoredRange): SpanInput | undefined {
    if (range.signal === 'logs') {
      const log = this.#readLog(range);
      return log && readLogCall(log, range)?.item.input;
    }
    const bytes = this.#journal.readRange(range.segment, range.offset, range.length);
    if (!bytes) return undefined;
    return { span: decodeSpan(bytes), ...this.#around(range), logs: [] };
  }

  /** A span with its log records, from the journal. */
  readWhole(row: Pick<IndexedSpan, 'range'>, logs: readonly IndexedLog[]): Interpreted | undefined {
    const input = this.read(row.range);
    if (!input) return undefined;
    const item = this.interpret({ ...input, logs: this.logsOf(logs, []) }, row.range);
    const record = row.range.signal === 'logs' ? this.#readLog(row.range) : undefined;
    // Understood already; shown as it was received.
    return record ? { ...item, input: { ...item.input, logs: [record] } } : item;
  }

  /** Stored and just arrived log records of one span, by time, each once. */
  logsOf(stored: readonly IndexedLog[], arrived: readonly LogInput[]): LogInput[] {
    const all = [...stored.flatMap((log) => this.#readLog(log.range) ?? []), ...arrived];
    if (all.length < 2) return all;
    const unique = new Map<string, LogInput>();
    for (const log of all) unique.set(identity(log), log);
    return [...unique.values()].sort((a, b) => Number(timeOf(a) - timeOf(b)));
  }

  #readLog(range: StoredRange): LogInput | undefined {
    const bytes = this.#journal.readRange(range.segment, range.offset, range.length);
    return bytes && { record: decodeLogRecord(bytes), ...this.#around(range) };
  }

  #around(range: StoredRange): { resource: RawResource; scope: RawScope } {
    const { segment } = range;
    const resource = this.#part(segment, range.resourceOffset, range.resourceLength);
    const scope = this.#part(segment, range.scopeOffset, range.scopeLength);
    return {
      resource: resource ? decodeResource(resource) : noResource,
      scope: scope ? decodeScope(scope) : noScope,
    };
  }

  #part(segment: number, offset: number, length: number): Uint8Array | undefined {
    return length === 0 ? undefined : this.#journal.readRange(segment, offset, length);
  }
}

const noFlags: readonly Flag[] = [];

/** Each flag once; the span's own reason stands. */
function joined(own: readonly Flag[], others: readonly Flag[]): readonly Flag[] {
  if (others.length === 0) return own;
  return [...own, ...others.filter((flag) => !own.some((other) => other.id === flag.id))];
}

function pricedCall({ facts, startMicros }: Interpreted, usage: Usage | undefined): PricedCall {
  return {
    kind: facts.kind,
    provider: facts.provider,
    requestModel: facts.requestModel,
    responseModel: facts.responseModel,
    usage,
    startMillis: Math.floor(startMicros / 1000),
    serviceTier: facts.serviceTier,
    serverAddress: facts.serverAddress,
    serverPort: facts.serverPort,
  };
}

function scalar(value: AttributeValue | undefined): string | number | boolean | undefined {
  if (typeof value === 'bigint') return value.toString();
  return value === null || typeof value === 'object' ? undefined : value;
}

function timeOf({ record }: LogInput): bigint {
  return record.timeUnixNano === 0n ? record.observedTimeUnixNano : record.timeUnixNano;
}

/** Two records of the same time, name and size are one that was sent twice. */
function identity({ record }: LogInput): string {
  const body = typeof record.body === 'string' ? record.body : '';
  return `${timeOf({ record } as LogInput)} ${record.eventName} ${record.severityNumber} ${record.attributes.size} ${body}`;
}
