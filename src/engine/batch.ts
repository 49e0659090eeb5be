import type { AccountingSpan, CountDecision } from '../conventions/accountingTypes.ts';
import { account } from '../conventions/accounting.ts';
import { accountAcross, mayPairAcross } from '../conventions/accountAcross.ts';
import type { LogInput, SpanInput } from '../conventions/input.ts';
import type { SpanKey } from '../model/span.ts';
import type { IndexedLog, IndexedSpan, StoredRange } from '../store/api.ts';
import type { IndexWriter } from '../store/indexWriter.ts';
import type { Interpreter } from './interpreter.ts';
import type { RecentCalls } from './recentCalls.ts';
import { accountingView, type Interpreted } from './row.ts';
import { knownSpan, type KnownSpan, type TraceState, type TraceStates } from './traceStates.ts';

/** Reads a span's bytes from the journal again; undefined when they are gone. */
export type ReadAgain = (range: StoredRange) => SpanInput | undefined;

export interface SettledBatch {
  readonly spans: readonly IndexedSpan[];
  readonly logs: readonly IndexedLog[];
  readonly counters: ReadonlyMap<string, number>;
}

/** How far above and below its spans a batch looks in a trace that is too large to hold. */
const neighbourhood = { ancestors: 64, children: 1_000 } as const;

/** From a size on, a growing trace is accounted anew only when it has grown by a quarter. */
const settleEagerly = 4_096;

/** What is new of one trace, and what counts in it now. */
interface Settling {
  readonly state: TraceState;
  readonly items: ReadonlyMap<string, Interpreted>;
  readonly decisions: ReadonlyMap<string, CountDecision>;
}

/** What one read of the journal brought: interpreted, then accounted trace by trace, then made into rows. */
export class Batch {
  readonly #index: IndexWriter;
  readonly #states: TraceStates;
  readonly #interpreter: Interpreter;
  readonly #recent: RecentCalls;
  readonly #replaceAll: boolean;
  /** By trace, then span. */
  readonly #spans = new Map<string, Map<string, Interpreted>>();
  readonly #logs: IndexedLog[] = [];
  readonly #logsBySpan = new Map<string, LogInput[]>();
  readonly #counters = new Map<string, number>();
  #size = 0;

  constructor(
    index: IndexWriter,
    states: TraceStates,
    interpreter: Interpreter,
    recent: RecentCalls,
    replaceAll: boolean,
  ) {
    this.#index = index;
    this.#recent = recent;
    this.#states = states;
    this.#interpreter = interpreter;
    this.#replaceAll = replaceAll;
  }

  /** Spans that came in, re-sent ones included. */
  get size(): number {
    return this.#size;
  }

  count(reason: string): void {
    this.#counters.set(`dropped.${reason}`, (this.#counters.get(`dropped.${reason}`) ?? 0) + 1);
  }

  addSpan(input: SpanInput, range: StoredRange): void {
    this.#size++;
    const item = this.#interpreter.interpret(input, range);
    const ofTrace = this.#spans.get(item.traceId) ?? new Map<string, Interpreted>();
    this.#spans.set(item.traceId, ofTrace);
    const earlier = ofTrace.get(item.spanId);
    if (earlier && !isFuller(item, earlier)) return;
    ofTrace.set(item.spanId, item);
  }

  addLog(input: LogInput, log: IndexedLog): void {
    this.#logs.push(log);
    this.#counters.set('logs', (this.#counters.get('logs') ?? 0) + 1);
    if (log.traceId === '' || log.spanId === '') return;
    const key = keyText(log);
    const list = this.#logsBySpan.get(key) ?? [];
    list.push(input);
    this.#logsBySpan.set(key, list);
  }

  /** Decides what counts and makes the rows. */
  settle(readAgain: ReadAgain): SettledBatch {
    this.#joinLogs(readAgain);
    const rows: IndexedSpan[] = [];
    const settling: Settling[] = [];
    const calls: AccountingSpan[] = [];
    for (const [traceId, items] of this.#spans) {
      const fresh = this.#file(traceId, items);
      if (!fresh) continue;
      settling.push(fresh);
      for (const spanId of fresh.items.keys()) {
        const known = fresh.state.spans.get(spanId);
        if (known && mayPairAcross(known.view)) calls.push(known.view);
      }
    }
    const elsewhere = this.#settleAcross(calls, settling);
    for (const { state, decisions, items } of settling)
      this.#rowsOf(state, decisions, items, readAgain, rows);
    for (const state of elsewhere) this.#rowsOf(state, decidedAlready(state), new Map(), readAgain, rows);
    return { spans: rows, logs: this.#logs, counters: this.#counters };
  }

  /** Finds the calls that another trace reports, too. Returns the states of traces that had no span in this batch. */
  #settleAcross(calls: readonly AccountingSpan[], settling: readonly Settling[]): TraceState[] {
    for (const call of calls) this.#recent.add(call);
    const candidates = this.#recent.candidates(calls);
    if (candidates.length < 2) return [];
    const here = new Map(settling.map((one) => [one.state.traceId, one]));
    const elsewhere = new Set<TraceState>();
    const knownOf = (key: SpanKey): KnownSpan | undefined => {
      const state = this.#states.touch(key.traceId);
      const known = state.spans.get(key.spanId) ?? this.#lookUp(state, key);
      if (known && !here.has(key.traceId)) elsewhere.add(state);
      return known;
    };
    const compared = withPartners(candidates, knownOf);
    // What an earlier comparison said is taken back: this one sees more.
    for (const { known, own } of compared.values()) {
      known.own ??= own;
      known.across = undefined;
    }
    const views = [...compared.values()].map(({ known }) => known.view);
    const changes = accountAcross(views, (key) => {
      const known = compared.get(keyText(key));
      return here.get(key.traceId)?.decisions.get(key.spanId) ?? known?.own;
    });
    for (const { decision, ...key } of changes) {
      const known = compared.get(keyText(key))?.known;
      if (known) known.across = decision;
    }
    return [...elsewhere];
  }

  /** Accounts whole traces again and makes the rows whose decision changed. */
  resettle(states: readonly TraceState[], readAgain: ReadAgain): Pick<SettledBatch, 'spans'> {
    const rows: IndexedSpan[] = [];
    for (const state of states) {
      const decisions = account([...state.spans.values()].map((known) => known.view));
      this.#rowsOf(state, decisions, new Map(), readAgain, rows);
    }
    return { spans: rows };
  }

  /** Gives spans their log records, whichever came first. */
  #joinLogs(readAgain: ReadAgain): void {
    for (const log of this.#logs) {
      if (log.traceId === '' || log.spanId === '' || this.#spans.get(log.traceId)?.has(log.spanId)) continue;
      const row = this.#index.span(log);
      const input = row && readAgain(row.range);
      if (!row || !input) continue;
      const ofTrace = this.#spans.get(log.traceId) ?? new Map<string, Interpreted>();
      this.#spans.set(log.traceId, ofTrace);
      ofTrace.set(log.spanId, this.#interpreter.interpret(input, row.range));
    }
    if (!this.#interpreter.logsSeen && this.#logs.length === 0) return;
    this.#interpreter.logsSeen = true;
    for (const items of this.#spans.values()) {
      for (const [spanId, item] of items) {
        const key = { traceId: item.traceId, spanId };
        const logs = this.#interpreter.logsOf(
          this.#index.logs(key),
          this.#logsBySpan.get(keyText(key)) ?? [],
        );
        if (logs.length > 0)
          items.set(spanId, this.#interpreter.interpret({ ...item.input, logs }, item.range));
      }
    }
  }

  /** Files what is new or fuller of one trace, and decides what counts in it; undefined when nothing is. */
  #file(traceId: string, arrived: ReadonlyMap<string, Interpreted>): Settling | undefined {
    const state = this.#states.touch(traceId);
    const items = new Map<string, Interpreted>();
    for (const [spanId, item] of arrived) {
      const known = state.spans.get(spanId) ?? this.#lookUp(state, { traceId, spanId });
      if (known && !this.#replaces(item, known)) continue;
      this.#states.add(state, { view: accountingView(item), decided: known?.decided, across: known?.across });
      items.set(spanId, item);
    }
    return items.size === 0 ? undefined : { state, items, decisions: this.#decide(state, items) };
  }

  #rowsOf(
    state: TraceState,
    decisions: ReadonlyMap<string, CountDecision>,
    fresh: ReadonlyMap<string, Interpreted>,
    readAgain: ReadAgain,
    rows: IndexedSpan[],
  ): void {
    const final = (spanId: string, own: CountDecision): CountDecision =>
      state.spans.get(spanId)?.across ?? own;
    for (const [spanId, item] of fresh) {
      const known = state.spans.get(spanId);
      const decision = decisions.get(spanId);
      if (known && decision) known.digest = this.#interpreter.digest(item, final(spanId, decision));
    }
    const flags = this.#interpreter.neighbourFlags(state);
    for (const [spanId, own] of decisions) {
      const known = state.spans.get(spanId);
      if (!known) continue;
      const decision = final(spanId, own);
      const more = flags.get(spanId) ?? [];
      const ids = more.map((flag) => flag.id).join(' ');
      const stale =
        changed(known, decision) || (known.digest !== undefined && ids !== (known.neighbourFlags ?? ''));
      const item =
        fresh.get(spanId) ?? (stale ? this.#again({ traceId: state.traceId, spanId }, readAgain) : undefined);
      if (!item) continue;
      rows.push(
        this.#interpreter.row(item, decision, {
          flags: more,
          isNew: known.decided === undefined,
          repeatedBy: () => this.#find(decision.contentFrom, readAgain)?.facts,
        }),
      );
      known.decided = decision;
      known.own = own;
      known.neighbourFlags = ids;
    }
  }

  #decide(state: TraceState, fresh: ReadonlyMap<string, Interpreted>): Map<string, CountDecision> {
    if (!state.whole) return account(this.#neighbours(state, fresh));
    const size = state.spans.size;
    if (size > settleEagerly && size < state.accountedSize * 1.25)
      return account(this.#neighbours(state, fresh));
    state.accountedSize = size;
    return account([...state.spans.values()].map((known) => known.view));
  }

  /** The new spans with their ancestors and children, for a trace that is too large to be accounted whole. */
  #neighbours(state: TraceState, fresh: ReadonlyMap<string, Interpreted>): AccountingSpan[] {
    const found = new Map<string, AccountingSpan>();
    for (const spanId of fresh.keys()) {
      const own = state.spans.get(spanId);
      if (own) found.set(spanId, own.view);
    }
    for (const item of fresh.values()) {
      let parentSpanId = item.parentSpanId;
      for (
        let depth = 0;
        depth < neighbourhood.ancestors && parentSpanId !== '' && !found.has(parentSpanId);
        depth++
      ) {
        const parent =
          state.spans.get(parentSpanId) ??
          this.#lookUp(state, { traceId: item.traceId, spanId: parentSpanId });
        if (!parent) break;
        found.set(parentSpanId, parent.view);
        parentSpanId = parent.view.parentSpanId;
      }
      if (state.whole) continue;
      for (const row of this.#index.accountingChildren(item, neighbourhood.children)) {
        if (!found.has(row.spanId)) found.set(row.spanId, this.#remember(state, knownSpan(row)).view);
      }
    }
    return [...found.values()];
  }

  /** A span that the state does not hold, from the index; nothing to find where the state is whole. */
  #lookUp(state: TraceState, key: SpanKey): KnownSpan | undefined {
    if (state.whole) return undefined;
    const row = this.#index.accountingRow(key);
    return row && this.#remember(state, knownSpan(row));
  }

  #remember(state: TraceState, known: KnownSpan): KnownSpan {
    this.#states.add(state, known);
    return known;
  }

  /** Whether a span that came again says more than what the index holds. */
  #replaces(item: Interpreted, known: KnownSpan): boolean {
    if (this.#replaceAll || item.input.logs.length > 0) return true;
    const row = this.#index.span(item);
    if (!row) return true;
    if (item.facts.disposition === 'pending') return false;
    if (row.durationNanos === undefined) return true;
    const end = accountingView(item).endMicros;
    return (
      end > known.view.endMicros || (end === known.view.endMicros && item.range.length > row.range.length)
    );
  }

  /** A span of this batch, or one that came before. */
  #find(key: SpanKey | undefined, readAgain: ReadAgain): Interpreted | undefined {
    return key && (this.#spans.get(key.traceId)?.get(key.spanId) ?? this.#again(key, readAgain));
  }

  #again(key: SpanKey, readAgain: ReadAgain): Interpreted | undefined {
    const row = this.#index.span(key);
    const input = row && readAgain(row.range);
    if (!row || !input) return undefined;
    const logs = this.#interpreter.logsSeen ? this.#interpreter.logsOf(this.#index.logs(key), []) : [];
    return this.#interpreter.interpret({ ...input, logs }, row.range);
  }
}

/** Of two versions of a span in one batch: an ended one beats a notice, then the later end, then the longer. */
function isFuller(a: Interpreted, b: Interpreted): boolean {
  const pendingA = a.facts.disposition === 'pending';
  const pendingB = b.facts.disposition === 'pending';
  if (pendingA !== pendingB) return pendingB;
  const endA = a.input.span.endTimeUnixNano;
  const endB = b.input.span.endTimeUnixNano;
  return endA > endB || (endA === endB && a.range.length > b.range.length);
}

/** The spans to compare, each with the one it was paired with before, so that no pair is torn apart. */
function withPartners(
  candidates: readonly AccountingSpan[],
  knownOf: (key: SpanKey) => KnownSpan | undefined,
): Map<string, { known: KnownSpan; own: CountDecision | undefined }> {
  const compared = new Map<string, { known: KnownSpan; own: CountDecision | undefined }>();
  const add = (key: SpanKey): KnownSpan | undefined => {
    const known = knownOf(key);
    if (known) compared.set(keyText(key), { known, own: ownDecision(known) });
    return known;
  };
  for (const candidate of candidates) {
    const across = add(candidate)?.across;
    for (const partner of [across?.countedIn, across?.contentFrom]) if (partner) add(partner);
  }
  return compared;
}

/** What the span's own trace says; of a span that another trace took the count from, that it counts. */
function ownDecision(known: KnownSpan): CountDecision | undefined {
  if (known.own) return known.own;
  const { decided, across } = known;
  return decided && (across ? { counted: true, rule: decided.rule } : decided);
}

function decidedAlready(state: TraceState): Map<string, CountDecision> {
  const decisions = new Map<string, CountDecision>();
  for (const [spanId, known] of state.spans) {
    const own = ownDecision(known);
    if (own) decisions.set(spanId, own);
  }
  return decisions;
}

function changed(known: KnownSpan, decision: CountDecision): boolean {
  const before = known.decided;
  if (!before) return true;
  return (
    before.counted !== decision.counted ||
    before.countedIn?.spanId !== decision.countedIn?.spanId ||
    before.countedIn?.traceId !== decision.countedIn?.traceId ||
    before.usage?.input !== decision.usage?.input ||
    before.usage?.output !== decision.usage?.output ||
    before.usage?.cacheRead !== decision.usage?.cacheRead ||
    before.usage?.cacheWrite !== decision.usage?.cacheWrite ||
    before.usage?.reasoning !== decision.usage?.reasoning
  );
}

function keyText(key: SpanKey): string {
  return `${key.traceId}/${key.spanId}`;
}
