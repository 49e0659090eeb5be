import { costMismatch } from '../model/costMismatch.ts';
import { dollars, milliseconds, percent } from './evidence.ts';
import type { Rule, RuleLimits, Spread } from './rule.ts';

/** The normal distribution's standard deviation in median absolute deviations. */
const deviationsPerSigma = 1.4826;

/** The median and its spread; the values are left as they are. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = Float64Array.from(values);
  const median = medianOf(sorted);
  for (let i = 0; i < sorted.length; i++) sorted[i] = Math.abs((sorted[i] as number) - median);
  return { samples: values.length, median, deviation: medianOf(sorted) };
}

/** Durations, costs and sizes that are out of the ordinary. */
export const measureRules: readonly Rule[] = [
  {
    id: 'slow',
    title: 'Slow',
    severity: 'info',
    defaultOn: true,
    description: 'The call took much longer than earlier ones from the same place.',
    scopes: ['call', 'tool'],
    check({ facts, context, limits }) {
      const { durationMs, history } = context;
      if (
        facts.status.code === 'error' ||
        durationMs === undefined ||
        !isOutlier(durationMs, history?.durationMs, limits, 1000)
      ) {
        return undefined;
      }
      return `Took ${milliseconds(durationMs)}; ${usual(history?.durationMs, milliseconds)}.`;
    },
  },
  {
    id: 'slow_first_token',
    title: 'Slow first token',
    severity: 'info',
    defaultOn: true,
    description: 'The first token came much later than in earlier calls from the same place.',
    scopes: ['call'],
    check({ facts, context, limits }) {
      const first = facts.timeToFirstTokenMs;
      const usually = context.history?.timeToFirstTokenMs;
      if (first === undefined || !isOutlier(first, usually, limits, 500)) return undefined;
      return `The first token came after ${milliseconds(first)}; ${usual(usually, milliseconds)}.`;
    },
  },
  {
    id: 'expensive',
    title: 'Expensive',
    severity: 'info',
    defaultOn: true,
    description: 'The call cost much more than earlier ones from the same place.',
    scopes: ['call'],
    check({ context, limits }) {
      const cost = context.cost && 'amount' in context.cost ? context.cost.amount : undefined;
      const usually = context.history?.cost;
      if (cost === undefined || !isOutlier(cost, usually, limits, 0.01)) return undefined;
      return `Cost ${dollars(cost)}; ${usual(usually, dollars)}.`;
    },
  },
  {
    id: 'large_context',
    title: 'Large context',
    severity: 'warning',
    defaultOn: true,
    description: 'The input fills most of the model’s window.',
    scopes: ['call'],
    check({ facts, context, limits }) {
      const { contextWindow, usage } = context;
      if (facts.kind !== 'llm' || !contextWindow || usage?.input === undefined) return undefined;
      const share = usage.input / contextWindow;
      if (share < limits.largeContextShare) return undefined;
      const [input, window] = [usage.input, contextWindow].map((tokens) => tokens.toLocaleString('en-US'));
      return `The input of ${input} tokens fills ${percent(share)} of the model’s window of ${window}.`;
    },
  },
  {
    id: 'cost_mismatch',
    title: 'Cost mismatch',
    severity: 'warning',
    defaultOn: true,
    description: 'The reported cost and the one computed from tokens and prices differ by more than 5 %.',
    scopes: ['call'],
    check({ context }) {
      const mismatch = context.cost && 'amount' in context.cost ? costMismatch(context.cost) : undefined;
      if (!mismatch) return undefined;
      const { reported, computed, share } = mismatch;
      return `The span reports ${dollars(reported)}, its tokens make ${dollars(computed)}: ${percent(share)} apart.`;
    },
  },
];

/** Far above what was usual: by the spread, by a factor of two, and by an amount that anybody would notice. */
function isOutlier(
  value: number,
  usually: Spread | undefined,
  limits: RuleLimits,
  noticeable: number,
): boolean {
  if (!usually || usually.samples < limits.minSamples) return false;
  const { median, deviation } = usually;
  return (
    value - median >= noticeable &&
    value >= 2 * median &&
    value > median + limits.spreads * deviationsPerSigma * deviation
  );
}

function usual(usually: Spread | undefined, format: (value: number) => string): string {
  return usually ? `the median of the last ${usually.samples} is ${format(usually.median)}` : '';
}

/** Sorts what it is given. */
function medianOf(values: Float64Array): number {
  const sorted = values.sort();
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}
