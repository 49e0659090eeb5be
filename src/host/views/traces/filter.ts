import { formatDuration, formatMoney } from '../../../protocol/format.ts';
import type { GroupBy, TraceFilter } from '../../../protocol/query.ts';
import { visibleLabel } from '../../../base/visibleText.ts';

export function isEmptyFilter(filter: TraceFilter): boolean {
  return Object.values(filter).every(
    (value) => value === undefined || value === false || value === '' || isEmptyList(value),
  );
}

/** The filter without the named restrictions. */
export function without(filter: TraceFilter, ...fields: readonly (keyof TraceFilter)[]): TraceFilter {
  return Object.fromEntries(
    Object.entries(filter).filter(([key]) => !fields.includes(key as keyof TraceFilter)),
  );
}

/** Replaces a list restriction; an empty list takes it away. */
export function withValues(
  filter: TraceFilter,
  field: 'models' | 'services' | 'sessions' | 'flags',
  values: readonly string[],
): TraceFilter {
  return values.length === 0 ? without(filter, field) : { ...filter, [field]: values };
}

/** The filter narrowed to a group: its session, service or model, or its day in local time. */
export function groupFilter(filter: TraceFilter, by: Exclude<GroupBy, 'none'>, key: string): TraceFilter {
  switch (by) {
    case 'session':
      return { ...filter, sessions: [key] };
    case 'service':
      return { ...filter, services: [key] };
    case 'model':
      return { ...filter, models: [key] };
    case 'day': {
      const day = dayRange(key);
      if (!day) return filter;
      return {
        ...filter,
        since: Math.max(filter.since ?? -Infinity, day.since),
        until: Math.min(filter.until ?? Infinity, day.until),
      };
    }
  }
}

/** Milliseconds from the first microsecond of a local day `YYYY-MM-DD` to its last. */
export function dayRange(day: string): { since: number; until: number } | undefined {
  const match = /^(\d{4,6})-(\d{2})-(\d{2})$/.exec(day);
  if (!match) return undefined;
  const [year, month, date] = match.slice(1).map(Number) as [number, number, number];
  return {
    since: new Date(year, month - 1, date).getTime(),
    until: new Date(year, month - 1, date + 1).getTime() - 0.001,
  };
}

export interface Range {
  readonly min?: number;
  readonly max?: number;
}

/**
 * Reads `0.01-0.5`, `> 2`, `>= 2`, `< 1`, or `2` (at least 2), each number with an optional unit of `units`
 * (unit → factor; '' for none). Undefined when it is not a range. An empty text is the range without ends.
 */
export function parseRange(text: string, units: ReadonlyMap<string, number>): Range | undefined {
  const trimmed = text.trim().toLowerCase();
  if (trimmed === '') return {};
  if (trimmed.length > 100) return undefined;
  const bound = /^(<=|>=|<|>|≤|≥)\s*(\S.*)$/.exec(trimmed);
  if (bound) {
    const value = parseNumber(bound[2] ?? '', units);
    if (value === undefined) return undefined;
    return bound[1] === '<' || bound[1] === '<=' || bound[1] === '≤' ? { max: value } : { min: value };
  }
  const ends = trimmed.split(/-|–|\.\.|\bto\b/);
  if (ends.length > 2) return undefined;
  const [min, max] = ends.map((end) => parseNumber(end, units));
  if (min === undefined) return undefined;
  if (ends.length === 1) return { min };
  return max === undefined || max < min ? undefined : { min, max };
}

export const moneyUnits: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['$', 1],
  ['usd', 1],
  ['¢', 0.01],
  ['ct', 0.01],
]);

/** To milliseconds; a number without a unit is seconds. */
export const durationUnits: ReadonlyMap<string, number> = new Map([
  ['', 1000],
  ['ms', 1],
  ['s', 1000],
  ['sec', 1000],
  ['m', 60_000],
  ['min', 60_000],
  ['h', 3_600_000],
]);

function parseNumber(text: string, units: ReadonlyMap<string, number>): number | undefined {
  const match = /^(\$?)\s*(\d{1,15}(?:\.\d{0,15})?|\.\d{1,15})\s*([a-z$¢]{0,4})$/.exec(text.trim());
  if (!match || (match[1] === '$' && !units.has('$'))) return undefined;
  const factor = units.get(match[3] ?? '');
  const value = factor === undefined ? NaN : Number(match[2]) * factor;
  return Number.isFinite(value) ? value : undefined;
}

/** The filter in a few words, for the view's title: `errors · gpt-4o · ≥ $0.01 · "refund"`. */
export function describeFilter(filter: TraceFilter): string {
  const range = (
    min: number | undefined,
    max: number | undefined,
    format: (value: number) => string,
  ): string[] => {
    if (min !== undefined && max !== undefined) return [`${format(min)} – ${format(max)}`];
    if (min !== undefined) return [`≥ ${format(min)}`];
    return max === undefined ? [] : [`≤ ${format(max)}`];
  };
  const list = (values: readonly string[] | undefined): string[] => {
    if (!values || values.length === 0) return [];
    const names = values.slice(0, 2).map((value) => visibleLabel(value, 40) || '(none)');
    return [values.length > 2 ? `${names.join(', ')} +${values.length - 2}` : names.join(', ')];
  };
  return [
    ...(filter.text ? [`“${visibleLabel(filter.text, 40)}”`] : []),
    ...(filter.onlyErrors ? ['errors'] : []),
    ...list(filter.models),
    ...list(filter.services),
    ...list(filter.sessions),
    ...list(filter.flags),
    ...range(filter.minCost, filter.maxCost, formatMoney),
    ...range(filter.minDurationMs, filter.maxDurationMs, formatDuration),
    ...range(filter.since, filter.until, (time) => new Date(time).toLocaleString()),
  ].join(' · ');
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}
