/** Finds spans by their 64-bit ids; of spans with the same id, the first. */
export class SpanIds {
  readonly #high: Uint32Array;
  readonly #low: Uint32Array;
  /** Index + 1 of the span in each slot, 0 for an empty one. */
  readonly #slots: Int32Array;
  readonly #mask: number;
  // Ids are chosen by whoever sends them: nobody can choose ones that fall into the same slots.
  readonly #salt = Math.floor(Math.random() * 2 ** 32);

  constructor(high: Uint32Array, low: Uint32Array, count: number) {
    this.#high = high;
    this.#low = low;
    const size = 1 << Math.max(3, 32 - Math.clz32(count * 2));
    this.#slots = new Int32Array(size);
    this.#mask = size - 1;
    for (let index = 0; index < count; index++) {
      const slot = this.#slot(high[index] as number, low[index] as number);
      if (this.#slots[slot] === 0) this.#slots[slot] = index + 1;
    }
  }

  /** -1 when there is none. */
  find(high: number, low: number): number {
    return (this.#slots[this.#slot(high, low)] as number) - 1;
  }

  #slot(high: number, low: number): number {
    let mixed = Math.imul(high ^ this.#salt, 0x2c1b3c6d);
    mixed = Math.imul(mixed ^ (mixed >>> 15) ^ low, 0x297a2d39);
    mixed = Math.imul(mixed ^ (mixed >>> 12), 0x85ebca6b);
    let slot = (mixed ^ (mixed >>> 16)) & this.#mask;
    for (;;) {
      const found = this.#slots[slot] as number;
      if (found === 0) return slot;
      if (this.#high[found - 1] === high && this.#low[found - 1] === low) return slot;
      slot = (slot + 1) & this.#mask;
    }
  }
}
