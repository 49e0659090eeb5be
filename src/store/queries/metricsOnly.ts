import type { MetricsOnlyUsage } from '../api.ts';
import { partFields } from '../schema.ts';
import type { QueryContext } from './context.ts';

const maxListed = 1000;

const part = (types: string, name: string): string => `max(iif(type IN (${types}), value, NULL)) AS ${name}`;
/** A part that the emitter counts beside the whole is added to it. */
const whole = (type: string, parts: string, name: string): string =>
  `total(iif(type = '${type}' OR (beside AND type IN (${parts})), value, NULL)) AS ${name},
   max(type = '${type}') AS has_${name}`;

/**
 * Token usage of services that have no model call in the index. Of several metrics of one service and model (old and
 * new names of the same), the one with the most tokens counts.
 */
export function readMetricsOnly(context: QueryContext, since: number): MetricsOnlyUsage[] {
  const rows = context.all(
    `WITH sums AS (
       SELECT service, provider, model, type, beside, iif(metric LIKE '%.usage.%\\_tokens' ESCAPE '\\', 'new', metric) AS source,
         sum(value) AS value
       FROM metric_usage
       WHERE latest_us >= ? AND service NOT IN (SELECT value FROM parts WHERE field = ${partFields.service} AND calls > 0)
       GROUP BY service, provider, model, source, type, beside
     )
     SELECT service, provider, model, ${whole('input', "'cacheRead', 'cacheWrite'", 'input')},
       ${whole('output', "'reasoning'", 'output')}, ${part("'cacheRead'", 'cache_read')},
       ${part("'cacheWrite'", 'cache_write')}, ${part("'reasoning'", 'reasoning')}
     FROM sums GROUP BY service, provider, model, source
     ORDER BY service, input + output DESC, model, provider LIMIT ${maxListed}`,
    since,
  );
  const found = new Map<string, MetricsOnlyUsage>();
  for (const row of rows) {
    const number = (column: string): number | undefined => (row[column] as number | null) ?? undefined;
    const usage = {
      service: row['service'] as string,
      provider: (row['provider'] as string | null) ?? undefined,
      model: (row['model'] as string | null) ?? undefined,
      inputTokens: row['has_input'] === 1 ? number('input') : undefined,
      outputTokens: row['has_output'] === 1 ? number('output') : undefined,
      cacheReadTokens: number('cache_read'),
      cacheWriteTokens: number('cache_write'),
      reasoningTokens: number('reasoning'),
    };
    const key = JSON.stringify([usage.service, usage.provider, usage.model]);
    if (!found.has(key)) found.set(key, usage);
  }
  return [...found.values()];
}
