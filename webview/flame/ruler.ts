import { formatCount, formatMoney, formatTokens } from '../../src/protocol/format.ts';
import type { FlameAxis } from '../../src/protocol/flame.ts';

export interface Tick {
  /** In units of what is measured: microseconds, USD, tokens. */
  readonly value: number;
  readonly label: string;
}

const second = 1e6;
const minute = 60 * second;
const hour = 60 * minute;
/** Steps that people count time in, from a minute on. */
const longSteps = [1, 2, 5, 10, 15, 30]
  .map((n) => n * minute)
  .concat([1, 2, 3, 6, 12, 24].map((n) => n * hour));

/** The step between marks, so that at most `most` of them fit into `length`. */
export function tickStep(axis: FlameAxis, length: number, most: number): number {
  const least = length / Math.max(1, most);
  if (axis === 'time' && least > 30 * second) {
    const found = longSteps.find((step) => step >= least);
    return found ?? Math.ceil(least / (24 * hour)) * 24 * hour;
  }
  const power = 10 ** Math.floor(Math.log10(least));
  const step =
    [1, 2, 5, 10].map((n) => n * power).find((candidate) => candidate >= least * (1 - 1e-9)) ?? least;
  // Half a token, or less than a nanosecond, is nothing to mark.
  if (axis === 'tokens') return Math.max(1, step);
  return axis === 'time' ? Math.max(1e-3, step) : step;
}

/** Marks of a stretch of the axis that is not compressed. */
export function ticks(axis: FlameAxis, from: number, length: number, most: number): Tick[] {
  if (!(length > 0) || !Number.isFinite(from)) return [];
  const step = tickStep(axis, length, most);
  const found: Tick[] = [];
  for (let at = Math.ceil(from / step); at * step <= from + length && found.length <= most + 2; at++) {
    found.push({ value: at * step, label: tickLabel(axis, at * step, step) });
  }
  return found;
}

/** A value as exact as its step asks for. */
export function tickLabel(axis: FlameAxis, value: number, step: number): string {
  if (axis === 'tokens') return step < 100 ? formatCount(value) : formatTokens(value);
  if (axis === 'cost') return money(value, step);
  return time(value, step);
}

function money(value: number, step: number): string {
  if (value === 0) return '$0';
  const places = Math.min(12, Math.max(0, -Math.floor(Math.log10(step) + 1e-9)));
  return places <= 2 && value >= 1 ? formatMoney(value) : `$${value.toFixed(places)}`;
}

function time(micros: number, step: number): string {
  if (micros === 0) return '0';
  const decimals = (unit: number): number =>
    Math.min(9, Math.max(0, Math.ceil(Math.log10(unit / step) - 1e-9)));
  if (micros >= minute) return clock(micros, decimals(second));
  if (micros >= second || step >= second / 10) return `${(micros / second).toFixed(decimals(second))} s`;
  if (micros >= 1000 || step >= 100) return `${(micros / 1000).toFixed(decimals(1000))} ms`;
  return `${micros.toFixed(decimals(1))} µs`;
}

/** `2:05`, `1:02:05.25`. */
function clock(micros: number, decimals: number): string {
  const hours = Math.floor(micros / hour);
  const minutes = Math.floor((micros % hour) / minute);
  const seconds = ((micros % minute) / second).toFixed(decimals);
  const pad = (text: string): string => (/^\d(?:\.|$)/.test(text) ? `0${text}` : text);
  if (seconds.startsWith('60')) return clock(Math.round(micros / minute) * minute, decimals);
  return hours > 0 ? `${hours}:${pad(String(minutes))}:${pad(seconds)}` : `${minutes}:${pad(seconds)}`;
}
