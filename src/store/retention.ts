import type { IndexWriter } from './indexWriter.ts';

export interface RetentionLimits {
  readonly maxAgeDays: number;
  readonly maxBytes: number;
  readonly maxTraces: number;
}
export interface PruneResult {
  readonly segments: number;
  readonly spans: number;
  readonly traces: number;
}

/**
 * Applies the limits, oldest first, in slices of at most about 20 ms. Only whole, closed segments go that the index has
 * read; `currentSegment` (the writer's) is never touched. Counted in the index as `prunedSpans`, `prunedTraces`.
 */
export function applyRetention(
  _index: IndexWriter,
  _journalDir: string,
  _limits: RetentionLimits,
  _options: { currentSegment: number; now?: () => number; signal?: AbortSignal },
): Promise<PruneResult> {
  throw new Error('in the making');
}

/**
 * Removes traces from the index and their bytes from the journal. Call `JournalWriter.roll()` first and let the index
 * catch up with it: only segments below `currentSegment` can be rewritten. Positions of all other spans stay.
 */
export function deleteTraces(
  _index: IndexWriter,
  _journalDir: string,
  _traceIds: readonly string[],
  _options: { currentSegment: number },
): Promise<PruneResult> {
  throw new Error('in the making');
}
