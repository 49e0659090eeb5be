import { visibleLabel } from '../base/visibleText.ts';
import type { Cost, CostPart, CostResult, CostSource, UnknownCost } from '../model/cost.ts';
import type { ReportedCost, SpanKind } from '../model/span.ts';
import type { Usage } from '../model/usage.ts';
import { compileAliases } from './aliases.ts';
import { ModelLookup, type CallIdentity, type ResolvedModel } from './modelLookup.ts';
import type { PriceTable } from './priceTable.ts';
import { priceParts, sumParts } from './rates.ts';
import { levelFor, type RateLevel } from './schedule.ts';
import { specialTier } from './serviceTier.ts';
import { compileUserPrices, userRates } from './userPrices.ts';

/** One call to a model, as far as its price goes. */
export interface PricedCall extends CallIdentity {
  readonly kind: SpanKind;
  /** The usage that counts; see `Usage` for what its parts include. */
  readonly usage?: Usage | undefined;
  /** Start of the call in milliseconds since the epoch: prices change with time. */
  readonly startMillis: number;
  readonly serviceTier?: string | undefined;
  readonly reportedCost?: ReportedCost | undefined;
}

/** Prepared by {@link preparePricing}; keep it, since it remembers what it looked up. */
export interface PricingOptions {
  readonly lookup: ModelLookup;
}

export interface PricingSettings {
  readonly table: PriceTable;
  /** Prices and aliases are hand-written, hence checked: `UserPrice`, `ModelAlias`. */
  readonly userPrices?: readonly unknown[] | undefined;
  readonly aliases?: readonly unknown[] | undefined;
}

/** Prepares the table and the user's own prices; `problems` are sentences about entries that were left out. */
export function preparePricing(
  settings: PricingSettings,
): PricingOptions & { readonly problems: readonly string[] } {
  const own = compileUserPrices(settings.userPrices ?? []);
  const named = compileAliases(settings.aliases ?? []);
  const lookup = new ModelLookup({ table: settings.table, userPrices: own.prices, aliases: named.aliases });
  return { lookup, problems: [...own.problems, ...named.problems] };
}

/**
 * What a call costs, or why that is not known.
 *
 * In this order: the user's own price; the cost that the span reports; the price table; 0 for models on the user's own
 * machines. A cost that is reported and one that was computed are kept side by side in `compared`. A reported cost of
 * exactly 0 counts only where the price is 0, too, or no token was used: some emitters write 0 for "unknown".
 */
export function priceCall(call: PricedCall, options: PricingOptions): CostResult {
  const resolved = options.lookup.resolve(call);
  const own = ownPrice(call, resolved);
  const reported = reportedCost(call);
  if (own && 'amount' in own) return reported ? { ...own, compared: reported } : own;
  const computed = own ?? listPrice(call, resolved);
  if (reported) {
    const comparable = 'amount' in computed && computed.source.kind === 'table';
    return comparable
      ? { ...reported, compared: { amount: computed.amount, source: computed.source } }
      : reported;
  }
  return computed;
}

/** Tokens that fit into the model's window, where the table knows. */
export function contextWindow(call: CallIdentity, options: PricingOptions): number | undefined {
  return options.lookup.resolve(call).contextWindow;
}

function ownPrice(call: PricedCall, resolved: ResolvedModel): CostResult | undefined {
  if (resolved.userPrices.length === 0) return undefined;
  const tier = specialTier(call.serviceTier, resolved.home);
  const level = userRates(resolved.userPrices, tier, call.startMillis, call.usage?.input ?? 0);
  return level && withLevel(call, level);
}

function listPrice(call: PricedCall, resolved: ResolvedModel): CostResult {
  const { price } = resolved;
  if (price.kind === 'local' || price.kind === 'free') return free(price.source);
  if (price.kind === 'unknown') {
    return call.usage === undefined ? noUsage() : { unknown: price.unknown, reason: sentence(price.reason) };
  }
  const tier = specialTier(call.serviceTier, resolved.home);
  if (tier !== undefined) {
    return {
      unknown: 'price',
      reason: sentence(`the price table has no prices for the service tier ${visibleLabel(tier, 40)}`),
    };
  }
  const level = levelFor(price.schedule, call.startMillis, call.usage?.input ?? 0);
  return level
    ? withLevel(call, level)
    : { unknown: 'price', reason: 'The price table has no price for this time.' };
}

function withLevel(call: PricedCall, level: RateLevel): CostResult {
  if (call.usage === undefined) return noUsage();
  const needsOutput = call.kind !== 'embedding' && call.kind !== 'rerank';
  const parts = priceParts(call.usage, level.rates, needsOutput);
  if ('unknown' in parts) return { unknown: parts.unknown, reason: sentence(parts.reason) };
  return known(parts, level.source);
}

function reportedCost(call: PricedCall): Cost | undefined {
  const { reportedCost: reported, usage } = call;
  if (!reported || !Number.isFinite(reported.total) || reported.total < 0) return undefined;
  const { total } = reported;
  // A 0 that is true is found by the price (free, local), or by the absence of tokens.
  if (total === 0 && (usage?.input !== 0 || (usage.output ?? 0) !== 0)) return undefined;
  const parts: readonly CostPart[] =
    total === 0 ? [] : [{ what: 'reported', tokens: 1, rate: total, amount: total }];
  return known(parts, { kind: 'reported', name: reported.attribute });
}

function known(parts: readonly CostPart[], source: CostSource): Cost {
  return { amount: sumParts(parts), currency: 'USD', parts, source };
}

function free(source: CostSource): Cost {
  return { amount: 0, currency: 'USD', parts: [], source };
}

function noUsage(): UnknownCost {
  return { unknown: 'usage', reason: 'The span does not say how many tokens it used.' };
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
