import type { ChartLayout } from './chartLayout.ts';
import type { Bounds, Viewport } from './viewport.ts';

/** CSS pixels. */
export const rowHeight = 20;
export const rulerHeight = 24;
/** The line between pinned rows and the others. */
export const pinnedLine = 3;

export interface ScreenRow {
  readonly row: number;
  /** Top of the row, CSS pixels below the ruler; may lie above what is seen. */
  readonly top: number;
  readonly isPinned: boolean;
}

/** Where things are on the screen: places of the axis and rows ↔ CSS pixels of the drawing below the ruler. */
export class Geometry {
  readonly layout: ChartLayout;
  readonly view: Viewport;
  readonly width: number;
  /** Of the rows, below the ruler. */
  readonly height: number;
  readonly pinned: readonly number[];

  constructor(
    layout: ChartLayout,
    view: Viewport,
    size: { readonly width: number; readonly height: number },
    pinned: readonly number[],
  ) {
    this.layout = layout;
    this.view = view;
    this.width = Math.max(1, size.width);
    this.height = Math.max(0, size.height - rulerHeight);
    this.pinned = pinned;
  }

  /** Height of the pinned rows with their line. */
  get pinnedHeight(): number {
    return this.pinned.length === 0 ? 0 : this.pinned.length * rowHeight + pinnedLine;
  }

  get bounds(): Bounds {
    return {
      extent: this.layout.extent,
      contentHeight: this.layout.rows * rowHeight + rowHeight / 2,
      height: Math.max(0, this.height - this.pinnedHeight),
    };
  }

  get perPixel(): number {
    return this.view.length / this.width;
  }

  x(place: number): number {
    return (place - this.view.from) / this.perPixel;
  }

  place(x: number): number {
    return this.view.from + x * this.perPixel;
  }

  /** Rows that are seen, the pinned ones first. */
  rows(): ScreenRow[] {
    const rows: ScreenRow[] = this.pinned.map((row, at) => ({ row, top: at * rowHeight, isPinned: true }));
    const top = this.pinnedHeight;
    const first = Math.floor(this.view.scroll / rowHeight);
    const last = Math.min(
      this.layout.rows - 1,
      Math.floor((this.view.scroll + this.height - top) / rowHeight),
    );
    for (let row = first; row <= last; row++)
      rows.push({ row, top: top + row * rowHeight - this.view.scroll, isPinned: false });
    return rows;
  }

  /** The row at a height below the ruler; -1 for none. */
  rowAt(y: number): number {
    if (y < 0) return -1;
    if (y < this.pinned.length * rowHeight) return this.pinned[Math.floor(y / rowHeight)] ?? -1;
    if (y < this.pinnedHeight) return -1;
    const row = Math.floor((y - this.pinnedHeight + this.view.scroll) / rowHeight);
    return row < this.layout.rows ? row : -1;
  }

  /** Top of a row below the ruler; of a pinned one, where it is pinned. */
  topOf(row: number): number {
    const pinned = this.pinned.indexOf(row);
    return pinned >= 0 ? pinned * rowHeight : this.pinnedHeight + row * rowHeight - this.view.scroll;
  }

  /** The span under the pointer (`y` below the ruler); -1 for none. */
  hit(x: number, y: number): number {
    const row = this.rowAt(y);
    // A bar of a pixel can be pointed at all the same.
    return row < 0 ? -1 : this.layout.spanAt(row, this.place(x), 2 * this.perPixel);
  }
}
