import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import type { Aligned } from '../../../src/compare/align.ts';
import { align } from '../../../src/compare/align.ts';
import { alignSpans, type AlignedSpan } from '../../../src/compare/alignSpans.ts';

const options = {
  key: (item: number) => String(item),
  score: (left: number, right: number) => (left === right ? 3 : left % 2 === right % 2 ? 1 : 0),
};

function check(pairs: readonly Aligned[], left: number, right: number): void {
  const rising = (indices: readonly (number | undefined)[], count: number): void =>
    assert.deepEqual(
      indices.filter((index) => index !== undefined),
      Array.from({ length: count }, (_, index) => index),
    );
  rising(
    pairs.map(([l]) => l),
    left,
  );
  rising(
    pairs.map(([, r]) => r),
    right,
  );
}

/** The best score there is, the slow way. */
function best(left: readonly number[], right: readonly number[]): number {
  const [l, ...restLeft] = left;
  const [r, ...restRight] = right;
  if (l === undefined || r === undefined) return 0;
  const score = options.score(l, r);
  return Math.max(
    best(restLeft, right),
    best(left, restRight),
    score > 0 ? score + best(restLeft, restRight) : 0,
  );
}

describe('an alignment', () => {
  const items = fc.array(fc.integer({ min: 0, max: 8 }), { maxLength: 6 });

  it('has every item once, in order, and no better one exists', () => {
    fc.assert(
      fc.property(items, items, (left, right) => {
        const pairs = align(left, right, options);
        check(pairs, left.length, right.length);
        const score = pairs.reduce(
          (sum, [l, r]) =>
            sum + (l === undefined || r === undefined ? 0 : options.score(left[l]!, right[r]!)),
          0,
        );
        assert.equal(score, best(left, right));
        for (const [l, r] of pairs)
          if (l !== undefined && r !== undefined) assert.ok(options.score(left[l]!, right[r]!) > 0);
      }),
    );
  });

  it('of very long sequences ends soon, with every item once', () => {
    const left = Array.from({ length: 30_000 }, (_, index) => (index % 1000 === 7 ? -index : index));
    const right = Array.from({ length: 30_000 }, (_, index) => index);
    const pairs = align(left, right, options);
    check(pairs, left.length, right.length);
    assert.ok(pairs.filter(([l, r]) => l !== undefined && l === r).length >= 29_900);
  });
});

describe('two runs of a program', () => {
  const span = (name: string, part: Partial<AlignedSpan> = {}): AlignedSpan => ({
    kind: 'llm',
    name,
    depth: 1,
    ...part,
  });
  const names = (left: readonly AlignedSpan[], right: readonly AlignedSpan[]): string[] =>
    alignSpans(left, right).map(
      ([l, r]) => `${l === undefined ? '-' : left[l]?.name}|${r === undefined ? '-' : right[r]?.name}`,
    );

  it('are equal call by call when nothing changed', () => {
    const spans = fc.array(
      fc.record({
        kind: fc.constantFrom('llm' as const, 'tool' as const),
        name: fc.constantFrom('a', 'b', 'c'),
        depth: fc.nat(3),
      }),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(spans, (run) => {
        assert.ok(alignSpans(run, run).every(([l, r]) => l === r));
      }),
    );
  });

  it('show the call that one of them has not', () => {
    assert.deepEqual(
      names([span('plan'), span('search', { kind: 'tool' }), span('write')], [span('plan'), span('write')]),
      ['plan|plan', 'search|-', 'write|write'],
    );
  });

  it('pair a call with itself under another model or another name at the same line', () => {
    const left = [span('chat gpt-4o', { model: 'gpt-4o' }), span('old name', { site: 'a.py:3' })];
    const right = [span('chat gpt-4o-mini', { model: 'gpt-4o-mini' }), span('new name', { site: 'a.py:3' })];
    assert.deepEqual(names(left, right), ['chat gpt-4o|chat gpt-4o-mini', 'old name|new name']);
  });

  it('never pair spans of different kinds, or different tools', () => {
    assert.deepEqual(
      names([span('x', { kind: 'tool', toolName: 'a' })], [span('x', { kind: 'tool', toolName: 'b' })]),
      ['x|-', '-|x'],
    );
    assert.deepEqual(names([span('x', { kind: 'tool' })], [span('x')]), ['x|-', '-|x']);
  });

  it('prefer the same line among calls of the same name', () => {
    const left = [span('chat', { site: 'a.py:9' })];
    const right = [span('chat', { site: 'a.py:3' }), span('chat', { site: 'a.py:9' })];
    assert.deepEqual(alignSpans(left, right), [
      [undefined, 0],
      [0, 1],
    ]);
  });
});
