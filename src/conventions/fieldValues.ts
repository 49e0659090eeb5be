import type { AttributeValue } from '../otlp/types.ts';
import { allFields, type Found, isBlocked, type Slot } from './keyTables.ts';
import { dialects } from './registry.ts';

/** Which attribute tells each field. */
export interface FieldChoice {
  /** By field, the place of its value; -1 where no attribute tells it. */
  readonly places: Int32Array;
  readonly slots: readonly (Slot | undefined)[];
}

/** The values that won, by field, and where they came from. */
export class FieldValues {
  readonly #choice: FieldChoice;
  readonly #values: readonly AttributeValue[];
  /** Values that the user's mapping gives, by field. */
  #mapped: Map<number, { readonly value: AttributeValue; readonly key: string }> | undefined;

  constructor(choice: FieldChoice, values: readonly AttributeValue[]) {
    this.#choice = choice;
    this.#values = values;
  }

  /** `field` is one of `at`. */
  get(field: number): AttributeValue | undefined {
    if (this.#mapped?.has(field)) return this.#mapped.get(field)?.value;
    const place = this.#choice.places[field] as number;
    return place < 0 ? undefined : this.#values[place];
  }

  /** The attribute and the dialect behind a value. */
  origin(field: number): { key: string; dialect: string } | undefined {
    const mapped = this.#mapped?.get(field);
    if (mapped) return { key: mapped.key, dialect: 'user' };
    const slot = this.#choice.slots[field];
    return slot && { key: slot.key, dialect: dialects[slot.dialect]?.id ?? 'user' };
  }

  setMapped(field: number, value: AttributeValue, key: string): void {
    this.#mapped ??= new Map();
    this.#mapped.set(field, { value, key });
  }
}

const unranked = 0x7fffffff;

/** The deciding dialect's attributes first, then the other dialects' in their order. */
export function chooseFields(found: readonly Found[], decided: number): FieldChoice {
  const places = new Int32Array(allFields.length).fill(-1);
  const ranks = new Int32Array(allFields.length).fill(unranked);
  const slots = new Array<Slot | undefined>(allFields.length).fill(undefined);
  for (const { entry, place } of found) {
    for (const slot of entry.slots) {
      const { field } = slot;
      if (field < 0 || (slot.own && slot.dialect !== decided) || isBlocked(field, decided)) continue;
      const rank = rankOf(slot, decided);
      if (rank >= (ranks[field] as number)) continue;
      ranks[field] = rank;
      places[field] = place;
      slots[field] = slot;
    }
  }
  return { places, slots };
}

function rankOf(slot: Slot, decided: number): number {
  return slot.dialect === decided ? slot.order : 1000 * (slot.dialect + 1) + slot.order;
}
