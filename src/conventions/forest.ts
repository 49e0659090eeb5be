import type { AccountingSpan } from './accountingTypes.ts';

/** The spans of a trace as a forest: a parent that is missing, the span itself or part of a cycle makes a root. */
export interface Forest {
  readonly spans: readonly AccountingSpan[];
  /** Index of the parent, -1 for roots. */
  readonly parent: Int32Array;
  /** Indices, parents before their children. */
  readonly order: Int32Array;
}

/** Linear in the number of spans; the same for every order of them. Of spans with one id the later ending stays. */
export function buildForest(all: readonly AccountingSpan[]): Forest {
  const index = new Map<string, number>();
  const spans: AccountingSpan[] = [];
  for (const span of all) {
    const known = index.get(span.spanId);
    if (known === undefined) {
      index.set(span.spanId, spans.length);
      spans.push(span);
    } else if (isFuller(span, spans[known] as AccountingSpan)) spans[known] = span;
  }
  const parent = new Int32Array(spans.length);
  for (let i = 0; i < spans.length; i++) {
    const found = index.get((spans[i] as AccountingSpan).parentSpanId) ?? -1;
    parent[i] = found === i ? -1 : found;
  }
  breakCycles(spans, parent);
  return { spans, parent, order: topDown(parent) };
}

function isFuller(a: AccountingSpan, b: AccountingSpan): boolean {
  if (a.endMicros !== b.endMicros) return a.endMicros > b.endMicros;
  const usageA = (a.usage?.input ?? -1) + (a.usage?.output ?? -1);
  const usageB = (b.usage?.input ?? -1) + (b.usage?.output ?? -1);
  return usageA !== usageB ? usageA > usageB : a.name > b.name;
}

/** Each cycle is cut above its earliest span. */
function breakCycles(spans: readonly AccountingSpan[], parent: Int32Array): void {
  const seenIn = new Int32Array(spans.length).fill(-1);
  for (let start = 0; start < spans.length; start++) {
    let i = start;
    while (i >= 0 && seenIn[i] === -1) {
      seenIn[i] = start;
      i = parent[i] as number;
    }
    if (i < 0 || seenIn[i] !== start) continue;
    let top = i;
    for (let j = parent[i] as number; j !== i; j = parent[j] as number) {
      if (isEarlier(spans[j] as AccountingSpan, spans[top] as AccountingSpan)) top = j;
    }
    parent[top] = -1;
  }
}

/** By start, then by id: an order that does not depend on arrival. */
export function isEarlier(a: AccountingSpan, b: AccountingSpan): boolean {
  return a.startMicros !== b.startMicros ? a.startMicros < b.startMicros : a.spanId < b.spanId;
}

function topDown(parent: Int32Array): Int32Array {
  const size = parent.length;
  const first = new Int32Array(size).fill(-1);
  const next = new Int32Array(size).fill(-1);
  const order = new Int32Array(size);
  let filled = 0;
  for (let i = size - 1; i >= 0; i--) {
    const above = parent[i] as number;
    if (above < 0) order[filled++] = i;
    else {
      next[i] = first[above] as number;
      first[above] = i;
    }
  }
  for (let read = 0; read < filled; read++) {
    for (let child = first[order[read] as number] as number; child >= 0; child = next[child] as number) {
      order[filled++] = child;
    }
  }
  return order;
}
