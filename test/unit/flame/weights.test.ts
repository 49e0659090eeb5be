import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { FlameTrace } from '../../../src/flame/flameTrace.ts';
import { noRow } from '../../../src/protocol/flame.ts';
import { anySpans, sourceOf } from './support.ts';

describe('widths by cost', () => {
  const drafts = [
    { id: 1, duration: 100 },
    { id: 2, parent: 1, start: 10, cost: 2 },
    { id: 3, parent: 1, start: 20, cost: 3 },
    { id: 4, parent: 3, start: 25, cost: 1 },
    { id: 5, parent: 1, start: 30 },
  ];

  it('are what a span took itself and all below it, counted once', () => {
    const trace = new FlameTrace(sourceOf(drafts), 0);
    const { positions, extent, rows } = trace.layout({ axis: 'cost', compressIdle: false });
    assert.equal(extent, 6);
    assert.equal(rows, 3);
    assert.deepEqual([...positions.left], [0, 0, 2, 2, 6]);
    assert.deepEqual([...positions.right], [6, 2, 6, 3, 6]);
    assert.deepEqual([...positions.row], [0, 1, 1, 2, 1]);
  });

  it('keep what is hidden in the widths of its ancestors', () => {
    const trace = new FlameTrace(sourceOf(drafts), 0);
    const hidden = Uint8Array.of(0b00010);
    const { positions, extent } = trace.layout({ axis: 'cost', compressIdle: false, hidden });
    assert.equal(extent, 6);
    assert.equal(positions.row[1], noRow);
    assert.equal(positions.right[0], 6);
  });

  it('hold every child within its parent, and add up to what is known', () => {
    fc.assert(
      fc.property(anySpans, fc.constantFrom('cost', 'tokens' as const), (spans, axis) => {
        const trace = new FlameTrace(sourceOf(spans), 0);
        const { positions, extent } = trace.layout({ axis, compressIdle: false });
        const { parent } = trace.columns(0);
        const known = spans.reduce((sum, span) => {
          const weight = span[axis] ?? NaN;
          return sum + (weight > 0 && weight < Infinity ? weight : 0);
        }, 0);
        assert.ok(Math.abs(extent - known) <= 1e-9 * Math.max(1, known));
        for (let place = 0; place < spans.length; place++) {
          const above = parent[place]!;
          if (above < 0) continue;
          assert.ok(positions.left[place]! >= positions.left[above]!);
          assert.ok(positions.right[place]! <= positions.right[above]!);
        }
      }),
    );
  });
});
