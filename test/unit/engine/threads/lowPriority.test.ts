import assert from 'node:assert/strict';
import { once } from 'node:events';
import os from 'node:os';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { describe, it } from 'mocha';

describe('a thread that lets others go first', function () {
  this.timeout(30_000);

  it('has a lower priority, and no other thread of the process has', async function () {
    const before = os.getPriority();
    if (process.platform !== 'linux' || before > 7) return this.skip();
    const worker = new Worker(fileURLToPath(new URL('./lowPriorityThread.ts', import.meta.url)));
    const [niceness] = (await once(worker, 'message')) as [number];
    await worker.terminate();
    assert.equal(niceness, 7);
    assert.equal(os.getPriority(), before);
  });
});
