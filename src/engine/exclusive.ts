/** Runs works that need something for themselves, one after the other; others ask `isBusy`. */
export class Exclusive {
  readonly #onFree: () => void;
  #last: Promise<void> = Promise.resolve();
  #isBusy = false;

  /** `onFree` is called after each work. */
  constructor(onFree: () => void) {
    this.#onFree = onFree;
  }

  get isBusy(): boolean {
    return this.#isBusy;
  }

  run(work: () => Promise<void> | void): Promise<void> {
    const done = this.#last.then(async () => {
      this.#isBusy = true;
      try {
        await work();
      } finally {
        this.#isBusy = false;
        this.#onFree();
      }
    });
    this.#last = done.catch(() => undefined);
    return done;
  }
}
