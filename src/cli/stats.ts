import type { IndexReader } from '../store/indexReader.ts';
import { parse, pointInTime } from './arguments.ts';
import { openStore, readerOptions } from './openStore.ts';
import { writeJson } from './output.ts';

/** Totals of a store, each call counted once; the shape is a contract, described in docs/cli.md. */
export async function stats(argv: readonly string[]): Promise<number> {
  const args = parse(argv, [...readerOptions, 'since']);
  const since = pointInTime(args, 'since', Date.now());
  const store = await openStore(args);
  try {
    const { cost, models, finishReasons, flags, metricsOnly, ...totals } = store.reader.stats(since);
    await writeJson({
      ...totals,
      cost: { amount: cost.amount, currency: 'USD', unknownCalls: cost.unknownCalls },
      models: models.map(({ provider, model, calls }) => ({ provider: provider ?? null, model, calls })),
      finishReasons: jsonOf(finishReasons),
      flags: jsonOf(flags),
      metricsOnly: metricsOnly.map((usage) => ({
        service: usage.service,
        provider: usage.provider ?? null,
        model: usage.model ?? null,
        inputTokens: usage.inputTokens ?? null,
        outputTokens: usage.outputTokens ?? null,
        cacheReadTokens: usage.cacheReadTokens ?? null,
        cacheWriteTokens: usage.cacheWriteTokens ?? null,
        reasoningTokens: usage.reasoningTokens ?? null,
      })),
      dropped: jsonOf(droppedBy(store.reader)),
      pruned: { spans: counter(store.reader, 'prunedSpans'), traces: counter(store.reader, 'prunedTraces') },
      behind: store.behindBytes,
    });
  } finally {
    store.close();
  }
  return 0;
}

function counter(reader: IndexReader, name: string): number {
  return reader.counters().get(name) ?? 0;
}

function droppedBy(reader: IndexReader): ReadonlyMap<string, number> {
  const dropped = new Map<string, number>();
  for (const [name, count] of reader.counters()) {
    if (name.startsWith('dropped.')) dropped.set(name.slice('dropped.'.length), count);
  }
  return dropped;
}

/** Names come from outside: an object without a prototype takes any of them. */
function jsonOf(map: ReadonlyMap<string, number>): Record<string, number> {
  const object = Object.create(null) as Record<string, number>;
  for (const [key, value] of map) object[key] = value;
  return object;
}
