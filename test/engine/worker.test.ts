import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { EngineStatus } from '../../src/protocol/status.ts';
import { captureRequests } from './support/captures.ts';
import { post, temporaryFolder } from './support/serve.ts';
import { freePorts, startEngine, type EngineWorker } from './support/worker.ts';

const urlOf = (status: EngineStatus): string => `http://${status.http?.host}:${status.http?.port}`;
const firstPage = { filter: {}, sort: 'newest', page: { limit: 100 } } as const;

async function send(status: EngineStatus, capture: string): Promise<void> {
  for (const request of captureRequests(capture)) {
    const answer = await post(urlOf(status), request.path, request.body, request.contentType);
    assert.equal(answer.status, 200);
  }
}

/** A file may go between being listed and being read: then it holds nothing. */
function holds(file: string, text: string): boolean {
  try {
    return readFileSync(file).includes(text);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

function bytesHolding(folder: string, text: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => holds(file, text));
}

describe('the engine as a worker', function () {
  this.timeout(60_000);
  let folder: ReturnType<typeof temporaryFolder>;
  let db: string;
  let engines: EngineWorker[];
  const start = (settings = freePorts): EngineWorker => {
    const engine = startEngine(db, settings);
    engines.push(engine);
    return engine;
  };

  beforeEach(() => {
    folder = temporaryFolder();
    db = path.join(folder.path, 'traces.db');
    engines = [];
  });
  afterEach(async () => {
    for (const engine of engines) await engine.kill();
    folder.remove();
  });

  it('listens, indexes what it gets, tells of the change and answers queries', async () => {
    const engine = start();
    const status = await engine.status(({ state }) => state === 'listening');
    const told = new Promise<void>((resolve) => engine.channel.on('store/changed', () => resolve()));
    await send(status, 'js-manual');
    await told;
    await engine.status(({ store }) => store.behindBytes === 0 && store.traces > 0);
    const page = await engine.channel.call('traces/list', firstPage);
    assert.ok(page.rows.length > 0);
    const [row] = page.rows;
    assert.ok(row);
    const roots = await engine.channel.call('spans/children', {
      traceId: row.traceId,
      parentSpanId: '',
      page: { limit: 10 },
    });
    assert.ok(roots.rows.length >= 1);
    const [root] = roots.rows;
    assert.ok(root);
    const details = await engine.channel.call('spans/details', { traceId: row.traceId, spanId: root.spanId });
    assert.equal(details?.row.name, root.name);
    assert.ok(details.attributes.length > 0);
  });

  it('follows another engine on the same store, and takes over when that one closes', async () => {
    const first = start();
    const status = await first.status(({ state }) => state === 'listening');
    const second = start();
    await second.status(({ state }) => state === 'following');
    await send(status, 'js-manual');
    const { store: sent } = await first.status(({ store }) => store.traces > 0 && store.behindBytes === 0);
    await second.status(({ store }) => store.spans === sent.spans);
    await first.close();
    const taken = await second.status(
      ({ state, store }) => state === 'listening' && store.spans === sent.spans,
    );
    await send(taken, 'js-langfuse');
    await second.status(({ store }) => store.spans > sent.spans);
  });

  it('takes over from an engine that was killed, with everything that one had acknowledged', async () => {
    const first = start();
    const status = await first.status(({ state }) => state === 'listening');
    const second = start();
    await second.status(({ state }) => state === 'following');
    await send(status, 'py-oi-langchain');
    await first.kill();
    await second.status(({ state, store }) => state === 'listening' && store.spans === 45);
  });

  it('says which port it could not have, goes on with the other, and takes the port once it is free', async () => {
    const elsewhere = temporaryFolder();
    const holder = startEngine(path.join(elsewhere.path, 'other.db'));
    const held = await holder.status(({ state }) => state === 'listening');
    const httpPort = held.http?.port ?? 0;
    const engine = start({ ...freePorts, receiver: { ...freePorts.receiver, httpPort } });
    const status = await engine.status(({ state }) => state === 'problem');
    assert.deepEqual(
      status.conflicts.map(({ protocol, port }) => [protocol, port]),
      status.conflicts.map(() => ['http', httpPort]),
    );
    assert.match(status.conflicts[0]?.heldBy ?? '', /LLM Trace Inspector/);
    assert.ok(status.grpc);
    await holder.close();
    await engine.status(({ state, http }) => state === 'listening' && http?.port === httpPort);
    elsewhere.remove();
  });

  it('runs on when settings hold prices that it cannot use, and says so', async () => {
    const engine = start({ ...freePorts, userPrices: [{ model: 5 } as never] });
    await engine.status(({ state }) => state === 'listening');
    const told = new Promise<string>((resolve) =>
      engine.channel.on('engine/log', ({ message }) => resolve(message)),
    );
    await engine.channel.call('engine/configure', { ...freePorts, userPrices: [{ model: 6 } as never] });
    assert.match(await told, /model/);
  });

  it('says that the journal cannot be opened, and listens once it can', async () => {
    writeFileSync(`${db}.journal`, 'not a folder');
    const engine = start();
    const status = await engine.status(({ state }) => state === 'problem');
    assert.ok(status.storeProblem);
    rmSync(`${db}.journal`);
    const listening = await engine.status(({ state }) => state === 'listening');
    assert.equal(listening.storeProblem, undefined);
    await send(listening, 'js-manual');
    await engine.status(({ store }) => store.traces > 0 && store.behindBytes === 0);
  });

  it('builds a damaged index anew, and shows the new one', async () => {
    const engine = start();
    const status = await engine.status(({ state }) => state === 'listening');
    await send(status, 'py-oi-openai');
    await engine.status(({ store }) => store.spans === 27 && store.behindBytes === 0);
    await engine.close();
    // All but the first page is lost.
    const size = statSync(db).size;
    writeFileSync(db, Buffer.concat([readFileSync(db).subarray(0, 8192), Buffer.alloc(size - 8192, 0xaa)]));
    const again = start();
    const rebuilt = await again.status(({ state, store }) => state === 'listening' && store.spans === 27);
    assert.equal((await again.channel.call('traces/list', firstPage)).total, rebuilt.store.traces);
  });

  it('never tells of a problem without naming it, also while the ports are opened anew', async () => {
    const elsewhere = temporaryFolder();
    const holder = startEngine(path.join(elsewhere.path, 'other.db'));
    engines.push(holder);
    const held = await holder.status(({ state }) => state === 'listening');
    const engine = start({
      ...freePorts,
      receiver: { ...freePorts.receiver, httpPort: held.http?.port ?? 0 },
    });
    await engine.status(({ state }) => state === 'problem');
    let opened = false;
    const opening = engine.channel.call('receiver/start', {}).then(() => (opened = true));
    const seen: EngineStatus[] = [];
    do seen.push(await engine.channel.call('engine/status', {}));
    while (!opened);
    await opening;
    for (const { state, conflicts } of seen)
      if (state === 'problem') assert.equal(conflicts.length > 0, true);
    assert.deepEqual(
      seen.filter(({ state }) => state !== 'problem' && state !== 'starting'),
      [],
    );
    elsewhere.remove();
  });

  it('stops and starts the receiver', async () => {
    const engine = start();
    const status = await engine.status(({ state }) => state === 'listening');
    await engine.channel.call('receiver/stop', {});
    await engine.status(({ state }) => state === 'off');
    await assert.rejects(post(urlOf(status), '/v1/traces', '{}', 'application/json'));
    await engine.channel.call('receiver/start', {});
    await engine.status(({ state }) => state === 'listening');
  });

  it('leaves no byte behind when everything is deleted, and goes on receiving', async () => {
    const engine = start();
    const status = await engine.status(({ state }) => state === 'listening');
    const secret = 'planted-secret-4711';
    const body = (spanId: string, name: string): string =>
      JSON.stringify({
        resourceSpans: [
          {
            scopeSpans: [
              {
                spans: [
                  { traceId: 'ab'.repeat(16), spanId, name, startTimeUnixNano: '1', endTimeUnixNano: '2' },
                ],
              },
            ],
          },
        ],
      });
    await post(urlOf(status), '/v1/traces', body('12'.repeat(8), secret), 'application/json');
    await engine.status(({ store }) => store.spans === 1 && store.behindBytes === 0);
    assert.notDeepEqual(bytesHolding(folder.path, secret), []);
    await engine.channel.call('store/deleteAll', {});
    assert.deepEqual(bytesHolding(folder.path, secret), []);
    assert.equal((await engine.channel.call('traces/list', firstPage)).total, 0);
    await post(urlOf(status), '/v1/traces', body('34'.repeat(8), 'after'), 'application/json');
    await engine.status(({ store }) => store.spans === 1);
  });

  it('deletes one trace and keeps the others', async () => {
    const engine = start();
    const status = await engine.status(({ state }) => state === 'listening');
    await send(status, 'py-otel-genai-openai');
    const before = await engine.status(({ store }) => store.traces > 2 && store.behindBytes === 0);
    const [row] = (await engine.channel.call('traces/list', firstPage)).rows;
    assert.ok(row);
    await engine.channel.call('store/deleteTrace', { traceId: row.traceId });
    await engine.status(({ store }) => store.traces === before.store.traces - 1 && store.behindBytes === 0);
    assert.deepEqual(await engine.channel.call('traces/get', { traceIds: [row.traceId] }), []);
    const [other] = (await engine.channel.call('traces/list', firstPage)).rows;
    assert.ok(other);
    const [root] = (
      await engine.channel.call('spans/children', {
        traceId: other.traceId,
        parentSpanId: '',
        page: { limit: 1 },
      })
    ).rows;
    assert.ok(
      root && (await engine.channel.call('spans/details', { traceId: other.traceId, spanId: root.spanId })),
    );
  });

  it('rebuilds the index with the same result, telling its progress', async () => {
    const engine = start();
    const status = await engine.status(({ state }) => state === 'listening');
    await send(status, 'py-pydantic-ai');
    const before = await engine.status(({ store }) => store.spans === 34 && store.behindBytes === 0);
    const progress: number[] = [];
    engine.channel.on('store/progress', ({ doneBytes, totalBytes }) => progress.push(doneBytes / totalBytes));
    assert.deepEqual(await engine.channel.call('store/rebuildIndex', {}), { spans: 34 });
    assert.equal(progress.at(-1), 1);
    const after = await engine.channel.call('engine/status', {});
    assert.deepEqual(after.today, before.today);
    assert.equal(after.store.spans, before.store.spans);
  });

  it('finds traces by the text of their messages', async () => {
    const engine = start();
    const status = await engine.status(({ state }) => state === 'listening');
    await send(status, 'py-oi-openai');
    await engine.status(({ store }) => store.spans === 27 && store.behindBytes === 0);
    const all = await engine.channel.call('traces/list', firstPage);
    const some = await engine.channel.call('traces/list', { ...firstPage, filter: { text: 'WEATHER' } });
    assert.ok(some.total > 0 && some.total < all.total, `${some.total} of ${all.total}`);
    const none = await engine.channel.call('traces/list', {
      ...firstPage,
      filter: { text: "100%_' OR 1=1 --" },
    });
    assert.equal(none.total, 0);
  });
});
