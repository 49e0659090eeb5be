import type { Inks } from './rowRaster.ts';
import { hues } from './palette.ts';

/** The theme's colours, as what a canvas needs. */
export interface ThemeColors {
  readonly inks: Inks;
  /** By colour code: what text on a bar is written in. */
  readonly text: readonly string[];
  /** The same on a bar whose wait for the first token is drawn otherwise: legible on both parts. */
  readonly waitText: readonly string[];
  readonly background: string;
  readonly foreground: string;
  readonly muted: string;
  readonly line: string;
  readonly focus: string;
  readonly selection: string;
  readonly critical: string;
  readonly error: string;
  readonly warning: string;
  readonly match: string;
  readonly font: string;
}

export type Rgb = readonly [red: number, green: number, blue: number];

/**
 * Reads the colours that the style sheet derives from the editor's own: a canvas cannot use variables. Every colour is
 * painted once and read back, whatever form the theme wrote it in.
 */
export function readThemeColors(host: HTMLElement): ThemeColors {
  const probe = document.createElement('span');
  probe.className = 'probe';
  host.append(probe);
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 1;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  const background = parsed('var(--flame-background)', [30, 30, 30]);

  function parsed(value: string, over: Rgb): Rgb {
    probe.style.color = '';
    probe.style.color = value;
    const color = getComputedStyle(probe).color;
    if (!context) return over;
    context.fillStyle = `rgb(${over.join(' ')})`;
    context.fillRect(0, 0, 1, 1);
    context.fillStyle = color;
    context.fillRect(0, 0, 1, 1);
    const [red = 0, green = 0, blue = 0] = context.getImageData(0, 0, 1, 1).data;
    return [red, green, blue];
  }
  const read = (name: string): Rgb => parsed(`var(--flame-${name})`, background);
  const css = (name: string): string => cssOf(read(name));
  const foreground = read('foreground');
  const fills = hues.map((hue) => read(`${hue}-fill`));
  const waits = hues.map((hue) => read(`${hue}-wait`));
  const ownText = [foreground, background];
  const inks: Inks = {
    fill: Uint32Array.from(fills, wordOf),
    wait: Uint32Array.from(waits, wordOf),
    edge: Uint32Array.from(hues, (hue) => wordOf(read(`${hue}-edge`))),
    dim: Uint32Array.from(fills, (fill) => wordOf(mix(fill, background, 0.2))),
    error: wordOf(read('error')),
    warning: wordOf(read('warning')),
    background: wordOf(background),
    line: wordOf(read('line')),
    grid: wordOf(mix(read('line'), background, 0.6)),
  };
  const style = getComputedStyle(host);
  const colors: ThemeColors = {
    inks,
    text: fills.map((fill) => cssOf(legible([fill], ownText))),
    waitText: fills.map((fill, at) => cssOf(legible([fill, waits[at] ?? fill], ownText))),
    background: cssOf(background),
    foreground: cssOf(foreground),
    muted: css('muted'),
    line: css('line'),
    focus: css('focus'),
    selection: css('selection'),
    critical: css('critical'),
    error: css('error'),
    warning: css('warning'),
    match: css('match'),
    font: style.fontFamily,
  };
  probe.remove();
  return colors;
}

/** As image data has it in memory: red in the lowest byte. */
function wordOf([red, green, blue]: Rgb): number {
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

function cssOf([red, green, blue]: Rgb): string {
  return `rgb(${red} ${green} ${blue})`;
}

function mix(a: Rgb, b: Rgb, part: number): Rgb {
  const channel = (at: 0 | 1 | 2): number => Math.round(a[at] * part + b[at] * (1 - part));
  return [channel(0), channel(1), channel(2)];
}

const legibleContrast = 4.5;

/** A theme's own colour where text in it is legible on all of these, else black or white. */
export function legible(grounds: readonly Rgb[], own: readonly Rgb[]): Rgb {
  const least = (text: Rgb): number => Math.min(...grounds.map((ground) => contrast(ground, text)));
  const best = (colors: readonly Rgb[]): Rgb =>
    colors.reduce((a, b) => (least(b) > least(a) ? b : a), colors[0] ?? [0, 0, 0]);
  const found = best(own);
  return least(found) >= legibleContrast ? found : best([...own, [255, 255, 255], [0, 0, 0]]);
}

/** Relative luminance and contrast as in WCAG 2.2. */
function luminance(rgb: Rgb): number {
  const [red, green, blue] = rgb.map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

export function contrast(a: Rgb, b: Rgb): number {
  const [x, y] = [luminance(a), luminance(b)];
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}
