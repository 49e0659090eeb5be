import type { CostPart } from '../model/cost.ts';
import type { PricesPerMillion } from '../model/userPrice.ts';
import type { Usage } from '../model/usage.ts';

/** USD per million tokens of one model at one time and one size of input. */
export interface Rates extends PricesPerMillion {
  /** Cached audio; the cached rate when absent. */
  readonly cacheReadAudio?: number | undefined;
  /** USD per call, besides its tokens. */
  readonly request?: number | undefined;
}

/** Why there is no sum: the usage contradicts itself or lacks a part, or a part has no price. */
export interface NoParts {
  readonly unknown: 'usage' | 'price';
  readonly reason: string;
}

/** Tokens split into classes that do not overlap, so that each is paid for once. */
interface TokenClasses {
  readonly input: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  readonly cacheWrite1h: number;
  readonly inputAudio: number;
  readonly cacheReadAudio: number;
  readonly output: number;
  readonly reasoning: number;
  readonly outputAudio: number;
}

/**
 * The parts of a call's cost. Every token falls into exactly one part; a class without a rate of its own costs what
 * plain input or output costs, and is shown all the same. Classes without tokens are left out.
 */
export function priceParts(usage: Usage, rates: Rates, needsOutput: boolean): readonly CostPart[] | NoParts {
  const classes = splitTokens(usage, rates, needsOutput);
  if ('unknown' in classes) return classes;
  const { input, output } = rates;
  const parts: CostPart[] = [];
  let unpriced: string | undefined;
  const add = (what: string, tokens: number, perMillion: number | undefined): void => {
    if (tokens === 0) return;
    if (perMillion === undefined) unpriced ??= what;
    else parts.push({ what, tokens, rate: perMillion / 1e6, amount: (tokens * perMillion) / 1e6 });
  };
  add('input', classes.input, input);
  add('cacheRead', classes.cacheRead, rates.cacheRead ?? input);
  add('cacheWrite', classes.cacheWrite, rates.cacheWrite ?? input);
  add('cacheWrite1h', classes.cacheWrite1h, rates.cacheWrite1h ?? rates.cacheWrite ?? input);
  add('inputAudio', classes.inputAudio, rates.inputAudio ?? input);
  add(
    'cacheReadAudio',
    classes.cacheReadAudio,
    rates.cacheReadAudio ?? rates.cacheRead ?? rates.inputAudio ?? input,
  );
  add('output', classes.output, output);
  add('reasoning', classes.reasoning, rates.reasoning ?? output);
  add('outputAudio', classes.outputAudio, rates.outputAudio ?? output);
  if (unpriced !== undefined)
    return { unknown: 'price', reason: `there is no price for its ${unpriced} tokens` };
  if (rates.request !== undefined && rates.request !== 0) {
    parts.push({ what: 'request', tokens: 1, rate: rates.request, amount: rates.request });
  }
  return parts;
}

/** The parts' sum, added in their order: the amount a cost states. */
export function sumParts(parts: readonly CostPart[]): number {
  let sum = 0;
  for (const part of parts) sum += part.amount;
  return sum;
}

function splitTokens(usage: Usage, rates: Rates, needsOutput: boolean): TokenClasses | NoParts {
  const { input } = usage;
  if (input === undefined) return missing('input');
  if (usage.output === undefined && needsOutput) return missing('output');
  const output = usage.output ?? 0;
  const cacheRead = usage.cacheRead ?? 0;
  const cacheWrite = usage.cacheWrite ?? usage.cacheWrite1h ?? 0;
  const cacheWrite1h = usage.cacheWrite1h ?? 0;
  const inputAudio = usage.inputAudio ?? 0;
  const outputAudio = usage.outputAudio ?? 0;
  let reasoning = usage.reasoning ?? 0;
  for (const count of [
    input,
    output,
    cacheRead,
    cacheWrite,
    cacheWrite1h,
    inputAudio,
    outputAudio,
    reasoning,
  ]) {
    if (!(count >= 0 && count <= Number.MAX_SAFE_INTEGER))
      return contradiction(`a token count is ${String(count)}`);
  }
  if (cacheWrite1h > cacheWrite)
    return contradiction('more tokens are cached for an hour than are cached at all');
  if (cacheRead + cacheWrite > input) {
    return contradiction(
      `${cacheRead + cacheWrite} cached tokens exceed the ${input} input tokens they are part of`,
    );
  }
  if (inputAudio > input || outputAudio > output) return contradiction('audio tokens exceed all tokens');
  // Where the emitter does not tell how much of the cached input was audio, as little as fits.
  const leastCachedAudio = Math.max(0, inputAudio + cacheRead + cacheWrite - input);
  const cachedAudio = Math.min(Math.max(usage.cacheReadAudio ?? 0, leastCachedAudio), cacheRead, inputAudio);
  if (cachedAudio < leastCachedAudio) return contradiction('cached and audio tokens exceed the input tokens');
  if (reasoning + outputAudio > output) {
    // Only a price of its own makes the split matter; else reasoning is paid as the output it is part of.
    if (rates.reasoning !== undefined)
      return contradiction(`${reasoning} reasoning tokens exceed the output tokens`);
    reasoning = 0;
  }
  return {
    input: input - cacheRead - cacheWrite - (inputAudio - cachedAudio),
    cacheRead: cacheRead - cachedAudio,
    cacheWrite: cacheWrite - cacheWrite1h,
    cacheWrite1h,
    inputAudio: inputAudio - cachedAudio,
    cacheReadAudio: cachedAudio,
    output: output - reasoning - outputAudio,
    reasoning,
    outputAudio,
  };
}

function missing(what: string): NoParts {
  return { unknown: 'usage', reason: `the span does not say its ${what} tokens` };
}

function contradiction(what: string): NoParts {
  return { unknown: 'usage', reason: `the token counts contradict each other: ${what}` };
}
