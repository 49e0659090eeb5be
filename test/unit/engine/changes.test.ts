import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { Changes } from '../../../src/engine/changes.ts';

interface Told {
  readonly traceIds: readonly string[];
  readonly all: boolean;
}

/** The next thing told, and how often something was. */
function listener(): { changes: Changes; next(): Promise<Told>; readonly count: number } {
  const told: Told[] = [];
  let wake: (() => void) | undefined;
  const changes = new Changes((change) => {
    told.push(change);
    wake?.();
  });
  let read = 0;
  return {
    changes,
    get count() {
      return told.length;
    },
    next: async () => {
      while (told.length <= read) await new Promise<void>((resolve) => (wake = resolve));
      return told[read++] as Told;
    },
  };
}

describe('changes', () => {
  it('names each trace once, those of one moment together', async () => {
    const heard = listener();
    heard.changes.add(['a', 'b']);
    heard.changes.add(['b', 'c']);
    assert.deepEqual(await heard.next(), { traceIds: ['a', 'b', 'c'], all: false });
    heard.changes.add(['d']);
    assert.deepEqual(await heard.next(), { traceIds: ['d'], all: false });
    assert.equal(heard.count, 2);
  });

  it('says that everything changed rather than name hundreds of traces', async () => {
    const heard = listener();
    heard.changes.add(Array.from({ length: 201 }, (_, i) => String(i)));
    assert.deepEqual(await heard.next(), { traceIds: [], all: true });
    // As many as may be named, some of them twice.
    const ids = Array.from({ length: 200 }, (_, i) => String(i));
    heard.changes.add([...ids, ...ids]);
    assert.deepEqual(await heard.next(), { traceIds: ids, all: false });
  });

  it('tells nothing when nothing changed, and nothing after it was disposed of', async () => {
    const heard = listener();
    heard.changes.add([]);
    heard.changes.dispose();
    heard.changes.add(['a'], true);
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(heard.count, 0);
  });

  it('goes on telling when the system’s clock is set back', async () => {
    const heard = listener();
    heard.changes.add(['a']);
    await heard.next();
    const now = Date.now;
    Date.now = () => now() - 3_600_000;
    try {
      heard.changes.add(['b']);
      assert.deepEqual(await heard.next(), { traceIds: ['b'], all: false });
    } finally {
      Date.now = now;
    }
  });
});
