import { statSync } from 'node:fs';
import type { SpanKey } from '../model/span.ts';
import type { GroupBy, Page, PageRequest, TraceFilter, TraceSort } from '../protocol/query.ts';
import type { GroupRow, PartialSum, SpanRow, TraceRow } from '../protocol/rows.ts';
import type { IndexedLog, IndexedSpan, JournalPosition, StoreStats } from './api.ts';
import { StorageError } from './errors.ts';
import { Meta } from './meta.ts';
import { userVersion } from './migrations.ts';
import { Names } from './names.ts';
import { QueryContext } from './queries/context.ts';
import { listGroups } from './queries/groups.ts';
import { readFlameSpans } from './queries/flame.ts';
import type { FlameRead } from './queries/flame.ts';
import { logsOfSpan } from './queries/logs.ts';
import { newestCalls, repeatsOf } from './queries/newestCalls.ts';
import { readStats, readTotalsSince } from './queries/stats.ts';
import { TextMatches } from './queries/textMatches.ts';
import { conditionOf } from './queries/traceFilter.ts';
import type { Condition } from './queries/traceFilter.ts';
import { listTraces, tracesById } from './queries/traces.ts';
import { spanAtPlace } from './queries/places.ts';
import { countSiblings, listChildren, pathTo, readSpan } from './queries/tree.ts';
import { walkTrees } from './queries/treeWalk.ts';
import type { TreeQuery } from './queries/treeWalk.ts';
import { partFields, schemaVersion } from './schema.ts';
import { spanRowOf } from './spanCodec.ts';
import { guarded, openDatabase, sqliteError } from './sqlite.ts';
import type { Database } from './sqlite.ts';

export type { TreeQuery } from './queries/treeWalk.ts';

interface Connection {
  readonly db: Database;
  readonly file: string;
  readonly context: QueryContext;
  readonly meta: Meta;
  readonly texts: TextMatches;
  dataVersion: number;
}

/**
 * Read-only queries; any number of readers, in other threads and processes too. Methods throw `StorageError`.
 */
export class IndexReader {
  readonly #path: string;
  #connection: Connection;
  #generation = 0;

  private constructor(path: string, connection: Connection) {
    this.#path = path;
    this.#connection = connection;
  }

  /**
   * Returns undefined while there is no index at `path` (or its tables are still being made).
   * @throws StorageError `corrupt`, or `unsupported` when another release made it
   */
  static open(path: string): IndexReader | undefined {
    const connection = connect(path);
    return connection && new IndexReader(path, connection);
  }

  /**
   * Whether something was committed since the last call. A file that was set aside or deleted is noticed and
   * the new one opened; that counts as a change. Cheap: call it often.
   */
  poll(): boolean {
    const connection = this.#connection;
    const file = fileId(this.#path);
    if (file !== connection.file) {
      const next = file === undefined ? undefined : connect(this.#path);
      if (!next) return false;
      this.#connection = next;
      this.#generation++;
      connection.db.close();
      return true;
    }
    const version = this.#read(() => dataVersion(connection.db));
    if (version === connection.dataVersion) return false;
    connection.dataVersion = version;
    return true;
  }

  /** Grows when another file was opened: row ids and trace numbers mean something else since. */
  get generation(): number {
    return this.#generation;
  }

  get revision(): number {
    return this.#read(({ meta }) => meta.number('revision'));
  }

  get position(): JournalPosition {
    return this.#read(({ meta }) => meta.position);
  }

  /** Which conventions, prices and rules made the rows; '' when never set. */
  get interpretation(): string {
    return this.#read(({ meta }) => meta.text('interpretation'));
  }

  /** Counters by name; retention keeps `prunedSpans` and `prunedTraces`. */
  counters(): ReadonlyMap<string, number> {
    return this.#read(({ meta }) => meta.counters());
  }

  /** `indexBytes`: pages in use. */
  counts(): { spans: number; traces: number; indexBytes: number } {
    return this.#read(({ context }) => {
      const row = context.get('SELECT count(*) AS traces, total(spans) AS spans FROM traces WHERE spans > 0');
      const pages = context.get(
        'SELECT (page_count - freelist_count) * page_size AS bytes FROM pragma_page_count, pragma_freelist_count, pragma_page_size',
      );
      return {
        spans: Number(row?.['spans']),
        traces: Number(row?.['traces']),
        indexBytes: Number(pages?.['bytes']),
      };
    });
  }

  /**
   * Traces changed after `revision`, at most `limit` of them named; `all` when more, or when some were
   * removed.
   */
  changedSince(revision: number, limit: number): { revision: number; traceIds: string[]; all: boolean } {
    return this.#read(({ context, meta }) => {
      const rows = context.all('SELECT trace_id FROM traces WHERE revision > ? LIMIT ?', revision, limit + 1);
      const now = meta.number('revision');
      const all = rows.length > limit || meta.number('removedRevision') > revision || now < revision;
      return { revision: now, traceIds: rows.slice(0, limit).map((row) => row['trace_id'] as string), all };
    });
  }

  /**
   * `contentMatches`: traces whose messages match `filter.text` (from `searchContent`), listed besides those
   * whose names, models, services or errors do. @throws RangeError for a cursor of something else
   */
  traces(
    filter: TraceFilter,
    sort: TraceSort,
    page: PageRequest,
    contentMatches?: ReadonlySet<string>,
  ): Page<TraceRow> {
    return this.#read((c) => listTraces(c.context, condition(c, filter, contentMatches), sort, page));
  }

  /** Groups of the traces that `traces` would list. */
  groups(
    by: Exclude<GroupBy, 'none'>,
    filter: TraceFilter,
    page: PageRequest,
    contentMatches?: ReadonlySet<string>,
  ): Page<GroupRow> {
    return this.#read((c) => listGroups(c.context, by, filter, condition(c, filter, contentMatches), page));
  }

  /** In the order asked for; unknown ids are left out. */
  tracesById(traceIds: readonly string[]): TraceRow[] {
    return this.#read(({ context }) => tracesById(context, traceIds));
  }

  /** Values that traces have, most frequent first, at most 1,000. */
  filterValues(field: 'model' | 'service' | 'session' | 'flag'): { value: string; traces: number }[] {
    const sql =
      field === 'session'
        ? `SELECT session AS value, count(*) AS n FROM traces WHERE session IS NOT NULL AND spans > 0 GROUP BY 1`
        : `SELECT value, count(*) AS n FROM parts WHERE field = ${partFields[field]} GROUP BY 1`;
    return this.#read(({ context }) =>
      context
        .all(`${sql} ORDER BY n DESC, value LIMIT 1000`)
        .map((row) => ({ value: row['value'] as string, traces: Number(row['n']) })),
    );
  }

  /**
   * Children of a span, or (parentSpanId '') the roots: spans without a parent, or whose parent has not
   * arrived.
   */
  children(traceId: string, parentSpanId: string, page: PageRequest): Page<SpanRow> {
    return this.#read(({ context }) => listChildren(context, traceId, parentSpanId, page));
  }

  /** From a root to the span; empty when unknown. */
  path(key: SpanKey): SpanRow[] {
    return this.#read(({ context }) => pathTo(context, key));
  }

  span(key: SpanKey): IndexedSpan | undefined {
    return this.#read(({ context }) => readSpan(context, key)?.span);
  }

  spanRow(key: SpanKey): SpanRow | undefined {
    return this.#read(({ context }) => {
      const found = readSpan(context, key);
      return found && spanRowOf(found.span, countSiblings(context, found.t, key.spanId));
    });
  }

  /**
   * Spans with that span id, whatever their trace; for people who copied only half of the key. At most
   * `limit`.
   */
  spansById(spanId: string, limit: number): SpanKey[] {
    return this.#read(({ context }) =>
      context
        .all(
          'SELECT t.trace_id FROM spans s JOIN traces t ON t.id = s.t WHERE s.span_id = ? ORDER BY s.id DESC LIMIT ?',
          spanId,
          limit,
        )
        .map((row) => ({ traceId: row['trace_id'] as string, spanId })),
    );
  }

  /** Spans depth first, siblings by start time, trace after trace. */
  *treeSpans(query: TreeQuery): Generator<IndexedSpan> {
    try {
      yield* walkTrees(this.#connection.context, query);
    } catch (error) {
      throw sqliteError(error, 'Cannot read the index');
    }
  }

  /**
   * All spans of a trace as columns; undefined when there is no such trace, `same` when it has the revision that is
   * known (of this `generation`). Yields now and then, for the thread to do something else; until it is done, `poll`
   * must not be called.
   */
  *flameSpans(traceId: string, known?: number): Generator<undefined, FlameRead | 'same' | undefined, void> {
    try {
      return yield* readFlameSpans(this.#connection.context, traceId, known);
    } catch (error) {
      throw sqliteError(error, 'Cannot read the index');
    }
  }

  /**
   * The span whose bytes, or whose log record's bytes, hold that place of the journal; `end` is where those
   * bytes end.
   */
  spanAt(position: JournalPosition): (SpanKey & { readonly end: number }) | undefined {
    return this.#read(({ context }) => spanAtPlace(context, position));
  }

  /** A service's newest counted model calls, and a few other spans of it where there are none. */
  newestCalls(service: string, limit: number): { calls: IndexedSpan[]; spans: IndexedSpan[] } {
    return this.#read(({ context }) => newestCalls(context, service, limit));
  }

  /** Spans that repeat the usage of these, as far as they are among the newest that do. */
  repeatsOf(spans: readonly SpanKey[]): IndexedSpan[] {
    return this.#read(({ context }) => repeatsOf(context, spans));
  }

  /** For the code annotations' own reads, see `queries/code.ts`. */
  code<T>(read: (context: QueryContext) => T): T {
    return this.#read(({ context }) => read(context));
  }

  /** Log records that name the span, by time. */
  logs(key: SpanKey): IndexedLog[] {
    return this.#read(({ db }) => logsOfSpan(db, key));
  }

  /** Over spans that started at or after `since` (milliseconds since the epoch). */
  stats(since?: number): StoreStats {
    return this.#read(({ context }) =>
      readStats(context, since === undefined ? -Number.MAX_SAFE_INTEGER : since * 1000),
    );
  }

  /** Sums of traces that started at or after `since` (milliseconds), for the status bar; cheap. */
  totalsSince(since: number): { modelCalls: number; cost: PartialSum } {
    return this.#read(({ context }) => readTotalsSince(context, since * 1000));
  }

  close(): void {
    this.#connection.db.close();
  }

  #read<T>(work: (connection: Connection) => T): T {
    return guarded('Cannot read the index', () => work(this.#connection));
  }
}

function condition(
  c: Connection,
  filter: TraceFilter,
  contentMatches: ReadonlySet<string> | undefined,
): Condition {
  const text = filter.text?.trim() ?? '';
  if (text === '') return conditionOf(filter, undefined);
  const found = c.texts.find(text, c.meta.number('revision'), c.meta.number('removedRevision'));
  if (!contentMatches || contentMatches.size === 0) return conditionOf(filter, found);
  const rows = c.context.all(
    'SELECT id FROM traces WHERE trace_id IN (SELECT value FROM json_each(?))',
    JSON.stringify([...contentMatches]),
  );
  return conditionOf(filter, new Set([...found, ...rows.map((row) => row['id'] as number)]));
}

/** Tells one file from the next at the same path; undefined when there is none. */
function fileId(path: string): string | undefined {
  const stats = statSync(path, { throwIfNoEntry: false, bigint: true });
  return stats && `${stats.dev}:${stats.ino}:${stats.birthtimeNs}`;
}

function dataVersion(db: Database): number {
  return Number(db.prepare('PRAGMA data_version').get()?.['data_version']);
}

function connect(path: string): Connection | undefined {
  const file = fileId(path);
  if (file === undefined) return undefined;
  const db = openDatabase(path, { readOnly: true });
  try {
    db.exec(
      'PRAGMA busy_timeout = 2000; PRAGMA cache_size = -16384; PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF',
    );
    const version = userVersion(db);
    if (version === 0) {
      db.close();
      return undefined;
    }
    if (version !== schemaVersion) {
      throw new StorageError(
        'unsupported',
        `The index has version ${version}; this release reads ${schemaVersion}`,
      );
    }
    const context = new QueryContext(db, new Names(db, 'read'));
    return {
      db,
      file,
      context,
      meta: new Meta(db, 'read'),
      texts: new TextMatches(context),
      dataVersion: dataVersion(db),
    };
  } catch (error) {
    db.close();
    throw sqliteError(error, `Cannot open the index ${path}`);
  }
}
