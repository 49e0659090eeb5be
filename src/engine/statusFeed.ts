import type { EngineStatus } from '../protocol/status.ts';

const intervalMs = 250;

/** Tells the engine's status after changes, at most four times a second. */
export class StatusFeed {
  readonly #read: () => Promise<EngineStatus>;
  readonly #tell: (status: EngineStatus) => void;
  #timer: NodeJS.Timeout | undefined;
  /** On the monotonic clock: the system's may be set back by hours. */
  #lastTold = Number.NEGATIVE_INFINITY;
  #disposed = false;

  constructor(read: () => Promise<EngineStatus>, tell: (status: EngineStatus) => void) {
    this.#read = read;
    this.#tell = tell;
  }

  /** Something may have changed. */
  touch(): void {
    if (this.#timer || this.#disposed) return;
    this.#timer = setTimeout(
      () => void this.#flush(),
      Math.max(0, this.#lastTold + intervalMs - performance.now()),
    );
  }

  dispose(): void {
    this.#disposed = true;
    if (this.#timer) clearTimeout(this.#timer);
  }

  async #flush(): Promise<void> {
    this.#lastTold = performance.now();
    this.#timer = undefined;
    // A channel that closes meanwhile leaves nothing to tell.
    const status = await this.#read().catch(() => undefined);
    if (status && !this.#disposed) this.#tell(status);
  }
}
