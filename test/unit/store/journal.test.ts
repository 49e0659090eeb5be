import assert from 'node:assert/strict';
import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { DamageReport } from '../../../src/store/api.ts';
import { StorageError } from '../../../src/store/errors.ts';
import { JournalReader } from '../../../src/store/journalReader.ts';
import { JournalWriter } from '../../../src/store/journalWriter.ts';
import { segmentHeaderBytes } from '../../../src/store/segmentFormat.ts';
import { TemporaryFolder } from './temporary.ts';

const begin = { segment: 0, offset: 0 };

function payload(n: number, bytes = 100): Uint8Array {
  const data = Buffer.alloc(bytes, n & 0xff);
  data.writeUInt32LE(n, 0);
  return data;
}

function readAll(dir: string, damage: DamageReport[] = [], chunk = 1 << 20): number[] {
  const reader = new JournalReader(dir, { onDamage: (report) => damage.push(report), settleMs: 0 });
  const numbers: number[] = [];
  for (let at = begin; ;) {
    const { records, next, atEnd } = reader.read(at, chunk);
    for (const record of records) numbers.push(Buffer.from(record.payload).readUInt32LE(0));
    at = next;
    if (atEnd) break;
  }
  reader.close();
  return numbers;
}

function segments(dir: string): string[] {
  return readdirSync(dir)
    .filter((name) => name.endsWith('.seg'))
    .sort();
}

describe('the journal', () => {
  let folder: TemporaryFolder;
  let dir: string;
  beforeEach(() => {
    folder = new TemporaryFolder();
    dir = folder.file('a.db.journal');
  });
  afterEach(() => folder.dispose());

  async function write(numbers: readonly number[], options = {}, bytes = 100): Promise<void> {
    const writer = await JournalWriter.open(dir, options);
    await Promise.all(numbers.map((n) => writer.append('traces', payload(n, bytes))));
    await writer.close();
  }

  it('gives back what was appended, in order, with signal, time and place', async () => {
    const writer = await JournalWriter.open(dir, { now: () => 1234.5 });
    const positions = await Promise.all([
      writer.append('traces', payload(1)),
      writer.append('logs', payload(2, 200_000)),
      writer.append('metrics', new Uint8Array(0)),
    ]);
    const reader = new JournalReader(dir);
    const { records, next } = reader.read(begin, 1 << 20);
    assert.deepEqual(
      records.map((r) => [r.signal, r.receivedAt, r.payload.length]),
      [
        ['traces', 1234.5, 100],
        ['logs', 1234.5, 200_000],
        ['metrics', 1234.5, 0],
      ],
    );
    assert.deepEqual(
      records.map((r) => r.position),
      positions,
    );
    assert.deepEqual(next, writer.position);
    const again = reader.readRange(positions[1].segment, positions[1].offset, 200_000);
    assert.deepEqual(Buffer.from(again!), payload(2, 200_000));
    assert.equal(reader.read(next, 1 << 20).atEnd, true);
    assert.deepEqual(reader.end(), next);
    assert.equal(reader.bytesAfter(begin), next.offset - segmentHeaderBytes);
    assert.equal(reader.bytesAfter(next), 0);
    reader.close();
    await writer.close();
  });

  it('is readable by its owner only', async function () {
    if (process.platform === 'win32') return this.skip();
    await write([1]);
    assert.equal(statSync(dir).mode & 0o777, 0o700);
    assert.equal(statSync(`${dir}/${segments(dir)[0]}`).mode & 0o777, 0o600);
  });

  it('reads a record that is larger than what was asked for', async () => {
    await write([7, 8, 9], {}, 300_000);
    assert.deepEqual(readAll(dir, [], 1000), [7, 8, 9]);
  });

  it('rolls to a new segment by size, and by age', async () => {
    await write([1], { segmentBytes: 1 });
    const writer = await JournalWriter.open(dir, { segmentBytes: 1 });
    for (const n of [2, 3, 4]) await writer.append('traces', payload(n));
    await writer.close();
    assert.deepEqual(segments(dir).length, 4);
    let now = 0;
    const aging = await JournalWriter.open(dir, { maxSegmentAgeMs: 1000, now: () => now });
    await aging.append('traces', payload(5));
    await aging.append('traces', payload(6));
    now = 2000;
    await aging.append('traces', payload(7));
    await aging.close();
    assert.equal(segments(dir).length, 6);
    assert.deepEqual(readAll(dir), [1, 2, 3, 4, 5, 6, 7]);
  });

  it('never uses a position twice, even when the directory was emptied', async () => {
    await write([1]);
    await write([2]);
    assert.deepEqual(segments(dir), ['0000000001.seg', '0000000002.seg']);
    const writer = await JournalWriter.open(dir, { after: 41 });
    assert.equal(writer.position.segment, 42);
    await writer.close();
  });

  it('rolls on demand, and removes what lies before', async () => {
    const writer = await JournalWriter.open(dir);
    const number = await writer.roll();
    assert.equal(number, writer.position.segment, 'an empty segment is not rolled');
    await writer.append('traces', payload(1));
    const next = await writer.roll();
    await writer.append('traces', payload(2));
    await writer.removeBefore(next);
    await writer.close();
    assert.deepEqual(readAll(dir), [2]);
  });

  it('refuses when too much waits, and takes more once it is written', async () => {
    const writer = await JournalWriter.open(dir, { maxPendingBytes: 1000 });
    const first = writer.append('traces', payload(1, 900));
    await assert.rejects(writer.append('traces', payload(2, 200)), (error: unknown) => {
      assert.ok(error instanceof StorageError);
      assert.equal(error.code, 'backpressure');
      assert.ok((error.retryAfterMs ?? 0) > 0);
      return true;
    });
    await first;
    assert.equal(writer.pendingBytes, 0);
    await writer.append('traces', payload(3, 5000));
    await writer.close();
    assert.deepEqual(readAll(dir), [1, 3]);
    await assert.rejects(writer.append('traces', payload(4)), StorageError);
  });

  it('cuts a torn tail at every byte of the last record, and keeps all before it', async () => {
    await write([1, 2, 3], {}, 40);
    const path = `${dir}/${segments(dir)[0]}`;
    const whole = readFileSync(path);
    const record = (whole.length - segmentHeaderBytes) / 3;
    for (let cut = 1; cut <= record; cut++) {
      const torn = folder.file(`torn-${cut}`);
      mkdirSync(torn);
      writeFileSync(`${torn}/0000000001.seg`, whole.subarray(0, whole.length - cut));
      const damage: DamageReport[] = [];
      assert.deepEqual(readAll(torn, damage), [1, 2], `before recovery, ${cut} bytes short`);
      const writer = await JournalWriter.open(torn, { onDamage: (report) => damage.push(report) });
      await writer.append('traces', payload(4));
      await writer.close();
      assert.deepEqual(readAll(torn, damage), [1, 2, 4], `${cut} bytes short`);
      assert.deepEqual(damage, [], 'a torn tail was never acknowledged: no damage');
    }
  });

  it('steps over a damaged record, says so, and keeps a copy', async () => {
    await write([1, 2, 3, 4], {}, 5000);
    const path = `${dir}/${segments(dir)[0]}`;
    const whole = readFileSync(path);
    const record = (whole.length - segmentHeaderBytes) / 4;
    // In the header, in its length, in the payload.
    for (const at of [1, 5, 9, 12, 14, 20, 100, record - 1]) {
      const bytes = Buffer.from(whole);
      bytes[segmentHeaderBytes + record + at]! ^= 0x55;
      writeFileSync(path, bytes);
      const damage: DamageReport[] = [];
      assert.deepEqual(readAll(dir, damage), [1, 3, 4], `byte ${at}`);
      assert.equal(damage.length, 1);
      assert.equal(damage[0]?.lostBytes, record);
    }
    const reports: DamageReport[] = [];
    const writer = await JournalWriter.open(dir, { onDamage: (report) => reports.push(report) });
    await writer.append('traces', payload(5));
    await writer.close();
    assert.equal(reports.length, 1);
    assert.deepEqual(readFileSync(reports[0]!.setAside!), readFileSync(path));
    assert.deepEqual(readAll(dir), [1, 3, 4, 5]);
  });

  it('survives a damaged segment header, even both copies of it', async () => {
    await write([1, 2]);
    await write([3]);
    const path = `${dir}/0000000001.seg`;
    const bytes = readFileSync(path);
    bytes[9]! ^= 1;
    writeFileSync(path, bytes);
    assert.deepEqual(readAll(dir), [1, 2, 3]);
    bytes[32 + 9]! ^= 1;
    writeFileSync(path, bytes);
    const damage: DamageReport[] = [];
    assert.deepEqual(readAll(dir, damage), [3]);
    assert.equal(damage[0]?.lostBytes, bytes.length);
  });

  it('does not take a payload that looks like a record for one', async () => {
    await write([1]);
    const record = readFileSync(`${dir}/${segments(dir)[0]}`).subarray(segmentHeaderBytes);
    const writer = await JournalWriter.open(dir);
    await writer.append('traces', Buffer.concat([payload(2), record, record]));
    await writer.append('traces', payload(3));
    await writer.close();
    const path = `${dir}/${segments(dir)[1]}`;
    const bytes = readFileSync(path);
    bytes[segmentHeaderBytes + 30]! ^= 1;
    writeFileSync(path, bytes);
    assert.deepEqual(readAll(dir), [1, 3]);
  });

  it('refuses a segment of a newer version', async () => {
    await write([1]);
    const { encodeSegmentHeader } = await import('../../../src/store/segmentFormat.ts');
    const path = `${dir}/0000000001.seg`;
    const bytes = readFileSync(path);
    encodeSegmentHeader({ version: 99, number: 1, created: 0, salt: 1 }).copy(bytes);
    writeFileSync(path, bytes);
    assert.throws(
      () => readAll(dir),
      (error: unknown) => error instanceof StorageError && error.code === 'unsupported',
    );
  });

  it('waits for a record that is being written', async () => {
    await write([1, 2]);
    const path = `${dir}/0000000001.seg`;
    const whole = readFileSync(path);
    const reader = new JournalReader(dir);
    truncateSync(path, whole.length - 30);
    const first = reader.read(begin, 1 << 20);
    assert.equal(first.records.length, 1);
    assert.deepEqual(
      [reader.read(first.next, 1 << 20).atEnd, reader.read(first.next, 1 << 20).records.length],
      [true, 0],
    );
    appendFileSync(path, whole.subarray(whole.length - 30));
    assert.equal(reader.read(first.next, 1 << 20).records.length, 1);
    reader.close();
  });

  it('shows a rewritten segment to a reader that had it open', async () => {
    await write([1]);
    await write([2]);
    const reader = new JournalReader(dir);
    const { records } = reader.read(begin, 1 << 20);
    const { position } = records[0]!;
    const other = folder.file('other');
    copyFileSync(`${dir}/0000000001.seg`, other);
    const bytes = readFileSync(other);
    bytes[position.offset + 50] = 0x7e;
    writeFileSync(other, bytes);
    const { renameSync } = await import('node:fs');
    renameSync(other, `${dir}/0000000001.seg`);
    assert.equal(reader.readRange(1, position.offset + 50, 1)?.[0], 0x7e);
    reader.close();
  });

  it('is empty where there is no directory', () => {
    const reader = new JournalReader(folder.file('none'));
    assert.deepEqual(reader.read(begin, 1000), { records: [], next: begin, atEnd: true });
    assert.equal(reader.totalBytes(), 0);
    assert.equal(reader.readRange(1, 0, 10), undefined);
    reader.close();
  });
});
