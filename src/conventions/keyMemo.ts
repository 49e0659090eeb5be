const mostKeys = 4_000;
const longestKey = 200;

/** Remembers what attribute keys stand for: those of a program's spans are few, and come again with each span. */
export class KeyMemo<T> {
  readonly #classify: (key: string) => T;
  readonly #known = new Map<string, T>();

  constructor(classify: (key: string) => T) {
    this.#classify = classify;
  }

  of(key: string): T {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const found = this.#classify(key);
    // Keys come from outside: begin anew rather than grow with them.
    if (this.#known.size >= mostKeys) this.#known.clear();
    if (key.length <= longestKey) this.#known.set(key, found);
    return found;
  }
}
