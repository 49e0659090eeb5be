import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { Attributes, KeySetMemo, valuesOf } from '../../../src/otlp/attributes.ts';
import type { AttributeMap, AttributeValue } from '../../../src/otlp/types.ts';
import { randomNumbers } from '../../bench/payloads.ts';

function attributes(...entries: readonly (readonly [string, AttributeValue])[]): Attributes {
  const made = new Attributes();
  for (const [key, value] of entries) made.set(key, value);
  return made;
}

/** Everything that a reader can see. */
function shown(map: AttributeMap): unknown {
  const visited: unknown[] = [];
  map.forEach((value, key, whole) => visited.push([key, value, whole === map]));
  return {
    size: map.size,
    entries: [...map],
    entriesAgain: [...map.entries()],
    keys: [...map.keys()],
    values: [...map.values()],
    list: [...valuesOf(map)],
    visited,
    each: [...map.keys()].map((key) => [map.has(key), map.get(key)]),
  };
}

describe('Attributes', () => {
  it('read as a Map does, with repeated keys, long ones and more than a set of keys holds', () => {
    const random = randomNumbers(11);
    for (let round = 0; round < 300; round++) {
      const map = new Map<string, AttributeValue>();
      const made = new Attributes();
      const variety = 1 + (random() % 120);
      for (let i = random() % 150; i > 0; i--) {
        const key = random() % 40 === 0 ? 'k'.repeat(300) : `key.${random() % variety}`;
        map.set(key, i);
        made.set(key, i);
      }
      assert.deepEqual(shown(made), shown(new Map(sortedAs(made, map))));
      for (const key of ['', 'key.none', '__proto__', 'constructor', 'toString']) {
        assert.equal(made.get(key), undefined);
        assert.equal(made.has(key), false);
      }
    }
  });

  it('keep the order of the keys, which those beyond a set follow', () => {
    const keys = Array.from({ length: 70 }, (_, i) => `k${i}`);
    const made = attributes(...keys.map((key) => [key, key] as const));
    assert.deepEqual([...made.keys()], keys);
    assert.equal(made.keySet, undefined);
  });

  it('share their keys with others that have the same in the same order, and with no others', () => {
    const one = attributes(['a', 1], ['b', 2]);
    assert.equal(one.keySet, attributes(['a', 3], ['b', 4], ['a', 5]).keySet);
    assert.notEqual(one.keySet, attributes(['b', 1], ['a', 2]).keySet);
    assert.notEqual(one.keySet, attributes(['a', 1]).keySet);
  });

  it('tell what keys tell once for each set of keys', () => {
    let told = 0;
    const memo = new KeySetMemo((keys) => `${++told}: ${keys.join(' ')}`);
    assert.equal(memo.of(attributes(['x', 1], ['y', 2])), '1: x y');
    assert.equal(memo.of(attributes(['x', 3], ['y', 4])), '1: x y');
    assert.equal(memo.of(attributes(['y', 3])), '2: y');
    assert.equal(memo.of(new Map([['y', 3]])), '3: y');
    const long = 'k'.repeat(300);
    assert.equal(memo.of(attributes([long, 1], ['y', 3])), `4: y ${long}`);
  });

  it('hold no more sets of keys than their bound, whatever comes', () => {
    const first = attributes(['first', 1]);
    for (let i = 0; i < 10_000; i++) attributes([`hostile.${i}`, 1]);
    // Gathered anew: what was made before still reads as before.
    assert.notEqual(first.keySet, attributes(['first', 2]).keySet);
    assert.equal(first.get('first'), 1);
  });
});

/** Long keys lie behind the others: the same order for the comparison. */
function sortedAs(order: AttributeMap, map: AttributeMap): [string, AttributeValue][] {
  return [...order.keys()].map((key) => [key, map.get(key) ?? null]);
}
