import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { Coalescer, pauseMs } from '../../../src/host/views/coalescer.ts';

interface Change {
  readonly traceIds: readonly string[];
  readonly all: boolean;
}

/** A consumer whose runs are ended by the test, so that nothing depends on time. */
function consumer() {
  const taken: Change[] = [];
  const waiting: (() => void)[] = [];
  const ends: (() => void)[] = [];
  const coalescer = new Coalescer((change) => {
    taken.push(change);
    waiting.shift()?.();
    return new Promise((resolve) => ends.push(resolve));
  }, 0);
  const nextRun = (): Promise<void> => new Promise((resolve) => waiting.push(resolve));
  return { coalescer, taken, nextRun, end: () => ends.shift()?.() };
}

describe('changes of the store', () => {
  it('are joined while the view is busy, each trace named once, and no run overlaps the next', async () => {
    const { coalescer, taken, nextRun, end } = consumer();
    const first = nextRun();
    coalescer.add({ traceIds: ['a'], all: false });
    await first;
    const second = nextRun();
    coalescer.add({ traceIds: ['b', 'c'], all: false });
    coalescer.add({ traceIds: ['c', 'd'], all: false });
    assert.equal(taken.length, 1);
    end();
    await second;
    assert.deepEqual(taken, [
      { traceIds: ['a'], all: false },
      { traceIds: ['b', 'c', 'd'], all: false },
    ]);
    coalescer.dispose();
  });

  it('become "all" when one says so or when there are too many to name', async () => {
    const { coalescer, taken, nextRun } = consumer();
    const run = nextRun();
    coalescer.add({
      traceIds: Array.from({ length: Coalescer.mostIds + 1 }, (_, index) => String(index)),
      all: false,
    });
    coalescer.add({ traceIds: ['x'], all: false });
    await run;
    assert.deepEqual(taken, [{ traceIds: [], all: true }]);
    coalescer.dispose();
  });

  it('are taken in less often when that is slow, and when they go on and on', () => {
    assert.equal(pauseMs(100, 5, 1), 100);
    assert.equal(pauseMs(100, 5, 5), 100);
    assert.equal(pauseMs(100, 5, 6), 300);
    assert.equal(pauseMs(100, 50, 1), 150);
    assert.equal(pauseMs(100, 200, 9), 600);
  });

  it('are not taken in after the end', async () => {
    const { coalescer, taken } = consumer();
    coalescer.add({ traceIds: ['a'], all: false });
    coalescer.dispose();
    coalescer.add({ traceIds: ['b'], all: false });
    await new Promise((resolve) => setTimeout(resolve, 5));
    assert.deepEqual(taken, []);
  });
});
