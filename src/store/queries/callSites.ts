import type { CallSiteRow, SpanRow } from '../../protocol/rows.ts';
import { callClasses, statusError } from '../schema.ts';
import { spanRowOf } from '../spanCodec.ts';
import { partialSum } from '../sums.ts';
import type { QueryContext } from './context.ts';
import { countSiblings, readSpans } from './tree.ts';

const maxRows = 5000;
const maxSpans = 500;

// A span that another one stands for is not one more call of its line.
const stands = `(s.bits & 2 <> 0 OR d.counted_in IS NULL)`;
const isModel = `s.class = ${callClasses.model}`;
const endedWell = `s.status <> ${statusError} AND s.dur_ns IS NOT NULL`;
const sums = `count(*) AS calls, sum(s.status = ${statusError}) AS errors, max(s.start_us) AS last_us,
  total(iif(${isModel}, d.input, NULL)) AS input, sum(${isModel} AND d.input IS NOT NULL) AS input_known,
  sum(${isModel} AND ${endedWell} AND d.input IS NULL) AS input_unknown,
  total(iif(${isModel}, d.output, NULL)) AS output, sum(${isModel} AND d.output IS NOT NULL) AS output_known,
  sum(${isModel} AND ${endedWell} AND d.output IS NULL) AS output_unknown,
  total(iif(s.class <> 0, d.cost, NULL)) AS cost, sum(s.class <> 0 AND d.cost IS NOT NULL) AS cost_known,
  sum(s.class IN (${callClasses.model}, ${callClasses.embedding}) AND ${endedWell} AND d.cost IS NULL) AS cost_unknown`;

/** Files, the functions of a file, or the lines of a function ('' for code outside any); last used first. */
export function listCallSites(
  context: QueryContext,
  within: { file?: string; function?: string },
): CallSiteRow[] {
  const columns = ['file'];
  const clauses = ['d.file IS NOT NULL', stands];
  const parameters: string[] = [];
  if (within.file !== undefined) {
    columns.push('function');
    clauses.push('d.file = ?');
    parameters.push(within.file);
    if (within.function !== undefined) {
      columns.push('line');
      clauses.push(`coalesce(d.function, '') = ?`);
      parameters.push(within.function);
    }
  }
  const keys = columns.map((column) => (column === 'function' ? `coalesce(d.function, '')` : `d.${column}`));
  const rows = context.all(
    `SELECT ${keys.map((key, i) => `${key} AS ${columns[i] ?? ''}`).join(', ')}, ${sums}
     FROM details d CROSS JOIN spans s ON s.id = d.id WHERE ${clauses.join(' AND ')}
     GROUP BY ${keys.join(', ')} ORDER BY last_us DESC, ${keys.join(', ')} LIMIT ${maxRows}`,
    ...parameters,
  );
  return rows.map((row) => ({
    file: row['file'] as string,
    ...(columns.length > 1 ? { function: row['function'] as string } : {}),
    ...(columns.length > 2 ? { line: row['line'] as number } : {}),
    calls: Number(row['calls']),
    errors: Number(row['errors']),
    inputTokens: partialSum(row['input'], row['input_known'], row['input_unknown']),
    outputTokens: partialSum(row['output'], row['output_known'], row['output_unknown']),
    cost: partialSum(row['cost'], row['cost_known'], row['cost_unknown']),
    lastMicros: row['last_us'] as number,
  }));
}

/** The newest spans of a line. */
export function spansOfCallSite(
  context: QueryContext,
  site: { file: string; line: number; limit: number },
): SpanRow[] {
  const rows = context.all(
    `SELECT s.id, s.t FROM details d CROSS JOIN spans s ON s.id = d.id WHERE d.file = ? AND d.line = ? AND ${stands}
     ORDER BY s.start_us DESC, s.id DESC LIMIT ?`,
    site.file,
    site.line,
    Math.min(maxSpans, Math.max(0, Math.trunc(site.limit))),
  );
  const spans = readSpans(
    context,
    rows.map((row) => row['id'] as number),
  );
  return spans.map((span, i) =>
    spanRowOf(span, countSiblings(context, rows[i]?.['t'] as number, span.spanId)),
  );
}
