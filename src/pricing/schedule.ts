import type { CostSource } from '../model/cost.ts';
import type { Rates } from './rates.ts';

/** Rates by size of input: the first holds up to `aboveInputTokens` of the second, and so on; ascending. */
export interface RateLevel {
  /** The level holds for calls with more input tokens than this, for all of their tokens. */
  readonly aboveInputTokens: number;
  readonly rates: Rates;
  readonly source: CostSource;
}

/** Prices that hold at certain times. */
export interface PricePeriod {
  /** Milliseconds since the epoch, inclusive; absent: from ever. */
  readonly fromMillis?: number | undefined;
  /** Seconds of the day in UTC, the first inclusive; a window that ends before it starts spans midnight. */
  readonly timeOfDay?: { readonly start: number; readonly end: number } | undefined;
  readonly levels: readonly RateLevel[];
}

/** All prices of one model; later periods come before earlier ones when both hold. */
export interface PriceSchedule {
  readonly periods: readonly PricePeriod[];
}

/** The rates of a call that starts at `startMillis` with `inputTokens`; the first period's when none holds. */
export function levelFor(
  schedule: PriceSchedule,
  startMillis: number,
  inputTokens: number,
): RateLevel | undefined {
  const { periods } = schedule;
  let period = periods[0];
  for (let index = periods.length - 1; index > 0; index--) {
    const candidate = periods[index];
    if (candidate && holds(candidate, startMillis)) {
      period = candidate;
      break;
    }
  }
  if (!period) return undefined;
  let level = period.levels[0];
  for (const next of period.levels) if (inputTokens > next.aboveInputTokens) level = next;
  return level;
}

function holds(period: PricePeriod, startMillis: number): boolean {
  if (period.fromMillis !== undefined && startMillis < period.fromMillis) return false;
  const window = period.timeOfDay;
  if (window === undefined) return true;
  const seconds = (((startMillis % 86_400_000) + 86_400_000) % 86_400_000) / 1000;
  return window.end < window.start
    ? seconds >= window.start || seconds < window.end
    : seconds >= window.start && seconds < window.end;
}
