import type { SpanKey } from '../model/span.ts';
import type { AccountingRow, DamageReport, IndexedLog, IndexedSpan, JournalPosition, WriteBatch, WriteResult } from './api.ts';

export interface IndexWriterOptions {
  readonly onDamage?: (report: DamageReport) => void;
}

/**
 * The only writer of an index; hold the owner's lock first. Every method throws `StorageError`: `full` (rolled back,
 * try the same batch again later), `corrupt` (close, then `open` again: it sets the file aside), `unwritable`.
 */
export class IndexWriter {
  /** Opens, migrates or makes the index. A corrupt one is set aside as `PATH.corrupt-<time>` and a new one begun. */
  static open(_path: string, _options: IndexWriterOptions = {}): IndexWriter {
    throw new Error('in the making');
  }
  /** True when `open` made an empty index (new, or the old one set aside): read the journal from the beginning. */
  get fresh(): boolean {
    throw new Error('in the making');
  }
  /** Where the indexer goes on reading. */
  get position(): JournalPosition {
    throw new Error('in the making');
  }
  get revision(): number {
    throw new Error('in the making');
  }
  /** Which conventions, prices and rules made the rows; '' when never set. */
  get interpretation(): string {
    throw new Error('in the making');
  }
  set interpretation(_value: string) {
    throw new Error('in the making');
  }
  writeBatch(_batch: WriteBatch): WriteResult {
    throw new Error('in the making');
  }
  span(_key: SpanKey): IndexedSpan | undefined {
    throw new Error('in the making');
  }
  hasTrace(_traceId: string): boolean {
    throw new Error('in the making');
  }
  /** Spans in the index of that trace; 0 when unknown. */
  spanCount(_traceId: string): number {
    throw new Error('in the making');
  }
  logs(_key: SpanKey): readonly IndexedLog[] {
    throw new Error('in the making');
  }
  /** All spans of a trace, in no order. Ask `spanCount` first: a trace may have a million. */
  accountingRows(_traceId: string): AccountingRow[] {
    throw new Error('in the making');
  }
  accountingRow(_key: SpanKey): AccountingRow | undefined {
    throw new Error('in the making');
  }
  /** Direct children by start time, at most `limit`. */
  accountingChildren(_key: SpanKey, _limit: number): AccountingRow[] {
    throw new Error('in the making');
  }
  /** Spans of any trace with that response id, at most `limit`. */
  accountingByResponseId(_responseId: string, _limit: number): AccountingRow[] {
    throw new Error('in the making');
  }
  /** Empties the index for a rebuild from the journal; counters of pruned spans stay. */
  clear(): void {
    throw new Error('in the making');
  }
  /** Empties the index so that no byte of the old rows stays in its files; reading goes on at `position`. */
  deleteAll(_position: JournalPosition): void {
    throw new Error('in the making');
  }
  /** Pages back into the file (WAL checkpoint). */
  checkpoint(): void {
    throw new Error('in the making');
  }
  close(): void {
    throw new Error('in the making');
  }
}
