import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { LineTracker } from '../../../../src/host/annotations/lineTracker.ts';

const source = [
  'import openai',
  '',
  'def ask(question):',
  '    answer = client.chat(question)',
  '    return answer',
  '',
  'def plan(goal):',
  '    first = ask(goal)',
  '    return ask(first)',
];
const call = 3;

const change = (line: number, from: number, endLine: number, to: number, text: string) => ({
  range: { start: { line, character: from }, end: { line: endLine, character: to } },
  text,
});
const tracker = (): LineTracker => new LineTracker(source);
const saysCall = (lines: LineTracker): boolean =>
  lines.textAt(lines.lineOf(call) ?? -1).trim() === 'answer = client.chat(question)';

describe('lines while their document is edited', () => {
  it('stay where they are when something below changes', () => {
    const lines = tracker();
    assert.deepEqual([...lines.apply([change(7, 4, 8, 21, 'pass')])], [7, 8]);
    assert.equal(lines.lineOf(call), 3);
    assert.equal(lines.isEdited(call), false);
  });

  it('move down and up with lines that come and go above', () => {
    const lines = tracker();
    lines.apply([change(0, 0, 0, 0, 'import os\nimport sys\n')]);
    assert.equal(lines.lineOf(call), 5);
    lines.apply([change(0, 0, 1, 0, '')]);
    assert.equal(lines.lineOf(call), 4);
    assert.ok(saysCall(lines));
    assert.equal(lines.isEdited(call), false);
  });

  it('move when Enter is pressed at their beginning, and stay when it is pressed at their end', () => {
    for (const column of [0, 2, 4]) {
      const lines = tracker();
      lines.apply([change(call, column, call, column, '\n    ')]);
      assert.equal(lines.lineOf(call), 4, `column ${column}`);
      assert.equal(lines.isEdited(call), false);
    }
    const lines = tracker();
    lines.apply([change(call, source[call]!.length, call, source[call]!.length, '\n    ')]);
    assert.equal(lines.lineOf(call), 3);
    assert.equal(lines.isEdited(call), false);
  });

  it('keep to the line that is left when a line is torn in two', () => {
    const lines = tracker();
    lines.apply([change(call, 20, call, 20, '\n')]);
    assert.equal(lines.lineOf(call), 3);
    assert.equal(lines.isEdited(call), true);
  });

  it('keep to the line when another is joined to it', () => {
    const lines = tracker();
    lines.apply([change(2, source[2]!.length, call, 4, ' ')]);
    assert.equal(lines.lineOf(2), 2);
    assert.equal(lines.lineOf(call), undefined);
    assert.equal(lines.lineOf(4), 3);
  });

  it('are edited when their own text changes, and no longer when that is undone', () => {
    const lines = tracker();
    lines.apply([change(call, 13, call, 19, 'assistant')]);
    assert.equal(lines.lineOf(call), 3);
    assert.equal(lines.isEdited(call), true);
    assert.equal(lines.isEdited(call + 1), false);
    lines.apply([change(call, 13, call, 22, 'client')]);
    assert.equal(lines.isEdited(call), false);
    assert.ok(lines.isAsSaved);
  });

  it('are not edited by a new indentation', () => {
    const lines = tracker();
    lines.apply([change(4, 0, 4, 0, '    '), change(3, 0, 3, 0, '    ')]);
    assert.equal(lines.isEdited(call), false);
    assert.equal(lines.isAsSaved, false);
  });

  it('are gone when they are deleted, and are back after an undo', () => {
    const lines = tracker();
    lines.apply([change(2, 0, 5, 0, '')]);
    assert.equal(lines.lineOf(call), undefined);
    assert.equal(lines.lineOf(7), 4);
    assert.equal(lines.isEdited(call), true);
    lines.apply([change(2, 0, 2, 0, `${source.slice(2, 5).join('\n')}\n`)]);
    assert.equal(lines.lineOf(call), 3);
    assert.equal(lines.isEdited(call), false);
    assert.equal(lines.lineOf(7), 7);
  });

  it('go along when they are moved with Alt and the arrow keys', () => {
    const lines = tracker();
    // The editor writes the line behind its neighbour and takes it out in front of it, in one edit.
    lines.apply([change(4, 17, 4, 17, `\n${source[call]}`), change(3, 0, 4, 0, '')]);
    assert.equal(lines.lineOf(call), 4);
    assert.equal(lines.lineOf(4), 3);
    assert.equal(lines.isEdited(call), false);
  });

  it('go along when they are cut and pasted elsewhere', () => {
    const lines = tracker();
    lines.apply([change(call, 0, call + 1, 0, '')]);
    lines.apply([change(7, 0, 7, 0, `    ${source[call]}\n`)]);
    assert.equal(lines.lineOf(call), 7);
    assert.ok(saysCall(lines));
  });

  it('are found again when the whole text is replaced, as formatters and version control do', () => {
    const lines = tracker();
    const formatted = ['# formatted', ...source.map((line) => line.replaceAll('    ', '\t'))];
    lines.apply([change(0, 0, 8, source[8]!.length, formatted.join('\r\n'))]);
    assert.equal(lines.lineCount, source.length + 1);
    assert.equal(lines.lineOf(call), 4);
    assert.equal(lines.isEdited(call), false);
  });

  it('with the same text keep their order', () => {
    const same = ['a()', 'response = call()', 'b()', 'response = call()', 'c()'];
    const lines = LineTracker.between(same, ['x()', ...same, 'y()']);
    assert.equal(lines.lineOf(1), 2);
    assert.equal(lines.lineOf(3), 4);
  });

  it('are found in a document that was changed before it was opened here', () => {
    const now = [
      '# new',
      ...source.slice(0, 3),
      '    answer = client.chat(question, tools)',
      ...source.slice(4),
    ];
    const lines = LineTracker.between(source, now);
    assert.equal(lines.lineOf(4), 5);
    assert.equal(lines.lineOf(7), 8);
    assert.equal(lines.isEdited(7), false);
    assert.equal(lines.isEdited(call), true);
  });

  it('of one call are edited when any of them is, or when one comes between them', () => {
    const text = ['answer = client.chat(', '    model="gpt-4o",', '    prompt=prompt,', ')', 'done()'];
    const edited = (...changes: ReturnType<typeof change>[]): boolean => {
      const lines = new LineTracker(text);
      lines.apply(changes);
      return lines.isEdited(0, 3);
    };
    assert.equal(edited(change(4, 0, 4, 0, 'x')), false);
    assert.equal(edited(change(0, 0, 0, 0, '\n\n')), false);
    assert.equal(edited(change(1, 11, 1, 17, 'gpt-5')), true);
    assert.equal(edited(change(2, 18, 2, 18, '\n    temperature=0,')), true);
    assert.equal(edited(change(2, 0, 3, 0, '')), true);
  });

  it('survive positions that are not in the text', () => {
    const lines = tracker();
    lines.apply([change(90, 900, 99, 1, 'x\ny'), change(-3, 0, 2, 1e9, '')]);
    assert.ok(lines.lineCount > 0);
  });

  it('are a true copy of the document, each line in one place, after any edits', () => {
    const edit = fc.record({
      from: fc.nat(400),
      length: fc.nat(60),
      text: fc.constantFrom('', 'x', '\n', '  \n', 'ask()\n', `${source[call]}\n`, 'a\nb\r\nc', ' 🎉 '),
    });
    fc.assert(
      fc.property(fc.array(edit, { maxLength: 30 }), (edits) => {
        const lines = tracker();
        let text = source.join('\n');
        for (const { from, length, text: inserted } of edits) {
          const start = Math.min(from, text.length);
          const end = Math.min(start + length, text.length);
          const position = (offset: number) => {
            const head = text.slice(0, offset).split('\n');
            return { line: head.length - 1, character: head.at(-1)!.length };
          };
          lines.apply([{ range: { start: position(start), end: position(end) }, text: inserted }]);
          text = text.slice(0, start) + inserted.replaceAll('\r\n', '\n') + text.slice(end);
        }
        const now = text.split('\n');
        assert.equal(lines.lineCount, now.length);
        for (const [index, line] of now.entries()) assert.equal(lines.textAt(index), line);
        const places = source.map((_, saved) => lines.lineOf(saved)).filter((line) => line !== undefined);
        assert.equal(new Set(places).size, places.length);
        for (const [saved] of source.entries()) {
          const line = lines.lineOf(saved);
          if (line !== undefined) assert.equal(lines.savedLineOf(line), saved);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('of a large file are followed', () => {
    const large = Array.from({ length: 200_000 }, (_, index) => `    value_${index} = compute(${index})`);
    const lines = new LineTracker(large);
    for (let round = 0; round < 100; round++) lines.apply([change(round, 0, round, 0, 'x = 1\n')]);
    assert.equal(lines.lineOf(199_999), 200_099);
    const all = large.map((line) => `  ${line}`).join('\n');
    lines.apply([change(0, 0, lines.lineCount - 1, 100, all)]);
    assert.equal(lines.lineOf(199_999), 199_999);
  });
});
