import type { TraceFilter } from '../../protocol/query.ts';
import { partFields } from '../schema.ts';
import type { Parameter } from './context.ts';

/** A condition on `traces`, with its parameters. */
export interface Condition {
  readonly sql: string;
  readonly parameters: readonly Parameter[];
}

const costOf = 'CASE WHEN traces.cost_known > 0 THEN traces.cost END';

/**
 * The filter as SQL. `textTraces`: row ids of the traces that match the filter's text (see `textMatches.ts`).
 * An empty string among models or sessions means traces that have none.
 */
export function conditionOf(filter: TraceFilter, textTraces: ReadonlySet<number> | undefined): Condition {
  const clauses = ['traces.spans > 0'];
  const parameters: Parameter[] = [];
  const add = (sql: string, ...values: Parameter[]): void => {
    clauses.push(sql);
    parameters.push(...values);
  };
  const part = (field: number, values: readonly string[] | undefined): void => {
    if (!values || values.length === 0) return;
    const having = `EXISTS (SELECT 1 FROM parts p WHERE p.t = traces.id AND p.field = ${field}`;
    const some = `${having} AND p.value IN (SELECT value FROM json_each(?)))`;
    add(values.includes('') ? `(${some} OR NOT ${having}))` : some, JSON.stringify(values));
  };
  part(partFields.model, filter.models);
  part(partFields.service, filter.services);
  part(partFields.flag, filter.flags);
  if (filter.sessions && filter.sessions.length > 0) {
    add(`coalesce(traces.session, '') IN (SELECT value FROM json_each(?))`, JSON.stringify(filter.sessions));
  }
  if (filter.onlyErrors) add('traces.errors > 0');
  if (filter.minCost !== undefined) add(`${costOf} >= ?`, filter.minCost);
  if (filter.maxCost !== undefined) add(`${costOf} <= ?`, filter.maxCost);
  if (filter.minDurationMs !== undefined)
    add('traces.end_us - traces.start_us >= ?', filter.minDurationMs * 1000);
  if (filter.maxDurationMs !== undefined)
    add('traces.end_us - traces.start_us <= ?', filter.maxDurationMs * 1000);
  if (filter.since !== undefined) add('traces.start_us >= ?', filter.since * 1000);
  if (filter.until !== undefined) add('traces.start_us <= ?', filter.until * 1000);
  if (textTraces) add('traces.id IN (SELECT value FROM json_each(?))', JSON.stringify([...textTraces]));
  return { sql: clauses.join(' AND '), parameters };
}
