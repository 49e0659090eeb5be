import type { RowPixels } from './rowRaster.ts';
import { drawRow, rowPixels } from './rowRaster.ts';
import type { Scene } from './scene.ts';
import type { Viewport } from './viewport.ts';

/** CSS pixels. */
export const minimapHeight = 44;

/** Lines of pixels that show a row, at most. */
const mostLines = 10;

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

/** A line of pixels shows one row: of more rows than lines, some are left out. */
function drawAll({ layout, looks, counts, colors }: Scene, width: number, height: number): ImageData {
  const image = new ImageData(width, height);
  const words = new Uint32Array(image.data.buffer);
  words.fill(colors.inks.background);
  const pixels: RowPixels = rowPixels(width);
  pixels.ground.fill(colors.inks.background);
  const lines = layout.rows === 0 ? 1 : Math.max(1, Math.min(mostLines, height / layout.rows));
  const perPixel = (layout.extent > 0 ? layout.extent : 1) / width;
  let drawn = -1;
  let isEmpty = true;
  for (let y = 0; y < height; y++) {
    const row = layout.rows * lines > height ? Math.floor((y * layout.rows) / height) : Math.floor(y / lines);
    if (row >= layout.rows) break;
    if (row !== drawn) {
      isEmpty = drawRow(layout, looks, counts, colors.inks, row, 0, perPixel, pixels, Infinity) === undefined;
      drawn = row;
    }
    if (!isEmpty) words.set(pixels.strip, y * width);
  }
  return image;
}
