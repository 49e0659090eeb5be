import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, statSync, writeFileSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { DamageReport } from '../../../src/store/api.ts';
import { StorageError } from '../../../src/store/errors.ts';
import { IndexReader } from '../../../src/store/indexReader.ts';
import { IndexWriter } from '../../../src/store/indexWriter.ts';
import { JournalReader } from '../../../src/store/journalReader.ts';
import { JournalWriter } from '../../../src/store/journalWriter.ts';
import { call, rangeIn, span } from './samples.ts';
import { TemporaryFolder } from './temporary.ts';

const source = (name: string): string => new URL(`../../../src/store/${name}`, import.meta.url).href;

describe('when things go wrong', () => {
  let folder: TemporaryFolder;
  beforeEach(() => {
    folder = new TemporaryFolder();
  });
  afterEach(() => folder.dispose());

  function numbers(dir: string, damage: DamageReport[] = []): Set<number> {
    const reader = new JournalReader(dir, { onDamage: (report) => damage.push(report), settleMs: 0 });
    const found = new Set<number>();
    for (let at = { segment: 0, offset: 0 }; ;) {
      const { records, next, atEnd } = reader.read(at, 1 << 20);
      for (const record of records) found.add(Buffer.from(record.payload).readUInt32LE(0));
      at = next;
      if (atEnd) break;
    }
    reader.close();
    return found;
  }

  it('keeps every acknowledged record of a process that was killed at any moment', async function () {
    this.timeout(60_000);
    const dir = folder.file('killed.journal');
    const code = `import(${JSON.stringify(source('journalWriter.ts'))}).then(async ({ JournalWriter }) => {
      const writer = await JournalWriter.open(${JSON.stringify(dir)}, { segmentBytes: 300_000 });
      let n = Number(process.argv[1]);
      const one = async () => {
        for (;;) {
          const payload = Buffer.alloc(100 + (n * 7919) % 20_000, 1);
          const mine = n++;
          payload.writeUInt32LE(mine, 0);
          await writer.append('traces', payload);
          process.stdout.write(mine + '\\n');
        }
      };
      for (let i = 0; i < 8; i++) void one();
    });`;
    const acknowledged: number[] = [];
    for (const [round, killAfter] of [40, 137, 400].entries()) {
      const child = spawn(process.execPath, ['-e', code, String(round * 1_000_000)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let count = 0;
      for await (const line of createInterface({ input: child.stdout })) {
        acknowledged.push(Number(line));
        if (++count === killAfter) child.kill('SIGKILL');
      }
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    }
    assert.ok(acknowledged.length >= 577);
    const damage: DamageReport[] = [];
    const writer = await JournalWriter.open(dir, { onDamage: (report) => damage.push(report) });
    await writer.close();
    const found = numbers(dir, damage);
    assert.deepEqual(
      acknowledged.filter((n) => !found.has(n)),
      [],
    );
    assert.deepEqual(damage, []);
  });

  it('lets another thread read while one writes: everything, once, in order', async function () {
    this.timeout(60_000);
    const dir = folder.file('read.journal');
    const writer = await JournalWriter.open(dir, { segmentBytes: 200_000 });
    const { Worker } = await import('node:worker_threads');
    const code = `
      const { parentPort, workerData } = require('node:worker_threads');
      import(workerData.module).then(async ({ JournalReader }) => {
        const reader = new JournalReader(workerData.dir);
        const seen = [];
        let at = { segment: 0, offset: 0 };
        while (seen.at(-1) !== workerData.last) {
          const { records, next, atEnd } = reader.read(at, 50_000);
          for (const record of records) seen.push(Buffer.from(record.payload).readUInt32LE(0));
          at = next;
          if (atEnd) await new Promise((resolve) => setTimeout(resolve, 1));
        }
        parentPort.postMessage(seen);
      });`;
    const last = 1999;
    const worker = new Worker(code, {
      eval: true,
      workerData: { module: source('journalReader.ts'), dir, last },
    });
    const answer = once(worker, 'message');
    for (let n = 0; n <= last; n += 4) {
      await Promise.all(
        [n, n + 1, n + 2, n + 3].map((i) => {
          const payload = Buffer.alloc(50 + ((i * 31) % 900));
          payload.writeUInt32LE(i, 0);
          return writer.append('traces', payload);
        }),
      );
    }
    const [seen] = (await answer) as [number[]];
    assert.deepEqual(seen, [...Array(last + 1).keys()]);
    await worker.terminate();
    await writer.close();
  });

  describe('on a full disk', () => {
    let mounted: string | undefined;
    beforeEach(function () {
      const dir = folder.file('small');
      mkdirSync(dir);
      try {
        execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', dir], { stdio: 'ignore' });
        mounted = dir;
      } catch {
        // Mounting needs rights that few have: nothing else gives a real ENOSPC.
        this.skip();
      }
    });
    afterEach(() => {
      if (mounted) execFileSync('umount', [mounted]);
      mounted = undefined;
    });

    const isFull = (error: unknown): boolean => error instanceof StorageError && error.code === 'full';

    it('refuses appends, loses nothing, and takes more once there is room', async () => {
      const dir = `${mounted}/a.journal`;
      const ballast = `${mounted}/ballast`;
      writeFileSync(ballast, Buffer.alloc(1 << 20));
      const writer = await JournalWriter.open(dir, { segmentBytes: 1 << 20 });
      const kept: number[] = [];
      let refused = 0;
      const put = async (n: number, bytes: number): Promise<void> => {
        const payload = Buffer.alloc(bytes);
        payload.writeUInt32LE(n, 0);
        await writer.append('traces', payload).then(
          () => kept.push(n),
          (error: unknown) => {
            assert.ok(isFull(error), String(error));
            refused++;
          },
        );
      };
      for (let n = 0; n < 60; n++) await Promise.all([put(n, 50_000), put(n + 1000, 30_000)]);
      assert.ok(refused > 10 && kept.length > 10);
      rmSync(ballast);
      const before = kept.length;
      for (let n = 2000; n < 2010; n++) await put(n, 50_000);
      assert.equal(kept.length, before + 10);
      await writer.close();
      const damage: DamageReport[] = [];
      const found = numbers(dir, damage);
      assert.deepEqual(
        kept.filter((n) => !found.has(n)),
        [],
      );
      assert.deepEqual(damage, []);
    });

    it('rolls an index batch back, and takes it again once there is room', () => {
      const path = `${mounted}/traces.db`;
      const ballast = `${mounted}/ballast`;
      const writer = IndexWriter.open(path);
      writer.writeBatch({ spans: [span(1)], position: { segment: 1, offset: 10 } });
      writeFileSync(ballast, Buffer.alloc(1 << 20));
      const large = (from: number) =>
        [...Array(2000).keys()].map((n) =>
          call(from + n, { name: 'n'.repeat(900), range: rangeIn(3, (from + n) * 1000) }),
        );
      assert.throws(() => {
        for (let i = 1; i < 20; i++)
          writer.writeBatch({ spans: large(i * 10_000), position: { segment: 2, offset: i } });
      }, isFull);
      const { position } = writer;
      const known = writer.spanCount(span(1).traceId);
      assert.equal((known - 1) % 2000, 0, 'whole batches only');
      assert.equal(position.segment === 1 ? 0 : position.offset, (known - 1) / 2000);
      rmSync(ballast);
      const few = large(900_000).slice(0, 50);
      writer.writeBatch({ spans: few, position: { segment: 2, offset: 99 } });
      assert.equal(writer.spanCount(span(1).traceId), known + 50);
      const reader = IndexReader.open(path)!;
      assert.equal(reader.counts().spans, known + 50);
      reader.close();
      writer.close();
    });

    it('says so when there is no room to begin with', async () => {
      writeFileSync(`${mounted}/ballast`, Buffer.alloc(1 << 20));
      try {
        for (let i = 0; ; i++) writeFileSync(`${mounted}/more-${i}`, Buffer.alloc(64 << 10));
      } catch {
        assert.ok(statSync(`${mounted}/ballast`).size > 0);
      }
      await assert.rejects(JournalWriter.open(`${mounted}/a.journal`), isFull);
      assert.throws(
        () => IndexWriter.open(`${mounted}/traces.db`),
        (error: unknown) => error instanceof StorageError,
      );
    });
  });
});
