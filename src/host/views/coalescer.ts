import type { Disposable } from '../../base/disposable.ts';
import type { EngineEvents } from '../../protocol/engine.ts';

type Change = EngineEvents['store/changed'];

/**
 * Joins changes of the store, so that a view takes them in at most ten times a second, and less often when taking
 * them in is slow. The first change after a pause is passed on at once; one run never overlaps the next.
 */
export class Coalescer implements Disposable {
  readonly #take: (change: Change) => Promise<void>;
  readonly #shortestMs: number;
  readonly #ids = new Set<string>();
  #all = false;
  #hasChange = false;
  #isRunning = false;
  #timer: NodeJS.Timeout | undefined;
  #nextAt = 0;

  /** More changed traces than this are taken as "all". */
  static readonly mostIds = 500;

  constructor(take: (change: Change) => Promise<void>, shortestMs = 100) {
    this.#take = take;
    this.#shortestMs = shortestMs;
  }

  add(change: Change): void {
    this.#hasChange = true;
    this.#all ||= change.all;
    for (const id of change.traceIds) this.#ids.add(id);
    if (this.#ids.size > Coalescer.mostIds) this.#all = true;
    if (this.#all) this.#ids.clear();
    this.#schedule();
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#hasChange = false;
    this.#nextAt = Infinity;
  }

  #schedule(): void {
    if (this.#isRunning || this.#timer !== undefined || !this.#hasChange || this.#nextAt === Infinity) return;
    this.#timer = setTimeout(() => void this.#run(), Math.max(0, this.#nextAt - performance.now()));
  }

  async #run(): Promise<void> {
    this.#timer = undefined;
    if (!this.#hasChange) return;
    const change: Change = { traceIds: [...this.#ids], all: this.#all };
    this.#ids.clear();
    this.#all = false;
    this.#hasChange = false;
    this.#isRunning = true;
    const startedAt = performance.now();
    try {
      await this.#take(change);
    } finally {
      const tookMs = performance.now() - startedAt;
      this.#isRunning = false;
      if (this.#nextAt !== Infinity) this.#nextAt = startedAt + Math.max(this.#shortestMs, tookMs * 3);
      this.#schedule();
    }
  }
}
