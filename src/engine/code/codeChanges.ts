import type { CodeEvents } from '../../protocol/code.ts';

type Change = CodeEvents['code/changed'];

/** Most files named in one event; beyond it "all" says as much. */
const namedFiles = 200;
/** At most 10 events a second. */
const intervalMs = 100;

/** Gathers the files whose annotations changed, and tells them at most ten times a second, the first time at once. */
export class CodeChanges {
  readonly #tell: (change: Change) => void;
  readonly #files = new Set<string>();
  #all = false;
  #disposed = false;
  #timer: NodeJS.Timeout | undefined;
  #lastTold = Number.NEGATIVE_INFINITY;

  constructor(tell: (change: Change) => void) {
    this.#tell = tell;
  }

  add(files: Iterable<string>): void {
    for (const file of files) {
      if (this.#files.size < namedFiles) this.#files.add(file);
      else if (!this.#files.has(file)) this.#all = true;
    }
    this.#schedule();
  }

  addAll(): void {
    this.#all = true;
    this.#schedule();
  }

  dispose(): void {
    this.#disposed = true;
    clearTimeout(this.#timer);
  }

  #schedule(): void {
    if (this.#timer || this.#disposed || (!this.#all && this.#files.size === 0)) return;
    const wait = Math.max(0, this.#lastTold + intervalMs - performance.now());
    this.#timer = setTimeout(() => this.#flush(), wait);
  }

  #flush(): void {
    this.#timer = undefined;
    this.#lastTold = performance.now();
    const change = { files: this.#all ? [] : [...this.#files], all: this.#all };
    this.#files.clear();
    this.#all = false;
    this.#tell(change);
  }
}
