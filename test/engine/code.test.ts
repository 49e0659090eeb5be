import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { CodeSettings, FileAnnotations } from '../../src/protocol/code.ts';
import type { EngineStatus } from '../../src/protocol/status.ts';
import { post, temporaryFolder } from './support/serve.ts';
import { startEngine, type EngineWorker } from './support/worker.ts';

const program = `def ask(client, question):
    return client.chat.completions.create(model="gpt-4o-mini", messages=[question])


def main(client):
    ask(client, "one")
    ask(client, "two")
`;

describe('calls beside the code, by the engine as a worker', function () {
  this.timeout(60_000);
  let folder: ReturnType<typeof temporaryFolder>;
  let workspace: string;
  let file: string;
  let settings: CodeSettings;
  let engines: EngineWorker[];
  let spans = 0;

  const start = (): EngineWorker => {
    const engine = startEngine(path.join(folder.path, 'traces.db'));
    engines.push(engine);
    return engine;
  };
  /** Sends calls of `ask` from some lines of `main`. */
  const send = async (status: EngineStatus, ...from: number[]): Promise<void> => {
    const made = from.map((line) => ({
      traceId: 'ab'.repeat(16),
      spanId: (++spans).toString(16).padStart(16, '0'),
      name: 'chat gpt-4o-mini',
      startTimeUnixNano: `${Date.now() + spans}000000`,
      endTimeUnixNano: `${Date.now() + spans + 40}000000`,
      attributes: [
        ['gen_ai.operation.name', { stringValue: 'chat' }],
        ['gen_ai.provider.name', { stringValue: 'openai' }],
        ['gen_ai.request.model', { stringValue: 'gpt-4o-mini' }],
        ['gen_ai.usage.input_tokens', { intValue: '1000' }],
        ['gen_ai.usage.output_tokens', { intValue: '10' }],
        [
          'llm_trace_inspector.frames',
          {
            stringValue: JSON.stringify([
              [file, 2, 12, 'ask'],
              [file, line, 5, 'main'],
            ]),
          },
        ],
      ].map(([key, value]) => ({ key, value })),
    }));
    const resource = {
      attributes: [
        { key: 'service.name', value: { stringValue: 'app' } },
        { key: 'process.pid', value: { intValue: '4711' } },
        { key: 'vcs.ref.head.revision', value: { stringValue: 'c0ffee' } },
      ],
    };
    const body = JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ spans: made }] }] });
    const url = `http://${status.http?.host}:${status.http?.port}`;
    assert.equal((await post(url, '/v1/traces', body, 'application/json')).status, 200);
  };
  /** Asks until the annotations are as wanted. */
  const until = async (
    engine: EngineWorker,
    fits: (found: FileAnnotations) => boolean,
  ): Promise<FileAnnotations> => {
    for (;;) {
      const found = await engine.channel.call('code/annotations', { file });
      if (found && fits(found)) return found;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  /** Calls are shown at once by what their spans tell; functions, and what edits move, when the file was read. */
  const isRead = (found: FileAnnotations): boolean =>
    found.functions.length > 0 && found.functions.every(({ line }) => line !== undefined);
  const callsAt = (found: FileAnnotations, line: number): number | undefined => {
    const one = found.lines.find((other) => other.line === line);
    return (one?.through ?? one?.self)?.calls;
  };

  beforeEach(() => {
    folder = temporaryFolder();
    workspace = path.join(folder.path, 'workspace');
    file = path.join(workspace, 'app.py');
    mkdirSync(workspace);
    writeFileSync(file, program);
    utimesSync(file, Date.now() / 1000 - 60, Date.now() / 1000 - 60);
    settings = {
      folders: [workspace],
      scope: 'all',
      pathMappings: [],
      storagePath: path.join(folder.path, 'storage'),
      excludedFolders: [],
    };
    engines = [];
  });
  afterEach(async () => {
    for (const engine of engines) await engine.kill();
    folder.remove();
  });

  it('says that a file changed once its calls are indexed, and what was called where', async () => {
    const engine = start();
    const status = await engine.status(({ state }) => state === 'listening');
    await engine.channel.call('code/configure', settings);
    const told = new Promise<void>((resolve) =>
      engine.channel.on('code/changed', ({ files }) => {
        if (files.includes(file)) resolve();
      }),
    );
    await send(status, 6, 7, 7);
    await told;
    const found = await until(engine, (now) => callsAt(now, 2) === 3 && isRead(now));
    assert.equal(callsAt(found, 6), 1);
    assert.equal(callsAt(found, 7), 2);
    const helper = found.lines.find(({ line }) => line === 2);
    assert.equal(helper?.self?.inputTokens.known, 3_000);
    assert.equal(helper.confidence, 'exact');
    assert.ok((helper.self.cost.known ?? 0) > 0);
    assert.deepEqual(
      found.functions.map(({ name, line, sums }) => [name, line, sums.calls]),
      [
        ['ask', 1, 3],
        ['main', 5, 3],
      ],
    );
    const [newest] = await engine.channel.call('code/calls', { file, line: 7, through: true, limit: 1 });
    assert.equal(newest?.model, 'gpt-4o-mini');
    const place = await engine.channel.call('code/locate', {
      traceId: newest.traceId,
      spanId: newest.spanId,
    });
    assert.deepEqual([place?.file, place?.line, place?.resolver], [file, 2, 'captured-frames']);
  });

  it('tells the revision of stale lines, and follows edits over restarts', async () => {
    const engine = start();
    const status = await engine.status(({ state }) => state === 'listening');
    await engine.channel.call('code/configure', settings);
    await send(status, 6);
    await until(engine, (now) => callsAt(now, 6) === 1 && isRead(now));
    writeFileSync(file, `# new\n${program.replace('[question]', '[question, question]')}`);
    utimesSync(file, Date.now() / 1000 + 60, Date.now() / 1000 + 60);
    await engine.channel.call('code/filesChanged', { changed: [file], deleted: [], renamed: [] });
    const edited = await until(engine, (now) => callsAt(now, 7) === 1);
    assert.deepEqual(edited.lines.find(({ line }) => line === 3)?.stale, {
      state: 'changed',
      revision: 'c0ffee',
    });
    await engine.close();
    assert.deepEqual(readdirSync(settings.storagePath ?? ''), ['code-places.json']);
    writeFileSync(file, `# new\n# newer\n${program}`);
    utimesSync(file, Date.now() / 1000 + 120, Date.now() / 1000 + 120);
    const again = start();
    await again.status(({ state }) => state === 'listening');
    await again.channel.call('code/configure', settings);
    const found = await until(again, (now) => callsAt(now, 8) === 1);
    assert.deepEqual(found.lines.find(({ line }) => line === 4)?.stale, undefined);
  });

  it('shows the calls in a second window too, and forgets them when all is deleted', async () => {
    const first = start();
    const status = await first.status(({ state }) => state === 'listening');
    const second = start();
    await second.status(({ state }) => state === 'following');
    await first.channel.call('code/configure', settings);
    await second.channel.call('code/configure', { ...settings, storagePath: undefined });
    await send(status, 6, 7);
    await until(first, (now) => callsAt(now, 2) === 2);
    await until(second, (now) => callsAt(now, 2) === 2);
    await first.channel.call('store/deleteAll', {});
    for (const engine of [first, second]) {
      while ((await engine.channel.call('code/files', { sort: 'cost' })).length > 0)
        await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await send(status, 7);
    await until(second, (now) => callsAt(now, 7) === 1);
  });
});
