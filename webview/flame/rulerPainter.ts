import { formatDuration } from '../../src/protocol/format.ts';
import type { Geometry } from './geometry.ts';
import { rulerHeight } from './geometry.ts';
import { ticks } from './ruler.ts';
import type { ThemeColors } from './themeColors.ts';

/** CSS pixels between two marks, at least. */
const tickDistance = 90;

export interface RulerMark {
  /** CSS pixels. */
  readonly x: number;
  readonly label: string;
}

/** The marks of what is seen; on a compressed axis each stretch between two idle ones has its own. */
export function rulerMarks(geometry: Geometry): RulerMark[] {
  const { layout, view, width } = geometry;
  const { facts, axis } = layout;
  const most = Math.max(2, Math.floor(width / tickDistance));
  const marks: RulerMark[] = [];
  const add = (place: number, label: string): void => {
    const x = geometry.x(place);
    const last = marks.at(-1);
    if (x >= -1 && x <= width && (last === undefined || x - last.x >= tickDistance * 0.6))
      marks.push({ x, label });
  };
  if (!facts.isCompressed) {
    for (const { value, label } of ticks(facts.axis, view.from, view.length, most)) add(value, label);
    return marks;
  }
  const end = view.from + view.length;
  const { gapFrom, gapTo } = facts;
  const from = axis.time(view.from);
  const until = axis.time(end);
  let at = from;
  for (let gap = 0; gap <= gapFrom.length && at < until && marks.length <= most; gap++) {
    const gapStart = gapFrom[gap] ?? Infinity;
    if ((gapTo[gap] ?? Infinity) <= from) continue;
    const stretchEnd = Math.min(gapStart, until);
    if (stretchEnd > at) {
      const share = Math.max(1, Math.floor(((axis.place(stretchEnd) - axis.place(at)) / view.length) * most));
      for (const { value, label } of ticks('time', at, stretchEnd - at, share)) add(axis.place(value), label);
    }
    at = gapTo[gap] ?? until;
  }
  return marks;
}

/** The idle stretches that are seen, as they are drawn: CSS pixels. */
export function shownGaps(
  geometry: Geometry,
): { readonly left: number; readonly right: number; readonly label: string }[] {
  const { facts, axis } = geometry.layout;
  if (!facts.isCompressed) return [];
  const found: { left: number; right: number; label: string }[] = [];
  for (let gap = 0; gap < facts.gapFrom.length && found.length < 500; gap++) {
    const from = facts.gapFrom[gap] as number;
    const to = facts.gapTo[gap] as number;
    const left = geometry.x(axis.place(from));
    const right = geometry.x(axis.place(to));
    if (right < 0) continue;
    if (left > geometry.width) break;
    found.push({ left, right, label: formatDuration((to - from) / 1000) });
  }
  return found;
}

/** Paints the ruler above the rows; the canvas is in device pixels. */
export function paintRuler(
  context: CanvasRenderingContext2D,
  geometry: Geometry,
  colors: ThemeColors,
  scale: number,
  canvasHeight: number,
): void {
  const width = geometry.width * scale;
  const height = rulerHeight * scale;
  context.fillStyle = colors.background;
  context.fillRect(0, 0, width, height);
  context.textBaseline = 'middle';
  context.textAlign = 'left';
  context.font = `${11 * scale}px ${colors.font}`;
  const line = Math.max(1, Math.round(scale));
  for (const { x, label } of rulerMarks(geometry)) {
    const at = Math.round(x * scale);
    context.fillStyle = colors.line;
    context.fillRect(at, height - 8 * scale, line, 8 * scale);
    context.fillStyle = colors.muted;
    context.fillText(label, at + 5 * scale, height / 2);
  }
  context.fillStyle = colors.line;
  context.fillRect(0, height - line, width, line);
  paintGaps(context, geometry, colors, scale, canvasHeight);
}

/** An idle stretch is no empty one: hatched, with how long it really was. */
function paintGaps(
  context: CanvasRenderingContext2D,
  geometry: Geometry,
  colors: ThemeColors,
  scale: number,
  canvasHeight: number,
): void {
  const gaps = shownGaps(geometry);
  if (gaps.length === 0) return;
  context.save();
  for (const { left, right, label } of gaps) {
    const [from, to] = [Math.round(left * scale), Math.round(right * scale)];
    if (to - from < 2) continue;
    context.beginPath();
    context.rect(from, 0, to - from, canvasHeight);
    context.save();
    context.clip();
    context.fillStyle = colors.background;
    context.globalAlpha = 0.6;
    context.fillRect(from, 0, to - from, canvasHeight);
    context.globalAlpha = 0.5;
    context.strokeStyle = colors.line;
    context.lineWidth = scale;
    context.beginPath();
    for (let x = from - canvasHeight; x < to; x += 9 * scale) {
      context.moveTo(x, canvasHeight);
      context.lineTo(x + canvasHeight, 0);
    }
    context.stroke();
    context.globalAlpha = 1;
    context.fillStyle = colors.foreground;
    context.textAlign = 'center';
    if (context.measureText(label).width < to - from)
      context.fillText(label, (from + to) / 2, (rulerHeight * scale) / 2);
    context.restore();
  }
  context.restore();
}
