import { flameBits, noParent } from '../protocol/flame.ts';
import { SpanIds } from './spanIds.ts';
import type { SpanSource } from './spanSource.ts';

/** The spans as trees, in the order in which they are drawn: parents first, siblings by start. */
export interface Forest {
  /** Place in the order → index in the source. */
  readonly order: Uint32Array;
  /** Place of the parent, `noParent` for a root. */
  readonly parent: Int32Array;
  /** Where the place's descendants end. */
  readonly subtreeEnd: Uint32Array;
  /** `orphan` and `ring`, per place. */
  readonly bits: Uint16Array;
}

/**
 * Every span is in it once: one whose parent is missing or is itself becomes a root, a ring of parents is cut before
 * its earliest span, and of spans with the same id the first is the parent.
 */
export function buildForest(source: SpanSource): Forest {
  const marks = new Uint16Array(source.count);
  const parents = findParents(source, marks);
  cutRings(source, parents, marks);
  return inOrder(source, parents, marks);
}

function findParents(source: SpanSource, marks: Uint16Array): Int32Array {
  const { count, idHigh, idLow, parentHigh, parentLow } = source;
  const ids = new SpanIds(idHigh, idLow, count);
  const parents = new Int32Array(count);
  for (let index = 0; index < count; index++) {
    const high = parentHigh[index] as number;
    const low = parentLow[index] as number;
    if (high === 0 && low === 0) {
      parents[index] = noParent;
      continue;
    }
    const found = ids.find(high, low);
    const isOwn = idHigh[index] === high && idLow[index] === low;
    parents[index] = isOwn ? noParent : found;
    if (found < 0) marks[index] = flameBits.orphan;
  }
  return parents;
}

/** Climbs from each span, over spans seen before at most once; meeting one's own climb is a ring. */
function cutRings({ count, start }: SpanSource, parents: Int32Array, marks: Uint16Array): void {
  const seenBy = new Uint32Array(count);
  for (let first = 0; first < count; first++) {
    let at = first;
    while (at >= 0 && seenBy[at] === 0) {
      seenBy[at] = first + 1;
      at = parents[at] as number;
    }
    if (at < 0 || seenBy[at] !== first + 1) continue;
    let earliest = at;
    for (let next = parents[at] as number; next !== at; next = parents[next] as number) {
      if ((start[next] as number) < (start[earliest] as number)) earliest = next;
    }
    parents[earliest] = noParent;
    marks[earliest] = (marks[earliest] as number) | flameBits.ring;
  }
}

function inOrder({ count, start }: SpanSource, parents: Int32Array, marks: Uint16Array): Forest {
  const { children, firstOf } = childLists(count, start, parents);
  const order = new Uint32Array(count);
  const parent = new Int32Array(count);
  const subtreeEnd = new Uint32Array(count);
  const bits = new Uint16Array(count);
  const placeOf = new Uint32Array(count);
  // What is still to be placed, the next on top; a span's children lie above its later siblings.
  const stack = new Uint32Array(count);
  let height = 0;
  const push = (list: number): void => {
    const from = firstOf[list] as number;
    for (let at = (firstOf[list + 1] as number) - 1; at >= from; at--)
      stack[height++] = children[at] as number;
  };
  push(0);
  for (let place = 0; height > 0; place++) {
    const index = stack[--height] as number;
    const above = parents[index] as number;
    order[place] = index;
    placeOf[index] = place;
    parent[place] = above < 0 ? noParent : (placeOf[above] as number);
    bits[place] = marks[index] as number;
    push(index + 1);
  }
  for (let place = count - 1; place >= 0; place--) {
    const end = Math.max(subtreeEnd[place] as number, place + 1);
    subtreeEnd[place] = end;
    const above = parent[place] as number;
    if (above >= 0) subtreeEnd[above] = Math.max(subtreeEnd[above] as number, end);
  }
  return { order, parent, subtreeEnd, bits };
}

/** The children of span i are `children[firstOf[i + 1]…firstOf[i + 2])`, by start; list 0 holds the roots. */
function childLists(
  count: number,
  start: Float64Array,
  parents: Int32Array,
): { children: Uint32Array; firstOf: Uint32Array } {
  const firstOf = new Uint32Array(count + 2);
  for (let index = 0; index < count; index++) {
    const list = (parents[index] as number) + 2;
    firstOf[list] = (firstOf[list] as number) + 1;
  }
  for (let list = 1; list < firstOf.length; list++)
    firstOf[list] = (firstOf[list] as number) + (firstOf[list - 1] as number);
  const children = new Uint32Array(count);
  const next = firstOf.slice();
  for (let index = 0; index < count; index++) {
    const list = (parents[index] as number) + 1;
    const at = next[list] as number;
    children[at] = index;
    next[list] = at + 1;
  }
  for (let list = 0; list <= count; list++) {
    const from = firstOf[list] as number;
    const to = firstOf[list + 1] as number;
    if (!isSorted(children, start, from, to)) {
      children.subarray(from, to).sort((a, b) => (start[a] as number) - (start[b] as number) || a - b);
    }
  }
  return { children, firstOf };
}

function isSorted(children: Uint32Array, start: Float64Array, from: number, to: number): boolean {
  for (let at = from + 1; at < to; at++) {
    if ((start[children[at] as number] as number) < (start[children[at - 1] as number] as number))
      return false;
  }
  return true;
}
