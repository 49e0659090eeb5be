/**
 * Gives intervals, in the order of their starts, the topmost lane that is free: a tree of minima over the lanes' ends
 * finds it in logarithmic time, however many run side by side.
 */
export class Lanes {
  #size = 16;
  /** A heap-shaped tree: leaf `#size + lane` holds where the lane's last interval ends. */
  #ends = new Float64Array(32).fill(-Infinity);
  #used = 0;

  /** Forgets all intervals. */
  clear(): void {
    const last = this.#used;
    for (let lane = 0; lane < last; lane++) {
      for (let node = this.#size + lane; node >= 1 && this.#ends[node] !== -Infinity; node >>= 1)
        this.#ends[node] = -Infinity;
    }
    this.#used = 0;
  }

  /** How many lanes have been used since the last clearing. */
  get count(): number {
    return this.#used;
  }

  place(from: number, to: number): number {
    if ((this.#ends[1] as number) > from) this.#grow();
    let node = 1;
    while (node < this.#size) {
      node *= 2;
      if ((this.#ends[node] as number) > from) node++;
    }
    const lane = node - this.#size;
    this.#ends[node] = to;
    for (let above = node >> 1; above >= 1; above >>= 1) {
      this.#ends[above] = Math.min(this.#ends[above * 2] as number, this.#ends[above * 2 + 1] as number);
    }
    if (lane >= this.#used) this.#used = lane + 1;
    return lane;
  }

  #grow(): void {
    const size = this.#size * 2;
    const ends = new Float64Array(size * 2).fill(-Infinity);
    for (let lane = 0; lane < this.#used; lane++) ends[size + lane] = this.#ends[this.#size + lane] as number;
    for (let node = size - 1; node >= 1; node--)
      ends[node] = Math.min(ends[node * 2] as number, ends[node * 2 + 1] as number);
    this.#size = size;
    this.#ends = ends;
  }
}
