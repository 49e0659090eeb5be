import type { SpanKey } from '../../model/span.ts';
import type { Page, PageRequest } from '../../protocol/query.ts';
import type { SpanRow } from '../../protocol/rows.ts';
import type { IndexedSpan } from '../api.ts';
import { decodeSpan, spanRowOf, spanSelect } from '../spanCodec.ts';
import type { Row } from '../spanCodec.ts';
import type { QueryContext } from './context.ts';
import { decodeCursor, encodeCursor, limitOf } from './cursor.ts';

const notCut = 'NOT EXISTS (SELECT 1 FROM loops l WHERE l.t = s.t AND l.span_id = s.span_id)';
const ofParent = `FROM spans s WHERE s.t = ?1 AND s.parent_id = ?2 AND ${notCut}`;
const orphans = `FROM missing m CROSS JOIN spans s ON s.t = m.t AND s.parent_id = m.parent_id WHERE m.t = ?1 AND ${notCut}`;
const cut = `FROM loops l CROSS JOIN spans s ON s.t = l.t AND s.span_id = l.span_id WHERE l.t = ?1`;
const behind = 'AND (s.start_us > ?3 OR (s.start_us = ?3 AND s.id > ?4)) AND s.start_us >= ?3';
const inOrder = 'ORDER BY s.start_us, s.id LIMIT ?5';
const maxDepth = 10_000;

/** Where a page of siblings ended: start time and row id. */
export type SiblingKey = readonly [number, number];
const first: SiblingKey = [-Number.MAX_SAFE_INTEGER, -1];

export interface Sibling {
  readonly startMicros: number;
  readonly id: number;
  readonly spanId: string;
  /** Some span names it as its parent. */
  readonly isParent: boolean;
}

export function traceRowId(context: QueryContext, traceId: string): number | undefined {
  return context.get('SELECT id FROM traces WHERE trace_id = ?', traceId)?.['id'] as number | undefined;
}

/**
 * Children by start time behind `after`; of parent '' the roots, each span of a trace being somebody's child
 * or a root.
 */
export function siblings(
  context: QueryContext,
  t: number,
  parentId: string,
  limit: number,
  after = first,
): Sibling[] {
  const columns = `SELECT s.start_us, s.id, s.span_id,
    EXISTS (SELECT 1 FROM spans c WHERE c.t = s.t AND c.parent_id = s.span_id) AS parent`;
  const sources = parentId === '' ? [ofParent, orphans, cut] : [ofParent];
  const rows = sources.flatMap((source) =>
    context.all(
      `${columns} ${source} ${behind} ${inOrder}`,
      t,
      ...(source === ofParent ? [parentId] : [null]),
      ...after,
      limit,
    ),
  );
  const found = rows.map((row) => ({
    startMicros: row['start_us'] as number,
    id: row['id'] as number,
    spanId: row['span_id'] as string,
    isParent: row['parent'] === 1,
  }));
  if (sources.length > 1) found.sort((a, b) => a.startMicros - b.startMicros || a.id - b.id);
  return found.slice(0, limit);
}

export function countSiblings(context: QueryContext, t: number, parentId: string): number {
  const count = (source: string, ...parameters: (string | number)[]): number =>
    Number(context.get(`SELECT count(*) AS n ${source}`, ...parameters)?.['n']);
  const own = count(ofParent, t, parentId);
  return parentId === '' ? own + count(orphans, t) + count(cut, t) : own;
}

export function listChildren(
  context: QueryContext,
  traceId: string,
  parentId: string,
  page: PageRequest,
): Page<SpanRow> {
  const t = traceRowId(context, traceId);
  if (t === undefined) return { rows: [], total: 0 };
  const limit = limitOf(page);
  const after =
    page.cursor === undefined ? undefined : (decodeCursor(page.cursor, 2) as unknown as SiblingKey);
  const found = siblings(context, t, parentId, limit + 1, after);
  const shown = found.slice(0, limit);
  const last = found.length > limit ? shown.at(-1) : undefined;
  const spans = readSpans(
    context,
    shown.map(({ id }) => id),
  );
  return {
    rows: spans.map((span) => spanRowOf(span, countSiblings(context, t, span.spanId))),
    next: last && encodeCursor([last.startMicros, last.id]),
    total: countSiblings(context, t, parentId),
  };
}

/** In the order of `ids`. */
export function readSpans(context: QueryContext, ids: readonly number[]): IndexedSpan[] {
  const rows = context.all(
    `${spanSelect} WHERE s.id IN (SELECT value FROM json_each(?))`,
    JSON.stringify(ids),
  );
  const byId = new Map(rows.map((row) => [row['id'] as number, row]));
  return ids.flatMap((id) => {
    const row = byId.get(id);
    return row ? [decodeSpan(row, context.names)] : [];
  });
}

export function readSpan(context: QueryContext, key: SpanKey): { span: IndexedSpan; t: number } | undefined {
  const t = traceRowId(context, key.traceId);
  const row =
    t === undefined ? undefined : context.get(`${spanSelect} WHERE s.t = ? AND s.span_id = ?`, t, key.spanId);
  return row && { span: decodeSpan(row, context.names), t: row['t'] as number };
}

/** From a root to the span; the deepest part only when it is nested absurdly deep. */
export function pathTo(context: QueryContext, key: SpanKey): SpanRow[] {
  const path: Row[] = [];
  const seen = new Set<string>();
  const t = traceRowId(context, key.traceId);
  for (
    let spanId = key.spanId;
    t !== undefined && spanId !== '' && !seen.has(spanId) && path.length < maxDepth;
  ) {
    seen.add(spanId);
    const row = context.get(`${spanSelect} WHERE s.t = ? AND s.span_id = ?`, t, spanId);
    if (!row) break;
    path.push(row);
    if (context.get('SELECT 1 FROM loops WHERE t = ? AND span_id = ?', t, spanId)) break;
    spanId = row['parent_id'] as string;
  }
  return path
    .reverse()
    .map((row) => decodeSpan(row, context.names))
    .map((span) => spanRowOf(span, countSiblings(context, t as number, span.spanId)));
}
