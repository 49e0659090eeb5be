import type { Disposable } from '../../base/disposable.ts';
import type { EngineEvents } from '../../protocol/engine.ts';

type Change = EngineEvents['store/changed'];

/** Runs in a row after which the flow of changes is taken for one that lasts, and what the pauses are stretched by then. */
const lasting = { runs: 5, factor: 3 } as const;

/**
 * From the start of one run to that of the next: a third of the time at most, and longer while changes keep flowing,
 * as nobody reads ten new states a second.
 */
export function pauseMs(shortestMs: number, tookMs: number, runsInARow: number): number {
  return Math.max(shortestMs * (runsInARow > lasting.runs ? lasting.factor : 1), tookMs * 3);
}

/**
 * Joins changes of the store, so that a view takes them in at most ten times a second, and less often when taking
 * them in is slow or they go on and on. The first change after a pause is passed on at once; one run never overlaps
 * the next.
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
  #runsInARow = 0;

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
    // One that had to wait, or nearly had to, goes on with what was before.
    this.#runsInARow = startedAt < this.#nextAt + this.#shortestMs ? this.#runsInARow + 1 : 1;
    try {
      await this.#take(change);
    } finally {
      const tookMs = performance.now() - startedAt;
      this.#isRunning = false;
      if (this.#nextAt !== Infinity)
        this.#nextAt = startedAt + pauseMs(this.#shortestMs, tookMs, this.#runsInARow);
      this.#schedule();
    }
  }
}
