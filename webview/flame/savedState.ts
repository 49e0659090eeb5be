import { flameAxes } from '../../src/protocol/flame.ts';
import type { FlameAxis } from '../../src/protocol/flame.ts';
import type { ColorMode } from './palette.ts';
import { colorModes } from './palette.ts';
import type { Viewport } from './viewport.ts';

export const otherModes = ['show', 'dim', 'hide'] as const;
/** What becomes of spans that a search does not match. */
export type OtherMode = (typeof otherModes)[number];

/** How the user has arranged the chart; the whole of what the page remembers besides the trace's id. */
export interface Arrangement {
  readonly axis: FlameAxis;
  readonly compressIdle: boolean;
  readonly color: ColorMode;
  readonly query: string;
  readonly others: OtherMode;
  readonly critical: boolean;
  /** Span ids. */
  readonly selected: string | undefined;
  readonly collapsed: readonly string[];
  readonly pinned: readonly string[];
  /** Undefined: all of it. */
  readonly view: Viewport | undefined;
}

const initial: Arrangement = {
  axis: 'time',
  compressIdle: false,
  color: 'kind',
  query: '',
  others: 'dim',
  critical: false,
  selected: undefined,
  collapsed: [],
  pinned: [],
  view: undefined,
};
const mostIds = 500;

/** Reads what an earlier page saved; whatever is not as expected is as at first. */
export function readArrangement(saved: unknown): Arrangement {
  const state = (typeof saved === 'object' && saved !== null ? saved : {}) as Readonly<
    Record<string, unknown>
  >;
  const { view } = state;
  return {
    axis: flameAxes.find((axis) => axis === state['axis']) ?? initial.axis,
    compressIdle: state['compressIdle'] === true,
    color: colorModes.find((mode) => mode === state['color']) ?? initial.color,
    query: typeof state['query'] === 'string' ? state['query'].slice(0, 500) : '',
    others: otherModes.find((mode) => mode === state['others']) ?? initial.others,
    critical: state['critical'] === true,
    selected: isSpanId(state['spanId']) ? state['spanId'] : undefined,
    collapsed: idList(state['collapsed']),
    pinned: idList(state['pinned']).slice(0, 8),
    view: isView(view) ? { from: view.from, length: view.length, scroll: view.scroll } : undefined,
  };
}

/** What is saved: the trace's id beside, for the host to open the same chart after a reload of the window. */
export function writeArrangement(traceId: string, { selected, ...rest }: Arrangement): unknown {
  return { traceId, ...(selected === undefined ? {} : { spanId: selected }), ...rest };
}

function isSpanId(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{16}$/.test(value);
}

function idList(value: unknown): string[] {
  return Array.isArray(value) ? value.filter(isSpanId).slice(0, mostIds) : [];
}

function isView(value: unknown): value is Viewport {
  if (typeof value !== 'object' || value === null) return false;
  const { from, length, scroll } = value as Record<string, unknown>;
  return [from, length, scroll].every((number) => typeof number === 'number' && Number.isFinite(number));
}
