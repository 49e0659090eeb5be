import type { AccountingSpan, CountDecision } from '../conventions/accountingTypes.ts';
import { account, noticeRule } from '../conventions/accounting.ts';
import { accountAcross, mayPairAcross } from '../conventions/accountAcross.ts';
import type { LogInput, SpanInput } from '../conventions/input.ts';
import type { Flag } from '../model/flag.ts';
import type { SpanKey } from '../model/span.ts';
import { traceRules } from '../quality/trace/traceRules.ts';
import type { IndexedLog, IndexedMetric, IndexedSpan, StoredRange } from '../store/api.ts';
import { StorageError } from '../store/errors.ts';
import { combined, isChanged, ownDecision } from './decisions.ts';
import type { IndexView } from './indexView.ts';
import type { Interpreter } from './interpreter.ts';
import { LogCallChoice, readLogCall, type LogCallItem } from './logCalls.ts';
import { Neighbourhood } from './neighbourhood.ts';
import type { RecentCalls } from './recentCalls.ts';
import { accountingView, type Interpreted } from './row.ts';
import { isFuller, versionOf, versionOfRow } from './spanVersions.ts';
import type { KnownSpan, TraceState, TraceStates } from './traceStates.ts';

/** Reads a span's bytes from the journal again; undefined when they are gone. */
export type ReadAgain = (range: StoredRange) => SpanInput | undefined;

export interface SettledBatch {
  readonly spans: readonly IndexedSpan[];
  readonly logs: readonly IndexedLog[];
  readonly counters: ReadonlyMap<string, number>;
  /** Traces that lost rows already. */
  readonly changed: readonly string[];
}

/** What is new of one trace, and what counts in it now. */
interface Settling {
  readonly state: TraceState;
  readonly items: ReadonlyMap<string, Interpreted>;
  readonly decisions: Map<string, CountDecision>;
}

/** A span as it came in, or as it is read again because log records of it came in. */
interface Arrived {
  readonly item: Interpreted;
  readonly view: AccountingSpan;
  /** The stored version with new log records. */
  readonly hasNewLogs?: boolean | undefined;
}

export interface BatchOptions {
  /** The rows are made anew although nothing new came. */
  readonly replaceAll?: boolean | undefined;
  /** The same batch was interpreted before and could not be written: its calls are part of the history already. */
  readonly isMeasured?: boolean | undefined;
}

/** Bytes of spans: enough for one batch, and what one may hold when a trace goes on. */
const portion = { enough: 96 << 10, most: 512 << 10 } as const;

/** A part of what one read of the journal brought: interpreted, then accounted trace by trace, then made into rows. */
export class Batch {
  readonly #index: IndexView;
  readonly #states: TraceStates;
  readonly #interpreter: Interpreter;
  readonly #recent: RecentCalls;
  readonly #options: BatchOptions;
  readonly #neighbourhood: Neighbourhood;
  /** By trace, then span. */
  readonly #spans = new Map<string, Map<string, Arrived>>();
  readonly #logs: IndexedLog[] = [];
  readonly #logsBySpan = new Map<string, LogInput[]>();
  readonly #logCalls: LogCallItem[] = [];
  /** Token usage that came in. */
  readonly metrics: IndexedMetric[] = [];
  readonly #counters = new Map<string, number>();
  #size = 0;
  #bytes = 0;
  #lastTrace = '';

  constructor(
    index: IndexView,
    states: TraceStates,
    interpreter: Interpreter,
    recent: RecentCalls,
    options: BatchOptions = {},
  ) {
    this.#index = index;
    this.#recent = recent;
    this.#states = states;
    this.#interpreter = interpreter;
    this.#options = options;
    this.#neighbourhood = new Neighbourhood(index, states, recent);
  }

  /** Spans that came in, re-sent ones included. */
  get size(): number {
    return this.#size;
  }

  /** Whether it is time to settle before a span of that trace is added; rather not in the middle of a trace. */
  isFull(nextTrace: string): boolean {
    return this.#bytes >= portion.most || (this.#bytes >= portion.enough && nextTrace !== this.#lastTrace);
  }

  count(reason: string): void {
    this.#counters.set(`dropped.${reason}`, (this.#counters.get(`dropped.${reason}`) ?? 0) + 1);
  }

  addSpan(input: SpanInput, range: StoredRange): void {
    this.#size++;
    this.#bytes += range.length;
    this.#lastTrace = input.span.traceId;
    const arrived = this.#arrived(input, range);
    if (arrived) this.#put(arrived);
  }

  #put(arrived: Arrived): void {
    const { traceId, spanId } = arrived.item;
    const ofTrace = this.#spansOf(traceId);
    const earlier = ofTrace.get(spanId);
    if (earlier && !isFuller(versionOf(arrived.item), versionOf(earlier.item))) return;
    ofTrace.set(spanId, arrived);
  }

  /** One span that cannot be interpreted is counted; the others go on. */
  #arrived(input: SpanInput, range: StoredRange): Arrived | undefined {
    try {
      const item = this.#interpreter.interpret(input, range);
      return { item, view: accountingView(item) };
    } catch (error) {
      this.#skip(error);
      return undefined;
    }
  }

  #skip(error: unknown): void {
    if (error instanceof StorageError) throw error;
    this.count('uninterpreted');
    this.#interpreter.report(error);
  }

  #spansOf(traceId: string): Map<string, Arrived> {
    let ofTrace = this.#spans.get(traceId);
    if (!ofTrace) {
      ofTrace = new Map();
      this.#spans.set(traceId, ofTrace);
    }
    return ofTrace;
  }

  addLog(input: LogInput, log: IndexedLog): void {
    this.#logs.push(log);
    this.#counters.set('logs', (this.#counters.get('logs') ?? 0) + 1);
    try {
      const call = readLogCall(input, log.range);
      if (call) this.#logCalls.push(call);
    } catch (error) {
      this.#skip(error);
    }
    if (log.traceId === '' || log.spanId === '') return;
    const key = keyText(log);
    const list = this.#logsBySpan.get(key) ?? [];
    list.push(input);
    this.#logsBySpan.set(key, list);
  }

  /** Decides what counts and makes the rows. */
  settle(readAgain: ReadAgain): SettledBatch {
    this.#joinLogs(readAgain);
    const changed = this.#settleLogCalls();
    const rows: IndexedSpan[] = [];
    const settling: Settling[] = [];
    const calls: AccountingSpan[] = [];
    this.#states.expect([...this.#spans.keys()]);
    for (const [traceId, items] of this.#spans) {
      const fresh = this.#file(traceId, items);
      if (!fresh) continue;
      settling.push(fresh);
      for (const spanId of fresh.items.keys()) {
        const known = fresh.state.spans.get(spanId);
        const isSpan = fresh.items.get(spanId)?.range.signal !== 'logs';
        if (known && isSpan && mayPairAcross(known.view)) calls.push(known.view);
      }
    }
    const elsewhere = this.#settleAcross(calls, settling);
    for (const { state, decisions, items } of settling)
      this.#rowsOf(state, decisions, items, readAgain, rows);
    for (const [state, decisions] of elsewhere) this.#rowsOf(state, decisions, new Map(), readAgain, rows);
    for (const { state, items } of settling) {
      for (const [spanId, item] of items) {
        const prompt = state.spans.get(spanId)?.digest?.prompt;
        if (prompt) this.#interpreter.letGo(prompt, item);
      }
    }
    const left = changed.filter((traceId) => !this.#spans.has(traceId));
    rows.push(
      ...this.resettle(
        left.map((traceId) => this.#states.touch(traceId)),
        readAgain,
      ).spans,
    );
    return { spans: rows, logs: this.#logs, counters: this.#counters, changed };
  }

  /**
   * Adds the calls that only log records tell of, and removes those whose spans have come: at once, so that nothing
   * is compared with them. Returns the traces that lost rows.
   */
  #settleLogCalls(): readonly string[] {
    const mayBeSuperfluous = this.#spans.size > 0 && this.#index.hasStandIns();
    if (this.#logCalls.length === 0 && !mayBeSuperfluous) return [];
    const choice = new LogCallChoice(this.#index.logCalls, this.#spans);
    const removed = mayBeSuperfluous ? choice.superfluous() : [];
    const changed = removed.length === 0 ? [] : this.#index.writeBatch({ removed }).changedTraces;
    for (const traceId of changed) this.#states.drop(traceId);
    const needed = this.#logCalls.filter((call) => choice.isNeeded(call));
    for (const { item } of needed) this.#put({ item, view: accountingView(item) });
    return changed;
  }

  /** Finds the calls that another trace reports, too. Returns what may change in traces without a span in this batch. */
  #settleAcross(
    calls: readonly AccountingSpan[],
    settling: readonly Settling[],
  ): Map<TraceState, Map<string, CountDecision>> {
    for (const call of calls) this.#recent.add(call);
    const elsewhere = new Map<TraceState, Map<string, CountDecision>>();
    const candidates = this.#recent.candidates(calls, this.#index);
    if (candidates.length < 2) return elsewhere;
    const here = new Map(settling.map((one) => [one.state.traceId, one.decisions]));
    const knownOf = (key: SpanKey): KnownSpan | undefined => {
      const state = this.#states.touch(key.traceId);
      const known = this.#neighbourhood.known(state, key);
      const own = known && ownDecision(known);
      if (!own) return known;
      let decisions = here.get(key.traceId) ?? elsewhere.get(state);
      if (!decisions) elsewhere.set(state, (decisions = new Map<string, CountDecision>()));
      if (!decisions.has(key.spanId)) decisions.set(key.spanId, own);
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
      return here.get(key.traceId)?.get(key.spanId) ?? known?.own;
    });
    for (const { decision, ...key } of changes) {
      const known = compared.get(keyText(key))?.known;
      if (known) known.across = decision;
    }
    return elsewhere;
  }

  /** Accounts whole traces again and makes the rows whose decision changed. */
  resettle(states: readonly TraceState[], readAgain: ReadAgain): Pick<SettledBatch, 'spans'> {
    const rows: IndexedSpan[] = [];
    for (const state of states) {
      const decisions = this.#accountWhole(state);
      this.#rowsOf(state, decisions, new Map(), readAgain, rows);
    }
    return { spans: rows };
  }

  /** Gives spans their log records, whichever came first. */
  #joinLogs(readAgain: ReadAgain): void {
    for (const [key, { traceId, spanId }] of this.#spansWithNewLogs()) {
      const row = this.#index.span({ traceId, spanId });
      if (!row) continue;
      const arrived = this.#spans.get(traceId)?.get(spanId);
      const stored = versionOfRow(row, row.countRule === noticeRule);
      if (arrived && isFuller(versionOf(arrived.item), stored)) continue;
      const input = readAgain(row.range);
      const logs = this.#logsOf({ traceId, spanId }, key);
      const again = input && this.#arrived({ ...input, logs }, row.range);
      if (again) this.#spansOf(traceId).set(spanId, { ...again, hasNewLogs: true });
    }
    if (!this.#interpreter.logsSeen && this.#logs.length === 0) return;
    this.#interpreter.logsSeen = true;
    for (const [traceId, items] of this.#spans) {
      for (const [spanId, { item, hasNewLogs }] of items) {
        const key = { traceId, spanId };
        const logs = hasNewLogs ? [] : this.#logsOf(key, keyText(key));
        if (logs.length === 0) continue;
        const again = this.#arrived({ ...item.input, logs }, item.range);
        if (again) items.set(spanId, again);
      }
    }
  }

  #logsOf(key: SpanKey, text: string): LogInput[] {
    return this.#interpreter.logsOf(this.#index.logs(key), this.#logsBySpan.get(text) ?? []);
  }

  /** By key: spans for which a log record came that the index does not have yet. */
  #spansWithNewLogs(): Map<string, SpanKey> {
    const found = new Map<string, SpanKey>();
    for (const log of this.#logs) {
      if (log.traceId === '' || log.spanId === '' || found.has(keyText(log))) continue;
      const isStored = this.#index
        .logs(log)
        .some(({ digest, timeMicros }) => digest === log.digest && timeMicros === log.timeMicros);
      if (!isStored) found.set(keyText(log), log);
    }
    return found;
  }

  /** Files what is new or fuller of one trace, and decides what counts in it; undefined when nothing is. */
  #file(traceId: string, all: ReadonlyMap<string, Arrived>): Settling | undefined {
    const state = this.#states.touch(traceId);
    const items = new Map<string, Interpreted>();
    for (const [spanId, arrived] of all) {
      const known = this.#neighbourhood.known(state, { traceId, spanId });
      if (known && !this.#replaces(arrived, known)) continue;
      this.#states.add(state, { ...known, view: arrived.view, decided: known?.decided });
      items.set(spanId, arrived.item);
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
      combined(own, state.spans.get(spanId)?.across);
    // Rather than loops, which make a pair for each span.
    fresh.forEach((item, spanId) => {
      const known = state.spans.get(spanId);
      const decision = decisions.get(spanId);
      if (known && decision) known.digest = this.#interpreter.digest(item, final(spanId, decision));
    });
    const flags = this.#interpreter.neighbourFlags(state);
    decisions.forEach((own, spanId) => {
      const known = state.spans.get(spanId);
      if (!known) return;
      const decision = final(spanId, own);
      const more = flags.get(spanId) ?? noFlags;
      const ids = more.length === 0 ? '' : more.map((flag) => flag.id).join(' ');
      const { contentFrom } = decision;
      const stale =
        isChanged(known, decision) ||
        (known.digest !== undefined && ids !== (known.neighbourFlags ?? '')) ||
        // Messages that this span lacks came with another one.
        (contentFrom !== undefined && this.#spans.get(contentFrom.traceId)?.has(contentFrom.spanId) === true);
      const arrived = fresh.get(spanId);
      const again =
        arrived || !stale ? undefined : this.#again({ traceId: state.traceId, spanId }, readAgain);
      const item = arrived ?? again?.item;
      if (!item) return;
      try {
        const row = this.#interpreter.row(item, decision, {
          // What its neighbours were is not known any more after the trace was let go: what they gave stays.
          flags: known.digest || !again ? more : [...more, ...again.flags],
          isNew:
            !this.#options.isMeasured &&
            (!known.measured || (this.#options.replaceAll === true && arrived !== undefined)),
          repeatedBy: contentFrom && (() => this.#find(contentFrom, readAgain)?.facts),
        });
        rows.push(row);
        known.measured ||= row.durationNanos !== undefined;
      } catch (error) {
        this.#skip(error);
      }
      known.decided = decision;
      known.own = own;
      known.neighbourFlags = ids;
    });
  }

  #decide(state: TraceState, fresh: ReadonlyMap<string, Interpreted>): Map<string, CountDecision> {
    return this.#states.isDue(state)
      ? this.#accountWhole(state)
      : this.#neighbourhood.decide(state, new Set(fresh.keys()));
  }

  #accountWhole(state: TraceState): Map<string, CountDecision> {
    const decisions = account([...state.spans.values()].map((known) => known.view));
    this.#states.accounted(state);
    return decisions;
  }

  /** Whether a span that came again says more than what the index holds. */
  #replaces({ item, hasNewLogs }: Arrived, known: KnownSpan): boolean {
    if (hasNewLogs) return true;
    const row = this.#index.span(item);
    if (!row) return true;
    const isSame = row.range.segment === item.range.segment && row.range.offset === item.range.offset;
    if (isSame) return this.#options.replaceAll === true;
    return isFuller(versionOf(item), versionOfRow(row, known.view.disposition === 'pending'));
  }

  /** A span of this batch, or one that came before. */
  #find(key: SpanKey, readAgain: ReadAgain): Interpreted | undefined {
    return this.#spans.get(key.traceId)?.get(key.spanId)?.item ?? this.#again(key, readAgain)?.item;
  }

  /** A stored span as it was interpreted, and the flags that it has because of its neighbours. */
  #again(key: SpanKey, readAgain: ReadAgain): { item: Interpreted; flags: readonly Flag[] } | undefined {
    const row = this.#index.span(key);
    const input = row && readAgain(row.range);
    if (!row || !input) return undefined;
    const logs = this.#interpreter.logsSeen ? this.#interpreter.logsOf(this.#index.logs(key), []) : [];
    const flags = row.flags.filter((flag) => neighbourFlagIds.has(flag.id));
    return { item: this.#interpreter.interpret({ ...input, logs }, row.range), flags };
  }
}

const noFlags: readonly Flag[] = [];

/** Flags that only neighbours give. */
const neighbourFlagIds: ReadonlySet<string> = new Set(traceRules.map((rule) => rule.id));

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

function keyText(key: SpanKey): string {
  return `${key.traceId}/${key.spanId}`;
}
