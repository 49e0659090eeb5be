import type { GroupBy, Page, PageRequest, TraceFilter } from '../../protocol/query.ts';
import type { GroupRow, Totals } from '../../protocol/rows.ts';
import { partFields } from '../schema.ts';
import type { Row } from '../spanCodec.ts';
import { sumColumns } from '../sums.ts';
import { partSeparator } from '../traceChange.ts';
import type { Parameter, QueryContext } from './context.ts';
import { decodeCursor, encodeCursor, limitOf } from './cursor.ts';
import { flagTotals, summed, totalsOf } from './totals.ts';
import type { Condition } from './traceFilter.ts';

interface Grouping {
  /** Rows `key`, `traces`, `newest` and sums, one per group. */
  readonly sql: string;
  readonly parameters: readonly Parameter[];
}

const dayOf = `strftime('%Y-%m-%d', traces.start_us / 1000000, 'unixepoch', 'localtime')`;

/**
 * A page of groups, the one with the newest trace first. By service or model, a group sums that service's or
 * model's part of each trace, so that nothing counts in two groups; traces without a session or model form
 * the group ''.
 */
export function listGroups(
  context: QueryContext,
  by: Exclude<GroupBy, 'none'>,
  filter: TraceFilter,
  where: Condition,
  page: PageRequest,
): Page<GroupRow> {
  const grouping = groupingOf(by, filter, where);
  const limit = limitOf(page);
  const after = page.cursor === undefined ? [] : decodeCursor(page.cursor, 2);
  const rows = context.all(
    `SELECT * FROM (${grouping.sql}) ${after.length > 0 ? 'WHERE (newest, key) < (?, ?)' : ''}
     ORDER BY newest DESC, key DESC LIMIT ?`,
    ...grouping.parameters,
    ...after,
    limit + 1,
  );
  const total = Number(
    context.get(`SELECT count(*) AS n FROM (${grouping.sql})`, ...grouping.parameters)?.['n'],
  );
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  const flags = flagsOf(context, by, where, shown);
  return {
    rows: shown.map((row) => ({
      ...totalsOf(row, flags.get(row['key'] as string) ?? []),
      key: row['key'] as string,
      traces: Number(row['traces']),
      startMicros: row['newest'] as number,
    })),
    next: last && encodeCursor([last['newest'] as number, last['key'] as string]),
    total,
  };
}

function keyOf(by: 'session' | 'day'): string {
  return by === 'day' ? dayOf : `coalesce(traces.session, '')`;
}

function groupingOf(by: Exclude<GroupBy, 'none'>, filter: TraceFilter, where: Condition): Grouping {
  const counted = 'count(*) AS traces, max(traces.start_us) AS newest';
  if (by === 'session' || by === 'day') {
    const sql = `SELECT ${keyOf(by)} AS key, ${counted}, ${summed('traces')} FROM traces WHERE ${where.sql} GROUP BY key`;
    return { sql, parameters: where.parameters };
  }
  const field = partFields[by];
  const wanted = by === 'model' ? filter.models : filter.services;
  const only = wanted && wanted.length > 0 ? 'AND part.value IN (SELECT value FROM json_each(?))' : '';
  const parameters = [...where.parameters, ...(only ? [JSON.stringify(wanted)] : [])];
  const parts = `SELECT part.value AS key, ${counted}, ${summed('part')}
    FROM traces CROSS JOIN parts part ON part.t = traces.id AND part.field = ${field}
    WHERE ${where.sql} ${only} GROUP BY part.value`;
  if (by === 'service' || (only && !wanted?.includes(''))) return { sql: parts, parameters };
  const sums = sumColumns.join(', ');
  const without = `SELECT '' AS key, ${counted}, ${summed('traces')} FROM traces WHERE ${where.sql}
    AND NOT EXISTS (SELECT 1 FROM parts q WHERE q.t = traces.id AND q.field = ${field}) HAVING count(*) > 0`;
  return {
    sql: `SELECT key, traces, newest, ${sums} FROM (${parts}) UNION ALL SELECT key, traces, newest, ${sums} FROM (${without})`,
    parameters: [...parameters, ...where.parameters],
  };
}

function flagsOf(
  context: QueryContext,
  by: Exclude<GroupBy, 'none'>,
  where: Condition,
  groups: readonly Row[],
): Map<string, Totals['flags']> {
  const found = new Map<string, { id: string; severity: number; count: number }[]>();
  if (groups.length === 0) return new Map();
  const isPart = by === 'service' || by === 'model';
  const field =
    by === 'service' ? partFields.flagInService : by === 'model' ? partFields.flagInModel : partFields.flag;
  const key = isPart ? `''` : keyOf(by);
  const rows = context.all(
    `SELECT ${key} AS key, part.value AS value, max(part.severity) AS severity, sum(part.spans) AS n
     FROM traces CROSS JOIN parts part ON part.t = traces.id AND part.field = ${field}
     WHERE ${where.sql} GROUP BY 1, 2`,
    ...where.parameters,
  );
  for (const row of rows) {
    const value = row['value'] as string;
    const cut = isPart ? value.lastIndexOf(partSeparator) : -1;
    const group = isPart ? value.slice(0, cut) : (row['key'] as string);
    const list = found.get(group) ?? [];
    list.push({ id: value.slice(cut + 1), severity: Number(row['severity']), count: Number(row['n']) });
    found.set(group, list);
  }
  return new Map([...found].map(([group, list]) => [group, flagTotals(list)]));
}
