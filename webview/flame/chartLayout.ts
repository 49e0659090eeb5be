import type { FlameLayoutHead, FlamePositions } from '../../src/protocol/flame.ts';
import { noRow } from '../../src/protocol/flame.ts';
import { plainTime, TimeAxis } from '../../src/protocol/flameTime.ts';

type LayoutFacts = Omit<FlameLayoutHead, 'positions'>;

/** Gathers the stretches of a layout; `finish` sorts them into rows. */
export class LayoutBuilder {
  readonly #facts: LayoutFacts;
  readonly #left: Float64Array;
  readonly #right: Float64Array;
  readonly #row: Uint32Array;
  #filled = 0;

  constructor({ positions, ...facts }: FlameLayoutHead, count: number) {
    this.#facts = facts;
    this.#left = new Float64Array(count);
    this.#right = new Float64Array(count);
    this.#row = new Uint32Array(count).fill(noRow);
    this.add(positions);
  }

  get filled(): number {
    return this.#filled;
  }

  add({ from, left, right, row }: FlamePositions): void {
    this.#left.set(left, from);
    this.#right.set(right, from);
    this.#row.set(row, from);
    this.#filled = from + row.length;
  }

  finish(): ChartLayout {
    return new ChartLayout(this.#facts, this.#left, this.#right, this.#row);
  }
}

/**
 * Where spans are drawn: their slots lie row after row, by the left edge, so that what is seen of a row is found by
 * halving and drawn in one walk. Spans without any width (a call of unknown cost in the width by cost) have no slot.
 */
export class ChartLayout {
  readonly facts: LayoutFacts;
  readonly axis: TimeAxis;
  /** Slots of row r: `rowStart[r]…rowStart[r + 1]`. */
  readonly rowStart: Uint32Array;
  /** Edges by slot. */
  readonly left: Float64Array;
  readonly right: Float64Array;
  /** Slot → span. */
  readonly span: Uint32Array;
  /** Span → row, and slot (`noRow` for none). */
  readonly row: Uint32Array;
  readonly slot: Uint32Array;

  constructor(facts: LayoutFacts, left: Float64Array, right: Float64Array, row: Uint32Array) {
    this.facts = facts;
    this.axis = new TimeAxis(facts.isCompressed ? facts : plainTime);
    this.row = row;
    const isTime = facts.axis === 'time';
    const count = row.length;
    const isShown = (span: number): boolean =>
      row[span] !== noRow && (isTime || (right[span] as number) > (left[span] as number));
    const rowStart = new Uint32Array(facts.rows + 1);
    let shown = 0;
    for (let span = 0; span < count; span++) {
      if (!isShown(span)) continue;
      shown++;
      const next = (row[span] as number) + 1;
      rowStart[next] = (rowStart[next] as number) + 1;
    }
    for (let at = 1; at < rowStart.length; at++)
      rowStart[at] = (rowStart[at] as number) + (rowStart[at - 1] as number);
    this.rowStart = rowStart;
    this.left = new Float64Array(shown);
    this.right = new Float64Array(shown);
    this.span = new Uint32Array(shown);
    this.slot = new Uint32Array(count).fill(noRow);
    const next = rowStart.slice();
    for (let span = 0; span < count; span++) {
      if (!isShown(span)) continue;
      const at = row[span] as number;
      const slot = next[at] as number;
      next[at] = slot + 1;
      this.left[slot] = left[span] as number;
      this.right[slot] = right[span] as number;
      this.span[slot] = span;
    }
    this.#sortRows();
    for (let slot = 0; slot < shown; slot++) this.slot[this.span[slot] as number] = slot;
  }

  get rows(): number {
    return this.facts.rows;
  }
  get extent(): number {
    return this.facts.extent;
  }

  /** Edges of a span; undefined when it is not drawn. */
  edges(span: number): { readonly left: number; readonly right: number; readonly row: number } | undefined {
    const slot = this.slot[span] ?? noRow;
    if (slot === noRow) return undefined;
    return {
      left: this.left[slot] as number,
      right: this.right[slot] as number,
      row: this.row[span] as number,
    };
  }

  /** The first slot of a row whose right edge lies behind `place`; the row's end when none does. */
  firstEndingAfter(row: number, place: number): number {
    let low = this.rowStart[row] ?? 0;
    let high = this.rowStart[row + 1] ?? low;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.right[middle] as number) > place) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** The span at a place of a row, or the nearest one within `reach`; -1 when there is none. */
  spanAt(row: number, place: number, reach: number): number {
    const end = this.rowStart[row + 1] ?? 0;
    const start = this.rowStart[row] ?? 0;
    let best = -1;
    let distance = reach;
    let widest = -1;
    let slot = this.firstEndingAfter(row, place - reach);
    // An instant ends where it begins.
    if (slot > start && (this.right[slot - 1] as number) >= place - reach) slot--;
    // Narrow spans overlap in what the pointer touches: the nearest wins, of equals the widest.
    for (let looked = 0; slot < end && looked < 64; slot++, looked++) {
      const left = this.left[slot] as number;
      const right = this.right[slot] as number;
      if (left > place + reach) break;
      const away = Math.max(0, left - place, place - right);
      if (away < distance || (away === distance && right - left > widest) || best < 0) {
        best = this.span[slot] as number;
        distance = away;
        widest = right - left;
      }
    }
    return best;
  }

  /** Rows are filled in the order of the tree, which within a row is that of the left edges, nearly always. */
  #sortRows(): void {
    for (let row = 0; row < this.facts.rows; row++) {
      const from = this.rowStart[row] as number;
      const to = this.rowStart[row + 1] as number;
      let isSorted = true;
      for (let slot = from + 1; slot < to && isSorted; slot++)
        isSorted = (this.left[slot] as number) >= (this.left[slot - 1] as number);
      if (!isSorted) this.#sortRow(from, to);
    }
  }

  #sortRow(from: number, to: number): void {
    const slots = Array.from({ length: to - from }, (_, at) => from + at);
    const { left, right, span } = this;
    slots.sort(
      (a, b) => (left[a] as number) - (left[b] as number) || (right[a] as number) - (right[b] as number),
    );
    const lefts = slots.map((slot) => left[slot] as number);
    const rights = slots.map((slot) => right[slot] as number);
    const spans = slots.map((slot) => span[slot] as number);
    left.set(lefts, from);
    right.set(rights, from);
    span.set(spans, from);
  }
}
