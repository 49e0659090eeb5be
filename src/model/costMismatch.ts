import type { Cost } from './cost.ts';

/** More than this share of the larger amount is a difference worth a flag. */
const tolerated = 0.05;
/** Emitters round; half a millionth of a dollar is no difference. */
const rounding = 0.0000005;

export interface CostMismatch {
  readonly reported: number;
  readonly computed: number;
  /** Difference as a share of the larger of the two, 0 to 1. */
  readonly share: number;
}

/** The difference between a reported and a computed cost of the same call, if it is over 5 %. */
export function costMismatch(cost: Cost): CostMismatch | undefined {
  if (!cost.compared) return undefined;
  const isReported = cost.source.kind === 'reported';
  const reported = isReported ? cost.amount : cost.compared.amount;
  const computed = isReported ? cost.compared.amount : cost.amount;
  const difference = Math.abs(reported - computed);
  const share = difference / Math.max(reported, computed);
  return difference > rounding && share > tolerated ? { reported, computed, share } : undefined;
}
