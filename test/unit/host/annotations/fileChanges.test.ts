import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { FileChanges } from '../../../../src/host/annotations/fileChanges.ts';
import type { FilesChanged } from '../../../../src/host/annotations/fileChanges.ts';

describe('changed files', () => {
  it('are told together, the last that happened to each', async () => {
    const sent: FilesChanged[] = [];
    const changes = new FileChanges((message) => Promise.resolve(void sent.push(message)), 60_000);
    changes.changed('/a');
    changes.deleted('/a');
    changes.deleted('/b');
    changes.changed('/b');
    changes.changed('/b');
    changes.renamed('/c', '/d');
    await changes.flush();
    assert.deepEqual(sent, [{ changed: ['/b'], deleted: ['/a'], renamed: [{ from: '/c', to: '/d' }] }]);
    await changes.flush();
    assert.equal(sent.length, 1);
    changes.dispose();
  });

  it('are told after a pause by themselves', async () => {
    const sent = await new Promise<FilesChanged>((resolve) => {
      const changes = new FileChanges((message) => Promise.resolve(resolve(message)), 1);
      changes.changed('/a');
    });
    assert.deepEqual(sent.changed, ['/a']);
  });

  it('are told in order: one message is taken in before the next is sent, and a refused one stops nothing', async () => {
    const log: string[] = [];
    const ends: (() => void)[] = [];
    const changes = new FileChanges(
      ({ changed }) =>
        new Promise((resolve, reject) => {
          log.push(`begin ${changed.join()}`);
          ends.push(() => (changed[0] === '/a' ? reject(new Error('closed')) : resolve()));
        }),
      60_000,
    );
    changes.changed('/a');
    const first = changes.flush().then(() => log.push('end /a'));
    changes.changed('/b');
    const second = changes.flush().then(() => log.push('end /b'));
    await Promise.resolve();
    assert.deepEqual(log, ['begin /a']);
    ends[0]?.();
    await first;
    for (let round = 0; round < 100 && ends.length < 2; round++) await new Promise(setImmediate);
    ends[1]?.();
    await second;
    assert.deepEqual(
      log.filter((entry) => entry.startsWith('begin')),
      ['begin /a', 'begin /b'],
    );
  });
});
