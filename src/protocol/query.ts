/** What lists can be narrowed to; every field absent means no restriction. Values come from the user, never from spans. */
export interface TraceFilter {
  /** Free text: span names, models, services, errors, then the journal's bytes (messages). */
  readonly text?: string | undefined;
  readonly models?: readonly string[] | undefined;
  readonly services?: readonly string[] | undefined;
  readonly sessions?: readonly string[] | undefined;
  /** Flag ids; a trace matches when a span of it has one of them. */
  readonly flags?: readonly string[] | undefined;
  readonly onlyErrors?: boolean | undefined;
  /** USD, inclusive. A trace of wholly unknown cost matches no cost range. */
  readonly minCost?: number | undefined;
  readonly maxCost?: number | undefined;
  readonly minDurationMs?: number | undefined;
  readonly maxDurationMs?: number | undefined;
  /** Milliseconds since the epoch; traces that started at or after. */
  readonly since?: number | undefined;
  readonly until?: number | undefined;
}

export type GroupBy = 'none' | 'session' | 'service' | 'model' | 'day';
export type TraceSort = 'newest' | 'cost' | 'duration' | 'tokens';

/** A window onto a list; `cursor` is opaque and comes from the page before. */
export interface PageRequest {
  readonly cursor?: string | undefined;
  /** At most 500. */
  readonly limit: number;
}
export interface Page<T> {
  readonly rows: readonly T[];
  readonly next?: string | undefined;
  readonly total: number;
}
