import { visibleLabel } from '../../src/base/visibleText.ts';
import { flameBits } from '../../src/protocol/flame.ts';
import { kindNames } from '../../src/protocol/kinds.ts';
import { formatDuration, formatMoney, formatTokensBrief } from '../../src/protocol/format.ts';
import type { ChartLayout } from './chartLayout.ts';
import type { FlameData } from './flameData.ts';
import type { SpanLooks } from './rowRaster.ts';
import type { ThemeColors } from './themeColors.ts';

/** Codicons, as characters of their font. */
const glyphs = {
  error: '\uea87',
  warning: '\uea6c',
  rateLimit: '\ueb7c',
  retry: '\ueb37',
  running: '\ueb19',
  skewed: '\uea82',
  collapsed: '\ueab6',
} as const;

/** Bars narrower than this many CSS pixels have no text. */
export const narrowestLabel = 26;
const padding = 4;

/** What a bar's width stands for; undefined while the span runs. */
function measureOf(data: FlameData, layout: ChartLayout, slot: number): string | undefined {
  const width = (layout.right[slot] as number) - (layout.left[slot] as number);
  if (layout.facts.axis === 'cost') return formatMoney(width);
  if (layout.facts.axis === 'tokens') return formatTokensBrief(width);
  const duration = data.columns.duration[layout.span[slot] as number] as number;
  return Number.isNaN(duration) ? undefined : formatDuration(duration / 1000);
}

/** Writes names and marks on bars. Widths of characters are measured once a font. */
export class LabelPainter {
  readonly #texts = new Map<number, string>();
  readonly #widths = new Map<string, number>();
  #font = '';

  /** Names by code are those of one trace. */
  forget(): void {
    this.#texts.clear();
  }

  /**
   * Writes on the bar of a slot: its name and what its width stands for; `left`, `width`, `top` and `height` in device
   * pixels, `scale` of them to a CSS pixel.
   */
  paint(
    context: CanvasRenderingContext2D,
    scene: {
      readonly data: FlameData;
      readonly looks: SpanLooks;
      readonly colors: ThemeColors;
      readonly collapsed: ReadonlySet<number>;
      readonly layout: ChartLayout;
    },
    slot: number,
    box: { readonly left: number; readonly width: number; readonly top: number; readonly height: number },
    scale: number,
  ): void {
    const { data, looks, colors, collapsed, layout } = scene;
    const span = layout.span[slot] as number;
    const isDim = looks.match !== undefined && looks.match[span] === 0;
    const baseline = box.top + box.height / 2;
    let x = box.left + padding * scale;
    let room = box.width - 2 * padding * scale;
    const texts = (looks.wait[span] as number) > 0 ? colors.waitText : colors.text;
    context.fillStyle = isDim ? colors.muted : (texts[looks.color[span] as number] as string);
    const marks = this.#marksOf(data, span, collapsed.has(span));
    if (marks !== '' && room > 12 * scale) {
      context.font = `${12 * scale}px codicon`;
      const wide = 13 * scale;
      for (const mark of marks) {
        if (room < wide) break;
        context.fillText(mark, x, baseline + 0.5 * scale);
        x += wide;
        room -= wide;
      }
      x += 2 * scale;
      room -= 2 * scale;
    }
    const font = `${11.5 * scale}px ${colors.font}`;
    this.#useFont(font);
    context.font = font;
    const text = this.#fit(context, this.#textOf(data, span), room);
    if (text.text !== '') context.fillText(text.text, x, baseline);
    room -= text.width;
    if (!text.isWhole || room < 40 * scale) return;
    const measure = measureOf(data, layout, slot);
    if (measure === undefined) return;
    const shown = this.#fit(context, measure, room - 8 * scale);
    if (!shown.isWhole) return;
    context.globalAlpha = 0.8;
    context.fillText(shown.text, x + text.width + 8 * scale, baseline);
    context.globalAlpha = 1;
  }

  #marksOf(data: FlameData, span: number, isCollapsed: boolean): string {
    const bits = data.bits(span);
    const has = (mask: number): boolean => (bits & mask) !== 0;
    return (
      (isCollapsed ? glyphs.collapsed : '') +
      (has(flameBits.error) ? glyphs.error : '') +
      (has(flameBits.warning) || (has(flameBits.severe) && !has(flameBits.error)) ? glyphs.warning : '') +
      (has(flameBits.rateLimited) ? glyphs.rateLimit : '') +
      ((data.columns.retries[span] as number) > 0 ? glyphs.retry : '') +
      (has(flameBits.unfinished) ? glyphs.running : '') +
      (has(flameBits.skewed) ? glyphs.skewed : '')
    );
  }

  #textOf(data: FlameData, span: number): string {
    const code = data.columns.name[span] as number;
    let text = this.#texts.get(code);
    if (text === undefined) {
      text = visibleLabel(data.name(span), 120) || kindNames[data.kind(span)];
      if (this.#texts.size > 20_000) this.#texts.clear();
      this.#texts.set(code, text);
    }
    return text;
  }

  #fit(
    context: CanvasRenderingContext2D,
    text: string,
    room: number,
  ): { text: string; width: number; isWhole: boolean } {
    let width = 0;
    const ellipsis = this.#widthOf(context, '…');
    let cut = 0;
    let cutWidth = 0;
    for (const char of text) {
      const wide = this.#widthOf(context, char);
      if (width + ellipsis <= room) {
        cut += char.length;
        cutWidth = width + ellipsis;
      }
      width += wide;
      if (width > room) {
        const kept = text.slice(0, Math.max(0, cut - char.length));
        return kept === ''
          ? { text: '', width: 0, isWhole: false }
          : { text: `${kept}…`, width: cutWidth, isWhole: false };
      }
    }
    return { text, width, isWhole: true };
  }

  #widthOf(context: CanvasRenderingContext2D, char: string): number {
    let width = this.#widths.get(char);
    if (width === undefined) {
      width = context.measureText(char).width;
      if (this.#widths.size > 5000) this.#widths.clear();
      this.#widths.set(char, width);
    }
    return width;
  }

  #useFont(font: string): void {
    if (font === this.#font) return;
    this.#font = font;
    this.#widths.clear();
  }
}

/** Draws the waits between a rate-limited call and what its parent tried next: where the time went. */
export function paintWait(
  context: CanvasRenderingContext2D,
  data: FlameData,
  layout: ChartLayout,
  slot: number,
  xOf: (place: number) => number,
  middle: number,
  colors: ThemeColors,
  scale: number,
): void {
  const span = layout.span[slot] as number;
  const next = layout.span[slot + 1];
  if (!data.has(span, flameBits.rateLimited) || next === undefined) return;
  if (data.parent(next) !== data.parent(span) || layout.row[next] !== layout.row[span]) return;
  const from = xOf(layout.right[slot] as number);
  const to = xOf(layout.left[slot + 1] as number);
  if (to - from < 8 * scale) return;
  context.strokeStyle = colors.warning;
  context.lineWidth = scale;
  context.setLineDash([3 * scale, 3 * scale]);
  context.beginPath();
  context.moveTo(from + scale, Math.round(middle) + 0.5);
  context.lineTo(to - scale, Math.round(middle) + 0.5);
  context.stroke();
  context.setLineDash([]);
}
