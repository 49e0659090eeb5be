import type { Totals } from '../../protocol/rows.ts';
import { severities } from '../schema.ts';
import type { Row } from '../spanCodec.ts';
import { partialSum, sumColumns } from '../sums.ts';

/** The sum columns of `table`, added up over rows. */
export function summed(table: string): string {
  return sumColumns.map((column) => `total(${table}.${column}) AS ${column}`).join(', ');
}

export function totalsOf(row: Row, flags: Totals['flags']): Totals {
  return {
    spans: Number(row['spans']),
    modelCalls: Number(row['calls']),
    failedCalls: Number(row['failed']),
    inputTokens: partialSum(row['input'], row['input_known'], row['input_unknown']),
    outputTokens: partialSum(row['output'], row['output_known'], row['output_unknown']),
    cacheReadTokens: Number(row['cache_read']),
    cost: partialSum(row['cost'], row['cost_known'], row['cost_unknown']),
    errors: Number(row['errors']),
    flags,
  };
}

/** Most grave first, then most frequent, then by name. */
export function flagTotals(
  counts: Iterable<{ id: string; severity: number; count: number }>,
): Totals['flags'] {
  return [...counts]
    .sort((a, b) => b.severity - a.severity || b.count - a.count || (a.id < b.id ? -1 : 1))
    .map(({ id, severity, count }) => ({ id, severity: severities[severity] ?? 'info', count }));
}
