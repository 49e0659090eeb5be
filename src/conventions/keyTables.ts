import {
  type Dialect,
  type FieldName,
  fieldNames,
  type FieldTable,
  timingNames,
  type TimingName,
} from './dialect.ts';
import type { UsageName, UsageTable } from './dialect.ts';
import { dialects } from './registry.ts';

/*
 * The tables of all dialects, turned round: from an attribute's key to what it can tell. A span costs what it holds,
 * however many conventions are known.
 */

/** One place in one dialect's table. */
export interface Slot {
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

export interface KeyEntry {
  readonly slots: Slot[];
  /** The dialects that the key is a sign of. */
  readonly signs: number[];
  /** The slots that tell tokens. */
  readonly usage: Slot[];
}

/** A known key of a span, and the place of its value. */
export interface Found {
  readonly entry: KeyEntry;
  readonly place: number;
}

export const allFields: readonly (FieldName | TimingName)[] = [...fieldNames, ...timingNames];
/** Where each field is kept. */
export const at = Object.fromEntries(allFields.map((name, index) => [name, index])) as Record<
  FieldName | TimingName,
  number
>;
const keyIndex = new Map<string, KeyEntry>();
const blocked: ReadonlySet<number>[] = [];

dialects.forEach((dialect, index) => {
  for (const key of dialect.signs.keys ?? []) entryOf(key).signs.push(index);
  addFields(index, dialect.ownFields, true);
  addFields(index, dialect.fields, false);
  addUsage(index, dialect.ownUsage, true);
  addUsage(index, dialect.usage, false);
  blocked.push(blockedFields(dialect));
});

function entryOf(key: string): KeyEntry {
  let entry = keyIndex.get(key);
  if (!entry) keyIndex.set(key, (entry = { slots: [], signs: [], usage: [] }));
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

/** What the tables say of a key; undefined when no dialect names it. */
export function entryOfKey(key: string): KeyEntry | undefined {
  return keyIndex.get(key);
}

/** Whether a dialect that decides says that the field has no attribute in it. */
export function isBlocked(field: number, decided: number): boolean {
  return blocked[decided]?.has(field) === true;
}
