import type { SpanKey } from '../../model/span.ts';
import type { IndexedSpan } from '../api.ts';
import { callClasses, partFields } from '../schema.ts';
import { decodeSpan, spanSelect } from '../spanCodec.ts';
import type { QueryContext } from './context.ts';

const looked = { traces: 50, spansPerTrace: 200, repeats: 2_000 } as const;

/**
 * The newest counted model calls of a service, at most `limit`, and a few other spans of it where there are none.
 * Looks at its newest 50 traces.
 */
export function newestCalls(
  context: QueryContext,
  service: string,
  limit: number,
): { calls: IndexedSpan[]; spans: IndexedSpan[] } {
  const traces = context.all(
    `SELECT t FROM parts WHERE field = ${partFields.service} AND value = ? ORDER BY t DESC LIMIT ${looked.traces}`,
    service,
  );
  const read = (t: unknown, where: string): IndexedSpan[] =>
    context
      .all(
        `${spanSelect} WHERE s.t = ? AND ${where} ORDER BY s.start_us DESC LIMIT ${looked.spansPerTrace}`,
        t as number,
      )
      .map((row) => decodeSpan(row, context.names))
      .filter((span) => span.service === service);
  const calls: IndexedSpan[] = [];
  for (const { t } of traces) {
    if (calls.length >= limit) break;
    calls.push(...read(t, `s.class = ${callClasses.model} AND s.bits & 2 <> 0`));
  }
  const [newest] = traces;
  const spans = calls.length > 0 || !newest ? [] : read(newest['t'], 'true');
  return { calls: calls.slice(0, limit), spans: spans.slice(0, limit) };
}

/** Spans that repeat the usage of these, of the newest 2,000 that repeat any: what one lacks, its twin may have. */
export function repeatsOf(context: QueryContext, spans: readonly SpanKey[]): IndexedSpan[] {
  const keys = JSON.stringify(spans.map(({ traceId, spanId }) => `${traceId} ${spanId}`));
  const rows = context.all(
    `SELECT id FROM (SELECT id, counted_in FROM details WHERE counted_in IS NOT NULL ORDER BY id DESC LIMIT ${looked.repeats})
     WHERE counted_in IN (SELECT value FROM json_each(?))`,
    keys,
  );
  return rows.flatMap(({ id }) =>
    context.all(`${spanSelect} WHERE s.id = ?`, id as number).map((row) => decodeSpan(row, context.names)),
  );
}
