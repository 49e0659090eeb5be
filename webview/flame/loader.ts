import type { Channel } from '../../src/base/channel.ts';
import type {
  FlameHead,
  FlameLayoutHead,
  FlamePageEvents,
  FlamePageRequests,
  FlameLayoutQuery,
  FlameView,
} from '../../src/protocol/flame.ts';
import { LayoutBuilder } from './chartLayout.ts';
import type { ChartLayout } from './chartLayout.ts';
import { FlameData } from './flameData.ts';

type Nothing = Record<never, never>;
export type FlameChannel = Channel<FlamePageRequests, Nothing, Nothing, FlamePageEvents>;

const patience = { timeoutMs: 120_000 } as const;

/** Reads the whole trace, stretch after stretch; null when it is not in the store. */
export async function loadTrace(
  channel: FlameChannel,
  view: FlameView,
  signal: AbortSignal,
): Promise<{ readonly data: FlameData; readonly layout: ChartLayout } | null> {
  const head = await channel.call('flame/load', view, { ...patience, signal });
  if (head === null) return null;
  if (!isHead(head)) throw new Error('The answer is not a trace');
  const data = new FlameData(head);
  const { loadId } = head;
  while (data.filled < data.count) {
    const from = data.filled;
    data.add(await channel.call('flame/columns', { loadId, from }, { ...patience, signal }));
    if (data.filled <= from) throw new Error('The answer ends too soon');
  }
  return { data, layout: await wholeLayout(channel, data, head.layout, signal) };
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
  while (builder.filled < data.count) {
    const from = builder.filled;
    builder.add(await channel.call('flame/positions', { loadId, layoutId, from }, { ...patience, signal }));
    if (builder.filled <= from) throw new Error('The answer ends too soon');
  }
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
