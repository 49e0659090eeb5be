import { isKnownCost, type Cost, type CostResult, type UnknownCost } from '../../../src/model/cost.ts';
import { preparePricing, type PricedCall, type PricingOptions } from '../../../src/pricing/priceCall.ts';
import { loadPriceTable } from '../../../src/pricing/priceTable.ts';

export const table = await loadPriceTable();
export const plain: PricingOptions = preparePricing({ table });
export const someDay = Date.parse('2026-03-01T12:00:00Z');

export function call(fields: Partial<PricedCall>): PricedCall {
  return { kind: 'llm', startMillis: someDay, ...fields };
}

export function known(cost: CostResult): Cost {
  if (!isKnownCost(cost)) throw new Error(`expected a cost, got unknown ${cost.unknown}: ${cost.reason}`);
  return cost;
}

export function unknown(cost: CostResult): UnknownCost {
  if (isKnownCost(cost))
    throw new Error(`expected an unknown cost, got ${cost.amount} from ${cost.source.kind}`);
  return cost;
}

/** Equal but for the last bits: the same products added in another order. */
export function near(left: number, right: number): boolean {
  return Math.abs(left - right) <= 1e-12 * Math.max(Math.abs(left), Math.abs(right));
}
