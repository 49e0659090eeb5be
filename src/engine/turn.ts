/** The next piece of work of a thread that does one thing at a time: soon or after a while, at most one. */
export class Turn {
  #handle: NodeJS.Immediate | NodeJS.Timeout | undefined;

  get isSet(): boolean {
    return this.#handle !== undefined;
  }

  /** Once what waits already has been done. */
  soon(work: () => void): void {
    this.cancel();
    this.#handle = setImmediate(() => this.#run(work));
  }

  later(work: () => void, ms: number): void {
    this.cancel();
    this.#handle = setTimeout(() => this.#run(work), ms);
  }

  cancel(): void {
    if (!this.#handle) return;
    clearImmediate(this.#handle as NodeJS.Immediate);
    clearTimeout(this.#handle as NodeJS.Timeout);
    this.#handle = undefined;
  }

  #run(work: () => void): void {
    this.#handle = undefined;
    work();
  }
}
