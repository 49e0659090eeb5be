import { noRow } from '../../src/protocol/flame.ts';
import type { Geometry } from './geometry.ts';
import { rowHeight, rulerHeight } from './geometry.ts';
import type { Scene } from './scene.ts';

/** What lies over the bars and changes more often than they do. */
export interface Overlay {
  readonly hovered: number;
  /** A stretch that is being marked out, CSS pixels. */
  readonly brush: { readonly from: number; readonly to: number } | undefined;
  readonly isFocused: boolean;
}

/** Whether painting it would leave it empty. */
export function hasNothingOver({ selected, critical, layout }: Scene, { hovered, brush }: Overlay): boolean {
  const hasPath = critical !== undefined && layout.facts.axis === 'time';
  return selected < 0 && hovered < 0 && brush === undefined && !hasPath;
}

export function paintOverlay(
  context: CanvasRenderingContext2D,
  scene: Scene,
  geometry: Geometry,
  overlay: Overlay,
  scale: number,
): void {
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, context.canvas.width, context.canvas.height);
  context.setTransform(scale, 0, 0, scale, 0, rulerHeight * scale);
  context.save();
  context.beginPath();
  context.rect(0, 0, geometry.width, geometry.height);
  context.clip();
  paintCritical(context, scene, geometry);
  const { colors, selected } = scene;
  if (overlay.hovered >= 0 && overlay.hovered !== selected)
    outline(context, scene, geometry, overlay.hovered, colors.muted, 1);
  if (selected >= 0) {
    outline(context, scene, geometry, selected, colors.background, 4);
    outline(context, scene, geometry, selected, overlay.isFocused ? colors.focus : colors.selection, 2);
  }
  context.restore();
  if (overlay.brush) paintBrush(context, geometry, overlay.brush, colors.focus);
}

function outline(
  context: CanvasRenderingContext2D,
  { layout }: Scene,
  geometry: Geometry,
  span: number,
  color: string,
  width: number,
): void {
  const edges = layout.edges(span);
  if (!edges) return;
  const top = geometry.topOf(edges.row);
  if (!geometry.pinned.includes(edges.row) && top + rowHeight <= geometry.pinnedHeight) return;
  const left = Math.max(-8, geometry.x(edges.left));
  const right = Math.min(geometry.width + 8, Math.max(geometry.x(edges.right), left + 2));
  context.strokeStyle = color;
  context.lineWidth = width;
  context.strokeRect(left + 0.5, top + 0.5, right - left - 1, rowHeight - 2);
}

/** Lines under the bars that decided how long the trace took, joined where one waited for the next. */
function paintCritical(
  context: CanvasRenderingContext2D,
  { critical, layout, colors }: Scene,
  geometry: Geometry,
): void {
  if (!critical || layout.facts.axis !== 'time') return;
  const { axis } = layout;
  context.strokeStyle = colors.critical;
  context.lineWidth = 3;
  context.beginPath();
  let before: { x: number; y: number } | undefined;
  for (let at = 0; at < critical.span.length; at++) {
    const row = layout.row[critical.span[at] as number] ?? noRow;
    if (row === noRow) continue;
    const from = geometry.x(axis.place(critical.from[at] as number));
    const to = geometry.x(axis.place(critical.to[at] as number));
    const y = geometry.topOf(row) + rowHeight - 3;
    // Latest first: the one drawn before begins where this one ends.
    const isSeen = to >= 0 && from <= geometry.width && to - from >= 0.5;
    if (before && before.x >= 0 && before.x <= geometry.width && isSeen) {
      context.moveTo(before.x, before.y);
      context.lineTo(to, y);
    }
    if (isSeen) {
      context.moveTo(to, y);
      context.lineTo(from, y);
    }
    before = isSeen ? { x: from, y } : undefined;
  }
  context.stroke();
}

function paintBrush(
  context: CanvasRenderingContext2D,
  geometry: Geometry,
  { from, to }: { readonly from: number; readonly to: number },
  color: string,
): void {
  const left = Math.min(from, to);
  const width = Math.abs(to - from);
  context.fillStyle = color;
  context.globalAlpha = 0.15;
  context.fillRect(left, 0, width, geometry.height);
  context.globalAlpha = 1;
  context.fillRect(left, 0, 1, geometry.height);
  context.fillRect(left + width, 0, 1, geometry.height);
}
