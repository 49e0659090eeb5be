import assert from 'node:assert/strict';
import path from 'node:path';
import { afterEach, describe, it } from 'mocha';
import { ReadingThread } from '../../../../src/engine/readingThread.ts';
import type { CodeEvents } from '../../../../src/protocol/code.ts';
import type { EchoRequests } from './echoThread.ts';

type Thread = ReadingThread<EchoRequests, 'code/changed'>;

describe('a reading thread', function () {
  this.timeout(30_000);
  const open: Thread[] = [];
  let told: CodeEvents['code/changed'][] = [];
  let wake: (() => void) | undefined;
  const make = (more: { kept?: string[]; workerPath?: string; restartDelaysMs?: number[] } = {}): Thread => {
    told = [];
    const thread: Thread = new ReadingThread<EchoRequests, 'code/changed'>({
      name: 'echo',
      workerPath: path.join(import.meta.dirname, 'echoThread.ts'),
      start: { dbPath: '/nowhere/traces.db' },
      events: ['code/changed'],
      restartDelaysMs: [0],
      emit: (event, body) => {
        if (event !== 'code/changed') return;
        told.push(body as CodeEvents['code/changed']);
        wake?.();
      },
      ...more,
    });
    open.push(thread);
    return thread;
  };
  const nextTold = async (): Promise<CodeEvents['code/changed']> => {
    while (told.length === 0) await new Promise<void>((resolve) => (wake = resolve));
    return told.shift() as CodeEvents['code/changed'];
  };
  /** Asks until an answer comes: the thread may be about to start. */
  const say = async (thread: Thread, text: string): Promise<EchoRequests['echo/say']['result']> => {
    for (;;) {
      try {
        return await thread.call('echo/say', text);
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    }
  };

  afterEach(async () => {
    await Promise.all(open.splice(0).map((thread) => thread.close()));
  });

  it('is started by the first request, with what it needs', async () => {
    const thread = make();
    thread.storeChanged({ traceIds: ['too early'], all: false });
    assert.equal(thread.isRunning, false);
    const answer = await thread.call('echo/say', 'hello');
    assert.equal(answer.said, 'hello');
    assert.deepEqual(answer.started, { dbPath: '/nowhere/traces.db' });
    assert.equal((await thread.call('echo/say', 'again')).thread, answer.thread);
    assert.deepEqual(told, []);
  });

  it('hears of changes of the store, and its events are passed on', async () => {
    const thread = make();
    await thread.call('echo/say', 'hello');
    thread.storeChanged({ traceIds: ['t1', 't2'], all: false });
    assert.deepEqual(await nextTold(), { files: ['t1', 't2'], all: false });
  });

  it('rejects what is under way when it crashes, and starts again with its settings', async () => {
    const thread = make({ kept: ['echo/configure'] });
    await thread.call('echo/configure', 'first');
    await thread.call('echo/configure', 'second');
    const before = await thread.call('echo/say', '');
    const hanging = thread.call('echo/hang', null);
    const crash = thread.call('echo/crash', null);
    await assert.rejects(hanging, { code: 'closed' });
    await assert.rejects(crash, { code: 'closed' });
    const after = await say(thread, 'back');
    assert.equal(after.configured, 'second');
    assert.notEqual(after.thread, before.thread);
  });

  it('starts again by itself when it has state to keep', async () => {
    const thread = make({ kept: ['echo/configure'] });
    await thread.call('echo/configure', 'kept');
    await assert.rejects(thread.call('echo/crash', null));
    while (!thread.isRunning) await new Promise((resolve) => setTimeout(resolve, 5));
  });

  it('rejects requests while it waits to be started again', async () => {
    const thread = make({ restartDelaysMs: [60_000] });
    await assert.rejects(thread.call('echo/crash', null));
    await assert.rejects(thread.call('echo/say', 'too soon'), { code: 'closed', message: /starts again/ });
  });

  it('rejects when there is no such bundle, and does not bring the engine down', async () => {
    const thread = make({ workerPath: path.join(import.meta.dirname, 'missing.js') });
    await assert.rejects(thread.call('echo/say', 'hello'), { code: 'closed' });
  });

  it('lets the thread write what it keeps before it ends', async () => {
    const thread = make();
    await thread.call('echo/say', 'hello');
    const hanging = assert.rejects(thread.call('echo/hang', null), { code: 'closed' });
    await thread.close();
    await hanging;
    assert.deepEqual(told, [{ files: ['closed'], all: false }]);
    await assert.rejects(thread.call('echo/say', 'gone'), { code: 'closed', message: /was closed/ });
  });
});
