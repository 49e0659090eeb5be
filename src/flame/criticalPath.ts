import type { FlameCriticalPath } from '../protocol/flame.ts';
import type { Forest } from './forest.ts';

interface Frame {
  /** `-1`: the trace itself, which is no span. */
  readonly place: number;
  readonly from: number;
  /** What is left of the span, from its start. */
  until: number;
  /** Its children, the last to end last; looked at from the end. */
  readonly children: Uint32Array;
  next: number;
}

/**
 * The spans that decided how long the trace took: from its end backwards, of each span's children the last that ended
 * before what is known already, and the span itself where none ran. Each moment belongs to one span at most.
 */
export function criticalPath(
  { subtreeEnd }: Pick<Forest, 'subtreeEnd'>,
  left: Float64Array,
  right: Float64Array,
): FlameCriticalPath {
  const span: number[] = [];
  const from: number[] = [];
  const to: number[] = [];
  const add = (place: number, begin: number, end: number): void => {
    if (place < 0 || end <= begin) return;
    span.push(place);
    from.push(begin);
    to.push(end);
  };
  const open = (place: number, begin: number, until: number): Frame => {
    const children: number[] = [];
    const last = place < 0 ? subtreeEnd.length : (subtreeEnd[place] as number);
    for (let child = place + 1; child < last; child = subtreeEnd[child] as number) children.push(child);
    children.sort((a, b) => (right[a] as number) - (right[b] as number));
    return { place, from: begin, until, children: Uint32Array.from(children), next: children.length - 1 };
  };
  let extent = 0;
  for (const end of right) if (end > extent) extent = end;
  const stack = [open(-1, 0, extent)];
  // A child that outlives its parent was not waited for beyond the parent's end.
  for (let frame = stack.at(-1); frame; frame = stack.at(-1)) {
    const child = frame.children[frame.next--];
    if (child === undefined) {
      add(frame.place, frame.from, frame.until);
      stack.pop();
      continue;
    }
    const isFirst = frame.next === frame.children.length - 2;
    const end = isFirst ? Math.min(right[child] as number, frame.until) : (right[child] as number);
    const begin = Math.max(left[child] as number, frame.from);
    if (end > frame.until || begin >= end) continue;
    add(frame.place, end, frame.until);
    frame.until = begin;
    stack.push(open(child, begin, end));
  }
  return {
    span: Uint32Array.from(span),
    from: Float64Array.from(from),
    to: Float64Array.from(to),
  };
}
