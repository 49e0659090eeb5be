import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, statSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { StorageError } from '../../../src/store/errors.ts';
import { OwnerLock } from '../../../src/store/ownerLock.ts';
import { TemporaryFolder } from './temporary.ts';

const lockModule = new URL('../../../src/store/ownerLock.ts', import.meta.url).href;

describe('the owner lock', () => {
  let folder: TemporaryFolder;
  let path: string;
  beforeEach(() => {
    folder = new TemporaryFolder();
    path = folder.file('traces.db.lock');
  });
  afterEach(() => folder.dispose());

  it('is held once, and again after release', () => {
    const lock = OwnerLock.tryAcquire(path)!;
    assert.equal(OwnerLock.tryAcquire(path), undefined);
    assert.equal(OwnerLock.tryAcquire(path), undefined, 'a failed attempt frees nothing');
    lock.release();
    lock.release();
    const next = OwnerLock.tryAcquire(path);
    assert.ok(next);
    if (process.platform !== 'win32') assert.equal(statSync(path).mode & 0o777, 0o600);
    next.release();
  });

  it('keeps threads of one process apart', async () => {
    const lock = OwnerLock.tryAcquire(path)!;
    const code = `
      const { parentPort, workerData } = require('node:worker_threads');
      import(workerData.module).then(({ OwnerLock }) => {
        parentPort.on('message', () => {
          const lock = OwnerLock.tryAcquire(workerData.path);
          parentPort.postMessage(lock !== undefined);
          if (lock && workerData.release) lock.release();
        });
        parentPort.postMessage('ready');
      });`;
    const worker = new Worker(code, { eval: true, workerData: { module: lockModule, path } });
    try {
      assert.deepEqual(await once(worker, 'message'), ['ready']);
      worker.postMessage(0);
      assert.deepEqual(await once(worker, 'message'), [false]);
      lock.release();
      worker.postMessage(0);
      assert.deepEqual(await once(worker, 'message'), [true]);
      assert.equal(OwnerLock.tryAcquire(path), undefined);
    } finally {
      await worker.terminate();
    }
  });

  it('keeps processes apart, and is free once its holder was killed', async function () {
    this.timeout(20_000);
    const code = `import(${JSON.stringify(lockModule)}).then(({ OwnerLock }) => {
      // Kept, as an engine keeps it: a lock that nobody holds on to is closed with its database when it is collected.
      globalThis.lock = OwnerLock.tryAcquire(${JSON.stringify(path)});
      console.log(globalThis.lock ? 'held' : 'busy');
      setInterval(() => {}, 1000);
    });`;
    const child = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'ignore'] });
    const [text] = (await once(child.stdout, 'data')) as [Buffer];
    assert.equal(text.toString().trim(), 'held');
    assert.equal(OwnerLock.tryAcquire(path), undefined);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const lock = OwnerLock.tryAcquire(path);
    assert.ok(lock);
    lock.release();
  });

  it('says so when it cannot be had at all', () => {
    mkdirSync(path);
    assert.throws(() => OwnerLock.tryAcquire(path), StorageError);
    assert.throws(() => OwnerLock.tryAcquire(folder.file('no/such/folder/x.lock')), StorageError);
  });
});
