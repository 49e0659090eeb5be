import { ManyRows } from './manyRows.ts';
import type { Names } from './names.ts';
import { partFields } from './schema.ts';
import { clip, integer } from './spanCodec.ts';
import type { Database, Statement } from './sqlite.ts';
import { sumColumns } from './sums.ts';
import type { TraceChange } from './traceChange.ts';

const addedSums = sumColumns.map((column) => `${column} = ${column} + excluded.${column}`).join(', ');

// Unqualified names are the row as it is, `excluded` is what the batch brings.
const isBetterName = `excluded.named_us IS NOT NULL AND (named_us IS NULL OR excluded.has_root > has_root
  OR (excluded.has_root = has_root AND excluded.named_us < named_us))`;
const joinTrace = `ON CONFLICT (id) DO UPDATE SET
    name = CASE WHEN ${isBetterName} THEN excluded.name ELSE name END,
    service = CASE WHEN ${isBetterName} THEN excluded.service ELSE service END,
    named_us = CASE WHEN ${isBetterName} THEN excluded.named_us ELSE named_us END,
    has_root = max(has_root, excluded.has_root),
    start_us = coalesce(min(start_us, excluded.start_us), start_us, excluded.start_us),
    end_us = coalesce(max(end_us, excluded.end_us), end_us, excluded.end_us),
    roots = roots + excluded.roots, running = running + excluded.running, revision = excluded.revision,
    first_segment = CASE WHEN excluded.first_segment = 0 THEN first_segment WHEN first_segment = 0
      THEN excluded.first_segment ELSE min(first_segment, excluded.first_segment) END,
    last_segment = max(last_segment, excluded.last_segment), ${addedSums}` as const;
// Values that were cut may have become one.
const joinPart =
  `ON CONFLICT (t, field, value) DO UPDATE SET severity = excluded.severity, ${addedSums}` as const;
// Of sessions and flags only the spans are asked for.
const joinCount = `ON CONFLICT (t, field, value) DO UPDATE SET severity = excluded.severity,
  spans = spans + excluded.spans` as const;
const countTable = 'parts (t, field, value, severity, spans)';

/** The rows that sum traces up: written once per batch and trace, by what changed; `flush` writes the last of them. */
export class TraceTable {
  readonly #names: Names;
  readonly #find: Statement;
  readonly #rows: ManyRows;
  readonly #parts: ManyRows;
  readonly #counts: ManyRows;
  readonly #dropEmptyParts: Statement;
  readonly #mainSession: Statement;
  readonly #setSession: Statement;
  readonly #bounds: Statement;
  readonly #root: Statement;
  readonly #earliest: Statement;
  readonly #readBounds: Statement;
  readonly #setName: Statement;
  readonly #setBounds: Statement;

  constructor(db: Database, names: Names) {
    this.#names = names;
    this.#find = db.prepare('SELECT id FROM traces WHERE trace_id = ?');
    const columns = sumColumns.length;
    this.#rows = new ManyRows(db, { table: 'traces', columns: 14 + columns, conflict: joinTrace });
    this.#parts = new ManyRows(db, { table: 'parts', columns: 4 + columns, conflict: joinPart });
    this.#counts = new ManyRows(db, { table: countTable, columns: 5, conflict: joinCount });
    this.#dropEmptyParts = db.prepare('DELETE FROM parts WHERE t = ? AND spans <= 0');
    this.#mainSession = db.prepare(
      `SELECT value FROM parts WHERE t = ? AND field = ${partFields.session} ORDER BY spans DESC, value LIMIT 1`,
    );
    this.#setSession = db.prepare('UPDATE traces SET session = ? WHERE id = ?');
    this.#bounds = db.prepare('SELECT start_us, end_us, named_us, spans FROM traces WHERE id = ?');
    this.#root = db.prepare(
      `SELECT name, origin, start_us FROM spans WHERE t = ? AND parent_id = '' ORDER BY start_us, id LIMIT 1`,
    );
    this.#earliest = db.prepare(
      'SELECT name, origin, start_us FROM spans WHERE t = ? ORDER BY start_us, id LIMIT 1',
    );
    this.#readBounds = db.prepare(
      `SELECT min(start_us) AS start_us, max(start_us + max(0, (dur_ns + 999) / 1000)) AS end_us FROM spans WHERE t = ?`,
    );
    this.#setName = db.prepare(
      'UPDATE traces SET name = ?, service = ?, named_us = ?, has_root = ? WHERE id = ?',
    );
    this.#setBounds = db.prepare('UPDATE traces SET start_us = ?, end_us = ? WHERE id = ?');
  }

  find(traceId: string): number | undefined {
    return this.#find.get(traceId)?.['id'] as number | undefined;
  }

  /**
   * Returns whether the trace has no spans left. `later`: receives traces whose name and bounds must be read
   * again, instead of that being done here.
   */
  apply(change: TraceChange, revision: number, later?: Set<number>): boolean {
    const { t, named } = change;
    const sessions = [...change.parts.values()].filter((part) => part.field === partFields.session);
    const onlySession = change.isNew && sessions.length === 1 ? sessions[0]?.value : undefined;
    this.#rows.add([
      t,
      change.traceId,
      clip(named?.name ?? '', 1024),
      clip(named?.service ?? ''),
      onlySession ?? null,
      named ? integer(named.startMicros) : null,
      named?.isRoot ? 1 : 0,
      Number.isFinite(change.startMicros) ? integer(change.startMicros) : null,
      change.endMicros === undefined ? null : integer(change.endMicros),
      change.roots,
      change.running,
      revision,
      Number.isFinite(change.firstSegment) ? change.firstSegment : 0,
      change.lastSegment,
      ...change.sums,
    ]);
    for (const { field, value, severity, spans, sums } of change.parts.values()) {
      if (change.hasLosses && (sums ? sums.every((sum) => sum === 0) : spans === 0)) continue;
      if (sums) this.#parts.add([t, field, value, severity, ...sums]);
      else this.#counts.add([t, field, value, severity, spans]);
    }
    const asksSession = change.sessionsChanged && onlySession === undefined;
    // What follows reads the rows.
    if (change.hasLosses || asksSession) this.flush();
    if (change.hasLosses) this.#dropEmptyParts.run(t);
    if (asksSession) {
      this.#setSession.run((this.#mainSession.get(t)?.['value'] as string | undefined) ?? null, t);
    }
    return change.hasLosses && this.#readAgain(change, later);
  }

  /** Writes the rows that are gathered. */
  flush(): void {
    for (const rows of [this.#rows, this.#parts, this.#counts]) rows.flush();
  }

  /** Forgets rows that a transaction gathered which was rolled back. */
  clear(): void {
    for (const rows of [this.#rows, this.#parts, this.#counts]) rows.clear();
  }

  /**
   * Reads name and bounds from the spans where the ones that had decided them are gone. Returns whether none
   * is left.
   */
  #readAgain(change: TraceChange, later: Set<number> | undefined): boolean {
    const { t } = change;
    const row = this.#bounds.get(t);
    if (Number(row?.['spans'] ?? 0) <= 0) {
      this.#setName.run('', '', null, 0, t);
      this.#setBounds.run(null, null, t);
      return true;
    }
    if (later) {
      later.add(t);
      return false;
    }
    const lostStart = change.lostStart <= Number(row?.['start_us']);
    if (lostStart || change.lostEnd >= Number(row?.['end_us'] ?? Number.POSITIVE_INFINITY))
      this.readBounds(t);
    if (change.lostName) this.readName(t);
    return false;
  }

  readBounds(t: number): void {
    const row = this.#readBounds.get(t);
    this.#setBounds.run(row?.['start_us'] as number, row?.['end_us'] as number | null, t);
  }

  readName(t: number): void {
    const root = this.#root.get(t);
    const named = root ?? this.#earliest.get(t);
    if (!named) return;
    const service = this.#names.origin(named['origin'] as number).service;
    this.#setName.run(named['name'] as string, service, named['start_us'] as number, root ? 1 : 0, t);
  }
}
