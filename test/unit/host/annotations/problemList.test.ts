import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { ProblemSeverity } from '../../../../src/host/annotations/codeSettings.ts';
import { listProblems } from '../../../../src/host/annotations/problemList.ts';
import type { CodeProblem } from '../../../../src/protocol/code.ts';

const problem = (part: Partial<CodeProblem> = {}): CodeProblem => ({
  file: '/ws/app.py',
  line: 4,
  endLine: undefined,
  column: undefined,
  flag: 'error',
  severity: 'error',
  message: 'Call failed: 503',
  count: 1,
  traceId: 'a'.repeat(32),
  spanId: 'b'.repeat(16),
  ...part,
});
const list = (problems: readonly CodeProblem[], ...severities: [string, ProblemSeverity][]) =>
  [...listProblems(problems, new Map(severities))].map(([file, listed]) => [
    file,
    listed.map(({ severity, message }) => `${severity} ${message}`),
  ]);

describe('calls in the Problems panel', () => {
  it('keep their own severity unless the settings name another', () => {
    assert.deepEqual(
      list([problem(), problem({ flag: 'rate_limited', severity: 'info', message: 'Slow down' })]),
      [['/ws/app.py', ['error Call failed: 503', 'information Slow down']]],
    );
    assert.deepEqual(list([problem()], ['error', 'hint']), [['/ws/app.py', ['hint Call failed: 503']]]);
  });

  it('are left out where the settings say so, with either way to write a flag', () => {
    const limited = problem({ flag: 'rate-limited' });
    assert.deepEqual(list([limited, problem({ file: '/ws/b.py' })], ['rate_limited', 'off']), [
      ['/ws/b.py', ['error Call failed: 503']],
    ]);
  });

  it('say how many there were', () => {
    assert.deepEqual(list([problem({ count: 1200 })]), [
      ['/ws/app.py', ['error Call failed: 503 (1,200 calls)']],
    ]);
  });

  it('are one line of text, cut, with what is invisible made visible', () => {
    const hostile = problem({ message: `a\n\u202E${'b'.repeat(10_000)}` });
    const text = String(list([hostile])[0]?.[1]);
    assert.ok(text.length < 500);
    assert.ok(!text.includes('\n') && !text.includes('\u202E'));
    assert.match(text, /^error a ⟨U\+202E⟩b/);
    assert.deepEqual(list([problem({ message: '', flag: 'content_filter' })]), [
      ['/ws/app.py', ['error content filter']],
    ]);
  });

  it('of one file are at most two hundred, and names such as __proto__ are names', () => {
    const many = Array.from({ length: 500 }, (_, index) => problem({ line: index + 1, file: '__proto__' }));
    const listed = listProblems(many, new Map());
    assert.equal(listed.get('__proto__')?.length, 200);
  });
});
