import type { SpanKey } from '../model/span.ts';
import type { IndexedLog, IndexedSpan, WriteBatch } from './api.ts';
import type { Names } from './names.ts';
import { placeOf } from './schema.ts';
import {
  clip,
  decodeSpan,
  detailColumns,
  encodeDetails,
  encodeSpan,
  integer,
  spanColumns,
  spanSelect,
} from './spanCodec.ts';
import type { Row } from './spanCodec.ts';
import type { Database, Statement } from './sqlite.ts';
import { TraceChange } from './traceChange.ts';
import { TraceTable } from './traceTable.ts';
import { TreeStructure } from './treeStructure.ts';

const marks = (count: number): string => new Array<string>(count).fill('?').join(', ');
// Columns an update in place may change: those of no index.
const updatedColumns = spanColumns.filter(
  (column) => !['id', 't', 'span_id', 'parent_id', 'start_us'].includes(column),
);
const rememberedTraces = 50_000;

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
  readonly #insertDetails: Statement;
  readonly #replaceDetails: Statement;
  readonly #update: Statement;
  readonly #readByKey: Statement;
  readonly #readById: Statement;
  readonly #delete: Statement;
  readonly #deleteDetails: Statement;
  readonly #insertLog: Statement;
  readonly #count: Statement;
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

  countOf(traceId: string): number {
    return Number(this.#count.get(traceId)?.['spans'] ?? 0);
  }

  /** `later`: see `TraceTable.apply`. */
  write(batch: WriteBatch, revision: number, later?: Set<number>): SpanTableResult {
    this.#changes = new Map();
    this.#lastChange = undefined;
    this.#tally = { inserted: 0, replaced: 0, removed: 0 };
    for (const key of batch.removed ?? []) this.#remove(key);
    for (const span of batch.spans ?? []) this.#put(span);
    for (const log of batch.logs ?? []) this.#putLog(log);
    let emptied = false;
    for (const change of this.#changes.values()) {
      if (change.nodes.size > 0) this.#structure.update(change.t, change.nodes, change.isNew);
      if (this.#traces.apply(change, revision, later)) emptied = true;
    }
    const changedTraces = [...this.#changes.keys()];
    this.#changes = new Map();
    return { changedTraces, emptied, ...this.#tally };
  }

  forget(): void {
    this.#ids.clear();
    this.#nextTrace = undefined;
  }

  #put(span: IndexedSpan): void {
    const change = this.#changeOf(span.traceId);
    const values = encodeSpan(span, change.t, this.#names);
    if (Number(this.#insert.run(...values).changes) === 0) {
      this.#replace(span, change, values);
      return;
    }
    const details = encodeDetails(span, this.#names);
    if (details) this.#insertDetails.run(...details);
    change.add(span);
    change.nodes.set(span.spanId, {
      parentId: values[3] as string,
      startMicros: span.startMicros,
      moved: false,
    });
    this.#tally.inserted++;
  }

  #replace(span: IndexedSpan, change: TraceChange, values: (string | number | null)[]): void {
    const id = values[0] as number;
    const parentId = values[3] as string;
    const row = this.#readByKey.get(change.t, span.spanId) as Row | undefined;
    const old = row && { ...decodeSpan(row, this.#names), traceId: span.traceId };
    const oldId = row?.['id'];
    const isInPlace = oldId === id && row?.['parent_id'] === parentId && row['start_us'] === values[4];
    if (old) change.subtract(old, span);
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
    const details = encodeDetails(span, this.#names);
    if (details) this.#replaceDetails.run(...details);
    else this.#deleteDetails.run(id);
    change.add(span);
    if (old) this.#tally.replaced++;
    else this.#tally.inserted++;
    const moved = row !== undefined && row['parent_id'] !== parentId;
    if (!isInPlace) change.nodes.set(span.spanId, { parentId, startMicros: span.startMicros, moved });
  }

  #remove(key: SpanKey): void {
    const old = this.read(key);
    if (!old) return;
    const change = this.#changeOf(key.traceId);
    change.subtract(old, undefined);
    this.#deleteRow(placeOf(old.range.segment, old.range.offset));
    this.#structure.remove(change.t, key.spanId);
    this.#tally.removed++;
  }

  #evict(id: number): void {
    const row = this.#readById.get(id) as Row | undefined;
    if (row) this.#remove(decodeSpan(row, this.#names));
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
