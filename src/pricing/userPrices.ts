import type { CostSource } from '../model/cost.ts';
import type { PricesPerMillion, UserPrice } from '../model/userPrice.ts';
import { compileGlob } from './glob.ts';
import type { Rates } from './rates.ts';
import { levelFor, type PriceSchedule, type RateLevel } from './schedule.ts';
import { tableProvider } from './providerNames.ts';

const mostPrices = 1000;
const mostTiers = 20;
/** Far above any price there is: a number this large is dollars per token by mistake. */
const highestPrice = 1_000_000;
const rateNames = [
  'input',
  'output',
  'cacheRead',
  'cacheWrite',
  'cacheWrite1h',
  'reasoning',
  'inputAudio',
  'outputAudio',
] as const satisfies readonly (keyof PricesPerMillion)[];

/** A user's price, ready to be matched. */
export interface CompiledUserPrice {
  readonly matchesModel: (name: string) => boolean;
  readonly provider: string | undefined;
  readonly serviceTier: string | undefined;
  readonly fromMillis: number;
  readonly untilMillis: number;
  readonly schedule: PriceSchedule;
}

/**
 * Checks and prepares the user's prices. Settings are hand-written: a faulty entry is left out, with a sentence that
 * says what to mend, and the others hold.
 */
export function compileUserPrices(values: readonly unknown[]): {
  readonly prices: readonly CompiledUserPrice[];
  readonly problems: readonly string[];
} {
  const prices: CompiledUserPrice[] = [];
  const problems: string[] = [];
  if (values.length > mostPrices)
    problems.push(`Only the first ${mostPrices} of ${values.length} prices are used.`);
  values.slice(0, mostPrices).forEach((value, index) => {
    const found = problemsOf(value);
    if (found.length === 0) prices.push(compile(value as UserPrice, index));
    else problems.push(...found.map((problem) => `Price ${index + 1}: ${problem}`));
  });
  return { prices, problems };
}

/** The rates of the first price that fits; prices are tried in the user's order. */
export function userRates(
  prices: readonly CompiledUserPrice[],
  serviceTier: string | undefined,
  startMillis: number,
  inputTokens: number,
): RateLevel | undefined {
  for (const price of prices) {
    if (price.serviceTier !== serviceTier) continue;
    if (startMillis < price.fromMillis || startMillis >= price.untilMillis) continue;
    return levelFor(price.schedule, startMillis, inputTokens);
  }
  return undefined;
}

/** Does the price hold for this provider, by any of its names? */
export function isPriceOf(
  price: CompiledUserPrice,
  provider: string | undefined,
  home: string | undefined,
): boolean {
  if (price.provider === undefined) return true;
  const name = provider?.trim().toLowerCase();
  if (price.provider === name) return true;
  return home !== undefined && tableProvider(price.provider) === home;
}

function compile(price: UserPrice, index: number): CompiledUserPrice {
  const name = price.provider === undefined ? price.model : `${price.provider} / ${price.model}`;
  const base = ratesOf(price);
  const tiers = [...(price.tiers ?? [])].sort(
    (left, right) => left.aboveInputTokens - right.aboveInputTokens,
  );
  const levels: RateLevel[] = [{ aboveInputTokens: -1, rates: base, source: sourceOf(name, index) }];
  for (const tier of tiers) {
    levels.push({
      aboveInputTokens: tier.aboveInputTokens,
      rates: { ...base, ...definedRates(tier) },
      source: sourceOf(`${name}, input above ${tier.aboveInputTokens.toLocaleString('en-US')} tokens`, index),
    });
  }
  return {
    matchesModel: compileGlob(price.model),
    provider: price.provider?.trim().toLowerCase(),
    serviceTier: price.serviceTier?.trim().toLowerCase(),
    fromMillis: price.from === undefined ? -Infinity : Date.parse(price.from),
    untilMillis: price.until === undefined ? Infinity : Date.parse(price.until),
    schedule: { periods: [{ levels }] },
  };
}

function ratesOf(price: UserPrice): Rates {
  const rates = definedRates(price);
  if (price.request === undefined) return rates;
  // A price per call alone means that its tokens cost nothing more.
  const perCallOnly = Object.keys(rates).length === 0 ? { input: 0, output: 0 } : {};
  return { ...perCallOnly, ...rates, request: price.request };
}

function definedRates(prices: PricesPerMillion): Rates {
  const rates: { -readonly [K in keyof PricesPerMillion]: number } = {};
  for (const name of rateNames) {
    const value = prices[name];
    if (value !== undefined) rates[name] = value;
  }
  return rates;
}

function sourceOf(detail: string, index: number): CostSource {
  return { kind: 'user', name: `your price ${index + 1}`, detail };
}

function problemsOf(value: unknown): readonly string[] {
  if (!isRecord(value))
    return ['must be an object such as { "model": "my-model", "input": 2.5, "output": 10 }.'];
  const problems: string[] = [];
  const { model, provider, request, tiers, from, until, serviceTier } = value;
  if (typeof model !== 'string' || model.trim() === '')
    problems.push('`model` must be a name; `*` stands for any text.');
  else if (model.length > 256) problems.push('`model` must be at most 256 characters long.');
  if (provider !== undefined && (typeof provider !== 'string' || provider.trim() === '')) {
    problems.push('`provider` must be a name, or left out for any provider.');
  }
  if (serviceTier !== undefined && (typeof serviceTier !== 'string' || serviceTier.trim() === '')) {
    problems.push('`serviceTier` must be a name such as `batch`, or left out for standard calls.');
  }
  problems.push(...rateProblems(value, ''));
  if (request !== undefined && !isPrice(request))
    problems.push('`request` must be USD per call, a number from 0 on.');
  if (rateNames.every((name) => value[name] === undefined) && request === undefined) {
    problems.push(
      'needs a price: `input` and `output` in USD per million tokens, or `request` in USD per call.',
    );
  }
  problems.push(...tierProblems(tiers));
  if (from !== undefined && !isDate(from)) problems.push('`from` must be a date such as 2026-01-31.');
  if (until !== undefined && !isDate(until)) problems.push('`until` must be a date such as 2026-01-31.');
  if (isDate(from) && isDate(until) && Date.parse(from) >= Date.parse(until)) {
    problems.push('`until` is the first day after the validity and must come after `from`.');
  }
  return problems;
}

function rateProblems(value: Readonly<Record<string, unknown>>, where: string): readonly string[] {
  return rateNames
    .filter((name) => value[name] !== undefined && !isPrice(value[name]))
    .map((name) => `\`${where}${name}\` must be USD per million tokens, a number from 0 to ${highestPrice}.`);
}

function tierProblems(tiers: unknown): readonly string[] {
  if (tiers === undefined) return [];
  if (!Array.isArray(tiers) || tiers.length > mostTiers)
    return [`\`tiers\` must be a list of at most ${mostTiers}.`];
  return (tiers as readonly unknown[]).flatMap((tier, index) => {
    const where = `tiers[${index}].`;
    if (!isRecord(tier))
      return [`\`tiers[${index}]\` must be an object such as { "aboveInputTokens": 200000, "input": 5 }.`];
    const above = tier['aboveInputTokens'];
    const whole = typeof above === 'number' && Number.isSafeInteger(above) && above >= 0;
    return [
      ...(whole ? [] : [`\`${where}aboveInputTokens\` must be a whole number of tokens.`]),
      ...rateProblems(tier, where),
    ];
  });
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isPrice(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value <= highestPrice;
}

function isDate(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    /^\d{4}-\d{2}-\d{2}(?:T[\d:.]+Z?)?$/.test(value) &&
    !Number.isNaN(Date.parse(value))
  );
}
