import type {
  FlameColumns,
  FlameCriticalPath,
  FlameLayoutHead,
  FlameLayoutQuery,
  FlamePositions,
} from '../protocol/flame.ts';
import { flameBits, flameChunk, noRow } from '../protocol/flame.ts';
import type { TimeScale } from '../protocol/flameTime.ts';
import { plainTime, TimeAxis } from '../protocol/flameTime.ts';
import { criticalPath } from './criticalPath.ts';
import type { Forest } from './forest.ts';
import { buildForest } from './forest.ts';
import { idleGaps } from './idleGaps.ts';
import { assignRows, withoutOverlaps } from './rows.ts';
import type { SpanSource } from './spanSource.ts';
import type { SpanTimes } from './spanTimes.ts';
import { openEnd, placeInTime } from './spanTimes.ts';
import type { Visible } from './visible.ts';
import { visibleSpans } from './visible.ts';
import { placeByWeight, subtreeSums } from './weights.ts';

export type LayoutOptions = Pick<FlameLayoutQuery, 'axis' | 'compressIdle' | 'hidden' | 'collapsed'>;

/** Edges by place and rows of what is shown. */
interface Layout {
  readonly left: Float64Array;
  readonly right: Float64Array;
  readonly visible: Visible;
  readonly row: Uint32Array;
}

/** A trace as the chart draws it: its columns in the order of the tree, and the layout that was asked for last. */
export class FlameTrace {
  readonly count: number;
  readonly startMicros: number;
  readonly nowMicros: number;
  readonly #source: SpanSource;
  /** Of the earliest and the latest moment, microseconds since the epoch. */
  readonly #first: number;
  readonly #last: number;
  readonly #forest: Forest;
  readonly #bits: Uint16Array;
  readonly #start: Float64Array;
  readonly #duration: Float64Array;
  readonly #times: SpanTimes;
  #idle: TimeScale | undefined;
  #layout: Layout | undefined;
  #layoutId = 0;

  /** `nowMicros`: microseconds since the epoch, for what has not ended. */
  constructor(source: SpanSource, nowMicros: number) {
    const { count } = source;
    const forest = buildForest(source);
    let first = Infinity;
    let last = -Infinity;
    for (let index = 0; index < count; index++) {
      const start = source.start[index] as number;
      const lasts = source.duration[index] as number;
      first = Math.min(first, start);
      last = Math.max(last, Number.isNaN(lasts) ? start : start + Math.max(0, lasts));
    }
    this.count = count;
    this.startMicros = count === 0 ? 0 : first;
    this.nowMicros = count === 0 ? 0 : openEnd(nowMicros, first, last);
    this.#source = source;
    this.#first = first;
    this.#last = last;
    this.#forest = forest;
    this.#bits = forest.bits;
    this.#start = new Float64Array(count);
    const service = halves(source.service, forest.order);
    this.#duration = doubles(source.duration, forest.order);
    for (let place = 0; place < count; place++) {
      const index = forest.order[place] as number;
      this.#start[place] = (source.start[index] as number) - first;
      forest.bits[place] = (forest.bits[place] as number) | (source.bits[index] as number);
    }
    const timed = { start: this.#start, duration: this.#duration, service };
    this.#times = placeInTime(forest, timed, this.nowMicros, this.#bits);
  }

  /** The same spans at a later time: itself, unless something in it has not ended and has grown. */
  at(nowMicros: number): FlameTrace {
    const isOpen = this.#bits.some((bits) => (bits & flameBits.unfinished) !== 0);
    if (!isOpen || openEnd(nowMicros, this.#first, this.#last) === this.nowMicros) return this;
    return new FlameTrace(this.#source, nowMicros);
  }

  /** A stretch of the columns, as copies that may be given away. */
  columns(from: number): FlameColumns {
    const source = this.#source;
    const to = Math.min(this.count, from + flameChunk);
    const order = this.#forest.order.subarray(from, to);
    return {
      from,
      idHigh: words(source.idHigh, order),
      idLow: words(source.idLow, order),
      parent: this.#forest.parent.slice(from, to),
      subtreeEnd: this.#forest.subtreeEnd.slice(from, to),
      start: this.#start.slice(from, to),
      duration: this.#duration.slice(from, to),
      self: this.#times.self.slice(from, to),
      firstToken: singles(source.firstToken, order),
      kind: bytes(source.kind, order),
      bits: this.#bits.slice(from, to),
      retries: bytes(source.retries, order),
      cost: singles(source.cost, order),
      tokens: singles(source.tokens, order),
      name: words(source.name, order),
      model: halves(source.model, order),
      service: halves(source.service, order),
      flags: halves(source.flags, order),
    };
  }

  /** Lays the trace out; the answer holds the first stretch of positions. */
  layout(options: LayoutOptions): FlameLayoutHead {
    const visible = visibleSpans(this.#forest, options.hidden, options.collapsed);
    const isTime = options.axis === 'time';
    this.#idle ??= idleGaps(this.#forest.subtreeEnd, this.#times.left, this.#times.right);
    const isCompressed = isTime && options.compressIdle && this.#idle.gapFrom.length > 0;
    let rows: number;
    let extent: number;
    if (isTime) {
      const assigned = assignRows(visible, this.#times.left, this.#times.right);
      const { left, right } = withoutOverlaps(visible, assigned, this.#times.left, this.#times.right);
      const axis = isCompressed ? new TimeAxis(this.#idle) : undefined;
      this.#layout = {
        left: axis ? left.map((time) => axis.place(time)) : left,
        right: axis ? right.map((time) => axis.place(time)) : right,
        visible,
        row: assigned.row,
      };
      rows = assigned.count;
      extent = axis ? axis.place(this.#times.extent) : this.#times.extent;
    } else {
      const own = doubles(
        options.axis === 'cost' ? this.#source.cost : this.#source.tokens,
        this.#forest.order,
      );
      const placed = placeByWeight(this.#forest, subtreeSums(this.#forest, own), visible);
      this.#layout = { left: placed.left, right: placed.right, visible, row: placed.row };
      rows = placed.count;
      extent = placed.extent;
    }
    this.#layoutId++;
    const idle = isTime ? this.#idle : plainTime;
    return {
      layoutId: this.#layoutId,
      axis: options.axis,
      rows,
      extent,
      gapFrom: idle.gapFrom.slice(),
      gapTo: idle.gapTo.slice(),
      gapShown: idle.gapShown,
      isCompressed,
      positions: this.#positionsFrom(this.#layout, 0),
    };
  }

  /** A stretch of the last layout; undefined when another one came since. */
  positions(layoutId: number, from: number): FlamePositions | undefined {
    return this.#layout && layoutId === this.#layoutId ? this.#positionsFrom(this.#layout, from) : undefined;
  }

  criticalPath(): FlameCriticalPath {
    return criticalPath(this.#forest, this.#times.left, this.#times.right);
  }

  #positionsFrom({ left, right, visible, row }: Layout, from: number): FlamePositions {
    const to = Math.min(this.count, from + flameChunk);
    const rows = new Uint32Array(Math.max(0, to - from)).fill(noRow);
    for (let position = firstAtOrAfter(visible.place, from); position < visible.place.length; position++) {
      const place = visible.place[position] as number;
      if (place >= to) break;
      rows[place - from] = row[position] as number;
    }
    return { from, left: left.slice(from, to), right: right.slice(from, to), row: rows };
  }
}

/** The values at those indexes. A function for each type: one for all is many times slower. */
function doubles(column: Float64Array, indexes: Uint32Array): Float64Array<ArrayBuffer> {
  const picked = new Float64Array(indexes.length);
  for (let at = 0; at < indexes.length; at++) picked[at] = column[indexes[at] as number] as number;
  return picked;
}

function singles(column: Float64Array | Float32Array, indexes: Uint32Array): Float32Array<ArrayBuffer> {
  const picked = new Float32Array(indexes.length);
  for (let at = 0; at < indexes.length; at++) picked[at] = column[indexes[at] as number] as number;
  return picked;
}

function words(column: Uint32Array, indexes: Uint32Array): Uint32Array<ArrayBuffer> {
  const picked = new Uint32Array(indexes.length);
  for (let at = 0; at < indexes.length; at++) picked[at] = column[indexes[at] as number] as number;
  return picked;
}

function halves(column: Uint16Array, indexes: Uint32Array): Uint16Array<ArrayBuffer> {
  const picked = new Uint16Array(indexes.length);
  for (let at = 0; at < indexes.length; at++) picked[at] = column[indexes[at] as number] as number;
  return picked;
}

function bytes(column: Uint8Array, indexes: Uint32Array): Uint8Array<ArrayBuffer> {
  const picked = new Uint8Array(indexes.length);
  for (let at = 0; at < indexes.length; at++) picked[at] = column[indexes[at] as number] as number;
  return picked;
}

function firstAtOrAfter(places: Uint32Array, wanted: number): number {
  let low = 0;
  let high = places.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((places[middle] as number) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
