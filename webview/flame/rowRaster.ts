import type { ChartLayout } from './chartLayout.ts';

/** What the pixels of a colour code are, as 32-bit words of image data; indexed by code. */
export interface Inks {
  /** The bar, the part of it before the first token, its edge, and the bar when it is dimmed. */
  readonly fill: Uint32Array;
  readonly wait: Uint32Array;
  readonly edge: Uint32Array;
  readonly dim: Uint32Array;
  readonly error: number;
  readonly warning: number;
  readonly background: number;
  readonly line: number;
  readonly grid: number;
}

/** What is drawn of spans, by span. */
export interface SpanLooks {
  readonly color: Uint8Array;
  /** 1: failed, 2: a flag that warns; else 0. */
  readonly mark: Uint8Array;
  /** Width up to the first token, as a part of the bar, 0…255; 0 for none. */
  readonly wait: Uint8Array;
  /** 1 for spans that match; undefined when nothing is dimmed. */
  readonly match: Uint8Array | undefined;
}

/** By slot: how many before it in all rows failed, and how many match. */
export interface SlotCounts {
  readonly failed: Uint32Array;
  readonly matched: Uint32Array | undefined;
}

/** The pixels of one row: its body, its upper and lower edge, and the strip that carries marks. */
export interface RowPixels {
  readonly body: Uint32Array;
  readonly edge: Uint32Array;
  readonly strip: Uint32Array;
  /** What is seen where there is no bar. */
  readonly ground: Uint32Array;
}

export function rowPixels(width: number): RowPixels {
  const line = (): Uint32Array => new Uint32Array(width);
  return { body: line(), edge: line(), strip: line(), ground: line() };
}

/** Bars at least this wide get a gap behind them, and an edge. */
const separable = 3;

/**
 * Draws what is seen of a row, one step a bar or, where bars are narrower than a pixel, one step a pixel: the rest of
 * the pixel is passed over by halving. So the work is bounded by the width, not by the number of spans. Pixels are
 * counted from the axis's own zero, so that bars do not flicker while the chart is moved. Returns the slots of bars with
 * room for text (`wide` pixels); undefined for an empty row.
 */
export function drawRow(
  layout: ChartLayout,
  looks: SpanLooks,
  counts: SlotCounts,
  inks: Inks,
  row: number,
  from: number,
  perPixel: number,
  pixels: RowPixels,
  wide: number,
): number[] | undefined {
  const { left, right, span } = layout;
  const { body, edge, strip } = pixels;
  const width = body.length;
  const base = Math.round(from / perPixel);
  const end = layout.rowStart[row + 1] ?? 0;
  let slot = layout.firstEndingAfter(row, base * perPixel);
  // An instant has its pixel, too.
  const start = layout.rowStart[row] ?? 0;
  if (slot > start && (right[slot - 1] as number) >= base * perPixel) slot--;
  if (slot >= end || (left[slot] as number) >= (base + width) * perPixel) return undefined;
  const found: number[] = [];
  body.set(pixels.ground);
  edge.set(pixels.ground);
  strip.set(pixels.ground);
  while (slot < end) {
    const first = Math.floor((left[slot] as number) / perPixel) - base;
    if (first >= width) break;
    const last = Math.floor((right[slot] as number) / perPixel) - base;
    const one = span[slot] as number;
    if (last - first >= 1) {
      drawBar(looks, inks, one, first, last, pixels);
      if (Math.min(last, width) - Math.max(first, 0) >= wide) found.push(slot);
      slot++;
      continue;
    }
    // All that begin within this pixel are one.
    const next = firstStartingAt(left, slot + 1, end, (base + first + 1) * perPixel);
    if (first >= 0) {
      const isMatch =
        counts.matched === undefined || (counts.matched[next] as number) > (counts.matched[slot] as number);
      const hasFailed = (counts.failed[next] as number) > (counts.failed[slot] as number);
      const code = looks.color[one] as number;
      const ink = (isMatch ? inks.fill : inks.dim)[code] as number;
      body[first] = ink;
      edge[first] = isMatch ? (inks.edge[code] as number) : ink;
      strip[first] = hasFailed && isMatch ? inks.error : ink;
    }
    slot = next;
  }
  return found;
}

function drawBar(
  looks: SpanLooks,
  inks: Inks,
  span: number,
  first: number,
  last: number,
  { body, edge, strip }: RowPixels,
): void {
  const code = looks.color[span] as number;
  const from = Math.max(0, first);
  const to = Math.min(body.length, last - first >= separable ? last - 1 : last);
  if (looks.match && looks.match[span] === 0) {
    const dim = inks.dim[code] as number;
    body.fill(dim, from, to);
    edge.fill(dim, from, to);
    strip.fill(dim, from, to);
    return;
  }
  const fill = inks.fill[code] as number;
  const rim = inks.edge[code] as number;
  const mark = looks.mark[span] as number;
  body.fill(fill, from, to);
  const wait = looks.wait[span] as number;
  if (wait > 0 && last - first >= separable) {
    const until = Math.min(to, first + Math.round(((last - first) * wait) / 255));
    if (until > from) body.fill(inks.wait[code] as number, from, until);
    if (until > from && until < to) body[until] = rim;
  }
  edge.fill(rim, from, to);
  if (mark === 0) strip.set(body.subarray(from, to), from);
  else strip.fill(mark === 1 ? inks.error : inks.warning, from, to);
  if (last - first >= separable && rim !== fill) {
    if (first >= 0) body[first] = strip[first] = rim;
    if (last - 2 < body.length && last >= 2) body[last - 2] = strip[last - 2] = rim;
  }
}

/** The first slot from `low` on whose left edge is not before `place`; near ones are found soonest. */
function firstStartingAt(left: Float64Array, low: number, end: number, place: number): number {
  let step = 1;
  let from = low;
  while (from < end && (left[from] as number) < place) {
    low = from + 1;
    from += step;
    step *= 2;
  }
  let high = Math.min(from, end);
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((left[middle] as number) < place) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Running sums by slot, with one more entry than there are slots. */
export function countBySlot(layout: ChartLayout, isOne: (span: number) => boolean): Uint32Array {
  const slots = layout.span.length;
  const counts = new Uint32Array(slots + 1);
  let sum = 0;
  for (let slot = 0; slot < slots; slot++) {
    counts[slot] = sum;
    if (isOne(layout.span[slot] as number)) sum++;
  }
  counts[slots] = sum;
  return counts;
}
