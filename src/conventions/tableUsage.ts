import type { AttributeValue } from '../otlp/types.ts';
import type { UsageKeys, UsageName } from './dialect.ts';
import type { Found } from './keyTables.ts';
import type { RawUsage } from './usage.ts';
import { asCount } from './values.ts';

/** Token counts of one vocabulary. */
export interface CollectedUsage {
  readonly dialect: number;
  readonly raw: RawUsage;
  /** The attribute behind each count. */
  readonly keys: UsageKeys;
}

/** Which attributes tell a vocabulary's counts. */
interface Vocabulary {
  readonly dialect: number;
  readonly keys: UsageKeys;
  readonly counts: readonly { readonly usage: UsageName; readonly place: number }[];
}
export type UsageChoice = readonly Vocabulary[];

interface Best {
  readonly order: number;
  readonly key: string;
  readonly place: number;
}

const nothing: readonly CollectedUsage[] = [];

/** Per vocabulary, the deciding dialect's first, the attribute of the highest order for each count. */
export function chooseUsage(found: readonly Found[], decided: number): UsageChoice {
  const groups = new Map<number, Map<UsageName, Best>>();
  for (const { entry, place } of found) {
    for (const { usage, own, dialect, order, key } of entry.usage) {
      if (usage === undefined || (own && dialect !== decided)) continue;
      let group = groups.get(dialect);
      if (!group) groups.set(dialect, (group = new Map<UsageName, Best>()));
      const other = group.get(usage);
      if (!other || order < other.order) group.set(usage, { order, key, place });
    }
  }
  const rank = (dialect: number): number => (dialect === decided ? -1 : dialect);
  return [...groups]
    .sort(([a], [b]) => rank(a) - rank(b))
    .map(([dialect, group]) => ({
      dialect,
      keys: Object.fromEntries([...group].map(([usage, { key }]) => [usage, key])),
      counts: [...group].map(([usage, { place }]) => ({ usage, place })),
    }));
}

/** The counts of a span. Where an attribute holds no count, one of a lower order may. */
export function readCounts(
  choice: UsageChoice,
  found: readonly Found[],
  values: readonly AttributeValue[],
  decided: number,
): readonly CollectedUsage[] {
  if (choice.length === 0) return nothing;
  const isCount = ({ entry, place }: Found): boolean =>
    entry.usage.length === 0 || asCount(values[place]) !== undefined;
  const read: CollectedUsage[] = [];
  for (const { dialect, keys, counts } of choice) {
    const raw: RawUsage = {};
    for (const { usage, place } of counts) {
      const tokens = asCount(values[place]);
      if (tokens === undefined) {
        const rest = found.filter(isCount);
        return readCounts(chooseUsage(rest, decided), rest, values, decided);
      }
      raw[usage] = tokens;
    }
    read.push({ dialect, raw, keys });
  }
  return read;
}
