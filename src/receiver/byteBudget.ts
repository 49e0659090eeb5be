/** Bounds the bytes of undecided requests, all connections together. */
export class ByteBudget {
  readonly #limit: number;
  #used = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get used(): number {
    return this.#used;
  }

  lease(): ByteLease {
    return new ByteLease((change) => {
      if (change > 0 && this.#used + change > this.#limit) return false;
      this.#used += change;
      return true;
    });
  }
}

/** What one request holds of the budget. */
export class ByteLease {
  readonly #change: (bytes: number) => boolean;
  #held = 0;
  #released = false;

  constructor(change: (bytes: number) => boolean) {
    this.#change = change;
  }

  /** False when the budget is used up (nothing is taken then) or the lease was released. */
  take(bytes: number): boolean {
    if (this.#released || !this.#change(bytes)) return false;
    this.#held += bytes;
    return true;
  }

  giveBack(bytes: number): void {
    if (this.#released) return;
    const less = Math.min(bytes, this.#held);
    this.#held -= less;
    this.#change(-less);
  }

  /** Gives everything back; further calls do nothing. */
  release(): void {
    this.giveBack(this.#held);
    this.#released = true;
  }
}
