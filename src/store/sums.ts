import { isKnownCost } from '../model/cost.ts';
import type { PartialSum } from '../protocol/rows.ts';
import type { IndexedSpan } from './api.ts';
import { callClassOf } from './callClass.ts';
import { callClasses } from './schema.ts';

/** The columns of `traces` and `parts` that are sums, in this order. */
export const sumColumns = [
  'spans',
  'errors',
  'calls',
  'failed',
  'input',
  'input_known',
  'input_unknown',
  'output',
  'output_known',
  'output_unknown',
  'cache_read',
  'cost',
  'cost_known',
  'cost_unknown',
] as const;
export type SumColumn = (typeof sumColumns)[number];
/** Values in the order of `sumColumns`; as a change, they may be negative. */
export type Sums = number[];

export function noSums(): Sums {
  return new Array<number>(sumColumns.length).fill(0);
}

export function addSums(target: Sums, change: readonly number[]): void {
  for (let i = 0; i < target.length; i++) target[i] = (target[i] as number) + (change[i] as number);
}

/** What one span adds to its trace's sums; `sign` -1 takes it away again. */
export function sumsOf(span: IndexedSpan, sign: 1 | -1): Sums {
  const sums = noSums();
  sums[0] = sign;
  const failed = span.status.code === 'error';
  if (failed) sums[1] = sign;
  const callClass = callClassOf(span);
  if (callClass === callClasses.none) return sums;
  const endedWell = !failed && span.durationNanos !== undefined;
  if (callClass === callClasses.model) {
    sums[2] = sign;
    if (failed) sums[3] = sign;
    countPart(sums, 4, span.usage?.input, endedWell, sign);
    countPart(sums, 7, span.usage?.output, endedWell, sign);
    sums[10] = sign * (finite(span.usage?.cacheRead) ?? 0);
  }
  const cost =
    span.cost && isKnownCost(span.cost) && span.cost.source.kind !== 'estimate'
      ? span.cost.amount
      : undefined;
  const isPriced = callClass === callClasses.model || callClass === callClasses.embedding;
  countPart(sums, 11, cost, endedWell && isPriced, sign);
  return sums;
}

function countPart(
  sums: Sums,
  at: number,
  value: number | undefined,
  isExpected: boolean,
  sign: number,
): void {
  const known = finite(value);
  if (known !== undefined) {
    sums[at] = sign * known;
    sums[at + 1] = sign;
  } else if (isExpected) sums[at + 2] = sign;
}

/** Undefined for what is no number to add up. */
export function finite(value: number | undefined): number | undefined {
  return value !== undefined && Number.isFinite(value) ? value : undefined;
}

/** Reads a sum with its two counts. */
export function partialSum(sum: unknown, known: unknown, unknown: unknown): PartialSum {
  return { known: Number(known) > 0 ? Number(sum) : undefined, unknownCalls: Number(unknown) };
}
