import type { PartialSum } from '../../protocol/rows.ts';
import type { StoreStats } from '../api.ts';
import { callClasses, statusError } from '../schema.ts';
import type { Row } from '../spanCodec.ts';
import { partialSum } from '../sums.ts';
import type { QueryContext } from './context.ts';
import { readMetricsOnly } from './metricsOnly.ts';

const from = 'FROM spans s LEFT JOIN details d ON d.id = s.id WHERE s.start_us >= ?';
const counted = `FROM details d CROSS JOIN spans s ON s.id = d.id WHERE s.start_us >= ?`;
const maxListed = 1000;

function ofClass(callClass: number): string {
  return `s.class = ${callClass}`;
}
const model = ofClass(callClasses.model);
const embedding = ofClass(callClasses.embedding);
const failed = `s.status = ${statusError}`;
const endedWell = `s.status <> ${statusError} AND s.dur_ns IS NOT NULL`;
const count = (condition: string, name: string): string => `total(${condition}) AS ${name}`;
const sumOf = (column: string, condition: string, name: string): string =>
  `total(iif(${condition}, ${column}, NULL)) AS ${name}`;

/**
 * Sums over all spans that started at or after `since` (microseconds since the epoch), each call counted
 * once.
 */
export function readStats(context: QueryContext, since: number): StoreStats {
  const row =
    context.get(
      `SELECT count(*) AS spans, count(DISTINCT s.t) AS traces,
        ${count(model, 'calls')}, ${count(`${model} AND ${failed}`, 'failed')}, ${sumOf('d.retries', model, 'retries')},
        ${count(ofClass(callClasses.tool), 'tools')}, ${count(`${ofClass(callClasses.tool)} AND ${failed}`, 'tools_failed')},
        ${count(embedding, 'embeddings')}, ${count(`${embedding} AND ${failed}`, 'embeddings_failed')},
        ${sumOf('d.input', embedding, 'embeddings_input')}, ${count(ofClass(callClasses.retrieval), 'retrievals')},
        ${sumOf('d.input', model, 'input')}, ${sumOf('d.output', model, 'output')},
        ${sumOf('d.cache_read', model, 'cache_read')}, ${sumOf('d.cache_write', model, 'cache_write')},
        ${sumOf('d.reasoning', model, 'reasoning')},
        ${count(`${model} AND ${endedWell} AND (d.input IS NULL OR d.output IS NULL)`, 'usage_unknown')},
        ${sumOf('d.cost', 's.class <> 0', 'cost')},
        ${count(`(${model} OR ${embedding}) AND ${endedWell} AND d.cost IS NULL`, 'cost_unknown')} ${from}`,
      since,
    ) ?? {};
  const n = (column: string): number => Number(row[column] ?? 0);
  return {
    spans: n('spans'),
    traces: n('traces'),
    modelCalls: { total: n('calls'), failed: n('failed'), retries: n('retries') },
    toolCalls: { total: n('tools'), failed: n('tools_failed') },
    embeddings: {
      total: n('embeddings'),
      failed: n('embeddings_failed'),
      inputTokens: n('embeddings_input'),
    },
    retrievals: { total: n('retrievals') },
    usage: {
      inputTokens: n('input'),
      outputTokens: n('output'),
      cacheReadTokens: n('cache_read'),
      cacheWriteTokens: n('cache_write'),
      reasoningTokens: n('reasoning'),
      unknownCalls: n('usage_unknown'),
    },
    cost: { amount: n('cost'), unknownCalls: n('cost_unknown') },
    models: readModels(context, since),
    finishReasons: tally(
      context.all(
        `SELECT f.value AS id, count(*) AS n FROM (SELECT d.finish ${counted} AND ${model} AND d.finish IS NOT NULL) c, json_each(c.finish) f
         GROUP BY 1 ORDER BY n DESC, 1 LIMIT ${maxListed}`,
        since,
      ),
    ),
    flags: tally(
      context.all(
        `SELECT json_extract(f.value, '$.id') AS id, count(*) AS n
         FROM (SELECT d.flags ${counted} AND d.flags IS NOT NULL) c, json_each(c.flags) f
         GROUP BY 1 ORDER BY n DESC, 1 LIMIT ${maxListed}`,
        since,
      ),
    ),
    sessions: context
      .all(
        `SELECT d.session AS id, max(s.start_us) AS last ${counted} AND d.session IS NOT NULL
         GROUP BY 1 ORDER BY last DESC, 1 LIMIT ${maxListed}`,
        since,
      )
      .map((session) => session['id'] as string),
    metricsOnly: readMetricsOnly(context, since),
  };
}

function readModels(context: QueryContext, since: number): StoreStats['models'] {
  const rows = context.all(
    `SELECT d.provider AS provider, coalesce(d.response_model, d.request_model) AS model, count(*) AS n
     ${counted} AND ${model} AND coalesce(d.response_model, d.request_model) IS NOT NULL
     GROUP BY 1, 2 ORDER BY n DESC, 2, 1 LIMIT ${maxListed}`,
    since,
  );
  return rows.map((row) => ({
    provider: (row['provider'] as string | null) ?? undefined,
    model: row['model'] as string,
    calls: Number(row['n']),
  }));
}

function tally(rows: readonly Row[]): Map<string, number> {
  return new Map(rows.map((row) => [String(row['id']), Number(row['n'])]));
}

/** Sums of the traces that started at or after `since` (microseconds). */
export function readTotalsSince(
  context: QueryContext,
  since: number,
): { modelCalls: number; cost: PartialSum } {
  const row = context.get(
    `SELECT total(calls) AS calls, total(cost) AS cost, total(cost_known) AS known, total(cost_unknown) AS unknown
     FROM traces WHERE spans > 0 AND start_us >= ?`,
    since,
  );
  return {
    modelCalls: Number(row?.['calls'] ?? 0),
    cost: partialSum(row?.['cost'], row?.['known'], row?.['unknown']),
  };
}
