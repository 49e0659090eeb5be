import type { CostResult } from '../model/cost.ts';
import { priceCall, type PricedCall, type PricingOptions } from './priceCall.ts';

/** Longest text that is measured; the rest is taken to be like it. */
const measured = 200_000;

/**
 * About how many tokens a text has, from its length alone: around four characters a token in Latin scripts, one to one
 * and a half in scripts without spaces. A rough guess (±30 % is usual), for people who asked for one.
 */
export function estimateTokens(text: string): number {
  const head = text.length > measured ? text.slice(0, measured) : text;
  let narrow = 0;
  let wide = 0;
  for (let index = 0; index < head.length; index++) {
    const unit = head.charCodeAt(index);
    if (unit < 0x0250) narrow++;
    else if (unit < 0x2e80) wide += 0.5;
    else if (unit < 0xd800 || unit > 0xdfff) wide += 0.8;
    else wide += 1;
  }
  const tokens = narrow / 4 + wide;
  return Math.ceil((tokens * text.length) / Math.max(1, head.length));
}

/**
 * The cost of a call whose usage is missing, from the lengths of its texts: only on request, marked as an estimate,
 * and never to be added to sums. A cost that is known is returned as it is.
 */
export function estimateCost(
  call: PricedCall,
  texts: { readonly input: string; readonly output: string },
  options: PricingOptions,
): CostResult {
  const exact = priceCall(call, options);
  if ('amount' in exact || exact.unknown !== 'usage') return exact;
  const usage = {
    input: call.usage?.input ?? estimateTokens(texts.input),
    output: call.usage?.output ?? estimateTokens(texts.output),
  };
  const guess = priceCall({ ...call, usage, reportedCost: undefined }, options);
  if (!('amount' in guess)) return guess;
  const { detail, name, version, date } = guess.source;
  return {
    ...guess,
    source: {
      kind: 'estimate',
      name: 'length of the texts',
      version,
      date,
      detail: `${name}: ${detail ?? ''}`,
    },
  };
}
