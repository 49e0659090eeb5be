import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, it } from 'mocha';
import { ReadingThread } from '../../../../src/engine/readingThread.ts';
import type { EchoRequests } from './echoThread.ts';

describe('a reading thread that nobody asks', function () {
  this.timeout(30_000);

  it('is ended, and another one answers the next question', async () => {
    const thread = new ReadingThread<EchoRequests, never>({
      name: 'echo',
      workerPath: path.join(import.meta.dirname, 'echoThread.ts'),
      start: { dbPath: '/nowhere/traces.db' },
      events: [],
      emit: () => undefined,
      idleMs: 20,
    });
    const first = await thread.call('echo/say', 'one');
    while (thread.isRunning) await new Promise((resolve) => setTimeout(resolve, 5));
    const second = await thread.call('echo/say', 'two');
    assert.equal(second.said, 'two');
    assert.notEqual(second.thread, first.thread);
    await thread.close();
  });
});
