import { setImmediate } from 'node:timers/promises';
import type { IndexWriter } from './indexWriter.ts';
import { placeOf } from './schema.ts';

export interface Pruned {
  spans: number;
  traces: number;
}

const sliceMs = 10;
const spansPerStep = 100;
const rowsPerStep = 500;
const readableSpans = 20_000;

/**
 * Runs steps in transactions of about 10 ms each, until one says that nothing is left; the thread is free in
 * between.
 */
async function inSlices(
  index: IndexWriter,
  signal: AbortSignal | undefined,
  step: () => boolean,
): Promise<void> {
  for (;;) {
    signal?.throwIfAborted();
    const until = performance.now() + sliceMs;
    const isDone = index.transaction(() => {
      let done = step();
      while (!done && performance.now() < until) done = step();
      return done;
    });
    if (isDone) return;
    await setImmediate();
  }
}

/**
 * Rows of whole traces, without their sums being kept on the way: the traces go altogether. Returns what was
 * removed.
 */
export async function removeTraces(
  index: IndexWriter,
  ids: readonly number[],
  signal?: AbortSignal,
): Promise<Pruned> {
  const { db } = index.tables;
  const pruned: Pruned = { spans: 0, traces: 0 };
  const some = db.prepare('SELECT id FROM spans WHERE t = ? LIMIT ?');
  const deleteSpans = db.prepare('DELETE FROM spans WHERE id IN (SELECT value FROM json_each(?))');
  const deleteDetails = db.prepare('DELETE FROM details WHERE id IN (SELECT value FROM json_each(?))');
  const deleteLogs = db.prepare(
    'DELETE FROM logs WHERE place IN (SELECT place FROM logs WHERE t = ? LIMIT ?) AND t = ?',
  );
  const deleteTrace = db.prepare('DELETE FROM traces WHERE id = ? RETURNING spans');
  const deleteRest = ['parts', 'missing', 'loops'].map((table) =>
    db.prepare(`DELETE FROM ${table} WHERE t = ?`),
  );
  let at = 0;
  await inSlices(index, signal, () => {
    const t = ids[at];
    if (t === undefined) return true;
    const rows = JSON.stringify(some.all(t, rowsPerStep).map((row) => row['id']));
    deleteDetails.run(rows);
    const spans = Number(deleteSpans.run(rows).changes);
    pruned.spans += spans;
    if (spans === rowsPerStep) return false;
    if (Number(deleteLogs.run(t, rowsPerStep, t).changes) === rowsPerStep) return false;
    for (const statement of deleteRest) statement.run(t);
    if (Number(deleteTrace.get(t)?.['spans'] ?? 0) > 0) pruned.traces++;
    at++;
    return false;
  });
  index.transaction((_db, meta) => noteRemoval(meta));
  index.forget();
  return pruned;
}

/**
 * Rows of every span and log record that lies in segments below `segment`; traces that lie on keep their
 * newer spans.
 */
export async function removeSegmentsBelow(
  index: IndexWriter,
  segment: number,
  signal?: AbortSignal,
): Promise<Pruned> {
  const { db, spans: table, meta } = index.tables;
  const end = placeOf(segment, 0);
  const whole = db.prepare('SELECT id FROM traces WHERE last_segment < ?').all(segment);
  const pruned = await removeTraces(
    index,
    whole.map((row) => row['id'] as number),
    signal,
  );
  const some = db.prepare(
    'SELECT t.trace_id AS traceId, s.span_id AS spanId FROM spans s JOIN traces t ON t.id = s.t WHERE s.id < ? ORDER BY s.id LIMIT ?',
  );
  const partial = new Set<number>();
  await inSlices(index, signal, () => {
    const keys = some
      .all(end, spansPerStep)
      .map((row) => ({ traceId: String(row['traceId']), spanId: String(row['spanId']) }));
    if (keys.length === 0) return true;
    const revision = meta.number('revision') + 1;
    pruned.spans += table.write({ removed: keys }, revision, partial).removed;
    meta.set('revision', revision);
    return false;
  });
  await readAgain(index, partial, signal);
  const nthLog = db.prepare('SELECT place FROM logs WHERE place < ? ORDER BY place LIMIT 1 OFFSET ?');
  const deleteLogs = db.prepare('DELETE FROM logs WHERE place < ?');
  await inSlices(index, signal, () => {
    const upTo = nthLog.get(end, rowsPerStep)?.['place'] as number | undefined;
    deleteLogs.run(upTo ?? end);
    return upTo === undefined;
  });
  const deleteMetrics = db.prepare(
    'DELETE FROM metric_usage WHERE id IN (SELECT id FROM metric_usage WHERE segment < ? LIMIT ?)',
  );
  await inSlices(index, signal, () => Number(deleteMetrics.run(segment, rowsPerStep).changes) < rowsPerStep);
  return pruned;
}

/**
 * Name and bounds of traces that lost spans; a trace too large to read in a slice keeps those it had when it
 * was whole.
 */
async function readAgain(
  index: IndexWriter,
  traces: ReadonlySet<number>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { db, spans } = index.tables;
  const count = db.prepare('SELECT spans FROM traces WHERE id = ?');
  const rest = traces.values();
  await inSlices(index, signal, () => {
    const next = rest.next();
    if (next.done) return true;
    const left = Number(count.get(next.value)?.['spans'] ?? 0);
    if (left > 0 && left <= readableSpans) {
      spans.traces.readBounds(next.value);
      spans.traces.readName(next.value);
    }
    return false;
  });
}

function noteRemoval(meta: IndexWriter['tables']['meta']): void {
  const revision = meta.number('revision') + 1;
  meta.set('revision', revision);
  meta.set('removedRevision', revision);
}

/** Gives freed pages back to the file system, a few at a time. */
export async function shrinkFile(index: IndexWriter, signal?: AbortSignal): Promise<void> {
  const { db } = index.tables;
  const free = (): number => Number(db.prepare('PRAGMA freelist_count').get()?.['freelist_count']);
  while (free() > 1000 && !signal?.aborted) {
    db.exec('PRAGMA incremental_vacuum(200)');
    await setImmediate();
  }
}
