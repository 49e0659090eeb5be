import { noParent } from '../protocol/flame.ts';
import type { Forest } from './forest.ts';

/** The spans that a layout shows, in order, as a forest of their own. */
export interface Visible {
  /** Position → place in the whole forest. */
  readonly place: Uint32Array;
  /** Position of the nearest ancestor that is shown. */
  readonly parent: Int32Array;
  readonly subtreeEnd: Uint32Array;
}

/** A bit for each span, lowest first; a mask that is too short hides nothing behind its end. */
export function isSet(mask: Uint8Array | undefined, place: number): boolean {
  return mask !== undefined && (((mask[place >> 3] ?? 0) >> (place & 7)) & 1) === 1;
}

/** Leaves out what is hidden, whose children move up, and what lies below a collapsed span. Wrong places are ignored. */
export function visibleSpans(
  { parent, subtreeEnd }: Pick<Forest, 'parent' | 'subtreeEnd'>,
  hidden: Uint8Array | undefined,
  collapsed: Uint32Array | undefined,
): Visible {
  const count = parent.length;
  if (hidden === undefined && (collapsed?.length ?? 0) === 0)
    return { place: wholeRange(count), parent, subtreeEnd };
  const isCollapsed = new Uint8Array(count);
  for (const place of collapsed ?? []) if (place < count) isCollapsed[place] = 1;
  const places = new Uint32Array(count);
  const parents = new Int32Array(count);
  // Of each place: its own position where it is shown, else its nearest shown ancestor's.
  const positionOf = new Int32Array(count);
  let shown = 0;
  for (let place = 0; place < count;) {
    const above = parent[place] as number;
    const under = above < 0 ? noParent : (positionOf[above] as number);
    if (isSet(hidden, place)) {
      positionOf[place] = under;
    } else {
      places[shown] = place;
      parents[shown] = under;
      positionOf[place] = shown++;
    }
    // A hidden span that is collapsed hides what lies below it, too.
    place = isCollapsed[place] === 1 ? (subtreeEnd[place] as number) : place + 1;
  }
  const ends = new Uint32Array(shown);
  for (let position = shown - 1; position >= 0; position--) {
    const end = Math.max(ends[position] as number, position + 1);
    ends[position] = end;
    const above = parents[position] as number;
    if (above >= 0) ends[above] = Math.max(ends[above] as number, end);
  }
  return { place: places.slice(0, shown), parent: parents.slice(0, shown), subtreeEnd: ends };
}

function wholeRange(count: number): Uint32Array {
  const places = new Uint32Array(count);
  for (let place = 0; place < count; place++) places[place] = place;
  return places;
}
