import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { isLibraryFile, parseStack } from '../../../src/source/frames.ts';
import { locate } from '../../../src/source/locate.ts';

const python = `Traceback (most recent call last):
  File "/home/dev/app/old.py", line 3, in old
    raise KeyError()
KeyError

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/home/dev/app/main.py", line 40, in main
    run()
  File "/home/dev/app/agent.py", line 12, in run
    client.chat.completions.create(model="gpt-4o")
  File "/usr/lib/python3.11/site-packages/openai/_base_client.py", line 967, in request
    raise self._make_status_error_from_response(err.response) from None
openai.InternalServerError: boom`;

const v8 = `InternalServerError: 500 boom
    at APIError.generate (/app/node_modules/openai/core/error.js:66:20)
    at process.processTicksAndRejections (node:internal/process/task_queues:105:5)
    at async plan (file:///app/src/plan%20b.mjs:10:5)
    at async /app/src/index.mjs:3:1`;

describe('locating a span by what it says of itself', () => {
  it('takes code attributes as exact', () => {
    const found = locate({
      dialect: 'seed',
      code: { file: '/app/a.py', line: 7, column: 3, function: 'plan' },
    });
    assert.deepEqual(
      [found?.file, found?.line, found?.column, found?.function, found?.confidence, found?.resolver],
      ['/app/a.py', 7, 3, 'plan', 'exact', 'code-attributes'],
    );
  });

  it('joins a relative path to the root the resource names', () => {
    assert.equal(
      locate({ dialect: 'seed', code: { file: 'src/a.py', line: 1, root: '/home/dev/app/' } })?.file,
      '/home/dev/app/src/a.py',
    );
    assert.equal(
      locate({ dialect: 'seed', code: { file: 'C:\\a.py', line: 1, root: '/x' } })?.file,
      'C:\\a.py',
    );
  });

  it('does not call exact what is known to be wrong inside tasks', () => {
    assert.equal(locate({ dialect: 'logfire', code: { file: 'a.py', line: 22 } })?.confidence, 'likely');
  });

  it('falls back to the innermost user frame of the last traceback', () => {
    const found = locate({ dialect: 'openinference', code: { stack: python } });
    assert.deepEqual(
      [found?.file, found?.line, found?.function, found?.confidence],
      ['/home/dev/app/agent.py', 12, 'run', 'likely'],
    );
    assert.deepEqual(
      found?.frames.map((frame) => frame.line),
      [12, 40],
    );
  });

  it('reads V8 stacks, with file URLs decoded and library frames left out', () => {
    const found = locate({ dialect: 'x', code: { stack: v8 } });
    assert.deepEqual(
      found?.frames.map((frame) => [frame.file, frame.line, frame.column, frame.function]),
      [
        ['/app/src/plan b.mjs', 10, 5, 'plan'],
        ['/app/src/index.mjs', 3, 1, undefined],
      ],
    );
  });

  it('says nothing when the code attributes point into a library and no stack helps', () => {
    assert.equal(
      locate({ dialect: 'x', code: { file: '/v/site-packages/openai/x.py', line: 5 } }),
      undefined,
    );
    assert.equal(locate({ dialect: 'x' }), undefined);
  });

  it('refuses paths and lines that cannot be', () => {
    for (const code of [
      { file: 'a\u0000.py', line: 1 },
      { file: 'x'.repeat(5000), line: 1 },
      { file: 'a.py', line: 0 },
      { file: 'a.py', line: -3 },
      { file: 'a.py', line: Number.NaN },
      { file: 'a.py', line: 1e300 },
      { file: 'a.py', line: 1.5 },
      { file: 'https://evil.example/a.js', line: 1 },
      { file: 'javascript:alert(1)', line: 1 },
      { file: 'file://%zz', line: 1 },
      { file: '<string>', line: 1 },
    ]) {
      assert.equal(locate({ dialect: 'x', code }), undefined, JSON.stringify(code));
    }
  });

  it('stays linear and bounded on a hostile stack', () => {
    assert.deepEqual(parseStack(`at ${'('.repeat(200_000)}`), []);
    assert.ok(parseStack('  File "a.py", line 1, in f\n'.repeat(10_000)).length <= 64);
  });

  it('knows library files', () => {
    for (const file of [
      '/a/node_modules/x/y.js',
      'C:\\p\\site-packages\\x.py',
      '/usr/lib/python3.11/asyncio/runners.py',
    ])
      assert.ok(isLibraryFile(file), file);
    for (const file of ['/home/dev/app/agent.py', 'lib/python/mine.py', 'src/nodemodules/a.js'])
      assert.ok(!isLibraryFile(file), file);
  });
});
