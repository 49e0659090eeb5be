import type { SpanKey } from '../model/span.ts';
import { AccountingQueries } from './accountingQueries.ts';
import type {
  AccountingRow,
  DamageReport,
  IndexedLog,
  IndexedSpan,
  JournalPosition,
  WriteBatch,
  WriteResult,
} from './api.ts';
import { StorageError } from './errors.ts';
import { openIndexFile, setIndexAside } from './indexFile.ts';
import { LogCallQueries } from './logCallQueries.ts';
import { Meta } from './meta.ts';
import { MetricTable } from './metricTable.ts';
import { Names } from './names.ts';
import { logsOfSpan } from './queries/logs.ts';
import { prepareBatch, type PreparedBatch } from './preparedSpans.ts';
import { dataTables } from './schema.ts';
import { guarded } from './sqlite.ts';
import type { Database } from './sqlite.ts';
import { SpanTable } from './spanTable.ts';

export interface IndexWriterOptions {
  readonly onDamage?: (report: DamageReport) => void;
}

/**
 * The only writer of an index; hold the owner's lock first. Every method throws `StorageError`: `full`
 * (rolled back, try the same batch again later), `corrupt` (`close`, `IndexWriter.setAside`, `open` again),
 * `unwritable`.
 */
export class IndexWriter {
  readonly path: string;
  /**
   * True when `open` made an empty index (new, or the old one set aside): read the journal from the
   * beginning.
   */
  readonly fresh: boolean;
  readonly #db: Database;
  readonly #meta: Meta;
  readonly #names: Names;
  readonly #spans: SpanTable;
  readonly #accounting: AccountingQueries;
  readonly #metrics: MetricTable;
  /** What is asked to tell calls that only log records tell of. */
  readonly logCalls: LogCallQueries;

  private constructor(path: string, db: Database, fresh: boolean) {
    this.path = path;
    this.fresh = fresh;
    this.#db = db;
    this.#meta = new Meta(db, 'write');
    this.#names = new Names(db, 'write');
    this.#spans = new SpanTable(db, this.#names);
    this.#accounting = new AccountingQueries(db, this.#names);
    this.#metrics = new MetricTable(db);
    this.logCalls = new LogCallQueries(db);
  }

  /**
   * Opens, migrates or makes the index. A corrupt one is set aside as `PATH.corrupt-<time>` and a new one
   * begun.
   */
  static open(path: string, options: IndexWriterOptions = {}): IndexWriter {
    const { db, fresh } = openIndexFile(path, options.onDamage ?? (() => undefined));
    return guarded(`Cannot open the index ${path}`, () => new IndexWriter(path, db, fresh));
  }

  /**
   * For an index that turned out corrupt while open: after `close`, before `open` again. Returns its new
   * name.
   */
  static setAside(path: string): string {
    return setIndexAside(path);
  }

  /** Where the indexer goes on reading. */
  get position(): JournalPosition {
    return this.#read(() => this.#meta.position);
  }

  get revision(): number {
    return this.#read(() => this.#meta.number('revision'));
  }

  /** Which conventions, prices and rules made the rows; '' when never set. */
  get interpretation(): string {
    return this.#read(() => this.#meta.text('interpretation'));
  }

  set interpretation(value: string) {
    this.transaction(() => this.#meta.set('interpretation', value));
  }

  counters(): Map<string, number> {
    return this.#read(() => this.#meta.counters());
  }

  /** In one transaction: all of it or, when this throws, nothing. */
  writeBatch(batch: WriteBatch): WriteResult {
    return this.writePrepared(prepareBatch(batch));
  }

  /** As `writeBatch`, what another thread has prepared. */
  writePrepared(batch: PreparedBatch): WriteResult {
    return this.transaction(() => {
      const revision = this.#meta.number('revision') + 1;
      const result = this.#spans.write(batch, revision);
      if (result.changedTraces.length > 0) this.#meta.set('revision', revision);
      if (result.emptied) this.#meta.set('removedRevision', revision);
      if (batch.position) this.#meta.setPosition(batch.position);
      for (const metric of batch.metrics ?? []) this.#metrics.put(metric);
      for (const [name, amount] of batch.counters ?? []) this.#meta.count(name, amount);
      const { changedTraces, inserted, replaced, removed } = result;
      return {
        revision: changedTraces.length > 0 ? revision : revision - 1,
        changedTraces,
        inserted,
        replaced,
        removed,
      };
    });
  }

  span(key: SpanKey): IndexedSpan | undefined {
    return this.#read(() => this.#spans.read(key));
  }

  /** Those of the given traces that have a row: one question for all. */
  storedTraces(traceIds: readonly string[]): ReadonlySet<string> {
    return this.#read(() => this.#spans.storedTraces(traceIds));
  }

  /** Spans in the index of that trace; 0 when unknown. */
  spanCount(traceId: string): number {
    return this.#read(() => this.#spans.countOf(traceId));
  }

  /** Log records that name the span, by time. */
  logs(key: SpanKey): readonly IndexedLog[] {
    return this.#read(() => logsOfSpan(this.#db, key));
  }

  /** All spans of a trace, in no order. Ask `spanCount` first: a trace may have a million. */
  accountingRows(traceId: string): AccountingRow[] {
    return this.#read(() => this.#accounting.ofTrace(traceId));
  }

  accountingRow(key: SpanKey): AccountingRow | undefined {
    return this.#read(() => this.#accounting.one(key));
  }

  /** Direct children by start time, at most `limit`. */
  accountingChildren(key: SpanKey, limit: number): AccountingRow[] {
    return this.#read(() => this.#accounting.children(key, limit));
  }

  /** The model calls with a response id among the newest `looked` spans that have details, oldest first. */
  newestCalls(looked: number): AccountingRow[] {
    return this.#read(() => this.#accounting.newestCalls(looked));
  }

  /** Empties the index for a rebuild from the journal; counters stay. */
  clear(): void {
    this.#empty({ segment: 0, offset: 0 });
  }

  /**
   * Empties the index so that no byte of the old rows stays in its files; reading goes on at `position`.
   * @throws StorageError `unwritable` when another connection's long read keeps the old rows: try again
   */
  deleteAll(position: JournalPosition): void {
    this.#empty(position);
    guarded('Cannot empty the index', () => this.#db.exec('VACUUM'));
    if (!this.checkpoint('TRUNCATE'))
      throw new StorageError('unwritable', 'The index is being read; try again');
  }

  /** Pages back into the file. Returns false when readers were in the way. */
  checkpoint(mode: 'PASSIVE' | 'TRUNCATE' = 'PASSIVE'): boolean {
    return this.#read(() => this.#db.prepare(`PRAGMA wal_checkpoint(${mode})`).get()?.['busy'] === 0);
  }

  close(): void {
    guarded('Cannot close the index', () => this.#db.close());
  }

  /** For a connection beside another one that does the writing: keeps fewer pages in memory. */
  keepLittle(): void {
    guarded('Cannot read the index', () => this.#db.exec('PRAGMA cache_size = -8192'));
  }

  /** Whether any row stands in for a call that only a log record tells of. */
  hasStandIns(): boolean {
    return this.#read(() => this.logCalls.hasAny());
  }

  /** Begins a transaction that ends with `commit` or `rollback`; what is written meanwhile is part of it. */
  begin(): void {
    guarded('Cannot write the index', () => this.#db.exec('BEGIN IMMEDIATE'));
  }

  commit(): void {
    guarded('Cannot write the index', () => this.#db.exec('COMMIT'));
  }

  rollback(): void {
    guarded('Cannot write the index', () => this.#undo());
  }

  /** Several batches in one transaction: all of them or, when `work` throws, none. */
  together<T>(work: () => T): T {
    return this.transaction(work);
  }

  /** For the rooms of the store: several writes as one. */
  transaction<T>(work: (db: Database, meta: Meta) => T): T {
    return guarded('Cannot write the index', () => {
      if (this.#isWithin()) return work(this.#db, this.#meta);
      this.#db.exec('BEGIN IMMEDIATE');
      try {
        const result = work(this.#db, this.#meta);
        this.#db.exec('COMMIT');
        return result;
      } catch (error) {
        this.#undo();
        throw error;
      }
    });
  }

  #undo(): void {
    if (this.#isWithin()) this.#db.exec('ROLLBACK');
    this.forget();
  }

  #isWithin(): boolean {
    return this.#db.isTransaction;
  }

  /** For the rooms of the store: the tables behind the API. */
  get tables(): { readonly db: Database; readonly spans: SpanTable; readonly meta: Meta } {
    return { db: this.#db, spans: this.#spans, meta: this.#meta };
  }

  /** What is remembered of rows may not be true any more. */
  forget(): void {
    this.#names.forget();
    this.#spans.forget();
    this.logCalls.forget();
  }

  #empty(position: JournalPosition): void {
    this.transaction((db, meta) => {
      for (const table of dataTables) db.exec(`DELETE FROM ${table}`);
      const revision = meta.number('revision') + 1;
      meta.set('revision', revision);
      meta.set('removedRevision', revision);
      meta.setPosition(position);
    });
    this.forget();
  }

  #read<T>(work: () => T): T {
    return guarded('Cannot read the index', work);
  }
}
