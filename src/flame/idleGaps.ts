import type { TimeScale } from '../protocol/flameTime.ts';
import { plainTime } from '../protocol/flameTime.ts';

/** Shorter gaps are left as they are: a pause of a second is something to see. */
const shortestGap = 1e6;
/** A gap worth compressing is at least this part of the time in which something ran. */
const worthPart = 1 / 20;
/** What a compressed gap is drawn as, of the same. */
const shownPart = 1 / 50;

/**
 * Stretches in which no work ran: no span without children of its own, that is, since a workflow that waits for its
 * user has a span open as well. Empty where compressing them would change nothing much.
 */
export function idleGaps(subtreeEnd: Uint32Array, left: Float64Array, right: Float64Array): TimeScale {
  const leaves: number[] = [];
  let extent = 0;
  for (let place = 0; place < subtreeEnd.length; place++) {
    if (subtreeEnd[place] === place + 1) leaves.push(place);
    extent = Math.max(extent, right[place] as number);
  }
  const order = Uint32Array.from(leaves);
  if (!isAscending(order, left)) order.sort((a, b) => (left[a] as number) - (left[b] as number));
  const found: number[] = [];
  let until = 0;
  let active = 0;
  for (const place of order) {
    const from = left[place] as number;
    const to = right[place] as number;
    if (from - until >= shortestGap) found.push(until, from);
    active += Math.max(0, to - Math.max(from, until));
    until = Math.max(until, to);
  }
  if (extent - until >= shortestGap) found.push(until, extent);
  const threshold = Math.max(shortestGap, active * worthPart);
  const gaps: number[] = [];
  for (let at = 0; at < found.length; at += 2) {
    const from = found[at] as number;
    const to = found[at + 1] as number;
    if (to - from >= threshold) gaps.push(from, to);
  }
  if (gaps.length === 0) return plainTime;
  return {
    gapFrom: Float64Array.from({ length: gaps.length / 2 }, (_, gap) => gaps[gap * 2] as number),
    gapTo: Float64Array.from({ length: gaps.length / 2 }, (_, gap) => gaps[gap * 2 + 1] as number),
    gapShown: Math.max(shortestGap / 5, active * shownPart),
  };
}

function isAscending(order: Uint32Array, left: Float64Array): boolean {
  for (let at = 1; at < order.length; at++) {
    if ((left[order[at] as number] as number) < (left[order[at - 1] as number] as number)) return false;
  }
  return true;
}
