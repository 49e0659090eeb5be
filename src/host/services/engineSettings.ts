import type { Severity } from '../../model/flag.ts';
import type { ModelAlias, PricesPerMillion, UserPrice } from '../../model/userPrice.ts';
import type { RuleOperator, UserRule } from '../../model/userRule.ts';
import { ruleOperators } from '../../model/userRule.ts';
import type { EngineSettings } from '../../protocol/engine.ts';
import type { SettingKey } from '../ids.ts';
import { settings } from '../ids.ts';

const loopback = ['127.0.0.1', '::1'];
const priceParts = [
  'input',
  'output',
  'cacheRead',
  'cacheWrite',
  'cacheWrite1h',
  'reasoning',
  'inputAudio',
  'outputAudio',
] as const satisfies readonly (keyof PricesPerMillion)[];

/**
 * The engine's settings from what the user's files say. The editor does not enforce the settings' schema, so each
 * value is checked: a number out of range is drawn into it, an entry that makes no sense is left out and named.
 */
export function readEngineSettings(
  get: (key: SettingKey) => unknown,
  workspaceFolders: readonly string[],
  onInvalid: (key: SettingKey, what: string) => void,
): EngineSettings {
  const number = (key: SettingKey, standard: number, min: number, max: number): number => {
    const value = get(key);
    if (typeof value === 'number' && Number.isFinite(value)) return Math.min(max, Math.max(min, value));
    if (value !== undefined) onInvalid(key, 'is not a number');
    return standard;
  };
  const list = <T>(key: SettingKey, read: (item: unknown) => T | undefined): T[] => {
    const value = get(key);
    if (!Array.isArray(value)) {
      if (value !== undefined) onInvalid(key, 'is not a list');
      return [];
    }
    return value.slice(0, 1000).flatMap((item, index) => {
      const result = read(item);
      if (result === undefined) onInvalid(key, `has an entry that cannot be used (number ${index + 1})`);
      return result === undefined ? [] : [result];
    });
  };
  return {
    receiver: {
      enabled: get(settings.enabled) !== false,
      hosts: loopback,
      grpcPort: Math.round(number(settings.grpcPort, 4317, 1, 65_535)),
      httpPort: Math.round(number(settings.httpPort, 4318, 1, 65_535)),
      maxRequestBytes: Math.round(number(settings.maxRequestSizeMB, 64, 1, 1024) * 1024 * 1024),
      allowedOrigins: list(settings.allowedOrigins, readOrigin),
    },
    store: {
      maxAgeDays: number(settings.maxAgeDays, 7, 0.01, 3650),
      maxBytes: Math.round(number(settings.maxSizeMB, 1000, 10, 1_000_000) * 1_000_000),
      maxTraces: Math.round(number(settings.maxTraces, 1_000_000, 1, 100_000_000)),
    },
    disabledFlags: list(settings.disabledFlags, readText),
    workspaceFolders,
    userPrices: list(settings.userPrices, readPrice),
    modelAliases: list(settings.modelAliases, readAlias),
    userRules: list(settings.userRules, readRule),
  };
}

function readText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && value.length <= 1000 ? value : undefined;
}

/** An origin as a browser sends it: scheme, host, port; no path, and no wildcard. */
function readOrigin(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.includes('*') || !URL.canParse(value)) return undefined;
  const url = new URL(value);
  const isWeb = url.protocol === 'http:' || url.protocol === 'https:';
  return isWeb && (value === url.origin || value === `${url.origin}/`) ? url.origin : undefined;
}

function readPrice(value: unknown): UserPrice | undefined {
  const entry = fields(value);
  const model = readText(entry?.get('model'));
  if (!entry || model === undefined) return undefined;
  const prices = readParts(entry);
  const request = readAmount(entry.get('request'));
  const tiers = entry.get('tiers');
  const readTiers = Array.isArray(tiers) ? tiers.slice(0, 20).map(readTier) : [];
  const dates = [entry.get('from'), entry.get('until')];
  const isWrong =
    prices === undefined ||
    request === null ||
    (tiers !== undefined && !Array.isArray(tiers)) ||
    readTiers.includes(undefined) ||
    dates.some((date) => date !== undefined && !isDate(date));
  if (isWrong) return undefined;
  return {
    model,
    ...optional('provider', readText(entry.get('provider'))),
    ...prices,
    ...optional('request', request),
    ...(readTiers.length > 0 ? { tiers: readTiers.filter((tier) => tier !== undefined) } : {}),
    ...optional('from', dates[0] as string | undefined),
    ...optional('until', dates[1] as string | undefined),
  };
}

function readTier(value: unknown): (PricesPerMillion & { aboveInputTokens: number }) | undefined {
  const entry = fields(value);
  const aboveInputTokens = readAmount(entry?.get('aboveInputTokens'));
  const prices = entry && readParts(entry);
  return prices && typeof aboveInputTokens === 'number' ? { ...prices, aboveInputTokens } : undefined;
}

/** Undefined when a price is there and is not an amount. */
function readParts(entry: ReadonlyMap<string, unknown>): PricesPerMillion | undefined {
  const prices: { -readonly [part in keyof PricesPerMillion]: number } = {};
  for (const part of priceParts) {
    const amount = readAmount(entry.get(part));
    if (amount === null) return undefined;
    if (amount !== undefined) prices[part] = amount;
  }
  return prices;
}

/** Undefined when absent, null when it is no amount. */
function readAmount(value: unknown): number | null | undefined {
  if (value === undefined) return undefined;
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : null;
}

function readAlias(value: unknown): ModelAlias | undefined {
  const entry = fields(value);
  const name = readText(entry?.get('name'));
  const model = readText(entry?.get('model'));
  if (name === undefined || model === undefined) return undefined;
  return { name, model, ...optional('provider', readText(entry?.get('provider'))) };
}

function readRule(value: unknown): UserRule | undefined {
  const entry = fields(value);
  const id = readText(entry?.get('id'));
  const attribute = readText(entry?.get('attribute'));
  const operator = ruleOperators.find((known): known is RuleOperator => known === entry?.get('operator'));
  const severity = (['error', 'warning', 'info'] as const).find(
    (known): known is Severity => known === entry?.get('severity'),
  );
  if (!entry || !id || !/^[A-Za-z0-9_-]{1,64}$/.test(id) || !attribute || !operator || !severity)
    return undefined;
  const compared = entry.get('value');
  const isComparable =
    typeof compared === 'string' || typeof compared === 'number' || typeof compared === 'boolean';
  const needsNone = operator === 'exists' || operator === 'missing';
  if (!needsNone && !isComparable) return undefined;
  return {
    id,
    attribute,
    operator,
    severity,
    ...(isComparable && !needsNone ? { value: compared } : {}),
    ...optional('message', readText(entry.get('message'))),
  };
}

function fields(value: unknown): ReadonlyMap<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? new Map(Object.entries(value))
    : undefined;
}

function isDate(value: unknown): boolean {
  return typeof value === 'string' && /^\d{4}-\d{2}-\d{2}/.test(value) && !Number.isNaN(Date.parse(value));
}

function optional<K extends string, T>(key: K, value: T | null | undefined): { [key in K]?: T } {
  return value === undefined || value === null ? {} : ({ [key]: value } as { [key in K]: T });
}
