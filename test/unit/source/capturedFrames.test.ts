import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { parseCapturedFrames } from '../../../src/source/capturedFrames.ts';
import { locate } from '../../../src/source/locate.ts';

const stack = [
  ['/home/dev/app/agent.py', 8, 12, 'make_plan', 15],
  ['/home/dev/app/app.py', 14, 5, 'main', 14],
  'task',
  ['/home/dev/app/app.py', 22, null, null, null],
];

function lines(text: string): readonly (readonly [string, number])[] {
  return parseCapturedFrames(text).map(({ frame, reach }) => [reach, frame.line]);
}

describe('captured frames', () => {
  it('are read with their range, and with how each was reached', () => {
    const found = parseCapturedFrames(JSON.stringify(stack));
    assert.deepEqual(found[0]?.frame, {
      file: '/home/dev/app/agent.py',
      line: 8,
      column: 12,
      function: 'make_plan',
      endLine: 15,
    });
    assert.deepEqual(found[1]?.frame.endLine, undefined);
    assert.deepEqual(found[2]?.frame, { file: '/home/dev/app/app.py', line: 22 });
    assert.deepEqual(lines(JSON.stringify(stack)), [
      ['stack', 8],
      ['stack', 14],
      ['task', 22],
    ]);
  });

  it('give the whole frames of a text that was cut anywhere', () => {
    const text = JSON.stringify(stack);
    const whole = parseCapturedFrames(text);
    for (let length = 0; length < text.length; length++) {
      const cut = parseCapturedFrames(text.slice(0, length));
      assert.deepEqual(cut, whole.slice(0, cut.length), `cut at ${length}`);
    }
    assert.equal(parseCapturedFrames(text.slice(0, text.length - 1)).length, 3);
    assert.equal(parseCapturedFrames(text.slice(0, text.indexOf('"task"'))).length, 2);
  });

  it('are not fooled by brackets and quotes in names', () => {
    const odd = [['/a/we"ird]\\ [dir/x.py', 3, null, 'f<"[>', null], 'thread', ['/a/b.py', 4, 1, 'g', 4]];
    const text = JSON.stringify(odd);
    assert.deepEqual(lines(text.slice(0, -1)), [
      ['stack', 3],
      ['thread', 4],
    ]);
    assert.deepEqual(lines(text.slice(0, -9)), [['stack', 3]]);
  });

  it('leave out library frames and what is no place in a file', () => {
    const text = JSON.stringify([
      ['/v/lib/python3.12/site-packages/openai/x.py', 1, null, 'x', null],
      ['/v/node_modules/ai/x.js', 1, null, 'x', null],
      ['<string>', 1, null, null, null],
      ['/a.py', 0, null, null, null],
      ['/a.py', '7', null, null, null],
      ['/a\u0000.py', 7],
      [],
      null,
      { file: '/a.py', line: 1 },
      ['/a.py', 9, -1, 5, 3],
    ]);
    assert.deepEqual(parseCapturedFrames(text), [{ frame: { file: '/a.py', line: 9 }, reach: 'stack' }]);
  });

  it('are nothing when the text is something else', () => {
    for (const text of ['', '{}', '"x"', '[', ']]]', 'null', '[[[[', '["task"]', '7', '\\"', `["`])
      assert.deepEqual(parseCapturedFrames(text), [], text);
  });

  it('are bounded: eight frames, a linear time whatever the text', () => {
    const many = JSON.stringify(Array.from({ length: 5000 }, (_, i) => ['/a.py', i + 1]));
    assert.equal(parseCapturedFrames(many).length, 8);
    assert.deepEqual(parseCapturedFrames('['.repeat(1_000_000)), []);
    assert.deepEqual(parseCapturedFrames(`["${'\\"'.repeat(500_000)}`), []);
  });
});

describe('locating a span by its captured frames', () => {
  const located = (frames: readonly unknown[], kind?: 'llm' | 'tool') =>
    locate({
      dialect: 'logfire',
      ...(kind ? { kind } : {}),
      code: { captured: JSON.stringify(frames), file: '/home/dev/app/app.py', line: 22 },
    });

  it('puts them above code attributes, and calls a frame of the stack exact', () => {
    const found = located(stack, 'llm');
    assert.deepEqual(
      [found?.line, found?.endLine, found?.column, found?.confidence, found?.resolver, found?.reason],
      [8, 15, 12, 'exact', 'captured-frames', undefined],
    );
    assert.deepEqual(
      found?.frames.map((frame) => frame.line),
      [8, 14, 22],
    );
  });

  it('is certain behind a task, a thread or an entry, and no surer than likely behind an await or a parent', () => {
    const sure = (...markers: string[]) => located([...markers, ['/a.py', 1]])?.confidence;
    assert.deepEqual(
      [sure('task'), sure('thread'), sure('entry'), sure('task', 'thread')],
      ['certain', 'certain', 'certain', 'certain'],
    );
    assert.deepEqual(
      [sure('async'), sure('parent'), sure('async', 'task'), sure('task', 'parent'), sure('new')],
      ['likely', 'likely', 'likely', 'likely', 'likely'],
    );
    assert.deepEqual(
      [sure('worker'), sure('worker', 'thread'), sure('late'), sure('thread', 'worker')],
      ['likely', 'likely', 'likely', 'likely'],
    );
    assert.equal(located(['task', ['/a.py', 1]])?.reason, 'where the task was made that the span ran in');
  });

  it('does not take the line that called a tool for the tool', () => {
    const found = located(stack, 'tool');
    assert.deepEqual([found?.line, found?.confidence], [8, 'likely']);
  });

  it('falls back to the code attributes when no frame is left', () => {
    const found = locate({ dialect: 'seed', code: { captured: '["task"', file: '/a.py', line: 2 } });
    assert.deepEqual([found?.line, found?.resolver], [2, 'code-attributes']);
  });
});
