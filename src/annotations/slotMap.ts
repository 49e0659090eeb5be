import type { SpanColumns } from './columns.ts';

const empty = -1;
const removed = -2;

/** Finds a span's slot by trace and span id: open addressing over the columns, some 8 bytes a span. */
export class SlotMap {
  readonly #columns: SpanColumns;
  #slots = new Int32Array(2048).fill(empty);
  /** Places that are not empty. */
  #used = 0;
  #live = 0;

  constructor(columns: SpanColumns) {
    this.#columns = columns;
  }

  find(trace: number, high: number, low: number): number | undefined {
    const { traces, idHigh, idLow } = this.#columns;
    const mask = this.#slots.length - 1;
    for (let at = hash(trace, high, low) & mask; ; at = (at + 1) & mask) {
      const slot = this.#slots[at] as number;
      if (slot === empty) return undefined;
      if (slot !== removed && idLow[slot] === low && idHigh[slot] === high && traces[slot] === trace)
        return slot;
    }
  }

  /** The slot's key is in the columns and not in the map yet. */
  add(slot: number): void {
    if (this.#used * 4 >= this.#slots.length * 3) this.#rebuild();
    this.#put(slot);
    this.#used++;
    this.#live++;
  }

  /** The slot's key is still in the columns. */
  remove(slot: number): void {
    const { traces, idHigh, idLow } = this.#columns;
    const mask = this.#slots.length - 1;
    let at = hash(traces[slot] as number, idHigh[slot] as number, idLow[slot] as number) & mask;
    for (; this.#slots[at] !== empty; at = (at + 1) & mask) {
      if (this.#slots[at] !== slot) continue;
      this.#slots[at] = removed;
      this.#live--;
      return;
    }
  }

  #put(slot: number): void {
    const { traces, idHigh, idLow } = this.#columns;
    const mask = this.#slots.length - 1;
    let at = hash(traces[slot] as number, idHigh[slot] as number, idLow[slot] as number) & mask;
    while (this.#slots[at] !== empty) at = (at + 1) & mask;
    this.#slots[at] = slot;
  }

  #rebuild(): void {
    const old = this.#slots;
    const length = this.#live * 2 >= old.length ? old.length * 2 : old.length;
    this.#slots = new Int32Array(length).fill(empty);
    for (const slot of old) if (slot >= 0) this.#put(slot);
    this.#used = this.#live;
  }
}

function hash(trace: number, high: number, low: number): number {
  let h =
    Math.imul(low ^ (high >>> 16), 0x85ebca6b) ^ Math.imul(high, 0xc2b2ae35) ^ Math.imul(trace, 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  return (h ^ (h >>> 13)) >>> 0;
}
