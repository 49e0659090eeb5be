import { noParent } from '../protocol/flame.ts';
import type { Visible } from './visible.ts';
import type { Forest } from './forest.ts';
import type { Rows } from './rows.ts';

/** What each span and all below it sum up to; unknown and negative weights count as none. */
export function subtreeSums({ parent }: Pick<Forest, 'parent'>, own: Float64Array): Float64Array {
  const sums = new Float64Array(own.length);
  for (let place = own.length - 1; place >= 0; place--) {
    const weight = own[place] as number;
    const sum = (sums[place] as number) + (weight > 0 && weight < Infinity ? weight : 0);
    sums[place] = sum;
    const above = parent[place] as number;
    if (above >= 0) sums[above] = (sums[above] as number) + sum;
  }
  return sums;
}

export interface WeightedPlaces extends Rows {
  readonly left: Float64Array;
  readonly right: Float64Array;
  readonly extent: number;
}

/**
 * A flame graph weighted by money or tokens: each span is as wide as all that it and its descendants took, children
 * side by side from its left edge, what it took itself behind them. What is hidden stays in its ancestors' widths.
 * Edges are indexed by place, rows by position.
 */
export function placeByWeight(forest: Forest, sums: Float64Array, visible: Visible): WeightedPlaces {
  const count = sums.length;
  const left = new Float64Array(count);
  const right = new Float64Array(count);
  const next = new Float64Array(count);
  let extent = 0;
  for (let place = 0; place < count; place++) {
    const above = forest.parent[place] as number;
    const from = above < 0 ? extent : (next[above] as number);
    const to = from + (sums[place] as number);
    // Rounding must not let a child stick out.
    const edge = above < 0 ? to : Math.min(to, right[above] as number);
    left[place] = Math.min(from, edge);
    right[place] = edge;
    next[place] = left[place] as number;
    if (above < 0) extent = edge;
    else next[above] = edge;
  }
  const row = new Uint32Array(visible.place.length);
  let rows = 0;
  for (let position = 0; position < row.length; position++) {
    const above = visible.parent[position] as number;
    const at = above === noParent ? 0 : (row[above] as number) + 1;
    row[position] = at;
    if (at >= rows) rows = at + 1;
  }
  return { left, right, extent, row, count: rows };
}
