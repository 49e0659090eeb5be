/** What is seen of a chart: a stretch of its axis, and how far the rows are scrolled. */
export interface Viewport {
  /** Left edge and length of the stretch, in units of the axis. */
  readonly from: number;
  readonly length: number;
  /** CSS pixels. */
  readonly scroll: number;
}

export interface Bounds {
  readonly extent: number;
  /** CSS pixels of all rows, and of the room for them. */
  readonly contentHeight: number;
  readonly height: number;
}

/** As far as it can be zoomed in: beyond, a double's digits run out. */
const deepest = 2 ** -36;

/** The whole axis. */
export function fit({ extent }: Bounds): Viewport {
  return { from: 0, length: extent > 0 ? extent : 1, scroll: 0 };
}

/** Drawn back into the bounds. */
export function clamp(view: Viewport, { extent, contentHeight, height }: Bounds): Viewport {
  const whole = extent > 0 ? extent : 1;
  const length = Math.min(whole, Math.max(whole * deepest, view.length));
  const from = Math.min(Math.max(0, view.from), whole - length);
  const scroll = Math.min(Math.max(0, view.scroll), Math.max(0, contentHeight - height));
  return { from, length, scroll };
}

/** Zooms by a factor (above 1: in); the place under `at` (0…1 of the width) stays where it is. */
export function zoom(view: Viewport, bounds: Bounds, factor: number, at: number): Viewport {
  const whole = bounds.extent > 0 ? bounds.extent : 1;
  const length = Math.min(whole, Math.max(whole * deepest, view.length / factor));
  return clamp({ ...view, from: view.from + (view.length - length) * at, length }, bounds);
}

/** Moves by parts of the width and by pixels of height. */
export function pan(view: Viewport, bounds: Bounds, across: number, down: number): Viewport {
  return clamp({ ...view, from: view.from + across * view.length, scroll: view.scroll + down }, bounds);
}

/** Shows a stretch with a margin beside it. */
export function show(view: Viewport, bounds: Bounds, left: number, right: number, margin = 0.05): Viewport {
  const width = right - left;
  // Something without width is shown in the middle of what is seen.
  const length = width > 0 ? width * (1 + 2 * margin) : view.length;
  return clamp({ ...view, from: (left + right) / 2 - length / 2, length }, bounds);
}

/** Moves as little as needed for a stretch and a row (its top and height in pixels) to be seen. */
export function reveal(
  view: Viewport,
  bounds: Bounds,
  stretch: {
    readonly left: number;
    readonly right: number;
    readonly top: number;
    readonly rowHeight: number;
  },
): Viewport {
  const { left, right, top, rowHeight } = stretch;
  let { from, scroll } = view;
  const { length } = view;
  const isOff = right < from || left > from + length;
  // Narrower than what is seen: wholly; wider: some of it.
  if (isOff || (right - left < length && (left < from || right > from + length))) {
    from = right - left < length ? (left + right) / 2 - length / 2 : left - length * 0.1;
  }
  if (top < scroll) scroll = top - rowHeight;
  else if (top + rowHeight > scroll + bounds.height) scroll = top + 2 * rowHeight - bounds.height;
  return clamp({ from, length, scroll }, bounds);
}

/** How far between two views, for a short movement of the eye; `part` from 0 to 1. */
export function between(a: Viewport, b: Viewport, part: number): Viewport {
  const mix = (x: number, y: number): number => x + (y - x) * part;
  // Lengths change by factors, not by amounts.
  const length = a.length * (b.length / a.length) ** part;
  const share = a.length === b.length ? part : (a.length - length) / (a.length - b.length);
  return { from: a.from + (b.from - a.from) * share, length, scroll: mix(a.scroll, b.scroll) };
}
