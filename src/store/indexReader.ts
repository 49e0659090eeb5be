import type { SpanKey, SpanKind } from '../model/span.ts';
import type { GroupBy, Page, PageRequest, TraceFilter, TraceSort } from '../protocol/query.ts';
import type { CallSiteRow, GroupRow, PartialSum, SpanRow, TraceRow } from '../protocol/rows.ts';
import type { IndexedLog, IndexedSpan, JournalPosition, StoreStats } from './api.ts';

export interface TreeQuery {
  readonly traceId?: string | undefined;
  readonly kind?: SpanKind | undefined;
  /** Order of traces; newest first unless told. */
  readonly order?: 'newest' | 'oldest' | undefined;
  /** Milliseconds since the epoch. */
  readonly since?: number | undefined;
}

/** Read-only queries; any number of readers, in other threads and processes too. Methods throw `StorageError`. */
export class IndexReader {
  /** Returns undefined while there is no index at `path`. @throws StorageError `corrupt` or `unsupported` */
  static open(_path: string): IndexReader | undefined {
    throw new Error('in the making');
  }
  /**
   * Whether something was committed since the last call. A file that was set aside or deleted is noticed and the new
   * one opened; that counts as a change. Cheap: call it often.
   */
  poll(): boolean {
    throw new Error('in the making');
  }
  get revision(): number {
    throw new Error('in the making');
  }
  get position(): JournalPosition {
    throw new Error('in the making');
  }
  /** Counters by name; retention keeps `prunedSpans` and `prunedTraces`. */
  counters(): ReadonlyMap<string, number> {
    throw new Error('in the making');
  }
  counts(): { spans: number; traces: number; indexBytes: number } {
    throw new Error('in the making');
  }
  /** Traces changed after `revision`, at most `limit` of them named; `all` when more, or when some were removed. */
  changedSince(_revision: number, _limit: number): { revision: number; traceIds: string[]; all: boolean } {
    throw new Error('in the making');
  }
  /**
   * `contentMatches`: traces whose messages match `filter.text` (from `ContentSearch`), listed besides those whose names,
   * models, services or errors do.
   */
  traces(_filter: TraceFilter, _sort: TraceSort, _page: PageRequest, _contentMatches?: ReadonlySet<string>): Page<TraceRow> {
    throw new Error('in the making');
  }
  groups(_by: Exclude<GroupBy, 'none'>, _filter: TraceFilter, _page: PageRequest): Page<GroupRow> {
    throw new Error('in the making');
  }
  /** In the order asked for; unknown ids are left out. */
  tracesById(_traceIds: readonly string[]): TraceRow[] {
    throw new Error('in the making');
  }
  filterValues(_field: 'model' | 'service' | 'session' | 'flag'): { value: string; traces: number }[] {
    throw new Error('in the making');
  }
  /** Children of a span, or (parentSpanId '') the roots: spans without a parent, or whose parent has not arrived. */
  children(_traceId: string, _parentSpanId: string, _page: PageRequest): Page<SpanRow> {
    throw new Error('in the making');
  }
  /** From a root to the span; empty when unknown. */
  path(_key: SpanKey): SpanRow[] {
    throw new Error('in the making');
  }
  span(_key: SpanKey): IndexedSpan | undefined {
    throw new Error('in the making');
  }
  spanRow(_key: SpanKey): SpanRow | undefined {
    throw new Error('in the making');
  }
  /** Spans depth first, siblings by start time, trace after trace. */
  treeSpans(_query: TreeQuery): Generator<IndexedSpan> {
    throw new Error('in the making');
  }
  /** The span whose bytes hold that place of the journal. */
  spanAt(_position: JournalPosition): SpanKey | undefined {
    throw new Error('in the making');
  }
  callSites(_within: { file?: string; function?: string }): CallSiteRow[] {
    throw new Error('in the making');
  }
  callSiteSpans(_site: { file: string; line: number; limit: number }): SpanRow[] {
    throw new Error('in the making');
  }
  logs(_key: SpanKey): IndexedLog[] {
    throw new Error('in the making');
  }
  /** Over spans that started at or after `since` (milliseconds since the epoch). */
  stats(_since?: number): StoreStats {
    throw new Error('in the making');
  }
  /** Sums of traces that started at or after `since`, for the status bar; cheap. */
  totalsSince(_since: number): { modelCalls: number; cost: PartialSum } {
    throw new Error('in the making');
  }
  close(): void {
    throw new Error('in the making');
  }
}
