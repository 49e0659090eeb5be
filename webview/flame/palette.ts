import type { SpanKind } from '../../src/model/span.ts';
import { spanKinds } from '../../src/model/span.ts';
import { flameBits } from '../../src/protocol/flame.ts';
import { kindNames } from '../../src/protocol/kinds.ts';
import { formatMoney } from '../../src/protocol/format.ts';
import type { FlameData } from './flameData.ts';

export const colorModes = ['kind', 'model', 'service', 'cost', 'error'] as const;
export type ColorMode = (typeof colorModes)[number];

/** A colour's code is its index here; the style sheet says what the theme's colour for it is. */
export const hues = [
  'neutral',
  'purple',
  'blue',
  'green',
  'orange',
  'yellow',
  'cyan',
  'magenta',
  'violet',
  'teal',
  'brown',
  'red',
  'heat1',
  'heat2',
  'heat3',
  'heat4',
  'heat5',
  'heat6',
] as const;
export type Hue = (typeof hues)[number];
const codeOf = (hue: Hue): number => hues.indexOf(hue);

const kindHues: Readonly<Record<SpanKind, Hue>> = {
  llm: 'purple',
  embedding: 'magenta',
  retrieval: 'orange',
  rerank: 'brown',
  tool: 'blue',
  mcp: 'cyan',
  agent: 'green',
  workflow: 'teal',
  chain: 'neutral',
  guardrail: 'yellow',
  evaluator: 'violet',
  event: 'neutral',
  other: 'neutral',
};
const kindCodes = spanKinds.map((kind) => codeOf(kindHues[kind]));

/** Hues of things that have no colour of their own, in the order in which they appear. */
const ordered: readonly Hue[] = [
  'purple',
  'blue',
  'green',
  'orange',
  'cyan',
  'magenta',
  'yellow',
  'teal',
  'violet',
  'brown',
];
const heats: readonly Hue[] = ['heat1', 'heat2', 'heat3', 'heat4', 'heat5', 'heat6'];

export interface LegendEntry {
  readonly hue: Hue;
  readonly label: string;
}

export interface Coloring {
  /** By span: the code of its colour. */
  readonly color: Uint8Array;
  /** What the colours stand for, the most frequent first. */
  readonly legend: readonly LegendEntry[];
}

const longestLegend = 12;

/** Gives each span its colour. */
export function colorSpans(data: FlameData, mode: ColorMode): Coloring {
  switch (mode) {
    case 'kind':
      return byTable(data, data.columns.kind, kindCodes, (code) => kindNames[spanKinds[code] ?? 'other']);
    case 'model':
      return byName(data, data.columns.model, data.tables.models, 'no model');
    case 'service':
      return byName(data, data.columns.service, data.tables.services, 'no service');
    case 'cost':
      return byCost(data);
    case 'error':
      return byOutcome(data);
  }
}

function byName(data: FlameData, column: Uint16Array, names: readonly string[], none: string): Coloring {
  const codes = names.map((_, at) =>
    at === 0 ? 0 : codeOf(ordered[(at - 1) % ordered.length] ?? 'neutral'),
  );
  return byTable(data, column, codes, (at) => (at === 0 ? none : (names[at] ?? '')));
}

function byTable(
  data: FlameData,
  column: Uint8Array | Uint16Array,
  codes: readonly number[],
  nameOf: (value: number) => string,
): Coloring {
  const color = new Uint8Array(data.count);
  const seen = new Uint32Array(codes.length);
  for (let span = 0; span < data.count; span++) {
    const value = column[span] as number;
    color[span] = codes[value] ?? 0;
    if (value < seen.length) seen[value] = (seen[value] as number) + 1;
  }
  const present = [...seen.keys()].filter((value) => (seen[value] as number) > 0);
  present.sort((a, b) => (seen[b] as number) - (seen[a] as number));
  const legend = present
    .slice(0, longestLegend)
    .map((value) => ({ hue: hues[codes[value] ?? 0] ?? 'neutral', label: nameOf(value) }));
  return { color, legend };
}

/** Six steps between the cheapest call and the dearest, by factors. */
function byCost(data: FlameData): Coloring {
  const { cost } = data.columns;
  let least = Infinity;
  let most = 0;
  for (let span = 0; span < data.count; span++) {
    const amount = cost[span] as number;
    if (!(amount > 0)) continue;
    least = Math.min(least, amount);
    most = Math.max(most, amount);
  }
  const color = new Uint8Array(data.count);
  if (most === 0) return { color, legend: [{ hue: 'neutral', label: 'no known cost' }] };
  const range = Math.max(Math.log(most / least), 1e-9);
  const first = codeOf('heat1');
  for (let span = 0; span < data.count; span++) {
    const amount = cost[span] as number;
    if (!(amount > 0)) continue;
    const step = Math.min(heats.length - 1, Math.floor((Math.log(amount / least) / range) * heats.length));
    color[span] = first + step;
  }
  const legend = heats.map((hue, step) => {
    const from = least * Math.exp((range * step) / heats.length);
    return { hue, label: `from ${formatMoney(from)}` };
  });
  return { color, legend: [...legend, { hue: 'neutral' as const, label: 'no cost of its own, or unknown' }] };
}

function byOutcome(data: FlameData): Coloring {
  const { bits } = data.columns;
  const color = new Uint8Array(data.count);
  const [good, flagged, failed] = [codeOf('green'), codeOf('yellow'), codeOf('red')];
  const warns = flameBits.warning | flameBits.severe | flameBits.rateLimited;
  for (let span = 0; span < data.count; span++) {
    const mask = bits[span] as number;
    color[span] = (mask & flameBits.error) !== 0 ? failed : (mask & warns) !== 0 ? flagged : good;
  }
  return {
    color,
    legend: [
      { hue: 'red', label: 'error' },
      { hue: 'yellow', label: 'flag or rate limit' },
      { hue: 'green', label: 'well' },
    ],
  };
}
