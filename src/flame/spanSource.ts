/** Spans as they were read, in any order: one entry a span in each column. */
export interface SpanSource {
  readonly count: number;
  /** Span ids, and those of the parents (0 and 0: a root), as their upper and lower 32 bits. */
  readonly idHigh: Uint32Array;
  readonly idLow: Uint32Array;
  readonly parentHigh: Uint32Array;
  readonly parentLow: Uint32Array;
  /** Microseconds since the epoch. */
  readonly start: Float64Array;
  /** Microseconds; NaN while the span has not ended. */
  readonly duration: Float64Array;
  readonly kind: Uint8Array;
  /** `flameBits`, as far as the span alone tells. */
  readonly bits: Uint16Array;
  readonly retries: Uint8Array;
  /** Microseconds; NaN where unknown. */
  readonly firstToken: Float32Array;
  /** USD and tokens of this span alone; NaN where unknown or not counted. */
  readonly cost: Float64Array;
  readonly tokens: Float64Array;
  readonly name: Uint32Array;
  readonly model: Uint16Array;
  readonly service: Uint16Array;
  readonly flags: Uint16Array;
}

/** Columns with room for `size` spans. */
export function emptySource(size: number): { -readonly [K in keyof SpanSource]: SpanSource[K] } {
  return {
    count: 0,
    idHigh: new Uint32Array(size),
    idLow: new Uint32Array(size),
    parentHigh: new Uint32Array(size),
    parentLow: new Uint32Array(size),
    start: new Float64Array(size),
    duration: new Float64Array(size),
    kind: new Uint8Array(size),
    bits: new Uint16Array(size),
    retries: new Uint8Array(size),
    firstToken: new Float32Array(size),
    cost: new Float64Array(size),
    tokens: new Float64Array(size),
    name: new Uint32Array(size),
    model: new Uint16Array(size),
    service: new Uint16Array(size),
    flags: new Uint16Array(size),
  };
}
