import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { FlameTrace } from '../../../src/flame/flameTrace.ts';
import { anySpans, sourceOf } from './support.ts';
import type { Draft } from './support.ts';

/** `[id, from, to]`, earliest first. */
function pathOf(drafts: readonly Draft[]): number[][] {
  const trace = new FlameTrace(sourceOf(drafts), 0);
  const { idLow } = trace.columns(0);
  const { span, from, to } = trace.criticalPath();
  return [...span].map((place, at) => [idLow[place]!, from[at]!, to[at]!]).reverse();
}

describe('the critical path', () => {
  it('goes through the children that were waited for, and the span itself between them', () => {
    const path = pathOf([
      { id: 1, duration: 100 },
      { id: 2, parent: 1, start: 10, duration: 30 },
      { id: 3, parent: 1, start: 20, duration: 60 },
      { id: 4, parent: 1, start: 5, duration: 10 },
    ]);
    assert.deepEqual(path, [
      [1, 0, 5],
      [4, 5, 15],
      [1, 15, 20],
      [3, 20, 80],
      [1, 80, 100],
    ]);
  });

  it('does not follow a child beyond its parent’s end', () => {
    assert.deepEqual(
      pathOf([
        { id: 1, duration: 50 },
        { id: 2, parent: 1, start: 40, duration: 500 },
      ]).slice(0, 1),
      [[1, 0, 40]],
    );
  });

  it('covers no moment twice, whatever the spans', () => {
    fc.assert(
      fc.property(anySpans, (drafts) => {
        const { from, to, span } = new FlameTrace(sourceOf(drafts), 0).criticalPath();
        for (let at = 0; at < span.length; at++) {
          assert.ok(from[at]! < to[at]!);
          if (at > 0) assert.ok(to[at]! <= from[at - 1]!);
        }
      }),
    );
  });
});
