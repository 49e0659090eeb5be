import { flameBits } from '../protocol/flame.ts';
import type { Forest } from './forest.ts';

export interface SpanTimes {
  /** Where each span is drawn, microseconds after the trace's start; never before its parent. */
  readonly left: Float64Array;
  readonly right: Float64Array;
  /** Microseconds in which none of its children ran. */
  readonly self: Float32Array;
  /** The latest right edge. */
  readonly extent: number;
}

/** A child that begins this many microseconds before its parent is drawn from the parent's start without ado: clocks and their rounding differ by as much. */
const clockTolerance = 1000;

interface TimedSpans {
  /** Microseconds after the trace's start. */
  readonly start: Float64Array;
  /** NaN while unfinished. */
  readonly duration: Float64Array;
  readonly service: Uint16Array;
}

/**
 * Where spans are drawn along the time. A span that has not ended lasts until `now`. One that begins before its parent
 * has another clock: it is moved, with those of its service below it, to the parent's start and marked `skewed`. One
 * that goes on after its parent's end is no contradiction (work that nobody waited for): it keeps its time and is
 * marked `outlives`. Marks are added to `bits`.
 */
export function placeInTime(
  { parent, subtreeEnd }: Pick<Forest, 'parent' | 'subtreeEnd'>,
  { start, duration, service }: TimedSpans,
  now: number,
  bits: Uint16Array,
): SpanTimes {
  const count = parent.length;
  const left = new Float64Array(count);
  const right = new Float64Array(count);
  const shift = new Float64Array(count);
  let extent = 0;
  for (let place = 0; place < count; place++) {
    const above = parent[place] as number;
    const lasts = duration[place] as number;
    let mark = 0;
    let moved = above >= 0 && service[place] === service[above] ? (shift[above] as number) : 0;
    let from = (start[place] as number) + moved;
    if (above >= 0 && from < (left[above] as number)) {
      if ((left[above] as number) - from > clockTolerance) mark |= flameBits.skewed;
      moved += (left[above] as number) - from;
      from = left[above] as number;
    }
    shift[place] = moved;
    const isOpen = Number.isNaN(lasts);
    if (isOpen) mark |= flameBits.unfinished;
    const to = isOpen ? Math.max(from, now) : from + Math.max(0, lasts);
    if (above >= 0 && to > (right[above] as number) + clockTolerance) mark |= flameBits.outlives;
    left[place] = from;
    right[place] = to;
    bits[place] = (bits[place] as number) | mark;
    if (to > extent) extent = to;
  }
  return { left, right, self: selfTimes(subtreeEnd, left, right), extent };
}

/** What is left of each span when the times of its children are taken away, each moment once. */
export function selfTimes(subtreeEnd: Uint32Array, left: Float64Array, right: Float64Array): Float32Array {
  const count = subtreeEnd.length;
  const self = new Float32Array(count);
  for (let place = 0; place < count; place++) {
    const end = right[place] as number;
    let covered = 0;
    let until = left[place] as number;
    const last = subtreeEnd[place] as number;
    for (let child = place + 1; child < last; child = subtreeEnd[child] as number) {
      const from = Math.max(left[child] as number, until);
      const to = Math.min(right[child] as number, end);
      if (to <= from) continue;
      covered += to - from;
      until = to;
    }
    self[place] = end - (left[place] as number) - covered;
  }
  return self;
}

/** While something happened this recently, what has not ended is taken to be running still. */
const liveMicros = 15 * 60 * 1e6;

/**
 * Where unfinished spans end, microseconds after the trace's start: now while the trace is live, else where it was
 * last heard of (its program has died, and a bar until today would hide everything else).
 */
export function openEnd(nowMicros: number, startMicros: number, lastMicros: number): number {
  const span = lastMicros - startMicros;
  const isLive = nowMicros >= lastMicros && nowMicros - lastMicros <= Math.max(liveMicros, span);
  return (isLive ? nowMicros : lastMicros) - startMicros;
}
