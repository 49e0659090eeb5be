import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { OwnerLock } from '../../src/store/ownerLock.ts';
import { captureRequests, replay } from './support/captures.ts';
import { json, jsonLines, post, run, serve, temporaryFolder, type Serving } from './support/serve.ts';

interface Totals {
  spans: number;
  traces: number;
  modelCalls: { total: number; failed: number; retries: number };
  dropped: Record<string, number>;
  behind: number;
}

/** One OTLP/JSON request with a single span. */
function spanRequest(index: number): string {
  const id = index.toString(16).padStart(16, '0');
  return JSON.stringify({
    resourceSpans: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 'test' } }] },
        scopeSpans: [
          {
            scope: { name: 'test' },
            spans: [
              {
                traceId: id.padStart(32, 'a'),
                spanId: id,
                name: `span ${index}`,
                startTimeUnixNano: '1700000000000000000',
                endTimeUnixNano: '1700000000500000000',
              },
            ],
          },
        ],
      },
    ],
  });
}

describe('serve and its readers', function () {
  this.timeout(60_000);
  let folder: ReturnType<typeof temporaryFolder>;
  let db: string;
  let serving: Serving | undefined;

  beforeEach(() => {
    folder = temporaryFolder();
    db = path.join(folder.path, 'traces.db');
  });
  afterEach(async () => {
    if (serving && serving.process.exitCode === null && serving.process.signalCode === null)
      await serving.stop('SIGKILL');
    serving = undefined;
    folder.remove();
  });

  it('prints one line when ready, and ends with 0 on SIGTERM and on SIGINT', async () => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      serving = await serve(db);
      assert.equal(serving.grpc.host, '127.0.0.1');
      assert.ok(serving.grpc.port > 0 && serving.http.port > 0 && serving.grpc.port !== serving.http.port);
      assert.equal(serving.db, db);
      assert.equal(await serving.stop(signal), 0, serving.errors());
    }
  });

  it('keeps its files for their owner alone', async () => {
    serving = await serve(db);
    await post(serving.url, '/v1/traces', spanRequest(1), 'application/json');
    await json('stats', '--db', db);
    assert.equal(statSync(db).mode & 0o077, 0);
    assert.equal(statSync(`${db}.journal`).mode & 0o077, 0);
  });

  it('shows readers everything acknowledged before they started, while it is writing', async () => {
    serving = await serve(db);
    for (let i = 1; i <= 50; i++) {
      assert.equal((await post(serving.url, '/v1/traces', spanRequest(i), 'application/json')).status, 200);
      if (i % 10 === 0) assert.equal((await json<Totals>('stats', '--db', db)).spans, i);
    }
    const traces = await json<{ name: string }[]>('traces', '--db', db, '--limit', '7');
    assert.equal(traces.length, 7);
    assert.equal((await jsonLines('spans', '--db', db)).length, 50);
  });

  it('has lost nothing acknowledged when it was killed', async () => {
    serving = await serve(db);
    const requests = Array.from({ length: 200 }, (_, i) => spanRequest(i + 1));
    let acknowledged = 0;
    const { url, process: child } = serving;
    const lanes = Array.from({ length: 8 }, async () => {
      for (let body = requests.pop(); body !== undefined; body = requests.pop()) {
        const answer = await post(url, '/v1/traces', body, 'application/json').catch(() => undefined);
        if (answer?.status === 200) acknowledged++;
        if (acknowledged === 60) child.kill('SIGKILL');
      }
    });
    await Promise.all(lanes);
    assert.ok(acknowledged >= 60);
    const stats = await json<Totals>('stats', '--db', db);
    assert.ok(stats.spans >= acknowledged, `${stats.spans} of ${acknowledged}`);
    assert.equal(stats.behind, 0);
    serving = await serve(db);
    assert.equal((await json<Totals>('stats', '--db', db)).spans, stats.spans);
  });

  it('changes nothing when everything is sent twice', async () => {
    serving = await serve(db);
    const requests = captureRequests('js-ai-sdk');
    await replay(serving, requests);
    const once = await json<Totals>('stats', '--db', db);
    await replay(serving, requests);
    assert.deepEqual(await json<Totals>('stats', '--db', db), once);
    assert.ok(once.modelCalls.total > 0);
  });

  it('counts what it refuses', async () => {
    serving = await serve(db);
    const answer = await post(serving.url, '/v1/traces', '{"resourceSpans": [', 'application/json');
    assert.equal(answer.status, 400);
    await serving.stop();
    const { dropped } = await json<Totals>('stats', '--db', db);
    assert.deepEqual(dropped, { malformed: 1 });
  });

  it('lets one engine own a store', async () => {
    serving = await serve(db);
    const second = await run('serve', '--db', db, '--grpc-port', '0', '--http-port', '0');
    assert.equal(second.code, 1);
    assert.match(second.err, /another engine serves the store/);
    const rebuild = await run('reindex', '--db', db);
    assert.equal(rebuild.code, 1);
    assert.match(rebuild.err, /stop it first/);
  });

  it('waits for a reader that has the store for a moment', async () => {
    const reader = OwnerLock.tryAcquire(`${db}.lock`);
    setTimeout(() => reader?.release(), 500);
    serving = await serve(db);
  });

  it('says which port is taken, and what to do', async () => {
    const holder = net.createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => holder.once('listening', resolve));
    const { port } = holder.address() as net.AddressInfo;
    const { code, err } = await run('serve', '--db', db, '--grpc-port', '0', '--http-port', String(port));
    holder.close();
    assert.equal(code, 1);
    assert.match(err, new RegExp(`http port ${port} is not free`));
    assert.match(err, /--http-port/);
  });

  it('builds the index anew from the journal', async () => {
    serving = await serve(db);
    await replay(serving, captureRequests('py-oi-langchain'));
    await serving.stop();
    const before = await json<Totals>('stats', '--db', db);
    assert.deepEqual(await json('reindex', '--db', db), { spans: before.spans, traces: before.traces });
    assert.deepEqual(await json<Totals>('stats', '--db', db), before);
  });

  it('explains where the values of a span came from', async () => {
    serving = await serve(db);
    await replay(serving, captureRequests('py-oi-langchain'));
    await serving.stop();
    const [span] = await jsonLines<{ spanId: string; model: { answered: string } }>(
      'spans',
      '--db',
      db,
      '--kind',
      'llm',
    );
    assert.ok(span);
    const explained = await json<{
      dialect: string;
      values: { field: string; from: string[] }[];
      counting: { counted: boolean };
    }>('explain', span.spanId, '--db', db);
    assert.equal(explained.dialect, 'openinference');
    assert.ok(
      explained.values.some((value) => value.field.includes('usage') && value.from.length > 0),
      JSON.stringify(explained.values),
    );
  });

  it('tells what is wrong with a call that it cannot take', async () => {
    for (const [args, pattern] of [
      [['stats'], /--db is missing/],
      [['stats', '--db', path.join(folder.path, 'none.db')], /no store at/],
      [['stats', '--db', db, '--since', 'soon'], /--since takes a time/],
      [['serve', '--db', db, '--http-port', '70000'], /--http-port takes a whole number/],
      [['spans', '--db', db, '--kind', 'llms'], /--kind is one of/],
      [['explain', 'xyz', '--db', db], /16 hexadecimal digits/],
      [['stats', 'all', '--db', db], /"all" is one word too many/],
      [['fly'], /no command "fly"/],
    ] as const) {
      const { code, err, out } = await run(...args);
      assert.notEqual(code, 0, args.join(' '));
      assert.match(err, pattern);
      assert.doesNotMatch(err, /\n\s+at /);
      assert.equal(out, '');
    }
  });
});
