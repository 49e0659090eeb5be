/** Most traces named in one event; beyond it "all" says as much. */
const namedTraces = 200;
/** At most 10 updates a second. */
const intervalMs = 100;

/** Gathers what changed and tells it at most ten times a second, the first time at once. */
export class Changes {
  readonly #tell: (change: { traceIds: readonly string[]; all: boolean }) => void;
  readonly #traceIds = new Set<string>();
  #all = false;
  #disposed = false;
  #timer: NodeJS.Timeout | undefined;
  /** On the monotonic clock: the system's may be set back by hours. */
  #lastTold = Number.NEGATIVE_INFINITY;

  constructor(tell: (change: { traceIds: readonly string[]; all: boolean }) => void) {
    this.#tell = tell;
  }

  add(traceIds: readonly string[], all = false): void {
    if (all) this.#all = true;
    for (const traceId of traceIds) {
      if (this.#traceIds.size < namedTraces) this.#traceIds.add(traceId);
      else if (!this.#traceIds.has(traceId)) this.#all = true;
    }
    if (this.#timer || this.#disposed || (!this.#all && this.#traceIds.size === 0)) return;
    const wait = Math.max(0, this.#lastTold + intervalMs - performance.now());
    this.#timer = setTimeout(() => this.#flush(), wait);
  }

  dispose(): void {
    this.#disposed = true;
    if (this.#timer) clearTimeout(this.#timer);
  }

  #flush(): void {
    this.#timer = undefined;
    this.#lastTold = performance.now();
    const change = { traceIds: this.#all ? [] : [...this.#traceIds], all: this.#all };
    this.#traceIds.clear();
    this.#all = false;
    this.#tell(change);
  }
}
