import type { SpanKey } from '../model/span.ts';
import type { IndexedLog, IndexedSpan } from './api.ts';
import { ManyRows } from './manyRows.ts';
import { PlacedNames, type Names } from './names.ts';
import { detailAt, detailStride, rowAt, rowStride } from './preparedSpans.ts';
import type { PreparedBatch, PreparedSpans } from './preparedSpans.ts';
import { placeOf } from './schema.ts';
import { clip, decodeSpan, detailColumns, integer, spanColumns, spanSelect } from './spanCodec.ts';
import type { Row, Value } from './spanCodec.ts';
import type { Database, Statement } from './sqlite.ts';
import { summedRow, SummedSpans, type SummedSpan } from './summedSpan.ts';
import { TraceChange } from './traceChange.ts';
import { TraceTable } from './traceTable.ts';
import { TreeStructure } from './treeStructure.ts';

const marks = (count: number): string => new Array<string>(count).fill('?').join(', ');
// Columns an update in place may change: those of no index.
const updatedColumns = spanColumns.filter(
  (column) => !['id', 't', 'span_id', 'parent_id', 'start_us'].includes(column),
);
const rememberedTraces = 16_000;
const costShape = detailAt('cost_shape');

export type RowChanges = Pick<PreparedBatch, 'spans' | 'logs' | 'removed'>;

export interface SpanTableResult {
  readonly changedTraces: readonly string[];
  readonly inserted: number;
  readonly replaced: number;
  readonly removed: number;
  /** Some trace has no spans any more. */
  readonly emptied: boolean;
}

/** Writes spans and log records, and keeps the sums of their traces. Must run within a transaction. */
export class SpanTable {
  readonly #names: Names;
  readonly #traces: TraceTable;
  readonly #structure: TreeStructure;
  readonly #db: Database;
  readonly #insert: Statement;
  readonly #insertSome: ManyRows;
  readonly #insertSomeDetails: ManyRows;
  readonly #insertDetails: Statement;
  readonly #replaceDetails: Statement;
  readonly #update: Statement;
  readonly #readByKey: Statement;
  readonly #readById: Statement;
  readonly #delete: Statement;
  readonly #deleteDetails: Statement;
  readonly #insertLog: Statement;
  readonly #count: Statement;
  readonly #stored: Statement;
  readonly #ids = new Map<string, number>();
  #nextTrace: number | undefined;
  #changes = new Map<string, TraceChange>();
  #lastChange: TraceChange | undefined;
  #tally = { inserted: 0, replaced: 0, removed: 0 };

  constructor(db: Database, names: Names) {
    this.#db = db;
    this.#names = names;
    this.#traces = new TraceTable(db, names);
    this.#structure = new TreeStructure(db);
    this.#insert = db.prepare(
      `INSERT INTO spans VALUES (${marks(spanColumns.length)}) ON CONFLICT DO NOTHING`,
    );
    this.#insertSome = new ManyRows(db, {
      table: 'spans',
      columns: spanColumns.length,
      conflict: 'IGNORE',
      onIgnored: (rows) => this.#takePlaces(rows),
    });
    this.#insertSomeDetails = new ManyRows(db, {
      table: 'details',
      columns: detailColumns.length,
      conflict: 'REPLACE',
      before: () => this.#insertSome.flush(),
    });
    const details = `INTO details VALUES (${marks(detailColumns.length)})`;
    this.#insertDetails = db.prepare(`INSERT ${details}`);
    this.#replaceDetails = db.prepare(`INSERT OR REPLACE ${details}`);
    this.#update = db.prepare(
      `UPDATE spans SET ${updatedColumns.map((name) => `${name} = ?`).join(', ')} WHERE id = ?`,
    );
    this.#readByKey = db.prepare(`${spanSelect} WHERE s.t = ? AND s.span_id = ?`);
    this.#readById = db.prepare(`${spanSelect} WHERE s.id = ?`);
    this.#delete = db.prepare('DELETE FROM spans WHERE id = ?');
    this.#deleteDetails = db.prepare('DELETE FROM details WHERE id = ?');
    this.#insertLog = db.prepare(`INSERT INTO logs VALUES (${marks(11)}) ON CONFLICT DO NOTHING`);
    this.#count = db.prepare('SELECT spans FROM traces WHERE trace_id = ?');
    this.#stored = db.prepare(
      'SELECT trace_id FROM traces WHERE trace_id IN (SELECT value FROM json_each(?))',
    );
  }

  get structure(): TreeStructure {
    return this.#structure;
  }

  get traces(): TraceTable {
    return this.#traces;
  }

  read(key: SpanKey): IndexedSpan | undefined {
    const t = this.#idOf(key.traceId);
    const row = t === undefined ? undefined : this.#readByKey.get(t, key.spanId);
    return row && decodeSpan(row, this.#names);
  }

  storedTraces(traceIds: readonly string[]): ReadonlySet<string> {
    const rows = this.#stored.all(JSON.stringify(traceIds));
    return new Set(rows.map((row) => row['trace_id'] as string));
  }

  countOf(traceId: string): number {
    return Number(this.#count.get(traceId)?.['spans'] ?? 0);
  }

  /** `later`: see `TraceTable.apply`. */
  write(batch: RowChanges, revision: number, later?: Set<number>): SpanTableResult {
    this.#changes = new Map();
    this.#lastChange = undefined;
    this.#insertSome.clear();
    this.#insertSomeDetails.clear();
    this.#traces.clear();
    this.#tally = { inserted: 0, replaced: 0, removed: 0 };
    for (const key of batch.removed ?? []) this.#remove(key);
    if (batch.spans) this.#putSpans(batch.spans);
    for (const log of batch.logs ?? []) this.#putLog(log);
    let emptied = false;
    for (const change of this.#changes.values()) {
      if (change.nodes.size > 0) this.#structure.update(change.t, change.nodes, change.isNew);
      if (this.#traces.apply(change, revision, later)) emptied = true;
    }
    this.#traces.flush();
    const changedTraces = [...this.#changes.keys()];
    this.#changes = new Map();
    return { changedTraces, emptied, ...this.#tally };
  }

  forget(): void {
    this.#ids.clear();
    this.#nextTrace = undefined;
  }

  #putSpans(spans: PreparedSpans): void {
    const summed = new SummedSpans(spans);
    const ids = new PlacedNames(spans.names, this.#names);
    // They are this batch's own: places become ids where they are.
    const rows = spans.rows as Value[];
    const details = spans.details as Value[];
    let detail = 0;
    for (let number = 0, at = 0; at < rows.length; number++, at += rowStride) {
      const hasDetails = rows[at + rowAt.hasDetails] === 1;
      const span = summed.read(number, hasDetails ? detail : -1);
      const change = this.#changeOf(spans.traces[rows[at + rowAt.trace] as number] as string);
      rows[at + rowAt.trace] = change.t;
      rows[at + rowAt.origin] = ids.idOf(rows[at + rowAt.origin] as number);
      rows[at + rowAt.rule] = ids.idOf(rows[at + rowAt.rule] as number);
      if (hasDetails) {
        const shape = details[detail + costShape];
        if (typeof shape === 'number') details[detail + costShape] = ids.idOf(shape);
      }
      if (change.isNew && !change.nodes.has(span.spanId)) {
        this.#insertSome.add(rows, at);
        if (hasDetails) this.#insertSomeDetails.add(details, detail);
        this.#added(span, change);
      } else {
        const own = hasDetails ? details.slice(detail, detail + detailStride) : undefined;
        this.#put(span, change, rows.slice(at, at + spanColumns.length), own);
      }
      if (hasDetails) detail += detailStride;
    }
    this.#flush();
  }

  #flush(): void {
    this.#insertSome.flush();
    this.#insertSomeDetails.flush();
  }

  #put(span: SummedSpan, change: TraceChange, values: Value[], details: Value[] | undefined): void {
    this.#flush();
    if (Number(this.#insert.run(...values).changes) === 0) {
      this.#replace(span, change, values, details);
      return;
    }
    if (details) this.#insertDetails.run(...details);
    this.#added(span, change);
  }

  #added(span: SummedSpan, change: TraceChange): void {
    change.add(span);
    change.nodes.set(span.spanId, { parentId: span.parentId, startMicros: span.startMicros, moved: false });
    this.#tally.inserted++;
  }

  #replace(span: SummedSpan, change: TraceChange, values: Value[], details: Value[] | undefined): void {
    const id = values[rowAt.id] as number;
    const { parentId } = span;
    const row = this.#readByKey.get(change.t, span.spanId) as Row | undefined;
    const oldId = row?.['id'];
    const isInPlace =
      oldId === id && row?.['parent_id'] === parentId && row['start_us'] === values[rowAt.start];
    if (row) change.subtract(summedRow(row, this.#names), span);
    if (isInPlace) {
      this.#update.run(...values.slice(5), id);
    } else {
      if (oldId !== undefined) this.#deleteRow(oldId as number);
      if (Number(this.#insert.run(...values).changes) === 0) {
        // Another span claims these bytes: its segment is gone and the number was used again.
        this.#evict(id);
        this.#insert.run(...values);
      }
    }
    if (details) this.#replaceDetails.run(...details);
    else this.#deleteDetails.run(id);
    change.add(span);
    if (row) this.#tally.replaced++;
    else this.#tally.inserted++;
    const moved = row !== undefined && row['parent_id'] !== parentId;
    if (!isInPlace) change.nodes.set(span.spanId, { parentId, startMicros: span.startMicros, moved });
  }

  #remove(key: SpanKey): void {
    const t = this.#idOf(key.traceId);
    const row = t === undefined ? undefined : (this.#readByKey.get(t, key.spanId) as Row | undefined);
    if (!row) return;
    const change = this.#changeOf(key.traceId);
    change.subtract(summedRow(row, this.#names), undefined);
    this.#deleteRow(row['id'] as number);
    this.#structure.remove(change.t, key.spanId);
    this.#tally.removed++;
  }

  /** For new rows of which some were left out: others claim their bytes, as in `#replace`. */
  #takePlaces(rows: readonly Value[]): void {
    for (let at = 0; at < rows.length; at += spanColumns.length) {
      const values = rows.slice(at, at + spanColumns.length);
      const id = values[rowAt.id] as number;
      const there = this.#readById.get(id);
      if (there?.['t'] === values[rowAt.trace] && there?.['span_id'] === values[rowAt.spanId]) continue;
      this.#evict(id);
      this.#insert.run(...values);
    }
  }

  #evict(id: number): void {
    const row = this.#readById.get(id) as Row | undefined;
    if (row) this.#remove({ traceId: row['trace_id'] as string, spanId: row['span_id'] as string });
  }

  #deleteRow(id: number): void {
    this.#delete.run(id);
    this.#deleteDetails.run(id);
  }

  #putLog(log: IndexedLog): void {
    const t = log.traceId === '' ? 0 : this.#changeOf(log.traceId).t;
    const { range } = log;
    this.#insertLog.run(
      t,
      log.spanId,
      integer(log.timeMicros),
      log.digest,
      clip(log.eventName),
      placeOf(range.segment, range.offset),
      range.length,
      range.resourceOffset,
      range.resourceLength,
      range.scopeOffset,
      range.scopeLength,
    );
    if (log.traceId === '') return;
    const change = this.#changeOf(log.traceId);
    change.firstSegment = Math.min(change.firstSegment, range.segment);
    change.lastSegment = Math.max(change.lastSegment, range.segment);
  }

  #changeOf(traceId: string): TraceChange {
    if (this.#lastChange?.traceId === traceId) return this.#lastChange;
    let change = this.#changes.get(traceId);
    if (change) return (this.#lastChange = change);
    const known = this.#idOf(traceId);
    const t = known ?? this.#newId(traceId);
    change = new TraceChange(t, traceId, known === undefined);
    this.#changes.set(traceId, change);
    this.#lastChange = change;
    return change;
  }

  #idOf(traceId: string): number | undefined {
    const remembered = this.#ids.get(traceId);
    if (remembered !== undefined) return remembered;
    const id = this.#traces.find(traceId);
    if (id !== undefined) this.#remember(traceId, id);
    return id;
  }

  #newId(traceId: string): number {
    this.#nextTrace ??=
      Number(this.#db.prepare('SELECT coalesce(max(id), 0) AS id FROM traces').get()?.['id']) + 1;
    const id = this.#nextTrace++;
    this.#remember(traceId, id);
    return id;
  }

  #remember(traceId: string, id: number): void {
    if (this.#ids.size >= rememberedTraces) this.#ids.clear();
    this.#ids.set(traceId, id);
  }
}
