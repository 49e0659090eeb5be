import type { TraceRow } from '../protocol/rows.ts';
import { searchContent } from '../store/contentSearch.ts';
import { optional, parse, pointInTime, wholeNumber } from './arguments.ts';
import { openStore, readerOptions } from './openStore.ts';
import { writeJson } from './output.ts';
import { isoMicros } from './spanJson.ts';

const pageSize = 500;

/** Trace summaries, newest first; the shape is a contract, described in docs/cli.md. */
export async function traces(argv: readonly string[]): Promise<number> {
  const args = parse(argv, [...readerOptions, 'limit', 'since', 'query']);
  const limit = wholeNumber(args, 'limit', 100, 1, 1_000_000);
  const since = pointInTime(args, 'since', Date.now());
  const text = optional(args, 'query');
  const store = await openStore(args);
  try {
    const matches =
      text === undefined || text.length < 3
        ? undefined
        : await searchContent(store.journal, store.reader, { text, limit: 100_000, timeMs: 60_000 });
    const found = matches && new Set(matches.spans.map((span) => span.traceId));
    const rows: TraceRow[] = [];
    let cursor: string | undefined;
    do {
      const page = { limit: Math.min(pageSize, limit - rows.length), cursor };
      const answer = store.reader.traces({ text, since }, 'newest', page, found);
      rows.push(...answer.rows);
      cursor = answer.next;
    } while (cursor !== undefined && rows.length < limit);
    await writeJson(rows.map(traceJson));
  } finally {
    store.close();
  }
  return 0;
}

/** A trace as it is printed; null is unknown. */
export function traceJson(row: TraceRow) {
  return {
    traceId: row.traceId,
    name: row.name,
    service: row.service,
    startTime: isoMicros(row.startMicros),
    durationMs: row.durationMs ?? null,
    running: row.running,
    errors: row.errors,
    spans: row.spans,
    modelCalls: { total: row.modelCalls, failed: row.failedCalls },
    usage: {
      inputTokens: row.inputTokens.known ?? null,
      outputTokens: row.outputTokens.known ?? null,
      // The sum of what calls tell, as in `stats`.
      cacheReadTokens: row.cacheReadTokens,
      unknownCalls: Math.max(row.inputTokens.unknownCalls, row.outputTokens.unknownCalls),
    },
    cost: { amount: row.cost.known ?? null, currency: 'USD', unknownCalls: row.cost.unknownCalls },
    models: row.models,
    flags: Object.fromEntries(row.flags.map(({ id, count }) => [id, count])),
    session: row.sessionId ?? null,
  };
}
