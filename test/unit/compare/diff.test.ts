import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { sequenceDiff, type SequenceRun } from '../../../src/compare/sequenceDiff.ts';
import { abbreviated, textDiff } from '../../../src/compare/textDiff.ts';

const side = <T extends { kind: string }>(runs: readonly T[], without: string): readonly T[] =>
  runs.filter(({ kind }) => kind !== without);

function rebuilt(
  runs: readonly SequenceRun[],
  left: readonly number[],
  right: readonly number[],
): [number[], number[]] {
  return [
    side(runs, 'added').flatMap((run) => left.slice(run.left, run.left + run.length)),
    side(runs, 'removed').flatMap((run) => right.slice(run.right, run.right + run.length)),
  ];
}

const same = (runs: readonly SequenceRun[]): number =>
  runs.reduce((sum, { kind, length }) => sum + (kind === 'same' ? length : 0), 0);

/** Longest common subsequence, the slow way. */
function lcs(left: readonly number[], right: readonly number[]): number {
  let row = new Array<number>(right.length + 1).fill(0);
  for (const l of left) {
    const next = [0];
    for (const [index, r] of right.entries())
      next.push(l === r ? (row[index] ?? 0) + 1 : Math.max(row[index + 1] ?? 0, next[index] ?? 0));
    row = next;
  }
  return row[right.length] ?? 0;
}

describe('a comparison of two sequences', () => {
  const few = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 60 });

  it('holds both of them, with as much in common as there can be', () => {
    fc.assert(
      fc.property(few, few, (left, right) => {
        const runs = sequenceDiff(left, right);
        assert.deepEqual(rebuilt(runs, left, right), [left, right]);
        assert.equal(same(runs), lcs(left, right));
        for (const run of runs)
          if (run.kind === 'same')
            assert.deepEqual(
              left.slice(run.left, run.left + run.length),
              right.slice(run.right, run.right + run.length),
            );
        for (const [index, run] of runs.entries()) assert.notEqual(run.kind, runs[index + 1]?.kind);
      }),
      { numRuns: 500 },
    );
  });

  it('that differ all over still holds both, however long they are', () => {
    const left = Array.from({ length: 300_000 }, (_, index) => index * 2);
    const right = Array.from({ length: 300_000 }, (_, index) =>
      index % 3 === 0 ? index * 2 : index * 2 + 1,
    );
    const runs = sequenceDiff(left, right);
    assert.deepEqual(rebuilt(runs, left, right), [left, right]);
    assert.equal(same(runs), 100_000);
  });

  it('without a symbol that occurs once is replaced as a whole', () => {
    const left = Array.from({ length: 3000 }, (_, index) => index % 7);
    const right = Array.from({ length: 3000 }, (_, index) => 10 + (index % 5));
    assert.deepEqual(
      sequenceDiff(left, right).map(({ kind, length }) => [kind, length]),
      [
        ['removed', 3000],
        ['added', 3000],
      ],
    );
  });
});

describe('a comparison of two texts', () => {
  const texts = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 80 }),
    fc
      .array(fc.constantFrom('one ', 'two', '\n', 'three\n', '漢字', ', ', '😀', ' '), { maxLength: 40 })
      .map((words) => words.join('')),
  );

  it('gives both texts back', () => {
    fc.assert(
      fc.property(texts, texts, (left, right) => {
        const runs = textDiff(left, right);
        assert.equal(
          side(runs, 'added')
            .map(({ text }) => text)
            .join(''),
          left,
        );
        assert.equal(
          side(runs, 'removed')
            .map(({ text }) => text)
            .join(''),
          right,
        );
      }),
      { numRuns: 500 },
    );
  });

  it('shows changed words, not changed lines', () => {
    assert.deepEqual(textDiff('It is sunny in Lisbon today.\nBye\n', 'It is sunny in Porto today.\nBye\n'), [
      { kind: 'same', text: 'It is sunny in ' },
      { kind: 'removed', text: 'Lisbon' },
      { kind: 'added', text: 'Porto' },
      { kind: 'same', text: ' today.\nBye\n' },
    ]);
  });

  it('shows lines that have nothing in common as whole lines', () => {
    assert.deepEqual(
      textDiff('a\nalpha beta gamma delta\nz', 'a\nsomething else entirely here!\nz').map(({ kind }) => kind),
      ['same', 'removed', 'added', 'same'],
    );
  });

  it('of five megabytes is still by lines and words', () => {
    const line = (index: number): string => `line ${index} of a long prompt with some words in it\n`;
    const left = Array.from({ length: 100_000 }, (_, index) => line(index)).join('');
    const right = Array.from({ length: 100_000 }, (_, index) =>
      line(index % 100 === 50 ? -index : index),
    ).join('');
    const runs = textDiff(left, right);
    assert.ok(runs.filter(({ kind }) => kind === 'added').length >= 900);
    const oneLine = textDiff(left.replaceAll('\n', ' '), right.replaceAll('\n', ' '));
    assert.equal(
      side(oneLine, 'added')
        .map(({ text }) => text)
        .join(''),
      left.replaceAll('\n', ' '),
    );
  });

  it('is sent without what is the same for long, and without half a character', () => {
    const long = '😀'.repeat(5_000);
    const parts = abbreviated([
      { kind: 'same', text: `a${long}` },
      { kind: 'added', text: long.repeat(30) },
      { kind: 'same', text: 'end' },
    ]);
    const characters = parts.reduce(
      (sum, part) => sum + ('text' in part ? part.text.length : part.characters),
      0,
    );
    assert.equal(characters, 1 + 10_000 + 300_000 + 3);
    for (const part of parts) if ('text' in part) assert.ok(part.text.isWellFormed());
    assert.ok(parts.filter(({ kind }) => kind === 'skipped').length === 2);
  });
});
