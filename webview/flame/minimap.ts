import type { RowPixels } from './rowRaster.ts';
import { drawRow, rowPixels } from './rowRaster.ts';
import type { Scene } from './scene.ts';
import type { Viewport } from './viewport.ts';

/** CSS pixels. */
export const minimapHeight = 44;

/** Lines of pixels that show a row, at most; those of them that carry its marks; and rows that a line shows. */
const mostLines = 10;
const markLines = 2;
const mostRows = 8;

/** The whole trace, small, with what is seen of it marked; the picture is made again only when the trace changes. */
export class MinimapPainter {
  #picture:
    | { readonly scene: Scene; readonly width: number; readonly height: number; readonly image: ImageData }
    | undefined;

  paint(context: CanvasRenderingContext2D, scene: Scene, view: Viewport, scale: number): void {
    const { width, height } = context.canvas;
    const { layout, colors } = scene;
    context.putImageData(this.#imageOf(scene, width, height), 0, 0);
    const extent = layout.extent > 0 ? layout.extent : 1;
    const from = (view.from / extent) * width;
    const to = ((view.from + view.length) / extent) * width;
    context.fillStyle = colors.background;
    context.globalAlpha = 0.65;
    context.fillRect(0, 0, from, height);
    context.fillRect(to, 0, width - to, height);
    context.globalAlpha = 1;
    context.fillStyle = colors.focus;
    const line = Math.max(1, Math.round(scale));
    const handle = 3 * scale;
    const left = Math.max(0, Math.min(width - handle, Math.round(from)));
    const right = Math.min(width - line, Math.round(to));
    context.fillRect(left, 0, line, height);
    context.fillRect(right, 0, line, height);
    context.fillRect(left, height / 2 - 7 * scale, handle, 14 * scale);
    context.fillRect(Math.max(0, right + line - handle), height / 2 - 7 * scale, handle, 14 * scale);
    context.fillRect(left, 0, Math.max(line, right - left), line);
    context.fillRect(left, height - line, Math.max(line, right - left), line);
  }

  #imageOf(scene: Scene, width: number, height: number): ImageData {
    const last = this.#picture;
    if (last?.width === width && last.height === height && isSamePicture(last.scene, scene))
      return last.image;
    const image = drawAll(scene, width, height);
    this.#picture = { scene, width, height, image };
    return image;
  }
}

function isSamePicture(a: Scene, b: Scene): boolean {
  return a.layout === b.layout && a.looks === b.looks && a.colors === b.colors && a.counts === b.counts;
}

/**
 * A row has several lines of pixels, the lowest of them with its marks; or, where there are more rows than lines, a
 * line shows several rows: what is drawn in the upper one hides the lower one's.
 */
function drawAll({ layout, looks, counts, colors }: Scene, width: number, height: number): ImageData {
  const image = new ImageData(width, height);
  const words = new Uint32Array(image.data.buffer);
  const ground = colors.inks.background;
  words.fill(ground);
  const pixels: RowPixels = rowPixels(width);
  pixels.ground.fill(ground);
  const perPixel = (layout.extent > 0 ? layout.extent : 1) / width;
  const draw = (row: number): boolean =>
    drawRow(layout, looks, counts, colors.inks, row, 0, perPixel, pixels, Infinity) !== undefined;
  if (layout.rows > height) {
    for (let y = 0; y < height; y++) {
      const line = words.subarray(y * width, (y + 1) * width);
      for (const row of rowsOfLine(y, height, layout.rows))
        if (draw(row)) fillGaps(line, pixels.strip, ground);
    }
    return image;
  }
  const lines = layout.rows === 0 ? 1 : Math.min(mostLines, height / layout.rows);
  for (let row = 0; row < layout.rows; row++) {
    if (!draw(row)) continue;
    const from = Math.round(row * lines);
    const to = Math.min(height, Math.round((row + 1) * lines));
    for (let y = from; y < to; y++)
      words.set(to - y <= markLines || to - from <= markLines ? pixels.strip : pixels.body, y * width);
  }
  return image;
}

/** Rows that a line of pixels shows: of very many, some. */
export function rowsOfLine(line: number, lines: number, rows: number): number[] {
  const from = Math.floor((line * rows) / lines);
  const to = Math.max(from + 1, Math.floor(((line + 1) * rows) / lines));
  const count = Math.min(mostRows, to - from);
  return Array.from({ length: count }, (_, at) => from + Math.floor((at * (to - from)) / count));
}

function fillGaps(line: Uint32Array, strip: Uint32Array, ground: number): void {
  for (let x = 0; x < line.length; x++) if (line[x] === ground) line[x] = strip[x] as number;
}
