import { visibleLabel } from '../base/visibleText.ts';

/** Received text as evidence in a sentence: one line, what hides made visible, at most 200 characters, in quotes. */
export function quote(text: string): string {
  return `“${visibleLabel(text, 200)}”`;
}

/** A received name in a sentence: as {@link quote}, without quotes and shorter. */
export function name(text: string): string {
  return visibleLabel(text, 80);
}

export function count(value: number, word: string): string {
  return `${value.toLocaleString('en-US')} ${word}${value === 1 ? '' : 's'}`;
}

export function milliseconds(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;
}

/** USD with three significant digits, plain decimals. */
export function dollars(usd: number): string {
  if (usd === 0) return '$0';
  const places = usd >= 1 ? 2 : Math.min(12, 2 - Math.floor(Math.log10(usd)));
  return `$${usd.toFixed(places)}`;
}

export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
