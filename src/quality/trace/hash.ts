/**
 * A 53-bit hash of a text, to tell repeated prompts and arguments apart without keeping them. Not for security: who
 * forges a collision makes a flag on their own trace.
 */
export class Hasher {
  #high = 0xdeadbeef;
  #low = 0x41c6ce57;

  add(text: string): this {
    let high = this.#high;
    let low = this.#low;
    for (let index = 0; index < text.length; index++) {
      const unit = text.charCodeAt(index);
      high = Math.imul(high ^ unit, 2654435761);
      low = Math.imul(low ^ unit, 1597334677);
    }
    // The length separates `ab` + `c` from `a` + `bc`.
    this.#high = Math.imul(high ^ text.length, 2246822507) ^ (low >>> 13);
    this.#low = Math.imul(low ^ text.length, 3266489909) ^ (high >>> 16);
    return this;
  }

  /** The hash of all that was added so far; more may be added. */
  value(): number {
    const high =
      Math.imul(this.#high ^ (this.#high >>> 16), 2246822507) ^
      Math.imul(this.#low ^ (this.#low >>> 13), 3266489909);
    const low =
      Math.imul(this.#low ^ (this.#low >>> 16), 2246822507) ^
      Math.imul(this.#high ^ (this.#high >>> 13), 3266489909);
    return 4294967296 * (2097151 & low) + (high >>> 0);
  }
}

export function hash(text: string): number {
  return new Hasher().add(text).value();
}
