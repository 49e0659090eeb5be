import type { JournalPosition } from '../store/api.ts';

interface Waiter {
  readonly position: JournalPosition;
  finish(reached: boolean): void;
}

/** Those who wait for the index to have read the journal up to a position. */
export class Waiters {
  readonly #isReached: (position: JournalPosition) => boolean;
  readonly #waiting = new Set<Waiter>();

  constructor(isReached: (position: JournalPosition) => boolean) {
    this.#isReached = isReached;
  }

  /** Resolves with whether the position was reached in time. */
  add(position: JournalPosition, timeoutMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const waiter = {
        position,
        finish: (reached: boolean): void => {
          clearTimeout(timer);
          this.#waiting.delete(waiter);
          resolve(reached);
        },
      };
      const timer = setTimeout(() => waiter.finish(false), timeoutMs);
      this.#waiting.add(waiter);
    });
  }

  /** The index has got further. */
  release(): void {
    for (const waiter of this.#waiting) if (this.#isReached(waiter.position)) waiter.finish(true);
  }

  /** Nothing more will be read. */
  giveUp(): void {
    for (const waiter of this.#waiting) waiter.finish(false);
  }
}
