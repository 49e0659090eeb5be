import type { SpanKind } from '../../model/span.ts';
import type { IndexedSpan } from '../api.ts';
import { kindCodes } from '../schema.ts';
import { decodeSpan, spanSelect } from '../spanCodec.ts';
import type { QueryContext } from './context.ts';
import { readSpans, siblings, traceRowId } from './tree.ts';
import type { Sibling } from './tree.ts';

export interface TreeQuery {
  readonly traceId?: string | undefined;
  readonly kind?: SpanKind | undefined;
  /** Order of traces; newest first unless told. */
  readonly order?: 'newest' | 'oldest' | undefined;
  /** Milliseconds since the epoch: traces that started at or after. */
  readonly since?: number | undefined;
}

const tracesPerPage = 500;
const wholeTrace = 5000;
const siblingsPerPage = 200;
// Orphans are sorted anew for each page of roots.
const rootsPerPage = 10_000;
const spansPerRead = 200;

/** Spans depth first, siblings by start time, trace after trace; nothing is held open between two spans. */
export function* walkTrees(context: QueryContext, query: TreeQuery): Generator<IndexedSpan> {
  if (query.traceId !== undefined) {
    const t = traceRowId(context, query.traceId);
    if (t !== undefined) yield* walkTrace(context, t, query.kind);
    return;
  }
  const isOldest = query.order === 'oldest';
  const since = query.since === undefined ? -Number.MAX_SAFE_INTEGER : query.since * 1000;
  const beyond = isOldest ? '>' : '<';
  const direction = isOldest ? 'ASC' : 'DESC';
  let after: (number | null)[] = isOldest ? [-Number.MAX_SAFE_INTEGER, -1] : [Number.MAX_SAFE_INTEGER, -1];
  for (;;) {
    const rows = context.all(
      `SELECT id, start_us FROM traces WHERE spans > 0 AND start_us >= ? AND (start_us, id) ${beyond} (?, ?)
       ORDER BY start_us ${direction}, id ${direction} LIMIT ?`,
      since,
      ...after,
      tracesPerPage,
    );
    for (const row of rows) yield* walkTrace(context, row['id'] as number, query.kind);
    const last = rows.at(-1);
    if (!last) return;
    after = [last['start_us'] as number, last['id'] as number];
  }
}

function* walkTrace(context: QueryContext, t: number, kind: SpanKind | undefined): Generator<IndexedSpan> {
  const count = Number(context.get('SELECT spans FROM traces WHERE id = ?', t)?.['spans'] ?? 0);
  if (
    kind !== undefined &&
    !context.get('SELECT 1 FROM spans WHERE t = ? AND kind = ? LIMIT 1', t, kindCodes.indexOf(kind))
  )
    return;
  const spans = count <= wholeTrace ? walkWhole(context, t) : walkPaged(context, t);
  for (const span of spans) if (kind === undefined || span.kind === kind) yield span;
}

/** Reads the trace at once. */
function* walkWhole(context: QueryContext, t: number): Generator<IndexedSpan> {
  const rows = context.all(`${spanSelect} WHERE s.t = ? ORDER BY s.start_us DESC, s.id DESC`, t);
  const cut = new Set(
    context.all('SELECT span_id FROM loops WHERE t = ?', t).map((row) => row['span_id'] as string),
  );
  const known = new Set(rows.map((row) => row['span_id'] as string));
  const children = new Map<string, typeof rows>();
  for (const row of rows) {
    const parentId = row['parent_id'] as string;
    const under = known.has(parentId) && !cut.has(row['span_id'] as string) ? parentId : '';
    const list = children.get(under);
    if (list) list.push(row);
    else children.set(under, [row]);
  }
  // Latest first in the lists and hence earliest on top of the stack.
  const stack = children.get('') ?? [];
  for (let row = stack.pop(); row; row = stack.pop()) {
    yield decodeSpan(row, context.names);
    for (const child of children.get(row['span_id'] as string) ?? []) stack.push(child);
  }
}

interface Level {
  readonly parentId: string;
  page: Sibling[];
  at: number;
  isLast: boolean;
}

/** Reads siblings in pages: memory does not grow with the size of the trace. */
function* walkPaged(context: QueryContext, t: number): Generator<IndexedSpan> {
  let ids: number[] = [];
  for (const id of idsInOrder(context, t)) {
    ids.push(id);
    if (ids.length < spansPerRead) continue;
    yield* readSpans(context, ids);
    ids = [];
  }
  yield* readSpans(context, ids);
}

function* idsInOrder(context: QueryContext, t: number): Generator<number> {
  const stack = [openLevel(context, t, '')];
  for (let level = stack.at(-1); level; level = stack.at(-1)) {
    if (level.at === level.page.length && !level.isLast) nextPage(context, t, level);
    const sibling = level.page[level.at];
    if (!sibling) {
      stack.pop();
      continue;
    }
    level.at++;
    // A finished level is dropped before going down, so that a chain of any length needs no memory.
    if (level.at === level.page.length && level.isLast) stack.pop();
    yield sibling.id;
    if (!sibling.isParent) continue;
    const children = openLevel(context, t, sibling.spanId);
    if (children.page.length > 0) stack.push(children);
  }
}

function openLevel(context: QueryContext, t: number, parentId: string): Level {
  const page = siblings(context, t, parentId, pageSize(parentId));
  return { parentId, page, at: 0, isLast: page.length < pageSize(parentId) };
}

function nextPage(context: QueryContext, t: number, level: Level): void {
  const last = level.page.at(-1);
  const after = last && ([last.startMicros, last.id] as const);
  level.page = siblings(context, t, level.parentId, pageSize(level.parentId), after);
  level.at = 0;
  level.isLast = level.page.length < pageSize(level.parentId);
}

function pageSize(parentId: string): number {
  return parentId === '' ? rootsPerPage : siblingsPerPage;
}
