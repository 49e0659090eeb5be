import type {
  calcPrice,
  ConditionalPrice,
  findProvider,
  ModelInfo,
  ModelPrice,
} from '@pydantic/genai-prices';
import type { CostSource } from '../model/cost.ts';
import type { Rates } from './rates.ts';
import type { PricePeriod, PriceSchedule, RateLevel } from './schedule.ts';
import { tableDate, tableName, tableVersion } from './tableVersion.ts';

interface Library {
  readonly calcPrice: typeof calcPrice;
  readonly findProvider: typeof findProvider;
}

/** A model as the table knows it. */
export interface TableModel {
  /** The table's provider id, e.g. `openai`, `aws`. */
  readonly provider: string;
  readonly model: string;
  /** Tokens. */
  readonly contextWindow?: number | undefined;
  /** Absent: known, but not priced by tokens. */
  readonly schedule?: PriceSchedule | undefined;
  /** True when the table says that the model is free of charge. */
  readonly free: boolean;
  /** What is paid for instead of tokens, where `schedule` is absent and the table knows. */
  readonly unit?: string | undefined;
}

export interface PriceTable {
  /** The model of that name at that provider, or undefined. Names are matched as the table says, case ignored. */
  find(provider: string, model: string): TableModel | undefined;
  /** The provider whose API is at that host, or undefined. */
  providerAt(host: string): string | undefined;
}

/** Loads the bundled table (0.5 MB of data): only the thread that prices should. */
export async function loadPriceTable(): Promise<PriceTable> {
  return wrapPriceTable(await import('@pydantic/genai-prices'));
}

export function wrapPriceTable(library: Library): PriceTable {
  const compiled = new WeakMap<ModelInfo, Map<string, TableModel>>();
  return {
    find(provider, model) {
      const home = library.findProvider({ providerId: provider });
      if (home?.id !== provider) return undefined;
      // No usage is priced here: the call only finds the model, with the table's own rules for names and fallbacks.
      const found = library.calcPrice({}, model, { providerId: provider, timestamp: new Date(0) });
      if (!found) return undefined;
      let byProvider = compiled.get(found.model);
      if (!byProvider) compiled.set(found.model, (byProvider = new Map<string, TableModel>()));
      let entry = byProvider.get(provider);
      if (!entry) byProvider.set(provider, (entry = compileModel(provider, found.model)));
      return entry;
    },
    providerAt(host) {
      return library.findProvider({ providerApiUrl: `https://${host}` })?.id;
    },
  };
}

function compileModel(provider: string, info: ModelInfo): TableModel {
  const periods: readonly ConditionalPrice[] = Array.isArray(info.prices)
    ? info.prices
    : [{ prices: info.prices }];
  const units = new Set(periods.flatMap((period) => Object.keys(period.prices)));
  const known = { provider, model: info.id, contextWindow: info.context_window };
  if (units.size === 0) return { ...known, free: isFree(info) };
  if (!units.has('input_mtok') && !units.has('output_mtok')) {
    return { ...known, free: false, unit: [...units].map((unit) => unit.replaceAll('_', ' ')).join(', ') };
  }
  return {
    ...known,
    free: false,
    schedule: { periods: periods.map((period) => compilePeriod(provider, info.id, period)) },
  };
}

/** An empty price may mean "free" or "not known": only what says so is free. */
function isFree(info: ModelInfo): boolean {
  if (info.id.endsWith(':free')) return true;
  const comment = info.price_comments?.toLowerCase() ?? '';
  return comment.startsWith('included in the subscription') || comment.includes('free of charge');
}

function compilePeriod(provider: string, model: string, period: ConditionalPrice): PricePeriod {
  const { constraint, prices } = period;
  const levels = compileLevels(`${provider} / ${model}`, prices, constraint);
  if (constraint === undefined) return { levels };
  if (constraint.type === 'start_date')
    return { levels, fromMillis: Date.parse(`${constraint.start_date}T00:00:00Z`) };
  return {
    levels,
    timeOfDay: { start: secondsOfDay(constraint.start_time), end: secondsOfDay(constraint.end_time) },
  };
}

function compileLevels(
  name: string,
  prices: ModelPrice,
  constraint: ConditionalPrice['constraint'],
): readonly RateLevel[] {
  const starts = new Set<number>([-1]);
  for (const price of Object.values(prices)) {
    if (typeof price === 'object') for (const tier of price.tiers) starts.add(tier.start);
  }
  const thresholds = [...starts].sort((left, right) => left - right);
  return thresholds.map((aboveInputTokens, index) => {
    const detail = [name];
    const next = thresholds[index + 1];
    if (aboveInputTokens >= 0) detail.push(`input above ${aboveInputTokens.toLocaleString('en-US')} tokens`);
    else if (next !== undefined) detail.push(`input up to ${next.toLocaleString('en-US')} tokens`);
    if (constraint?.type === 'start_date') detail.push(`since ${constraint.start_date}`);
    else if (constraint) detail.push(`from ${constraint.start_time} to ${constraint.end_time}`);
    return {
      aboveInputTokens,
      rates: ratesAbove(prices, aboveInputTokens),
      source: tableSource(detail.join(', ')),
    };
  });
}

/** The rates of calls whose input is just above the threshold. */
function ratesAbove(prices: ModelPrice, threshold: number): Rates {
  const rate = (key: string): number | undefined => {
    const price = prices[key];
    if (typeof price !== 'object') return price;
    let value = price.base;
    for (const tier of [...price.tiers].sort((left, right) => left.start - right.start)) {
      if (tier.start <= threshold) value = tier.price;
    }
    return value;
  };
  const perThousandRequests = rate('requests_kcount');
  return {
    input: rate('input_mtok'),
    output: rate('output_mtok'),
    cacheRead: rate('cache_read_mtok'),
    cacheWrite: rate('cache_write_mtok'),
    cacheWrite1h: rate('cache_write_1h_mtok'),
    reasoning: rate('output_reasoning_mtok'),
    inputAudio: rate('input_audio_mtok'),
    outputAudio: rate('output_audio_mtok'),
    cacheReadAudio: rate('cache_audio_read_mtok'),
    request: perThousandRequests === undefined ? undefined : perThousandRequests / 1000,
  };
}

/** `01:00:00Z`, `08:30:00+08:00` → seconds of the UTC day. */
function secondsOfDay(time: string): number {
  return (Date.parse(`1970-01-02T${time}`) / 1000) % 86_400;
}

export function tableSource(detail: string): CostSource {
  return { kind: 'table', name: tableName, version: tableVersion, date: tableDate, detail };
}
