import type { Geometry } from './geometry.ts';
import { pinnedLine, rowHeight } from './geometry.ts';
import { LabelPainter, narrowestLabel, paintWait } from './labels.ts';
import type { RowPixels } from './rowRaster.ts';
import { drawRow, rowPixels } from './rowRaster.ts';
import { rulerMarks } from './rulerPainter.ts';
import type { Scene } from './scene.ts';

/** Bars with text in one frame while the chart moves; at rest all have it. */
const labelsInMotion = 500;

interface WideBar {
  readonly slot: number;
  /** Device pixels below the first row's place. */
  readonly top: number;
  readonly isPinned: boolean;
}

/** Device pixels. */
interface Placing {
  readonly perPixel: number;
  readonly base: number;
  readonly bar: number;
  readonly pinnedEnd: number;
  readonly top: number;
  readonly scale: number;
  readonly isMoving: boolean;
  readonly width: number;
  readonly height: number;
}

/**
 * Paints the rows that are seen. Bars are put together as image data, one line of pixels a row and copies of it: the
 * cost is that of the pixels, whatever the number of spans. Names are written over them.
 */
export class RowsPainter {
  readonly labels = new LabelPainter();
  #pixels: RowPixels = rowPixels(1);
  #image: ImageData | undefined;
  #words = new Uint32Array(0);

  /** `top`: where the rows begin on the canvas, in device pixels. Returns whether all text was written. */
  paint(
    context: CanvasRenderingContext2D,
    scene: Scene,
    geometry: Geometry,
    scale: number,
    top: number,
    isMoving: boolean,
  ): boolean {
    const width = Math.max(1, Math.round(geometry.width * scale));
    const height = Math.max(1, Math.round(geometry.height * scale));
    this.#resize(width, height);
    const { ground } = this.#pixels;
    ground.fill(scene.colors.inks.background);
    for (const { x } of rulerMarks(geometry)) {
      const at = Math.round(x * scale);
      if (at >= 0 && at < width) ground[at] = scene.colors.inks.grid;
    }
    for (let line = 0; line < height; line++) this.#words.set(ground, line * width);
    const perPixel = geometry.view.length / width;
    const base = Math.round(geometry.view.from / perPixel);
    const bar = Math.round((rowHeight - 1) * scale);
    const pinnedEnd = Math.round(geometry.pinnedHeight * scale);
    const wide: WideBar[] = [];
    for (const { row, top: rowTop, isPinned } of geometry.rows()) {
      const y = Math.round(rowTop * scale);
      const found = drawRow(
        scene.layout,
        scene.looks,
        scene.counts,
        scene.colors.inks,
        row,
        geometry.view.from,
        perPixel,
        this.#pixels,
        narrowestLabel * scale,
      );
      if (found === undefined) continue;
      this.#copy(y, bar, scale, isPinned ? 0 : pinnedEnd, width, height);
      for (const slot of found) wide.push({ slot, top: y, isPinned });
    }
    this.#drawPinnedLine(scene, geometry, scale, width);
    if (this.#image) context.putImageData(this.#image, 0, top);
    return this.#write(context, scene, wide, {
      perPixel,
      base,
      bar,
      pinnedEnd,
      top,
      scale,
      isMoving,
      width,
      height,
    });
  }

  /** Writes on bars, the pinned rows' first: what scrolls passes under them. */
  #write(context: CanvasRenderingContext2D, scene: Scene, wide: readonly WideBar[], place: Placing): boolean {
    const { layout } = scene;
    const { perPixel, base, bar, top, scale, width } = place;
    context.save();
    context.textBaseline = 'middle';
    context.textAlign = 'left';
    context.direction = 'ltr';
    const step = place.isMoving ? Math.max(1, Math.ceil(wide.length / labelsInMotion)) : 1;
    const x = (at: number): number => Math.floor(at / perPixel) - base;
    let isClipped = false;
    for (let at = 0; at < wide.length; at += step) {
      const { slot, top: rowTop, isPinned } = wide[at] as WideBar;
      if (!isPinned && !isClipped) {
        context.beginPath();
        context.rect(0, top + place.pinnedEnd, width, place.height - place.pinnedEnd);
        context.clip();
        isClipped = true;
      }
      const left = Math.max(0, x(layout.left[slot] as number));
      const right = Math.min(width, x(layout.right[slot] as number));
      const box = { left, width: right - left, top: top + rowTop, height: bar };
      this.labels.paint(context, scene, slot, box, scale);
      if (layout.facts.axis === 'time')
        paintWait(context, scene.data, layout, slot, x, top + rowTop + bar / 2, scene.colors, scale);
    }
    context.restore();
    return step === 1;
  }

  /** The row's line of pixels, as often as the bar is high; its first, last and lowest lines are drawn otherwise. */
  #copy(y: number, bar: number, scale: number, from: number, width: number, height: number): void {
    const { body, edge, strip } = this.#pixels;
    const stripHeight = Math.max(2, Math.round(3 * scale));
    const end = Math.min(height, y + bar);
    for (let line = Math.max(from, y); line < end; line++) {
      const fromBottom = y + bar - line;
      const isEdge = line === y || fromBottom === 1;
      this.#words.set(
        fromBottom <= stripHeight && fromBottom > 1 ? strip : isEdge ? edge : body,
        line * width,
      );
    }
  }

  #drawPinnedLine({ colors }: Scene, geometry: Geometry, scale: number, width: number): void {
    if (geometry.pinned.length === 0) return;
    const y = Math.round((geometry.pinnedHeight - pinnedLine / 2) * scale);
    this.#words.fill(colors.inks.line, y * width, (y + Math.max(1, Math.round(scale))) * width);
  }

  #resize(width: number, height: number): void {
    if (this.#image?.width === width && this.#image.height === height) return;
    this.#image = new ImageData(width, height);
    this.#words = new Uint32Array(this.#image.data.buffer);
    this.#pixels = rowPixels(width);
  }
}
