import { KeySetMemo, valuesOf } from '../otlp/attributes.ts';
import type { AttributeValue } from '../otlp/types.ts';
import { type FieldChoice, chooseFields, FieldValues } from './fieldValues.ts';
import { entryOfKey, type Found } from './keyTables.ts';
import { dialects } from './registry.ts';
import { signsOfName, signsOfScope } from './signs.ts';
import type { SpanView } from './spanView.ts';
import { type CollectedUsage, chooseUsage, readCounts, type UsageChoice } from './tableUsage.ts';
import { isUsable } from './values.ts';

/** So many sets of values that say nothing are remembered for the same keys. */
const mostVariants = 32;

/**
 * What attributes can tell by their keys alone. Nearly all spans have the keys of others before them: what the tables
 * say of a set of keys is worked out once, and a span only looks its values up.
 */
class KeysRead {
  readonly found: readonly Found[];
  /** The dialects that the keys are signs of. */
  readonly #signs: readonly number[];
  #scopeSigns: readonly number[] | undefined;
  #nameSigns: readonly number[] | undefined;
  #candidates: readonly number[] = [];
  readonly #fields: (FieldChoice | undefined)[] = [];
  readonly #usage: (UsageChoice | undefined)[] = [];
  /** By the places whose values say nothing. */
  #without: Map<string, KeysRead> | undefined;

  constructor(found: readonly Found[], signs: readonly number[]) {
    this.found = found;
    this.#signs = signs;
  }

  /** Without the keys whose values say nothing. */
  usable(values: readonly AttributeValue[]): KeysRead {
    let unusable = '';
    for (const { place } of this.found) if (!isUsable(values[place])) unusable += ` ${place}`;
    if (unusable === '') return this;
    let rest = this.#without?.get(unusable);
    if (!rest) {
      rest = new KeysRead(
        this.found.filter(({ place }) => isUsable(values[place])),
        this.#signs,
      );
      this.#without ??= new Map();
      if (this.#without.size < mostVariants) this.#without.set(unusable, rest);
    }
    return rest;
  }

  /** Indices of the dialects that show signs, in order. */
  candidates(scope: string, name: string): readonly number[] {
    const ofScope = signsOfScope(scope);
    const ofName = signsOfName(name);
    if (ofScope !== this.#scopeSigns || ofName !== this.#nameSigns) {
      const all = new Set([genericIndex, ...this.#signs, ...ofScope, ...ofName]);
      this.#candidates = [...all].sort((a, b) => a - b);
      this.#scopeSigns = ofScope;
      this.#nameSigns = ofName;
    }
    return this.#candidates;
  }

  fields(decided: number): FieldChoice {
    return (this.#fields[decided] ??= chooseFields(this.found, decided));
  }

  usage(decided: number): UsageChoice {
    return (this.#usage[decided] ??= chooseUsage(this.found, decided));
  }
}

const genericIndex = dialects.findIndex((dialect) => dialect.id === 'generic');

const keysRead = new KeySetMemo((keys) => {
  const found: Found[] = [];
  const signs: number[] = [];
  keys.forEach((key, place) => {
    const entry = entryOfKey(key);
    if (!entry) return;
    signs.push(...entry.signs);
    if (entry.slots.length > 0) found.push({ entry, place });
  });
  return new KeysRead(found, signs);
});

/** What the tables found on one span, before it is clear which dialect decides. */
export class Collected {
  /** Indices of the dialects that show signs, in order. */
  readonly candidates: readonly number[];
  readonly #keys: KeysRead;
  readonly #values: readonly AttributeValue[];

  constructor(keys: KeysRead, values: readonly AttributeValue[], candidates: readonly number[]) {
    this.#keys = keys;
    this.#values = values;
    this.candidates = candidates;
  }

  /** Chooses per field: the deciding dialect's attributes first, then the other dialects' in their order. */
  fields(decided: number): FieldValues {
    return new FieldValues(this.#keys.fields(decided), this.#values);
  }

  /** Token counts per vocabulary, the deciding dialect's first. */
  usage(decided: number): readonly CollectedUsage[] {
    return readCounts(this.#keys.usage(decided), this.#keys.found, this.#values, decided);
  }
}

export function collect(view: SpanView): Collected {
  const values = valuesOf(view.attributes);
  const keys = keysRead.of(view.attributes);
  return new Collected(keys.usable(values), values, keys.candidates(view.scope, view.name));
}
