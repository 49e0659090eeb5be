import { Lanes } from './lanes.ts';
import type { Visible } from './visible.ts';

/** Times in the index are whole microseconds, rounded down: this much of an overlap is none. */
const roundingMicros = 1;

export interface Rows {
  /** Of each position. */
  readonly row: Uint32Array;
  readonly count: number;
}

/**
 * Rows in which nothing overlaps. A span's children lie below it; those that run side by side get bands of rows of
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
    const end = Math.max(right[own] as number, (left[own] as number) + roundingMicros);
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
      const lane = this.#lanes.place(this.#start(child) + roundingMicros, end);
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
    for (let child = from; child < to; child = this.#subtreeEnd[child] as number) {
      if (latest > this.#start(child) + roundingMicros) return undefined;
      latest = this.#boxEnd[child] as number;
      rows = Math.max(rows, this.#height[child] as number);
      this.#below[child] = 0;
    }
    this.latest = latest;
    return rows;
  }
}
