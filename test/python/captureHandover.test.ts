import assert from 'node:assert/strict';
import { before, describe, it } from 'mocha';
import { fromRoot } from '../../scripts/lib/paths.mjs';
import { run } from '../../scripts/lib/processes.mjs';
import { parseCapturedFrames, type Reach } from '../../src/source/capturedFrames.ts';
import { capturePython, hookFolder } from './support/capturePython.ts';

describe('frames captured in Python, however a library comes to run a span', function () {
  this.timeout(60_000);
  const found = new Map<string, { line: number; reach: Reach; first: number; last: number }>();

  before('the program', async function () {
    this.timeout(600_000);
    const python = await capturePython(this);
    const { stdout } = await run(python, [fromRoot('test/python/handover.py')], {
      env: { ...process.env, PYTHONPATH: hookFolder, LLM_TRACE_INSPECTOR_DEBUG: '1' },
      timeoutMs: 50_000,
    });
    for (const text of stdout.split('\n').filter(Boolean)) {
      const [name, frames, line] = JSON.parse(text) as [string, unknown, number];
      const [innermost] = parseCapturedFrames(JSON.stringify(frames));
      assert.ok(innermost, `${name} has no frame`);
      const { frame, reach } = innermost;
      found.set(name, { line, reach, first: frame.line, last: frame.endLine ?? frame.line });
    }
  });

  const expected: readonly [Reach, readonly string[]][] = [
    ['stack', ['stack', 'recursion']],
    ['stack', ['await']],
    ['task', ['task', 'nested tasks', 'gather', 'future', 'run']],
    ['thread', ['run_in_executor', 'awaited thread', 'submit', 'submit again', 'map']],
    ['thread', ["library's thread", 'own thread', 'thread pool', "thread pool's map"]],

    // A task that was made by a callback which another thread gave to the loop.
    ['thread', ['loop in a thread']],
  ];
  for (const [reach, names] of expected) {
    for (const name of names) {
      it(`lead to the line of the user's: ${name}`, () => {
        const at = found.get(name);
        assert.ok(at, 'there is no such span');
        assert.ok(at.first <= at.line && at.line <= at.last, JSON.stringify(at));
        assert.equal(at.reach, reach);
      });
    }
  }

  it('lead there in what newer Pythons have as well', () => {
    for (const name of ['wait_for', 'to_thread', 'task group', 'eager task']) {
      const at = found.get(name);
      if (at) assert.ok(at.first <= at.line && at.line <= at.last, `${name}: ${JSON.stringify(at)}`);
    }
  });

  it("are a guess for a library's worker that takes its work from a queue", () => {
    assert.equal(found.get('queue')?.reach, 'worker');
  });
});
