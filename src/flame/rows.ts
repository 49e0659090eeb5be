import { Lanes } from './lanes.ts';
import type { Visible } from './visible.ts';

/** Clocks and their rounding make spans overlap that followed each other: so much of its length at each end… */
const slackPart = 0.02;
/** …and so many microseconds may, and no less than half of one, since times in the index are rounded down. */
const mostSlack = 1000;
const leastSlack = 0.5;

function slackOf(from: number, to: number): number {
  return Math.max(leastSlack, Math.min(mostSlack, (to - from) * slackPart));
}

export interface Rows {
  /** Of each position. */
  readonly row: Uint32Array;
  readonly count: number;
}

/**
 * Rows in which nothing overlaps (by more than the slack: see `withoutOverlaps`). A span's children lie below it; those that run side by side get bands of rows of
 * their own, as many as their descendants need, and a band is used again by a sibling that begins after all of it has
 * ended. So a branch keeps its rows while it lasts. `left` and `right` are indexed by place.
 */
export function assignRows(
  { place, parent, subtreeEnd }: Visible,
  left: Float64Array,
  right: Float64Array,
): Rows {
  const count = place.length;
  // Of each span with all below it: how many rows it takes and when it ends; and its rows below its parent.
  const height = new Uint32Array(count + 1);
  const boxEnd = new Float64Array(count + 1);
  const below = new Uint32Array(count);
  const packer = new Packer(
    subtreeEnd,
    height,
    boxEnd,
    below,
    (position) => left[place[position] as number] as number,
  );
  for (let position = count - 1; position >= 0; position--) {
    const own = place[position] as number;
    const end = Math.max(right[own] as number, (left[own] as number) + 1);
    const rows = packer.pack(position + 1, subtreeEnd[position] as number);
    height[position] = 1 + rows;
    boxEnd[position] = Math.max(end, packer.latest);
  }
  const total = packer.pack(0, count);
  const row = new Uint32Array(count);
  for (let position = 0; position < count; position++) {
    const above = parent[position] as number;
    row[position] =
      above < 0 ? (below[position] as number) : (row[above] as number) + 1 + (below[position] as number);
  }
  return { row, count: total };
}

/** Puts siblings with all below them into bands. */
class Packer {
  readonly #subtreeEnd: Uint32Array;
  readonly #height: Uint32Array;
  readonly #boxEnd: Float64Array;
  readonly #below: Uint32Array;
  readonly #start: (position: number) => number;
  readonly #lanes = new Lanes();
  /** When the last packed siblings end. */
  latest = -Infinity;

  constructor(
    subtreeEnd: Uint32Array,
    height: Uint32Array,
    boxEnd: Float64Array,
    below: Uint32Array,
    start: (position: number) => number,
  ) {
    this.#subtreeEnd = subtreeEnd;
    this.#height = height;
    this.#boxEnd = boxEnd;
    this.#below = below;
    this.#start = start;
  }

  /** Returns how many rows the siblings `from…to` take; sets each one's row among them. */
  pack(from: number, to: number): number {
    const sequential = this.#inSequence(from, to);
    if (sequential !== undefined) return sequential;
    this.#lanes.clear();
    const laneHeights: number[] = [];
    this.latest = -Infinity;
    for (let child = from; child < to; child = this.#subtreeEnd[child] as number) {
      const end = this.#boxEnd[child] as number;
      const start = this.#start(child);
      const slack = slackOf(start, end);
      const lane = this.#lanes.place(start + slack, end - slack);
      // Until the heights are known, the lane's number.
      this.#below[child] = lane;
      laneHeights[lane] = Math.max(laneHeights[lane] ?? 0, this.#height[child] as number);
      this.latest = Math.max(this.latest, end);
    }
    const tops: number[] = [];
    let rows = 0;
    for (const height of laneHeights) {
      tops.push(rows);
      rows += height;
    }
    for (let child = from; child < to; child = this.#subtreeEnd[child] as number)
      this.#below[child] = tops[this.#below[child] as number] as number;
    return rows;
  }

  /** The usual case: one after the other, in one band. */
  #inSequence(from: number, to: number): number | undefined {
    let rows = 0;
    let latest = -Infinity;
    let slackBefore = 0;
    for (let child = from; child < to; child = this.#subtreeEnd[child] as number) {
      const start = this.#start(child);
      const end = this.#boxEnd[child] as number;
      const slack = slackOf(start, end);
      if (latest - slackBefore > start + slack) return undefined;
      latest = Math.max(latest, end);
      slackBefore = slack;
      rows = Math.max(rows, this.#height[child] as number);
      this.#below[child] = 0;
    }
    this.latest = latest;
    return rows;
  }
}

/**
 * Cuts off what the slack let overlap: edges of a span lie where the next one of its row begins, at the latest. Returns
 * the edges, the same arrays where nothing had to be cut. Within a row spans come in the order of their positions.
 */
export function withoutOverlaps(
  { place }: Pick<Visible, 'place'>,
  { row, count }: Rows,
  left: Float64Array,
  right: Float64Array,
): { readonly left: Float64Array; readonly right: Float64Array } {
  const limits = new Float64Array(count).fill(Infinity);
  let cut: { left: Float64Array; right: Float64Array } | undefined;
  for (let position = place.length - 1; position >= 0; position--) {
    const own = place[position] as number;
    const at = row[position] as number;
    const limit = limits[at] as number;
    if ((right[own] as number) > limit) {
      cut ??= { left: left.slice(), right: right.slice() };
      cut.left[own] = Math.min(left[own] as number, limit);
      cut.right[own] = limit;
    }
    limits[at] = Math.min(left[own] as number, limit);
  }
  return cut ?? { left, right };
}
