export interface Disposable {
  dispose(): void;
}

/** Collects disposables; one added after disposal is disposed at once. */
export class DisposableStore implements Disposable {
  #items: Disposable[] | undefined = [];

  add<T extends Disposable>(item: T): T {
    if (this.#items) this.#items.push(item);
    else item.dispose();
    return item;
  }

  get isDisposed(): boolean {
    return this.#items === undefined;
  }

  /** Disposes in reverse order; every item is disposed even when one throws, and the first error is thrown at the end. */
  dispose(): void {
    const items = this.#items;
    if (!items) return;
    this.#items = undefined;
    let failed = false;
    let first: unknown;
    for (const item of items.reverse()) {
      try {
        item.dispose();
      } catch (error) {
        if (!failed) first = error;
        failed = true;
      }
    }
    if (failed) throw first;
  }
}
