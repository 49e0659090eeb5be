import type { AccountingSpan, CountDecision } from '../conventions/accountingTypes.ts';
import type { TraceSpanView } from '../quality/trace/traceView.ts';
import type { AccountingRow } from '../store/api.ts';
import type { IndexWriter } from '../store/indexWriter.ts';

/** A span as a trace's state knows it, with the decision that stands in the index (none while it is new). */
export interface KnownSpan {
  readonly view: AccountingSpan;
  decided: Decided | undefined;
  /** What the span's own trace decided; unknown after a restart. */
  own?: CountDecision | undefined;
  /** What comparing with other traces decided; it goes before the trace's own decision where that counts the span. */
  across?: CountDecision | undefined;
  /** For the flags that only show beside other spans; none for kinds without such flags, and after a restart. */
  digest?: TraceSpanView | undefined;
  /** Ids of the flags that the span has because of its neighbours. */
  neighbourFlags?: string | undefined;
}

type Decided = Pick<CountDecision, 'counted' | 'countedIn' | 'rule' | 'usage'>;

/** The spans of one trace that take part in its accounting. */
export interface TraceState {
  readonly traceId: string;
  readonly spans: Map<string, KnownSpan>;
  /** False when the trace is too large to hold: then only the neighbourhood of new spans is looked at. */
  readonly whole: boolean;
  /** How many spans there were when the whole trace was last accounted. */
  accountedSize: number;
}

/** Above it a trace is not held in memory. */
const largestWholeTrace = 50_000;

/** The traces that are being received, least recently touched first; bounded by the spans they hold together. */
export class TraceStates {
  readonly #index: IndexWriter;
  readonly #maxSpans: number;
  readonly #states = new Map<string, TraceState>();
  readonly #oversized = new Set<string>();
  #spans = 0;

  constructor(index: IndexWriter, maxSpans = 20_000) {
    this.#index = index;
    this.#maxSpans = maxSpans;
  }

  /** The state of a trace that is held already. */
  held(traceId: string): TraceState | undefined {
    return this.#states.get(traceId);
  }

  /** The state of a trace, read from the index when the trace is not held. */
  touch(traceId: string): TraceState {
    const held = this.#states.get(traceId);
    if (held) {
      this.#states.delete(traceId);
      this.#states.set(traceId, held);
      return held;
    }
    const state = this.#load(traceId);
    this.#states.set(traceId, state);
    this.#spans += state.spans.size;
    return state;
  }

  add(state: TraceState, span: KnownSpan): void {
    if (!state.spans.has(span.view.spanId)) this.#spans++;
    state.spans.set(span.view.spanId, span);
    if (state.spans.size > largestWholeTrace) this.#oversized.add(state.traceId);
  }

  /** The held traces that grew since they were last accounted whole. */
  takeDeferred(): TraceState[] {
    const deferred = [...this.#states.values()].filter(
      (state) => state.whole && state.spans.size > state.accountedSize,
    );
    for (const state of deferred) state.accountedSize = state.spans.size;
    return deferred;
  }

  /** Lets the traces go that were touched longest ago; called between batches, as a batch's states must stay. */
  trim(): void {
    for (const traceId of this.#oversized) this.#release(traceId);
    this.#oversized.clear();
    if (this.#spans <= this.#maxSpans) return;
    for (const traceId of this.#states.keys()) {
      this.#release(traceId);
      if (this.#spans <= this.#maxSpans) break;
    }
  }

  #release(traceId: string): void {
    const state = this.#states.get(traceId);
    if (!state || !this.#states.delete(traceId)) return;
    this.#spans -= state.spans.size;
  }

  clear(): void {
    this.#states.clear();
    this.#oversized.clear();
    this.#spans = 0;
  }

  #load(traceId: string): TraceState {
    const state = { traceId, spans: new Map<string, KnownSpan>(), accountedSize: 0 };
    if (!this.#index.hasTrace(traceId)) return { ...state, whole: true };
    const count = this.#index.spanCount(traceId);
    if (count > largestWholeTrace) return { ...state, whole: false };
    for (const row of this.#index.accountingRows(traceId)) state.spans.set(row.spanId, knownSpan(row));
    return { ...state, whole: true, accountedSize: state.spans.size };
  }
}

export function knownSpan(row: AccountingRow): KnownSpan {
  const { decided: stored, ...view } = row;
  const decided = {
    counted: stored.counted,
    countedIn: stored.countedIn,
    rule: stored.countRule,
    usage: stored.usage,
  };
  const elsewhere = stored.countedIn !== undefined && stored.countedIn.traceId !== row.traceId;
  return { view, decided, ...(elsewhere ? { across: decided } : {}) };
}
