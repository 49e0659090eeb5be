/** What `SpanColumns.bits` says. */
export const spanBits = {
  /** Stands for a call at its line. */
  call: 1,
  /** Counts as a model call, with usage. */
  model: 2,
  /** A cost is expected of it: model calls and embeddings. */
  priced: 4,
  failed: 8,
  ended: 16,
  /** Is part of the sums: it is in the scope. */
  summed: 32,
  /** Other spans name it as their parent. */
  parent: 64,
} as const;

const firstCapacity = 1024;
/** From here on memory grows by a sixteenth at a time, not by doubling. */
const large = 65_536;

/** Values of `parents` that are no slot. */
export const noParent = -1;

/**
 * What is known of each span, a column per value: some 60 bytes a span, so that a million fit. A span has a slot
 * until it is removed; slots are used again.
 */
export class SpanColumns {
  /** Halves of the span id. */
  idHigh = new Uint32Array(firstCapacity);
  idLow = new Uint32Array(firstCapacity);
  /** The trace, as the index numbers it. */
  traces = new Uint32Array(firstCapacity);
  /** The parent's slot or `noParent`. */
  parents = new Int32Array(firstCapacity);
  paths = new Uint32Array(firstCapacity);
  /** Microseconds since the epoch. */
  starts = new Float64Array(firstCapacity);
  /** See `packDuration`. */
  durations = new Uint32Array(firstCapacity);
  /** Tokens, NaN where not known; whole numbers are exact up to 16 million. */
  inputs = new Float32Array(firstCapacity);
  outputs = new Float32Array(firstCapacity);
  cacheReads = new Float32Array(firstCapacity);
  /** USD, NaN where not known. */
  costs = new Float64Array(firstCapacity);
  flagSets = new Uint16Array(firstCapacity);
  runs = new Uint16Array(firstCapacity);
  bits = new Uint8Array(firstCapacity);
  /** Slots below were used at least once. */
  end = 0;
  readonly #free: number[] = [];

  get count(): number {
    return this.end - this.#free.length;
  }

  /** A slot whose values are those of nobody: set every one. */
  take(): number {
    const free = this.#free.pop();
    if (free !== undefined) return free;
    if (this.end === this.idHigh.length) this.#grow();
    return this.end++;
  }

  give(slot: number): void {
    this.bits[slot] = 0;
    this.#free.push(slot);
  }

  #grow(): void {
    const now = this.idHigh.length;
    const length = now < large ? now * 2 : now + Math.ceil(now / 16);
    const wider = <A extends Wide>(old: A, make: new (length: number) => A): A => {
      const column = new make(length);
      column.set(old);
      return column;
    };
    this.idHigh = wider(this.idHigh, Uint32Array);
    this.idLow = wider(this.idLow, Uint32Array);
    this.traces = wider(this.traces, Uint32Array);
    this.parents = wider(this.parents, Int32Array);
    this.paths = wider(this.paths, Uint32Array);
    this.starts = wider(this.starts, Float64Array);
    this.durations = wider(this.durations, Uint32Array);
    this.inputs = wider(this.inputs, Float32Array);
    this.outputs = wider(this.outputs, Float32Array);
    this.cacheReads = wider(this.cacheReads, Float32Array);
    this.costs = wider(this.costs, Float64Array);
    this.flagSets = wider(this.flagSets, Uint16Array);
    this.runs = wider(this.runs, Uint16Array);
    this.bits = wider(this.bits, Uint8Array);
  }
}

type Wide = Uint8Array | Uint16Array | Uint32Array | Int32Array | Float32Array | Float64Array;

const inMilliseconds = 0x80000000;
const most = 0x7fffffff;

/** Whole microseconds up to half an hour, whole milliseconds up to 24 days; longer is that long. */
export function packDuration(ms: number): number {
  const micros = Math.round(ms * 1000);
  if (micros <= most) return Math.max(0, micros);
  return inMilliseconds + Math.min(most, Math.round(ms));
}

/** Milliseconds. */
export function unpackDuration(packed: number): number {
  return packed < inMilliseconds ? packed / 1000 : packed - inMilliseconds;
}

/** The halves of a span id of 16 hexadecimal digits. */
export function halvesOf(spanId: string): readonly [number, number] {
  return [Number.parseInt(spanId.slice(0, 8), 16) >>> 0, Number.parseInt(spanId.slice(8, 16), 16) >>> 0];
}

export function spanIdOf(high: number, low: number): string {
  return high.toString(16).padStart(8, '0') + low.toString(16).padStart(8, '0');
}
