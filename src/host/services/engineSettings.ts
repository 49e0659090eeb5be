import type { UserMapping } from '../../model/attributeMapping.ts';
import type { ModelAlias, UserPrice } from '../../model/userPrice.ts';
import type { UserRule } from '../../model/userRule.ts';
import type { EngineSettings } from '../../protocol/engine.ts';
import type { SettingKey } from '../ids.ts';
import { settings } from '../ids.ts';

const loopback = ['127.0.0.1', '::1'];
/**
 * The engine's settings from what the user's files say. The editor does not enforce the settings' schema: a number out
 * of range is drawn into it, an entry that makes no sense is left out and named.
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
    userPrices: list(settings.userPrices, (item) => readEntry<UserPrice>(item)),
    modelAliases: list(settings.modelAliases, (item) => readEntry<ModelAlias>(item)),
    userRules: list(settings.userRules, (item) => readEntry<UserRule>(item)),
    attributeMappings: list(settings.attributeMappings, (item) => readEntry<UserMapping>(item)),
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

/** An entry of a list of the user's; what its members say is checked, in sentences, by the room that uses it. */
function readEntry<T extends object>(value: unknown): T | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as T) : undefined;
}
