import type { AccountingSpan, CountDecision } from '../conventions/accountingTypes.ts';
import { account } from '../conventions/accounting.ts';
import type { SpanKey } from '../model/span.ts';
import { withSurroundings } from './decisions.ts';
import type { IndexView } from './indexView.ts';
import type { RecentCalls } from './recentCalls.ts';
import { knownSpan, type KnownSpan, type TraceState, type TraceStates } from './traceStates.ts';

/** How far above a new span, and at how many spans below it, a batch looks in a trace that is not accounted whole. */
const reach = { ancestors: 64, below: 2_000, childrenAtOnce: 500 } as const;

const unseen: CountDecision = {
  counted: false,
  rule: 'So much lies below it that its usage is taken to repeat that of calls there.',
};

/** Accounts what is around the new spans of a trace that is too large to be accounted with each batch. */
export class Neighbourhood {
  readonly #index: IndexView;
  readonly #states: TraceStates;
  readonly #recent: RecentCalls;

  constructor(index: IndexView, states: TraceStates, recent: RecentCalls) {
    this.#index = index;
    this.#states = states;
    this.#recent = recent;
  }

  /** A span of the state, or of the index where the state does not hold the whole trace. */
  known(state: TraceState, key: SpanKey): KnownSpan | undefined {
    const held = state.spans.get(key.spanId);
    if (held || state.whole) return held;
    const row = this.#index.accountingRow(key);
    return row && this.#states.remember(state, knownSpan(row));
  }

  decide(state: TraceState, fresh: ReadonlySet<string>): Map<string, CountDecision> {
    const found = new Map<string, AccountingSpan>();
    const tooMuch: string[] = [];
    for (const spanId of fresh) {
      const own = state.spans.get(spanId);
      if (own) found.set(spanId, own.view);
    }
    for (const spanId of fresh) {
      const view = state.spans.get(spanId)?.view;
      if (!view) continue;
      this.#addAncestors(state, view, found);
      if (this.#recent.mayHave(view)) {
        for (const near of this.#recent.inTrace(view)) {
          const known = this.known(state, near);
          if (known) found.set(near.spanId, known.view);
        }
      }
      if (standsForOthers(view) && !this.#addBelow(state, view, found)) tooMuch.push(spanId);
    }
    const decisions = withSurroundings(
      account([...found.values()]),
      (spanId) => state.spans.get(spanId),
      (spanId) => fresh.has(spanId),
    );
    for (const spanId of tooMuch) {
      const isCall = callKinds.has(found.get(spanId)?.kind ?? '');
      if (!isCall && decisions.get(spanId)?.counted) decisions.set(spanId, unseen);
    }
    return decisions;
  }

  #addAncestors(state: TraceState, view: AccountingSpan, found: Map<string, AccountingSpan>): void {
    let { parentSpanId } = view;
    for (let depth = 0; depth < reach.ancestors && parentSpanId !== '' && !found.has(parentSpanId); depth++) {
      const parent = this.known(state, { traceId: view.traceId, spanId: parentSpanId });
      if (!parent) return;
      found.set(parentSpanId, parent.view);
      ({ parentSpanId } = parent.view);
    }
  }

  /** Breadth first, until a call with usage is found. Returns false when that was too much to look at. */
  #addBelow(state: TraceState, view: AccountingSpan, found: Map<string, AccountingSpan>): boolean {
    const queue: SpanKey[] = [view];
    let left: number = reach.below;
    for (let key = queue.shift(); key; key = queue.shift()) {
      for (const row of this.#index.accountingChildren(key, Math.min(left, reach.childrenAtOnce))) {
        const child = state.spans.get(row.spanId) ?? this.#states.remember(state, knownSpan(row));
        found.set(row.spanId, child.view);
        if (child.view.usage && callKinds.has(child.view.kind)) return true;
        queue.push(row);
        left--;
      }
      if (left <= 0) return false;
    }
    return true;
  }
}

const callKinds = new Set<string>(['llm', 'embedding', 'rerank', 'retrieval']);

/** Spans below it may take its place: a wrapper of a call, or an agent that reports the sum of its calls. */
function standsForOthers(view: AccountingSpan): boolean {
  return view.usage !== undefined || callKinds.has(view.kind) || view.toolName !== undefined;
}
