import type { Channel } from '../../src/base/channel.ts';
import type {
  FlameHead,
  FlameLayoutHead,
  FlamePageEvents,
  FlamePageRequests,
  FlameLayoutQuery,
  FlameView,
} from '../../src/protocol/flame.ts';
import { flameChunk } from '../../src/protocol/flame.ts';
import { LayoutBuilder } from './chartLayout.ts';
import type { ChartLayout } from './chartLayout.ts';
import { FlameData } from './flameData.ts';

type Nothing = Record<never, never>;
export type FlameChannel = Channel<FlamePageRequests, Nothing, Nothing, FlamePageEvents>;

const patience = { timeoutMs: 120_000 } as const;

/** Stretches on their way at the same time: while one is read here, the next is made there. */
const stretchesAhead = 3;

/** Asks for the trace; `same` when the reading that is known still holds, null when it is not in the store. */
export async function askForTrace(
  channel: FlameChannel,
  view: FlameView,
  known: number | undefined,
  signal: AbortSignal,
): Promise<FlameHead | 'same' | null> {
  const query = { ...view, ...(known === undefined ? {} : { known }) };
  const head = await channel.call('flame/load', query, { ...patience, signal });
  if (head === null) return null;
  if ('isSame' in head && head.loadId === known) return 'same';
  if (!isHead(head)) throw new Error('The answer is not a trace');
  return head;
}

/** Reads the rest of the trace, stretch after stretch. */
export async function loadTrace(
  channel: FlameChannel,
  head: FlameHead,
  signal: AbortSignal,
): Promise<{ readonly data: FlameData; readonly layout: ChartLayout }> {
  const data = new FlameData(head);
  const { loadId, count } = head;
  const [, layout] = await Promise.all([
    inStretches(
      data.filled,
      count,
      (from) => channel.call('flame/columns', { loadId, from }, { ...patience, signal }),
      (columns) => data.add(columns),
    ),
    wholeLayout(channel, data, head.layout, signal),
  ]);
  if (data.filled < count) throw new Error('The answer ends too soon');
  return { data, layout };
}

/** Asks for the stretches from `filled` on, a few ahead; takes them in their order. */
async function inStretches<T extends { readonly from: number }>(
  filled: number,
  count: number,
  ask: (from: number) => Promise<T>,
  take: (stretch: T) => void,
): Promise<void> {
  const asked: Promise<T>[] = [];
  let next = filled;
  try {
    while (next < count || asked.length > 0) {
      for (; next < count && asked.length < stretchesAhead; next += flameChunk) asked.push(ask(next));
      const stretch = await (asked[0] as Promise<T>);
      void asked.shift();
      take(stretch);
    }
  } finally {
    // When one fails, those behind it do, too; one error is told.
    for (const other of asked) void other.catch(() => undefined);
  }
}

/** Asks for another layout of a trace that is here. */
export async function loadLayout(
  channel: FlameChannel,
  data: FlameData,
  query: Omit<FlameLayoutQuery, 'loadId'>,
  signal: AbortSignal,
): Promise<ChartLayout> {
  const head = await channel.call(
    'flame/layout',
    { ...query, loadId: data.head.loadId },
    { ...patience, signal },
  );
  return wholeLayout(channel, data, head, signal);
}

async function wholeLayout(
  channel: FlameChannel,
  data: FlameData,
  head: FlameLayoutHead,
  signal: AbortSignal,
): Promise<ChartLayout> {
  const builder = new LayoutBuilder(head, data.count);
  const { loadId } = data.head;
  const { layoutId } = head;
  await inStretches(
    builder.filled,
    data.count,
    (from) => channel.call('flame/positions', { loadId, layoutId, from }, { ...patience, signal }),
    (positions) => builder.add(positions),
  );
  if (builder.filled < data.count) throw new Error('The answer ends too soon');
  return builder.finish();
}

/** Whether the answer looks like a trace, as far as the page relies on it. */
export function isHead(value: unknown): value is FlameHead {
  if (typeof value !== 'object' || value === null) return false;
  const { loadId, count, columns, tables, layout } = value as Partial<FlameHead>;
  return (
    Number.isSafeInteger(loadId) &&
    Number.isSafeInteger(count) &&
    columns?.parent instanceof Int32Array &&
    columns.start instanceof Float64Array &&
    Array.isArray(tables?.names) &&
    layout?.positions.row instanceof Uint32Array &&
    layout.gapFrom instanceof Float64Array
  );
}
