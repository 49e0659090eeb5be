import type { AttributeValue } from '../otlp/types.ts';
import {
  type Dialect,
  type FieldName,
  fieldNames,
  type FieldTable,
  timingNames,
  type TimingName,
} from './dialect.ts';
import type { UsageKeys, UsageName, UsageTable } from './dialect.ts';
import { dialects } from './registry.ts';
import type { SpanView } from './spanView.ts';
import type { RawUsage } from './usage.ts';
import { asCount, isUsable } from './values.ts';

/*
 * The tables of all dialects, turned round: from an attribute's key to what it can tell. A span is read in one pass
 * over its attributes, so that it costs what it holds, however many conventions are known.
 */

/** One place in one dialect's table. */
interface Slot {
  readonly key: string;
  readonly dialect: number;
  /** Counts only where its dialect decided. */
  readonly own: boolean;
  /** Position in the table, the own tables first. */
  readonly order: number;
  /** Index into `allFields`, or -1. */
  readonly field: number;
  readonly usage: UsageName | undefined;
}

interface KeyEntry {
  readonly slots: Slot[];
  readonly signs: number[];
  /** The slots that tell tokens. */
  readonly usage: Slot[];
  /** By the dialect that decides: the slots with fields that can win then. */
  readonly fields: (readonly Slot[] | undefined)[];
}

const allFields: readonly (FieldName | TimingName)[] = [...fieldNames, ...timingNames];
/** Where each field is kept. */
export const at = Object.fromEntries(allFields.map((name, index) => [name, index])) as Record<
  FieldName | TimingName,
  number
>;
const keyIndex = new Map<string, KeyEntry>();
const nameSigns = new Map<string, number[]>();
const namePrefixes: (readonly [string, number])[] = [];
const scopePrefixes: (readonly [string, number])[] = [];
const blocked: ReadonlySet<number>[] = [];

dialects.forEach((dialect, index) => {
  for (const key of dialect.signs.keys ?? []) entryOf(key).signs.push(index);
  for (const scope of dialect.signs.scopes ?? []) scopePrefixes.push([scope, index]);
  for (const name of dialect.signs.names ?? []) {
    if (name.endsWith('*')) namePrefixes.push([name.slice(0, -1), index]);
    else nameSigns.set(name, [...(nameSigns.get(name) ?? []), index]);
  }
  addFields(index, dialect.ownFields, true);
  addFields(index, dialect.fields, false);
  addUsage(index, dialect.ownUsage, true);
  addUsage(index, dialect.usage, false);
  blocked.push(blockedFields(dialect));
});

function entryOf(key: string): KeyEntry {
  let entry = keyIndex.get(key);
  if (!entry) keyIndex.set(key, (entry = { slots: [], signs: [], usage: [], fields: [] }));
  return entry;
}

function addFields(dialect: number, table: FieldTable | undefined, own: boolean): void {
  for (const [name, keys] of Object.entries(table ?? {})) {
    const field = at[name as FieldName];
    keys.forEach((key, order) =>
      entryOf(key).slots.push({
        key,
        dialect,
        own,
        order: own ? order : 100 + order,
        field,
        usage: undefined,
      }),
    );
  }
}

function addUsage(dialect: number, table: UsageTable | undefined, own: boolean): void {
  for (const [name, keys] of Object.entries(table ?? {})) {
    const usage = name as UsageName;
    keys.forEach((key, order) => {
      const slot = { key, dialect, own, order: own ? order : 100 + order, field: -1, usage };
      entryOf(key).slots.push(slot);
      entryOf(key).usage.push(slot);
    });
  }
}

function blockedFields(dialect: Dialect): ReadonlySet<number> {
  const none = Object.entries(dialect.ownFields ?? {}).filter(([, keys]) => keys.length === 0);
  return new Set(none.map(([name]) => at[name as FieldName]));
}

/** True when some dialect's table names the key. */
export function isKnownKey(key: string): boolean {
  return keyIndex.has(key);
}

/** What the tables found on one span, before it is clear which dialect decides. Good until the next span is read. */
export interface Collected {
  /** The known keys that hold something, each with its value at the same place of `values`. */
  readonly entries: readonly KeyEntry[];
  readonly values: readonly AttributeValue[];
  /** Indices of the dialects that show signs, in order. */
  readonly candidates: readonly number[];
}

const signs = new Uint8Array(dialects.length);

/** One pass over the attributes. */
export function collect(view: SpanView): Collected {
  foundEntries.length = 0;
  foundValues.length = 0;
  signs.fill(0);
  signs[genericIndex] = 1;
  // Rather than a loop, which makes a pair for each attribute.
  view.attributes.forEach(collectOne);
  for (const index of scopeSigns(view.scope)) signs[index] = 1;
  for (const index of nameSigns.get(view.name) ?? none) signs[index] = 1;
  for (const [prefix, index] of namePrefixes) if (view.name.startsWith(prefix)) signs[index] = 1;
  const candidates: number[] = [];
  for (let index = 0; index < signs.length; index++) if (signs[index] === 1) candidates.push(index);
  return { entries: foundEntries, values: foundValues, candidates };
}

/** Used again for each span. */
const foundEntries: KeyEntry[] = [];
const foundValues: AttributeValue[] = [];

function collectOne(value: AttributeValue, key: string): void {
  const entry = keyIndex.get(key);
  if (entry === undefined) return;
  const { signs: ofKey } = entry;
  for (let i = 0; i < ofKey.length; i++) signs[ofKey[i] as number] = 1;
  if (entry.slots.length === 0 || !isUsable(value)) return;
  foundEntries.push(entry);
  foundValues.push(value);
}

const none: readonly number[] = [];
const genericIndex = dialects.findIndex((dialect) => dialect.id === 'generic');
const scopeCache = new Map<string, readonly number[]>();
const maxScopes = 4096;

function scopeSigns(scope: string): readonly number[] {
  const known = scopeCache.get(scope);
  if (known) return known;
  const found = [
    ...new Set(scopePrefixes.filter(([prefix]) => matches(scope, prefix)).map(([, index]) => index)),
  ];
  if (scopeCache.size >= maxScopes) scopeCache.clear();
  scopeCache.set(scope, found);
  return found;
}

/** A prefix ends at the end of a word: `codex` is no sign of `codexample`. */
function matches(scope: string, prefix: string): boolean {
  if (!scope.startsWith(prefix)) return false;
  return scope.length === prefix.length || !/[A-Za-z0-9]/.test(scope[prefix.length] ?? '');
}

/** The values that won, by field, and where they came from. */
export class FieldValues {
  readonly #values = new Array<AttributeValue | undefined>(allFields.length);
  readonly #slots = new Array<Slot | undefined>(allFields.length);

  /** `field` is one of `at`. */
  get(field: number): AttributeValue | undefined {
    return this.#values[field];
  }

  /** The attribute and the dialect behind a value. */
  origin(field: number): { key: string; dialect: string } | undefined {
    const slot = this.#slots[field];
    return slot && { key: slot.key, dialect: dialects[slot.dialect]?.id ?? 'user' };
  }

  /** A value that the user's mapping gives. */
  setMapped(field: number, value: AttributeValue, key: string): void {
    const slot: Slot = { key, dialect: -1, own: false, order: 0, field, usage: undefined };
    this.set(field, value, slot);
  }

  set(field: number, value: AttributeValue | undefined, slot: Slot | undefined): void {
    this.#values[field] = value;
    this.#slots[field] = slot;
  }
}

const ranks = new Int32Array(allFields.length);
const unranked = 0x7fffffff;

/** Chooses per field: the deciding dialect's attributes first, then the other dialects' in their order. */
export function chooseFields(collected: Collected, decided: number): FieldValues {
  const fields = new FieldValues();
  ranks.fill(unranked);
  const { entries, values } = collected;
  for (let i = 0; i < entries.length; i++) {
    const entry = entries[i] as KeyEntry;
    for (const slot of (entry.fields[decided] ??= contenders(entry, decided))) {
      const rank = rankOf(slot, decided);
      if (rank >= (ranks[slot.field] as number)) continue;
      ranks[slot.field] = rank;
      fields.set(slot.field, values[i], slot);
    }
  }
  return fields;
}

/** Of a key's slots the best for each field: the others name the same value. */
function contenders(entry: KeyEntry, decided: number): readonly Slot[] {
  const best = new Map<number, Slot>();
  for (const slot of entry.slots) {
    if (slot.field < 0 || (slot.own && slot.dialect !== decided) || blocked[decided]?.has(slot.field))
      continue;
    const other = best.get(slot.field);
    if (!other || rankOf(slot, decided) < rankOf(other, decided)) best.set(slot.field, slot);
  }
  return [...best.values()];
}

function rankOf(slot: Slot, decided: number): number {
  return slot.dialect === decided ? slot.order : 1000 * (slot.dialect + 1) + slot.order;
}

/** Token counts per vocabulary, the deciding dialect's first. */
export interface CollectedUsage {
  readonly dialect: number;
  readonly raw: RawUsage;
  /** The attribute behind each count. */
  readonly keys: UsageKeys;
}

export function chooseUsage(collected: Collected, decided: number): readonly CollectedUsage[] {
  const { entries, values } = collected;
  let found:
    | {
        dialect: number;
        raw: RawUsage;
        keys: { [U in UsageName]?: string };
        ranks: Partial<Record<UsageName, number>>;
      }[]
    | undefined;
  for (let i = 0; i < entries.length; i++) {
    const { usage } = entries[i] as KeyEntry;
    const tokens = usage.length === 0 ? undefined : asCount(values[i]);
    if (tokens === undefined) continue;
    for (const slot of usage) {
      if (slot.usage === undefined || (slot.own && slot.dialect !== decided)) continue;
      found ??= [];
      let group = found.find((other) => other.dialect === slot.dialect);
      if (!group) found.push((group = { dialect: slot.dialect, raw: {}, keys: {}, ranks: {} }));
      if (slot.order >= (group.ranks[slot.usage] ?? unranked)) continue;
      group.raw[slot.usage] = tokens;
      group.ranks[slot.usage] = slot.order;
      group.keys[slot.usage] = slot.key;
    }
  }
  if (!found) return [];
  if (found.length > 1) {
    found.sort((a, b) => (a.dialect === decided ? -1 : a.dialect) - (b.dialect === decided ? -1 : b.dialect));
  }
  return found;
}
