import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { buildForest } from '../../../src/flame/forest.ts';
import { SpanIds } from '../../../src/flame/spanIds.ts';
import { flameBits } from '../../../src/protocol/flame.ts';
import { anySpans, sourceOf } from './support.ts';
import type { Draft } from './support.ts';

const idsInOrder = (drafts: readonly Draft[]): number[] =>
  [...buildForest(sourceOf(drafts)).order].map((index) => drafts[index]!.id);

describe('a forest of spans', () => {
  it('holds each span once, parents before children, whatever the spans claim', () => {
    fc.assert(
      fc.property(anySpans, (drafts) => {
        const { order, parent, subtreeEnd } = buildForest(sourceOf(drafts));
        assert.deepEqual(
          [...order].sort((a, b) => a - b),
          [...drafts.keys()],
        );
        for (let place = 0; place < drafts.length; place++) {
          assert.ok(parent[place]! < place);
          assert.ok(subtreeEnd[place]! > place && subtreeEnd[place]! <= drafts.length);
          const above = parent[place]!;
          if (above >= 0) assert.ok(subtreeEnd[place]! <= subtreeEnd[above]!);
        }
      }),
    );
  });

  it('keeps siblings in the order of their starts', () => {
    fc.assert(
      fc.property(anySpans, (drafts) => {
        const { order, parent } = buildForest(sourceOf(drafts));
        const last = new Map<number, number>();
        order.forEach((index, place) => {
          const start = drafts[index]!.start!;
          assert.ok(start >= (last.get(parent[place]!) ?? -Infinity));
          last.set(parent[place]!, start);
        });
      }),
    );
  });

  it('follows every parent that is there, where there is no ring and no id twice', () => {
    const drafts = [
      { id: 5, parent: 2, start: 30 },
      { id: 1, start: 0 },
      { id: 3, parent: 2, start: 20 },
      { id: 2, parent: 1, start: 10 },
      { id: 4, parent: 1, start: 5 },
    ];
    assert.deepEqual(idsInOrder(drafts), [1, 4, 2, 3, 5]);
  });

  it('shows a span whose parent is missing as a root, and says so', () => {
    const forest = buildForest(sourceOf([{ id: 2, parent: 9 }]));
    assert.deepEqual([...forest.parent], [-1]);
    assert.deepEqual([...forest.bits], [flameBits.orphan]);
  });

  it('cuts a ring before its earliest span, once', () => {
    const drafts = [
      { id: 1, parent: 3, start: 20 },
      { id: 2, parent: 1, start: 30 },
      { id: 3, parent: 2, start: 10 },
      { id: 4, parent: 2, start: 40 },
    ];
    const { order, parent, bits } = buildForest(sourceOf(drafts));
    assert.deepEqual(
      [...order].map((index) => drafts[index]!.id),
      [3, 1, 2, 4],
    );
    assert.deepEqual([...parent], [-1, 0, 1, 2]);
    assert.deepEqual([...bits], [flameBits.ring, 0, 0, 0]);
  });

  it('takes a span that names itself as its parent for a root', () => {
    assert.deepEqual([...buildForest(sourceOf([{ id: 7, parent: 7 }])).parent], [-1]);
  });

  it('hangs children under the first of two spans with the same id', () => {
    const { order, parent } = buildForest(
      sourceOf([{ id: 1 }, { id: 1, start: 5 }, { id: 2, parent: 1, start: 9 }]),
    );
    assert.deepEqual([...order], [0, 2, 1]);
    assert.deepEqual([...parent], [-1, 0, -1]);
  });

  it('needs no stack for a chain of any depth, and no time for a million roots', () => {
    const many = 300_000;
    const chain = buildForest(
      sourceOf(Array.from({ length: many }, (_, at) => ({ id: at + 1, parent: at }))),
    );
    assert.equal(chain.parent[many - 1], many - 2);
    const roots = buildForest(
      sourceOf(Array.from({ length: many }, (_, at) => ({ id: at + 1, start: -at }))),
    );
    assert.equal(roots.order[0], many - 1);
  });
});

describe('the table of span ids', () => {
  it('finds each id and no other', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(fc.nat(0xffffffff), fc.nat(0xffffffff)), {
          maxLength: 200,
          selector: ([high, low]) => `${high}/${low}`,
        }),
        fc.tuple(fc.nat(0xffffffff), fc.nat(0xffffffff)),
        (ids, [high, low]) => {
          const table = new SpanIds(
            Uint32Array.from(ids, ([one]) => one),
            Uint32Array.from(ids, ([, other]) => other),
            ids.length,
          );
          ids.forEach(([one, other], index) => assert.equal(table.find(one, other), index));
          assert.equal(
            table.find(high, low),
            ids.findIndex(([one, other]) => one === high && other === low),
          );
        },
      ),
    );
  });
});
