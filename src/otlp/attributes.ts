import type { AttributeMap, AttributeValue } from './types.ts';

/** Attributes beyond these are kept by themselves: records with so many are rare, and their keys seldom repeat. */
const mostKeys = 64;
/** Longer keys, too. */
const longestKey = 200;
/** Keys come from outside: from so many sets on, they are gathered anew. */
const mostKeySets = 4096;

/**
 * The keys of attributes in order, one object for all records with the same ones: a program's spans have few
 * different sets of keys, as objects of a class have one shape.
 */
export class KeySet {
  readonly keys: readonly string[];
  /** What each `KeySetMemo` remembers, by its number. */
  readonly remembered: unknown[] = [];
  #places: Map<string, number> | undefined;
  #lastKey: string | undefined;
  #last: KeySet | undefined;
  #longer: Map<string, KeySet> | undefined;

  constructor(keys: readonly string[]) {
    this.keys = keys;
  }

  /** This set and `key` behind it; undefined when it has that key, is full, or the key is too long for it. */
  with(key: string): KeySet | undefined {
    if (key === this.#lastKey) return this.#last;
    const longer = this.#longer?.get(key) ?? this.#add(key);
    if (longer) {
      this.#lastKey = key;
      this.#last = longer;
    }
    return longer;
  }

  #add(key: string): KeySet | undefined {
    if (this.keys.length >= mostKeys || key.length > longestKey || this.keys.includes(key)) return undefined;
    const longer = new KeySet([...this.keys, key]);
    if (++keySets > mostKeySets) {
      empty = new KeySet([]);
      keySets = 0;
    } else (this.#longer ??= new Map<string, KeySet>()).set(key, longer);
    return longer;
  }

  placeOf(key: string): number | undefined {
    this.#places ??= new Map(this.keys.map((each, place) => [each, place]));
    return this.#places.get(key);
  }
}

let keySets = 0;
let empty = new KeySet([]);

/** Attributes of a record: their values, and the keys that they share with other records. */
export class Attributes implements ReadonlyMap<string, AttributeValue> {
  #keySet = empty;
  readonly #values: AttributeValue[] = [];
  /** What does not fit into a set of keys. */
  #more: Map<string, AttributeValue> | undefined;

  /** Of two values for one key the last counts. */
  set(key: string, value: AttributeValue): void {
    const longer = this.#keySet.with(key);
    if (longer) {
      this.#keySet = longer;
      this.#values.push(value);
      return;
    }
    const place = this.#keySet.placeOf(key);
    if (place === undefined) (this.#more ??= new Map<string, AttributeValue>()).set(key, value);
    else this.#values[place] = value;
  }

  /** Undefined when there are more attributes than a set of keys holds. */
  get keySet(): KeySet | undefined {
    return this.#more ? undefined : this.#keySet;
  }

  /** All values, in the order of the keys; not a copy. */
  get list(): readonly AttributeValue[] {
    return this.#more ? [...this.#values, ...this.#more.values()] : this.#values;
  }

  get(key: string): AttributeValue | undefined {
    const place = this.#keySet.placeOf(key);
    return place === undefined ? this.#more?.get(key) : this.#values[place];
  }

  has(key: string): boolean {
    return this.#keySet.placeOf(key) !== undefined || this.#more?.has(key) === true;
  }

  get size(): number {
    return this.#values.length + (this.#more?.size ?? 0);
  }

  keys(): MapIterator<string> {
    const { keys } = this.#keySet;
    return (this.#more ? [...keys, ...this.#more.keys()] : keys).values();
  }

  values(): MapIterator<AttributeValue> {
    return this.list.values();
  }

  *entries(): MapIterator<[string, AttributeValue]> {
    const { keys } = this.#keySet;
    for (let i = 0; i < keys.length; i++) yield [keys[i] as string, this.#values[i] as AttributeValue];
    if (this.#more) yield* this.#more;
  }

  [Symbol.iterator](): MapIterator<[string, AttributeValue]> {
    return this.entries();
  }

  forEach(visit: (value: AttributeValue, key: string, map: AttributeMap) => void): void {
    const { keys } = this.#keySet;
    for (let i = 0; i < keys.length; i++) visit(this.#values[i] as AttributeValue, keys[i] as string, this);
    this.#more?.forEach((value, key) => visit(value, key, this));
  }
}

/** The values in the order of the keys; not a copy where that can be avoided. */
export function valuesOf(attributes: AttributeMap): readonly AttributeValue[] {
  return attributes instanceof Attributes ? attributes.list : [...attributes.values()];
}

let memos = 0;

/** Remembers what the keys of attributes tell, whatever their values: worked out once for each set of keys. */
export class KeySetMemo<T> {
  readonly #tell: (keys: readonly string[]) => T;
  readonly #number = memos++;

  constructor(tell: (keys: readonly string[]) => T) {
    this.#tell = tell;
  }

  of(attributes: AttributeMap): T {
    const keySet = attributes instanceof Attributes ? attributes.keySet : undefined;
    if (!keySet) return this.#tell([...attributes.keys()]);
    const { remembered } = keySet;
    return (remembered[this.#number] ??= this.#tell(keySet.keys)) as T;
  }
}
