import type { IndexedSpan } from '../store/api.ts';
import type { Interpreted } from './row.ts';

/** What tells which of two versions of one span says more. */
export interface SpanVersion {
  /** 0: a start notice, 1: a span that has not ended, 2: one that has. */
  readonly stage: 0 | 1 | 2;
  readonly endMicros: number;
  /** Of its bytes. */
  readonly length: number;
}

export function versionOf(item: Interpreted): SpanVersion {
  const { durationNanos, startMicros } = item;
  const stage = item.facts.disposition === 'pending' ? 0 : durationNanos === undefined ? 1 : 2;
  return { stage, endMicros: endOf(startMicros, durationNanos ?? 0), length: item.range.length };
}

export function versionOfRow(row: IndexedSpan, isNotice: boolean): SpanVersion {
  const stage = isNotice ? 0 : row.durationNanos === undefined ? 1 : 2;
  return { stage, endMicros: endOf(row.startMicros, row.durationNanos ?? 0), length: row.range.length };
}

/** An ended span beats one that runs, that beats a notice; then the later end, then the longer. */
export function isFuller(a: SpanVersion, b: SpanVersion): boolean {
  if (a.stage !== b.stage) return a.stage > b.stage;
  return a.endMicros > b.endMicros || (a.endMicros === b.endMicros && a.length > b.length);
}

/** The same for a span and for its row, which has the start in microseconds and the duration in nanoseconds. */
function endOf(startMicros: number, durationNanos: number): number {
  return startMicros + Math.ceil(durationNanos / 1000);
}
