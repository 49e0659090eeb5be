import { statSync } from 'node:fs';
import { unlink } from 'node:fs/promises';
import { storageErrorFrom } from './errors.ts';
import type { IndexWriter } from './indexWriter.ts';
import { removeSegmentsBelow, removeTraces, shrinkFile } from './pruning.ts';
import { fromLog, offsetOf, segmentOf } from './schema.ts';
import { SegmentFile, listSegments, segmentPath } from './segmentFile.ts';
import { blankInSegment } from './segmentRewrite.ts';
import type { Database } from './sqlite.ts';

export interface RetentionLimits {
  readonly maxAgeDays: number;
  /** Journal and index together. */
  readonly maxBytes: number;
  readonly maxTraces: number;
}

export interface RetentionOptions {
  /** The segment that is being written: never touched. */
  readonly currentSegment: number;
  readonly now?: () => number;
  readonly signal?: AbortSignal;
}

export interface PruneResult {
  readonly segments: number;
  readonly spans: number;
  readonly traces: number;
}

const dayMs = 86_400_000;
/** When there are too many traces, so many more go that the next one does not start it all again. */
const slack = 0.05;

/**
 * Applies the limits, oldest first, in slices of about 10 ms. Only whole, closed segments go that the index
 * has read; when only the number of traces is too great and a segment would take too many along, the oldest
 * traces are blanked out of it. Counted in the index as `prunedSpans`, `prunedTraces`. @throws StorageError
 */
export async function applyRetention(
  index: IndexWriter,
  journalDir: string,
  limits: RetentionLimits,
  options: RetentionOptions,
): Promise<PruneResult> {
  const total = { segments: 0, spans: 0, traces: 0 };
  const now = (options.now ?? Date.now)();
  const count = (pruned: { spans: number; traces: number }): void => {
    total.spans += pruned.spans;
    total.traces += pruned.traces;
  };
  const before = listSegments(journalDir);
  // Files go before rows: that makes room on a full disk. Rows left over from a stopped run go here.
  const first = before[0];
  if (first !== undefined) count(await pruneBelow(index, first, options.signal));
  for (const segment of before) {
    const successor = before.find((number) => number > segment);
    const isClosed = segment < options.currentSegment && segment < index.position.segment;
    if (!isClosed || successor === undefined || options.signal?.aborted) break;
    if (!isDue(index, journalDir, segment, successor, limits, now)) break;
    await removeSegment(journalDir, segment);
    total.segments++;
    count(await pruneBelow(index, successor, options.signal));
  }
  count(await pruneExcess(index, journalDir, limits.maxTraces, options));
  if (total.spans > 0) await shrinkFile(index, options.signal);
  return total;
}

/**
 * Removes traces from the index and their bytes from the journal, for good. Call `JournalWriter.roll()` first
 * and let the index catch up with it: only segments below `currentSegment` can be rewritten. Places of all
 * other spans stay. Not while `applyRetention` runs.
 * @throws RangeError when a trace reaches into the current segment
 * @throws StorageError
 */
export async function deleteTraces(
  index: IndexWriter,
  journalDir: string,
  traceIds: readonly string[],
  options: { readonly currentSegment: number; readonly signal?: AbortSignal },
): Promise<PruneResult> {
  const rows = index.tables.db
    .prepare(
      'SELECT id, trace_id, first_segment, last_segment FROM traces WHERE trace_id IN (SELECT value FROM json_each(?))',
    )
    .all(JSON.stringify(traceIds));
  if (rows.some((row) => Number(row['last_segment']) >= options.currentSegment)) {
    throw new RangeError('A trace reaches into the segment that is being written; roll the journal first');
  }
  const ids = new Set(rows.map((row) => row['trace_id'] as string));
  const from = Math.min(...rows.map((row) => Number(row['first_segment'])));
  const to = Math.max(...rows.map((row) => Number(row['last_segment'])));
  const { db } = index.tables;
  const offsets = recordsBehind(
    db,
    rows.map((row) => row['id'] as number),
  );
  for (const segment of listSegments(journalDir)) {
    if (segment < from || segment > to) continue;
    await blankInSegment(journalDir, segment, { traceIds: ids, offsets: offsets.get(segment) });
  }
  db.exec('PRAGMA secure_delete = ON');
  try {
    const pruned = await removeTraces(
      index,
      rows.map((row) => row['id'] as number),
      options.signal,
    );
    return { segments: 0, ...pruned };
  } finally {
    db.exec('PRAGMA secure_delete = FAST');
    // The write-ahead log holds the rows too; where a reader is in the way, the next checkpoint overwrites them.
    index.checkpoint('TRUNCATE');
  }
}

/** By segment, the offsets of log records that rows of these traces were made from: they may name no trace. */
function recordsBehind(db: Database, ids: readonly number[]): Map<number, Set<number>> {
  const offsets = new Map<number, Set<number>>();
  const find = db.prepare(
    `SELECT id FROM spans INDEXED BY spans_from_logs WHERE t = ? AND (bits & ${fromLog}) <> 0`,
  );
  for (const t of ids) {
    for (const row of find.all(t)) {
      const place = row['id'] as number;
      const ofSegment = offsets.get(segmentOf(place)) ?? new Set();
      offsets.set(segmentOf(place), ofSegment.add(offsetOf(place)));
    }
  }
  return offsets;
}

function isDue(
  index: IndexWriter,
  dir: string,
  segment: number,
  successor: number,
  limits: RetentionLimits,
  now: number,
): boolean {
  // A segment's last record is no younger than its successor.
  const closed = SegmentFile.open(dir, successor);
  const created = closed?.header()?.created;
  closed?.close();
  if (created !== undefined && now - created > limits.maxAgeDays * dayMs) return true;
  const { db } = index.tables;
  if (storeBytes(index, dir) > limits.maxBytes) return true;
  const row = db
    .prepare('SELECT count(*) AS traces, total(last_segment <= ?) AS gone FROM traces WHERE spans > 0')
    .get(segment);
  return Number(row?.['gone']) > 0 && Number(row?.['traces']) - Number(row?.['gone']) >= limits.maxTraces;
}

function storeBytes(index: IndexWriter, dir: string): number {
  const { db } = index.tables;
  const pragma = (name: string): number => Number(db.prepare(`PRAGMA ${name}`).get()?.[name]);
  const indexBytes = (pragma('page_count') - pragma('freelist_count')) * pragma('page_size');
  return listSegments(dir).reduce(
    (sum, segment) => sum + (statSync(segmentPath(dir, segment), { throwIfNoEntry: false })?.size ?? 0),
    indexBytes,
  );
}

async function removeSegment(dir: string, segment: number): Promise<void> {
  const path = segmentPath(dir, segment);
  try {
    await unlink(path);
  } catch (error) {
    throw storageErrorFrom(error, `Cannot remove ${path}`);
  }
}

async function pruneBelow(
  index: IndexWriter,
  segment: number,
  signal: AbortSignal | undefined,
): Promise<{ spans: number; traces: number }> {
  const pruned = await removeSegmentsBelow(index, segment, signal);
  countPruned(index, pruned);
  return pruned;
}

async function pruneExcess(
  index: IndexWriter,
  dir: string,
  maxTraces: number,
  options: RetentionOptions,
): Promise<{ spans: number; traces: number }> {
  const { db } = index.tables;
  const traces = Number(db.prepare('SELECT count(*) AS n FROM traces WHERE spans > 0').get()?.['n']);
  if (traces <= maxTraces) return { spans: 0, traces: 0 };
  const excess = traces - Math.floor(maxTraces * (1 - slack));
  const limit = Math.min(options.currentSegment, index.position.segment);
  const rows = db
    .prepare('SELECT trace_id FROM traces WHERE spans > 0 AND last_segment < ? ORDER BY start_us LIMIT ?')
    .all(limit, excess);
  if (rows.length === 0) return { spans: 0, traces: 0 };
  const ids = rows.map((row) => row['trace_id'] as string);
  const pruned = await deleteTraces(index, dir, ids, options);
  countPruned(index, pruned);
  return pruned;
}

function countPruned(index: IndexWriter, pruned: { readonly spans: number; readonly traces: number }): void {
  if (pruned.spans === 0 && pruned.traces === 0) return;
  index.transaction((_db, meta) => {
    meta.count('prunedSpans', pruned.spans);
    meta.count('prunedTraces', pruned.traces);
  });
}
