import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { DocumentAnnotations } from '../../../../src/host/annotations/documentAnnotations.ts';
import { LineTracker } from '../../../../src/host/annotations/lineTracker.ts';
import { annotations, line, sums } from './sums.ts';

const source = [
  'import openai',
  '',
  'def ask():',
  '    answer = client.chat()',
  '    return answer',
  '# the end',
];
const insert = (at: number, character: number, text: string) => ({
  range: { start: { line: at, character }, end: { line: at, character } },
  text,
});
const lineThat = (cost: number, at = 4) =>
  line({ line: at, self: sums({ cost: { known: cost, unknownCalls: 0 } }) });

function document(): DocumentAnnotations {
  const made = new DocumentAnnotations(new LineTracker(source));
  made.update(annotations([lineThat(1)]));
  return made;
}
const shown = (from: DocumentAnnotations) =>
  from.lines.map(({ annotation, line: at, stale }) => [at, annotation.self?.cost.known, stale]);

describe('annotations of a document', () => {
  it('move with their lines', () => {
    const made = document();
    made.edit([insert(0, 0, 'import os\n')]);
    assert.deepEqual(shown(made), [[4, 1, undefined]]);
    assert.equal(made.at(4)?.annotation.line, 4);
    assert.equal(made.at(3), undefined);
    assert.equal(made.lineOf(4), 4);
  });

  it('stay as they are in the line that is typed in, until the typing pauses', () => {
    const made = document();
    made.edit([insert(3, 24, 'x')]);
    assert.deepEqual(shown(made), [[3, 1, undefined]]);
    made.update(annotations([lineThat(2)]));
    assert.deepEqual(shown(made), [[3, 1, undefined]]);
    assert.equal(made.settle(), true);
    assert.deepEqual(shown(made), [[3, 2, 'edited']]);
    assert.equal(made.settle(), false);
  });

  it('do not appear in a line that is typed in', () => {
    const made = document();
    made.edit([insert(4, 17, ' + 1')]);
    made.update(annotations([lineThat(1), lineThat(5, 5)]));
    assert.deepEqual(shown(made), [[3, 1, undefined]]);
    made.settle();
    assert.deepEqual(shown(made), [
      [3, 1, undefined],
      [4, 5, 'edited'],
    ]);
  });

  it('of other lines are new at once', () => {
    const made = document();
    made.edit([insert(5, 0, '#')]);
    made.update(annotations([lineThat(2)]));
    assert.deepEqual(shown(made), [[3, 2, undefined]]);
  });

  it('are those of the file again when an edit is undone', () => {
    const made = document();
    made.edit([insert(3, 24, 'x')]);
    made.settle();
    made.edit([{ range: { start: { line: 3, character: 24 }, end: { line: 3, character: 25 } }, text: '' }]);
    made.settle();
    assert.deepEqual(shown(made), [[3, 1, undefined]]);
    assert.ok(made.isAsSaved);
  });

  it('stay where they were between a save and the answer for the new file, then are the answer’s', () => {
    const made = document();
    made.edit([insert(0, 0, 'import os\n')]);
    const saved = ['import os', ...source];
    made.save(saved);
    assert.equal(made.isCurrent, false);
    assert.deepEqual(shown(made), [[4, 1, undefined]]);
    made.edit([insert(0, 0, 'import sys\n')]);
    assert.deepEqual(shown(made), [[5, 1, undefined]]);
    made.update(annotations([lineThat(1, 5)]));
    assert.equal(made.isCurrent, true);
    assert.deepEqual(shown(made), [[5, 1, undefined]]);
  });

  it('keep what is held through a save', () => {
    const made = document();
    made.edit([insert(0, 0, 'import os\n')]);
    made.save(['import os', ...source]);
    made.edit([insert(4, 24, 'x')]);
    made.update(annotations([lineThat(7, 5)]));
    assert.deepEqual(shown(made), [[4, 1, undefined]]);
    made.settle();
    assert.deepEqual(shown(made), [[4, 7, 'edited']]);
  });

  it('say what the engine says of code that changed before', () => {
    const made = document();
    made.update(annotations([line({ stale: { revision: 'abc', state: 'changed' } })]));
    assert.deepEqual(shown(made), [[3, 0.0042, 'changed']]);
  });

  it('of code that is gone give way to those of the code that stands there now', () => {
    const gone = line({ self: sums({ calls: 9 }), stale: { revision: undefined, state: 'gone' } });
    for (const lines of [
      [gone, line()],
      [line(), gone],
    ]) {
      const made = document();
      made.update(annotations(lines));
      assert.deepEqual(shown(made), [[3, 0.0042, undefined]]);
    }
    const made = document();
    made.update(annotations([gone]));
    assert.deepEqual(shown(made), [[3, 0.0042, 'gone']]);
  });

  it('are not shown for lines that are deleted, and place functions by their definitions', () => {
    const made = document();
    made.update({ ...annotations([lineThat(1)]), functions: [{ name: 'ask', line: 3, sums: sums() }] });
    assert.deepEqual(
      made.functions.map(({ line: at }) => at),
      [2],
    );
    made.edit([{ range: { start: { line: 2, character: 0 }, end: { line: 5, character: 0 } }, text: '' }]);
    made.settle();
    assert.deepEqual(shown(made), []);
    assert.deepEqual(made.functions, []);
  });

  it('of a call over many lines are stale when any of them is changed', () => {
    const made = document();
    made.update(annotations([line({ line: 4, endLine: 5 })]));
    made.edit([insert(4, 17, '!')]);
    made.settle();
    assert.deepEqual(shown(made), [[3, 0.0042, 'edited']]);
  });
});
