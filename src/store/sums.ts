import type { PartialSum } from '../protocol/rows.ts';
import { callClasses } from './schema.ts';
import type { SummedSpan } from './summedSpan.ts';

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

/** Adds what one span adds to its trace's sums; `sign` -1 takes it away again. */
export function addSpan(sums: Sums, span: SummedSpan, sign: 1 | -1): void {
  add(sums, 0, sign);
  if (span.failed) add(sums, 1, sign);
  const { callClass } = span;
  if (callClass === callClasses.none) return;
  const endedWell = !span.failed && span.durationNanos !== undefined;
  if (callClass === callClasses.model) {
    add(sums, 2, sign);
    if (span.failed) add(sums, 3, sign);
    countPart(sums, 4, span.input, endedWell, sign);
    countPart(sums, 7, span.output, endedWell, sign);
    add(sums, 10, sign * (span.cacheRead ?? 0));
  }
  const isPriced = callClass === callClasses.model || callClass === callClasses.embedding;
  countPart(sums, 11, span.cost, endedWell && isPriced, sign);
}

function countPart(
  sums: Sums,
  at: number,
  value: number | undefined,
  isExpected: boolean,
  sign: number,
): void {
  if (value !== undefined) {
    add(sums, at, sign * value);
    add(sums, at + 1, sign);
  } else if (isExpected) add(sums, at + 2, sign);
}

function add(sums: Sums, at: number, value: number): void {
  sums[at] = (sums[at] as number) + value;
}

/** Reads a sum with its two counts. */
export function partialSum(sum: unknown, known: unknown, unknown: unknown): PartialSum {
  return { known: Number(known) > 0 ? Number(sum) : undefined, unknownCalls: Number(unknown) };
}
