import { isAcrossRule } from '../conventions/accountAcross.ts';
import { noticeRule } from '../conventions/accounting.ts';
import type { AccountingSpan, CountDecision } from '../conventions/accountingTypes.ts';
import type { TraceSpanView } from '../quality/trace/traceView.ts';
import type { AccountingRow } from '../store/api.ts';
import type { IndexView } from './indexView.ts';

/** A span as a trace's state knows it, with the decision that stands in the index (none while it is new). */
export interface KnownSpan {
  readonly view: AccountingSpan;
  decided: CountDecision | undefined;
  /** What the span's own trace decided; unknown after a restart. */
  own?: CountDecision | undefined;
  /** What comparing with other traces decided; it goes before the trace's own decision where that counts the span. */
  across?: CountDecision | undefined;
  /** For the flags that only show beside other spans; none for kinds without such flags, and after a restart. */
  digest?: TraceSpanView | undefined;
  /** Ids of the flags that the span has because of its neighbours. */
  neighbourFlags?: string | undefined;
  /** Its duration and cost are part of the history already. */
  measured?: boolean | undefined;
}

/** The spans of one trace that take part in its accounting. */
export interface TraceState {
  readonly traceId: string;
  readonly spans: Map<string, KnownSpan>;
  /** False when the trace is too large to hold: then only the neighbourhood of new spans is looked at. */
  readonly whole: boolean;
  /** How many spans there were when the whole trace was last accounted. */
  accountedSize: number;
}

/** Above it a trace is not held in memory; less than what is held at all, or such a trace would go with each batch. */
const largestWholeTrace = 15_000;

/** Spans held, of all traces and of those whose root has come: programs export it last, little follows. */
const mostHeld = { spans: 20_000, ended: 5_000 } as const;

/** From a size on, a growing trace is accounted anew only when it has grown by a quarter. */
const settleEagerly = 4_096;

/** The traces that are being received, least recently touched first; bounded by the spans they hold together. */
export class TraceStates {
  readonly #index: IndexView;
  readonly #most: { readonly spans: number; readonly ended: number };
  readonly #states = new Map<string, TraceState>();
  readonly #oversized = new Set<string>();
  /** Those whose root has come, least recently touched first. */
  readonly #ended = new Set<string>();
  #spans = 0;
  #endedSpans = 0;

  constructor(index: IndexView, most: { readonly spans: number; readonly ended: number } = mostHeld) {
    this.#index = index;
    this.#most = most;
  }

  /** The state of a trace that is held already. */
  held(traceId: string): TraceState | undefined {
    return this.#states.get(traceId);
  }

  /** Before many traces are touched: for all those that are new, the index is asked once. */
  expect(traceIds: readonly string[]): void {
    const others = traceIds.filter((traceId) => !this.#states.has(traceId));
    if (others.length < 2) return;
    const stored = this.#index.storedTraces(others);
    for (const traceId of others)
      if (!stored.has(traceId)) this.#states.set(traceId, { ...noSpans(traceId), whole: true });
  }

  /** The state of a trace, read from the index when the trace is not held. */
  touch(traceId: string): TraceState {
    const held = this.#states.get(traceId);
    if (held) {
      this.#states.delete(traceId);
      this.#states.set(traceId, held);
      if (this.#ended.delete(traceId)) this.#ended.add(traceId);
      return held;
    }
    const state = this.#load(traceId);
    this.#states.set(traceId, state);
    this.#spans += state.spans.size;
    return state;
  }

  add(state: TraceState, span: KnownSpan): void {
    const { traceId, spans } = state;
    const { spanId, parentSpanId, disposition } = span.view;
    if (!spans.has(spanId)) {
      this.#spans++;
      if (this.#ended.has(traceId)) this.#endedSpans++;
    }
    spans.set(spanId, span);
    if (spans.size > largestWholeTrace) this.#oversized.add(traceId);
    if (parentSpanId === '' && disposition !== 'pending' && !this.#ended.has(traceId)) {
      this.#ended.add(traceId);
      this.#endedSpans += spans.size;
    }
  }

  /** A span of the index that was asked for. */
  remember(state: TraceState, span: KnownSpan): KnownSpan {
    this.add(state, span);
    return span;
  }

  /** Whether it is time to account the trace whole; `accounted` tells that it was. */
  isDue(state: TraceState): boolean {
    const { size } = state.spans;
    return state.whole && (size <= settleEagerly || size >= state.accountedSize * 1.25);
  }

  accounted(state: TraceState): void {
    state.accountedSize = state.spans.size;
  }

  /** The held traces that grew since they were last accounted whole. */
  deferred(): TraceState[] {
    return [...this.#states.values()].filter(isDeferred);
  }

  /**
   * Lets the traces go that were touched longest ago; called between batches, as a batch's states must stay. Those
   * that have still to be accounted whole are handed to `settle` first.
   */
  trim(settle: (states: readonly TraceState[]) => void): void {
    const leaving = new Set<string>();
    const held = { spans: this.#spans, ended: this.#endedSpans };
    const leave = (traceId: string): void => {
      if (leaving.has(traceId)) return;
      leaving.add(traceId);
      const size = this.#states.get(traceId)?.spans.size ?? 0;
      held.spans -= size;
      if (this.#ended.has(traceId)) held.ended -= size;
    };
    for (const traceId of this.#oversized) leave(traceId);
    let others = this.#ended.size;
    for (const traceId of this.#ended) {
      // The last one may be growing, however large it is.
      if (held.ended <= this.#most.ended || --others === 0) break;
      leave(traceId);
    }
    for (const traceId of this.#states.keys()) {
      if (held.spans <= this.#most.spans) break;
      leave(traceId);
    }
    if (leaving.size === 0) return;
    const deferred = [...leaving].flatMap((traceId) => this.#states.get(traceId) ?? []).filter(isDeferred);
    if (deferred.length > 0) settle(deferred);
    for (const traceId of leaving) this.#release(traceId);
  }

  /** Forgets one trace, whose rows were changed by others. */
  drop(traceId: string): void {
    this.#release(traceId);
  }

  #release(traceId: string): void {
    const state = this.#states.get(traceId);
    this.#oversized.delete(traceId);
    if (!state || !this.#states.delete(traceId)) return;
    this.#spans -= state.spans.size;
    if (this.#ended.delete(traceId)) this.#endedSpans -= state.spans.size;
  }

  clear(): void {
    this.#states.clear();
    this.#oversized.clear();
    this.#ended.clear();
    this.#spans = this.#endedSpans = 0;
  }

  #load(traceId: string): TraceState {
    const state = noSpans(traceId);
    const count = this.#index.spanCount(traceId);
    if (count === 0) return { ...state, whole: true };
    if (count > largestWholeTrace) return { ...state, whole: false };
    for (const row of this.#index.accountingRows(traceId)) state.spans.set(row.spanId, knownSpan(row));
    // Whether a large one was accounted to its end before it was let go is not known.
    const accountedSize = state.spans.size > settleEagerly ? 0 : state.spans.size;
    return { ...state, whole: true, accountedSize };
  }
}

function noSpans(traceId: string): Omit<TraceState, 'whole'> {
  return { traceId, spans: new Map(), accountedSize: 0 };
}

function isDeferred(state: TraceState): boolean {
  return state.whole && state.spans.size > state.accountedSize;
}

/** What the index holds of a span; what an HTTP span tells of retries is in its own row. */
export function knownSpan(row: AccountingRow): KnownSpan {
  const { decided: stored, ...view } = row;
  const { counted, countedIn, countRule: rule, usage, retries, rateLimited } = stored;
  const decided: CountDecision = {
    counted,
    countedIn,
    rule,
    ...(usage ? { usage } : {}),
    ...(view.reportedCost === undefined ? {} : { reportedCost: view.reportedCost }),
    ...(retries ? { retries } : {}),
    ...(rateLimited ? { rateLimited } : {}),
  };
  const isAcross = (countedIn && countedIn.traceId !== row.traceId) || isAcrossRule(rule);
  const isNotice = rule === noticeRule;
  return {
    view: {
      ...view,
      ...(isNotice ? { disposition: 'pending' as const } : {}),
      ...(row.dialect === 'http' && (retries || rateLimited)
        ? { http: { status: rateLimited ? 429 : undefined, resendCount: retries } }
        : {}),
    },
    decided,
    ...(isAcross ? { across: decided } : {}),
    measured: !isNotice,
  };
}
