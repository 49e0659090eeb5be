import assert from 'node:assert/strict';
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { span, spanId, traceId } from '../../store/samples.ts';
import { CodeBench, placed } from './support.ts';
import { call } from '../../store/samples.ts';

const program = `from openai import OpenAI

client = OpenAI()


def ask(question):
    return client.chat.completions.create(
        model="gpt-4o",
        messages=[{"role": "user", "content": question}],
    )


def main():
    print(ask("one"))
    print(ask("two"))
`;
/** Milliseconds: the samples' spans begin here. */
const spansAt = 1_790_000_000_000;
const before = spansAt - 60_000;
const after = spansAt + 60_000;

describe('the code thread', function () {
  this.timeout(30_000);
  let bench: CodeBench;
  beforeEach(() => {
    bench = new CodeBench();
  });
  afterEach(() => bench.dispose());

  const asked = (n: number, from: number, change: Parameters<typeof call>[1] = {}) =>
    call(n, { source: placed([bench.path('app.py'), 7], [bench.path('app.py'), from]), ...change });

  it('reads what is stored, then what comes, and tells which files changed', async () => {
    bench.write('app.py', program, before);
    await bench.index(asked(1, 14), asked(2, 15));
    await bench.configure();
    assert.equal((await bench.line('app.py', 7))?.self?.calls, 2);
    assert.equal((await bench.line('app.py', 14))?.through?.cost.known, 0.5);
    assert.equal((await bench.line('app.py', 7))?.function, 'ask');
    const until = bench.told.length;
    await bench.index(asked(3, 15));
    assert.equal((await bench.line('app.py', 7))?.self?.cost.known, 1.5);
    while (bench.told.length === until) await new Promise((resolve) => setTimeout(resolve, 5));
    assert.deepEqual(bench.told.at(-1), { files: [bench.path('app.py')], all: false });
    assert.deepEqual(bench.logged, []);
  });

  it('answers with nothing before it is configured and where nothing was called', async () => {
    assert.deepEqual(await bench.ask('code/files', { sort: 'cost' }), []);
    assert.equal(await bench.ask('code/annotations', { file: bench.path('app.py') }), null);
    assert.deepEqual(await bench.ask('code/problems', {}), []);
    await bench.configure();
    assert.equal(await bench.ask('code/annotations', { file: '/no/such/file.py' }), null);
    assert.equal(await bench.ask('code/locate', { traceId: traceId(1), spanId: spanId(1) }), null);
    assert.deepEqual(
      await bench.ask('code/calls', { file: bench.path('app.py'), line: 7, through: true, limit: 5 }),
      [],
    );
  });

  it('lists files and the newest calls of a line', async () => {
    bench.write('app.py', program, before);
    await bench.index(asked(1, 14), asked(2, 15), asked(3, 14));
    await bench.configure();
    const [file] = await bench.ask('code/files', { sort: 'cost' });
    assert.equal(file?.file, bench.path('app.py'));
    assert.equal(file.sums.calls, 3);
    const at = async (line: number, through: boolean, limit = 10): Promise<string[]> =>
      (await bench.ask('code/calls', { file: bench.path('app.py'), line, through, limit })).map(
        (row) => row.spanId,
      );
    assert.deepEqual(await at(7, false), [spanId(3), spanId(2), spanId(1)]);
    assert.deepEqual(await at(14, true), [spanId(3), spanId(1)]);
    assert.deepEqual(await at(14, false), []);
    assert.deepEqual(await at(7, false, 1), [spanId(3)]);
  });

  it('does not count a call twice that another span repeats, but an agent as one call of its own', async () => {
    bench.write('app.py', program, before);
    const countedIn = { traceId: traceId(1), spanId: spanId(1) };
    await bench.index(
      asked(1, 14),
      asked(2, 14, { counted: false, countedIn, usage: undefined, cost: undefined }),
      span(3, { kind: 'agent', countedIn, source: placed([bench.path('app.py'), 14]) }),
      span(4, { kind: 'chain', source: placed([bench.path('app.py'), 14]) }),
    );
    await bench.configure();
    const sums = (await bench.line('app.py', 14))?.through;
    assert.deepEqual([sums?.calls, sums?.modelCalls, sums?.cost.known], [2, 1, 0.5]);
  });

  it('puts a fuller version in the place of an earlier one, and takes over changed accounts and flags', async () => {
    bench.write('app.py', program, before);
    await bench.index(asked(1, 14, { durationNanos: undefined, usage: undefined, cost: undefined }));
    await bench.configure();
    assert.equal((await bench.line('app.py', 7))?.self?.lastMs, undefined);
    const whole = asked(1, 14, {
      durationNanos: 5e6,
      flags: [{ id: 'truncated', severity: 'warning', reason: 'cut' }],
    });
    await bench.index(whole);
    const sums = (await bench.line('app.py', 7))?.self;
    assert.deepEqual(
      [sums?.calls, sums?.lastMs, sums?.cost.known, sums?.flags[0]?.id],
      [1, 5, 0.5, 'truncated'],
    );
    // The same row again, as when its flags change.
    await bench.index({ ...whole, flags: [] });
    assert.deepEqual((await bench.line('app.py', 7))?.self?.flags, []);
  });

  it('forgets deleted spans, traces and everything', async () => {
    bench.write('app.py', program, before);
    await bench.index(asked(1, 14), asked(2, 14), asked(3, 14, { traceId: traceId(2) }));
    await bench.configure();
    bench.writer.writeBatch({ removed: [{ traceId: traceId(1), spanId: spanId(2) }] });
    await bench.index();
    assert.equal((await bench.line('app.py', 7))?.self?.calls, 2);
    bench.writer.clear();
    await bench.index();
    assert.deepEqual(await bench.lines('app.py'), []);
    await bench.index(asked(5, 14));
    assert.equal((await bench.line('app.py', 7))?.self?.calls, 1);
  });

  it('begins anew with another index at the same path', async () => {
    bench.write('app.py', program, before);
    await bench.index(asked(1, 14), asked(2, 14));
    await bench.configure();
    bench.replaceIndex();
    await bench.index(asked(3, 14, { traceId: traceId(7) }));
    assert.equal((await bench.line('app.py', 7))?.self?.calls, 1);
  });

  it('moves annotations with edits, renames and deletions of files', async () => {
    const file = bench.write('app.py', program, before);
    await bench.index(asked(1, 14), asked(2, 15));
    await bench.configure();
    bench.write('app.py', `# a\n# b\n${program}`, after);
    await bench.filesChanged({ changed: [file] });
    assert.deepEqual(
      (await bench.lines('app.py')).map(({ line, stale }) => [line, stale]),
      [
        [9, undefined],
        [16, undefined],
        [17, undefined],
      ],
    );
    bench.write(
      'app.py',
      `# a\n# b\n${program.replace('content": question', 'content": question + "!"')}`,
      after + 1000,
    );
    await bench.filesChanged({ changed: [file] });
    assert.equal((await bench.line('app.py', 9))?.stale?.state, 'changed');
    renameSync(file, bench.path('renamed.py'));
    await bench.filesChanged({ renamed: [{ from: file, to: bench.path('renamed.py') }] });
    assert.deepEqual(await bench.lines('app.py'), []);
    assert.equal((await bench.line('renamed.py', 16))?.through?.calls, 1);
    rmSync(bench.path('renamed.py'));
    await bench.filesChanged({ deleted: [bench.path('renamed.py')] });
    assert.ok((await bench.lines('renamed.py')).every(({ stale }) => stale?.state === 'gone'));
  });

  it('finds the stored calls at the right lines after a restart, although the file was edited meanwhile', async () => {
    bench.write('app.py', program, before);
    await bench.index(asked(1, 14), asked(2, 15));
    await bench.configure();
    bench.thread.close();
    bench.write('app.py', `# a\n# b\n${program}`, after);
    bench.started();
    await bench.configure();
    assert.deepEqual(
      (await bench.lines('app.py')).map(({ line, self, through }) => [line, self?.calls, through?.calls]),
      [
        [9, 2, undefined],
        [16, undefined, 1],
        [17, undefined, 1],
      ],
    );
    assert.deepEqual(readdirSync(bench.storage), ['code-places.json']);
  });

  it('takes the lines of a process that ran through an edit for those of before, also after a restart', async () => {
    const file = bench.write('app.py', program, before);
    const one = { serviceInstance: 'server' };
    await bench.index(asked(1, 14, one));
    await bench.configure();
    bench.write('app.py', `# a\n${program}`, spansAt + 60_000);
    await bench.filesChanged({ changed: [file] });
    const late = { startMicros: (spansAt + 120_000) * 1000 };
    const picture = async (): Promise<unknown> =>
      (await bench.lines('app.py')).map(({ line, self, through }) => [line, (through ?? self)?.calls]);
    await bench.index(asked(2, 14, { ...one, ...late }));
    const expected = [
      [8, 2],
      [15, 2],
    ];
    assert.deepEqual(await picture(), expected);
    bench.thread.close();
    bench.started();
    await bench.configure();
    assert.deepEqual(await picture(), expected);
    // A process that began after the edit names the lines as they are now.
    await bench.index(
      call(3, {
        source: placed([file, 8], [file, 16]),
        ...late,
        serviceInstance: 'again',
        traceId: traceId(2),
      }),
    );
    assert.deepEqual(await picture(), [
      [8, 3],
      [15, 2],
      [16, 1],
    ]);
  });

  it('starts from nothing where what was stored is damaged', async () => {
    bench.write('app.py', program, before);
    await bench.index(asked(1, 14));
    await bench.configure();
    bench.thread.close();
    const stored = path.join(bench.storage, 'code-places.json');
    const text = readFileSync(stored, 'utf8');
    for (const damaged of [
      text.slice(0, 50),
      '[]',
      '{"version":1,"sites":[{"told":{"file":1}}],"choices":[5],"renames":{}}',
    ]) {
      writeFileSync(stored, damaged);
      bench.started();
      await bench.configure();
      assert.equal((await bench.line('app.py', 7))?.self?.calls, 1);
      bench.thread.close();
    }
  });

  it('finds lines of spans that tell none in the sources, and lets the user choose', async () => {
    bench.write('app.py', program, before);
    await bench.index(call(1, { name: 'chat gpt-4o' }), call(2, { name: 'chat gpt-4o' }));
    await bench.configure();
    assert.equal((await bench.line('app.py', 7))?.self?.calls, 2);
    const found = await bench.ask('code/locate', { traceId: traceId(1), spanId: spanId(1) });
    assert.deepEqual([found?.file, found?.line, found?.resolver], [bench.path('app.py'), 7, 'static-index']);
    await bench.ask('code/choose', {
      traceId: traceId(1),
      spanId: spanId(1),
      file: bench.path('app.py'),
      line: 14,
    });
    await bench.thread.idle();
    assert.equal((await bench.line('app.py', 14))?.self?.calls, 2);
    assert.equal((await bench.line('app.py', 7))?.self, undefined);
    // Remembered, for spans to come, and moved with its code.
    bench.thread.close();
    bench.write('app.py', `# a\n${program}`, Date.now() + 1_000);
    bench.started();
    await bench.configure();
    await bench.index(call(3, { name: 'chat gpt-4o' }));
    assert.equal((await bench.line('app.py', 15))?.self?.calls, 3);
    const chosen = await bench.ask('code/locate', { traceId: traceId(1), spanId: spanId(3) });
    assert.deepEqual([chosen?.line, chosen?.resolver, chosen?.candidates[0]?.line], [15, 'choice', 8]);
  });

  it('says that a span it should choose for is not there', async () => {
    await bench.configure();
    await bench.index(call(1));
    await assert.rejects(
      bench.ask('code/choose', { traceId: traceId(9), spanId: spanId(1), file: bench.path('a.py'), line: 1 }),
      { code: 'not-found' },
    );
  });

  it('maps paths of other machines to the workspace', async () => {
    bench.write('src/app.py', program, before);
    await bench.index(
      call(1, { source: placed(['/srv/build/src/app.py', 7]) }),
      call(2, { source: placed(['/elsewhere/app.py', 7]) }),
    );
    await bench.configure({ pathMappings: [{ from: '/elsewhere', to: bench.path('src') }] });
    assert.equal((await bench.line('src/app.py', 7))?.self?.calls, 2);
    const place = await bench.ask('code/locate', { traceId: traceId(1), spanId: spanId(1) });
    assert.equal(place?.file, bench.path('src/app.py'));
  });

  it('reads no file in an untrusted workspace, and shows lines as they were told', async () => {
    bench.write('app.py', program, before);
    await bench.index(asked(1, 14), call(2, { name: 'chat gpt-4o' }));
    await bench.configure({ folders: [] });
    assert.equal((await bench.line('app.py', 7))?.self?.calls, 1);
    assert.equal((await bench.line('app.py', 7))?.function, '');
    await bench.configure();
    assert.equal((await bench.line('app.py', 7))?.self?.calls, 2);
    assert.equal((await bench.line('app.py', 7))?.function, 'ask');
  });

  it('tells the problems of the last run with the words of the newest call', async () => {
    bench.write('app.py', program, before);
    const failed = (n: number, reason: string, change = {}) =>
      asked(n, 14, {
        status: { code: 'error', message: reason },
        flags: [{ id: 'error', severity: 'error', reason }],
        serviceInstance: 'first',
        ...change,
      });
    await bench.index(failed(1, 'boom'), failed(2, 'bang'));
    await bench.configure({ scope: 'lastRun' });
    const [problem, ...more] = await bench.ask('code/problems', {});
    assert.deepEqual(more, []);
    assert.deepEqual(
      [problem?.file, problem?.line, problem?.flag, problem?.count, problem?.message, problem?.spanId],
      [bench.path('app.py'), 7, 'error', 2, 'bang', spanId(2)],
    );
    await bench.index(asked(3, 14, { serviceInstance: 'second' }));
    assert.deepEqual(await bench.ask('code/problems', {}), []);
    await bench.configure({ scope: 'all' });
    assert.equal((await bench.ask('code/problems', {})).length, 1);
  });

  it('keeps up with a program that calls a thousand times in one trace', async () => {
    bench.write('app.py', program, before);
    await bench.configure();
    for (let i = 0; i < 12; i++) {
      await bench.index(
        ...Array.from({ length: 100 }, (_, k) => asked(i * 100 + k + 1, 14, { parentSpanId: spanId(9_999) })),
      );
    }
    await bench.index(span(9_999, { kind: 'agent', source: placed([bench.path('app.py'), 15]) }));
    assert.equal((await bench.line('app.py', 7))?.self?.calls, 1_200);
    assert.equal((await bench.line('app.py', 15))?.self?.calls, 1);
  });
});
