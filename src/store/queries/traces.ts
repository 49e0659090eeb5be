import type { Page, PageRequest, TraceSort } from '../../protocol/query.ts';
import type { TraceRow } from '../../protocol/rows.ts';
import { partFields } from '../schema.ts';
import type { Row } from '../spanCodec.ts';
import type { QueryContext } from './context.ts';
import { decodeCursor, encodeCursor, limitOf } from './cursor.ts';
import { flagTotals, totalsOf } from './totals.ts';
import type { Condition } from './traceFilter.ts';

const sortKeys: Readonly<Record<string, string>> & { readonly newest: string } = {
  newest: 'traces.start_us',
  cost: 'CASE WHEN traces.cost_known > 0 THEN traces.cost ELSE -1 END',
  duration: 'coalesce(traces.end_us - traces.start_us, -1)',
  tokens: 'traces.input + traces.output',
};

/** A page of traces, greatest sort value first; stable while traces are added. */
export function listTraces(
  context: QueryContext,
  where: Condition,
  sort: TraceSort,
  page: PageRequest,
): Page<TraceRow> {
  const key = sortKeys[sort] ?? sortKeys.newest;
  const limit = limitOf(page);
  const after = page.cursor === undefined ? [] : decodeCursor(page.cursor, 2);
  const rows = context.all(
    `SELECT *, ${key} AS sort_key FROM traces WHERE ${where.sql}
     ${after.length > 0 ? `AND (${key}, traces.id) < (?, ?)` : ''}
     ORDER BY ${key} DESC, traces.id DESC LIMIT ?`,
    ...where.parameters,
    ...after,
    limit + 1,
  );
  const total = Number(
    context.get(`SELECT count(*) AS n FROM traces WHERE ${where.sql}`, ...where.parameters)?.['n'],
  );
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  const next = last && encodeCursor([last['sort_key'] as number, last['id'] as number]);
  return { rows: traceRows(context, shown), next, total };
}

/** In the order asked for; unknown ids are left out. */
export function tracesById(context: QueryContext, traceIds: readonly string[]): TraceRow[] {
  const rows = context.all(
    'SELECT traces.* FROM json_each(?) wanted JOIN traces ON traces.trace_id = wanted.value WHERE spans > 0 ORDER BY wanted.id',
    JSON.stringify(traceIds),
  );
  return traceRows(context, rows);
}

function traceRows(context: QueryContext, rows: readonly Row[]): TraceRow[] {
  const models = new Map<number, string[]>();
  const flags = new Map<number, { id: string; severity: number; count: number }[]>();
  const parts = context.all(
    `SELECT t, field, value, severity, spans FROM parts WHERE t IN (SELECT value FROM json_each(?))
     AND field IN (${partFields.model}, ${partFields.flag}) AND spans > 0 ORDER BY t, field, calls DESC, value`,
    JSON.stringify(rows.map((row) => row['id'])),
  );
  for (const part of parts) {
    const t = part['t'] as number;
    const value = part['value'] as string;
    if (part['field'] === partFields.model) append(models, t, value);
    else append(flags, t, { id: value, severity: Number(part['severity']), count: Number(part['spans']) });
  }
  return rows.map((row) => {
    const t = row['id'] as number;
    const end = row['end_us'] as number | null;
    const startMicros = row['start_us'] as number;
    return {
      ...totalsOf(row, flagTotals(flags.get(t) ?? [])),
      traceId: row['trace_id'] as string,
      name: row['name'] as string,
      service: row['service'] as string,
      startMicros,
      durationMs: end === null ? undefined : (end - startMicros) / 1000,
      running: Number(row['running']) > 0 || Number(row['roots']) <= 0,
      models: models.get(t) ?? [],
      sessionId: (row['session'] as string | null) ?? undefined,
      revision: row['revision'] as number,
    };
  });
}

function append<T>(lists: Map<number, T[]>, key: number, value: T): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}
