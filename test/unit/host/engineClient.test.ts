import assert from 'node:assert/strict';
import path from 'node:path';
import { afterEach, describe, it } from 'mocha';
import { ChannelError } from '../../../src/base/channel.ts';
import { EngineClient } from '../../../src/host/services/engineClient.ts';
import { readEngineSettings } from '../../../src/host/services/engineSettings.ts';
import { protocolVersion } from '../../../src/protocol/engine.ts';

const workerPath = path.join(import.meta.dirname, 'workers/fakeEngine.mjs');
let client: EngineClient | undefined;

function start(...behaviours: string[]): { client: EngineClient; starts: string[]; log: string[] } {
  const starts: string[] = [];
  const log: string[] = [];
  client = new EngineClient({
    workerPath,
    start: () => {
      const behaviour = behaviours[Math.min(starts.length, behaviours.length - 1)] ?? 'good';
      starts.push(behaviour);
      return {
        protocolVersion,
        dbPath: 'x',
        settings: readEngineSettings(
          () => undefined,
          [behaviour],
          () => undefined,
        ),
      };
    },
    log: (level, message) => log.push(`${level} ${message}`),
    restartDelaysMs: [1, 2, 3],
  });
  return { client, starts, log };
}
const next = <T>(event: (listener: (value: T) => void) => unknown): Promise<T> =>
  new Promise((resolve) => event(resolve));
const hasCode = (code: string) => (error: unknown) => error instanceof ChannelError && error.code === code;

describe('the engine’s supervisor', () => {
  afterEach(async () => {
    await client?.close('test', 500);
    client = undefined;
  });

  it('starts the worker once and tells its status', async () => {
    const { client, starts } = start('good');
    const ready = next(client.onReady);
    client.start();
    client.start();
    await ready;
    assert.equal(client.status?.state, 'listening');
    assert.deepEqual(starts, ['good']);
  });

  it('passes events on', async () => {
    const { client } = start('good');
    const ready = next(client.onReady);
    client.start();
    await ready;
    const changed = next(client.onChanged);
    client.call('receiver/start', {}).catch(() => undefined);
    assert.deepEqual(await changed, { traceIds: ['a'], all: false });
  });

  it('rejects calls while no engine runs, and those that were pending when it died', async () => {
    const { client } = start('good');
    await assert.rejects(client.call('engine/status', {}), hasCode('closed'));
    const ready = next(client.onReady);
    client.start();
    await ready;
    await assert.rejects(client.call('receiver/stop', {}), hasCode('closed'));
  });

  it('starts a dead engine again', async () => {
    const { client, starts } = start('crash', 'crash', 'good');
    const ready = next(client.onReady);
    client.start();
    await ready;
    assert.deepEqual(starts, ['crash', 'crash', 'good']);
  });

  it('gives up after the third restart, says so once, and starts again when asked', async () => {
    const { client, starts } = start('crash', 'crash', 'crash', 'crash', 'good');
    let times = 0;
    client.onGaveUp(() => times++);
    const gaveUp = next(client.onGaveUp);
    client.start();
    assert.match((await gaveUp).message, /crash at the start/);
    assert.equal(starts.length, 4);
    assert.equal(times, 1);
    const ready = next(client.onReady);
    await client.restart();
    await ready;
    assert.equal(starts.length, 5);
  });

  it('refuses an engine of another version', async () => {
    const { client } = start('other version');
    const gaveUp = next(client.onGaveUp);
    client.start();
    assert.match((await gaveUp).message, /different versions/);
    await assert.rejects(client.call('engine/status', {}), hasCode('closed'));
  });

  it('asks the engine to close, and does not start it again', async () => {
    const { client, starts } = start('good');
    const ready = next(client.onReady);
    client.start();
    await ready;
    await client.close();
    assert.equal(client.status, undefined);
    assert.equal(starts.length, 1);
  });

  it('ends an engine that does not answer the request to close', async () => {
    const { client, log } = start('deaf');
    const ready = next(client.onReady);
    client.start();
    await ready;
    await client.close('test', 20);
    assert.ok(log.some((line) => line.includes('did not close by itself')));
    await assert.rejects(client.call('engine/status', {}), hasCode('closed'));
  });
});
