import { randomBytes } from 'node:crypto';
import { mkdir, open, unlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { Signal } from '../otlp/types.ts';
import type { DamageReport, JournalPosition } from './api.ts';
import { StorageError, storageErrorFrom } from './errors.ts';
import { recoverSegment } from './journalRecovery.ts';
import { listSegments, segmentPath } from './segmentFile.ts';
import {
  encodeRecordHeader,
  encodeSegmentHeader,
  recordHeaderBytes,
  segmentHeaderBytes,
  segmentVersion,
} from './segmentFormat.ts';

export interface JournalWriterOptions {
  /** A segment is closed once it is longer; 64 MiB unless told. */
  readonly segmentBytes?: number;
  /** Bytes that may wait for the disk before `append` refuses; 128 MiB unless told. */
  readonly maxPendingBytes?: number;
  /** A segment is closed once it is older, in milliseconds; one day unless told. */
  readonly maxSegmentAgeMs?: number;
  /**
   * The new segment's number is greater: pass the index's position, so that no position is ever used twice.
   */
  readonly after?: number;
  readonly onDamage?: (report: DamageReport) => void;
  /** Milliseconds since the epoch, for tests. */
  readonly now?: () => number;
}

interface Limits {
  segmentBytes: number;
  readonly maxPendingBytes: number;
  readonly maxSegmentAgeMs: number;
  readonly now: () => number;
}

interface Waiting {
  readonly signal: Signal;
  readonly payload: Uint8Array;
  readonly receivedAt: number;
  resolve(position: JournalPosition): void;
  reject(error: StorageError): void;
}

interface OpenSegment {
  readonly number: number;
  readonly handle: FileHandle;
  readonly salt: number;
  readonly created: number;
  /** Where the next record goes. */
  end: number;
  /** Set when its tail is not known to be good: the next record goes to a new segment. */
  isSpoiled: boolean;
}

const groupBytes = 16 << 20;
const copiedBytes = 64 << 10;
const retryAfterMs = 1000;

/**
 * The only writer of a journal; hold the owner's lock first. Appends that come while one group is being
 * written and synced wait and make up the next group. A position is never used twice: each opening begins a
 * new segment.
 */
export class JournalWriter {
  readonly #dir: string;
  readonly #options: Limits;
  #segment: OpenSegment;
  #queue: Waiting[] = [];
  #pendingBytes = 0;
  #tail: Promise<unknown> = Promise.resolve();
  #isDraining = false;
  #isClosed = false;
  #scratch = Buffer.allocUnsafeSlow(1 << 20);

  private constructor(dir: string, options: Limits, segment: OpenSegment) {
    this.#dir = dir;
    this.#options = options;
    this.#segment = segment;
  }

  /** Opens `dir` (made if missing), mends a torn tail, and begins a new segment. @throws StorageError */
  static async open(dir: string, options: JournalWriterOptions = {}): Promise<JournalWriter> {
    const complete: Limits = {
      segmentBytes: options.segmentBytes ?? 64 << 20,
      maxPendingBytes: options.maxPendingBytes ?? 128 << 20,
      maxSegmentAgeMs: options.maxSegmentAgeMs ?? 86_400_000,
      now: options.now ?? Date.now,
    };
    try {
      await mkdir(dir, { recursive: true, mode: 0o700 });
      const last = listSegments(dir).at(-1) ?? 0;
      if (last > 0) recoverSegment(dir, last, complete.now(), options.onDamage ?? (() => undefined));
      const number = Math.max(last, options.after ?? 0) + 1;
      return new JournalWriter(dir, complete, await createSegment(dir, number, complete.now()));
    } catch (error) {
      throw storageErrorFrom(error, `Cannot open the journal ${dir}`);
    }
  }

  /**
   * Resolves once the payload is synced to disk, to where it starts. Takes the buffer over: do not change it.
   * Rejects with `StorageError` `full`, `unwritable` or `backpressure`; nothing of it is then acknowledged.
   */
  append(signal: Signal, payload: Uint8Array): Promise<JournalPosition> {
    if (this.#isClosed) return Promise.reject(new StorageError('unwritable', 'The journal is closed'));
    if (this.#pendingBytes > 0 && this.#pendingBytes + payload.length > this.#options.maxPendingBytes) {
      const message = `${this.#pendingBytes} bytes wait for the disk already`;
      return Promise.reject(new StorageError('backpressure', message, { retryAfterMs }));
    }
    return new Promise((resolve, reject) => {
      this.#queue.push({ signal, payload, receivedAt: this.#options.now(), resolve, reject });
      this.#pendingBytes += payload.length;
      if (this.#isDraining) return;
      this.#isDraining = true;
      void this.#exclusively(() => this.#drain());
    });
  }

  /** Bytes that wait for the disk. */
  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  /** Where the next record will start. */
  get position(): JournalPosition {
    return { segment: this.#segment.number, offset: this.#segment.end };
  }

  /** For a store whose size limit was changed: from the next record on. */
  setSegmentBytes(bytes: number): void {
    this.#options.segmentBytes = bytes;
  }

  /**
   * Closes the current segment and begins another (unless it is empty); resolves to the current one's number.
   * Everything appended before lies in lower ones. @throws StorageError
   */
  roll(): Promise<number> {
    return this.#exclusively(async () => {
      await this.#drain();
      if (this.#segment.end > segmentHeaderBytes || this.#segment.isSpoiled) await this.#beginSegment();
      return this.#segment.number;
    });
  }

  /** Unlinks every segment below `segment`; used with `roll()` by "delete all". @throws StorageError */
  removeBefore(segment: number): Promise<void> {
    return this.#exclusively(async () => {
      try {
        for (const number of listSegments(this.#dir)) {
          if (number < Math.min(segment, this.#segment.number)) await unlink(segmentPath(this.#dir, number));
        }
        await syncDirectory(this.#dir);
      } catch (error) {
        throw storageErrorFrom(error, `Cannot remove journal segments from ${this.#dir}`);
      }
    });
  }

  /** Waits for what is pending, then closes. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#exclusively(async () => {
      await this.#drain();
      await this.#segment.handle.close().catch(() => undefined);
    });
  }

  /** One thing at a time: groups, rolls and removals. */
  #exclusively<T>(task: () => Promise<T>): Promise<T> {
    const result = this.#tail.then(task);
    this.#tail = result.catch(() => undefined);
    return result;
  }

  /** Writes group after group until nothing waits; never rejects. */
  async #drain(): Promise<void> {
    this.#isDraining = true;
    while (this.#queue.length > 0) {
      const group = this.#takeGroup();
      try {
        const positions = await this.#write(group);
        group.forEach((waiting, i) => waiting.resolve(positions[i] as JournalPosition));
      } catch (error) {
        const wrapped = storageErrorFrom(error, 'Cannot append to the journal');
        for (const waiting of group) waiting.reject(wrapped);
      }
      for (const waiting of group) this.#pendingBytes -= waiting.payload.length;
    }
    this.#isDraining = false;
  }

  #takeGroup(): Waiting[] {
    let bytes = 0;
    let count = 0;
    for (const waiting of this.#queue) {
      bytes += recordHeaderBytes + waiting.payload.length;
      if (count > 0 && bytes > groupBytes) break;
      count++;
    }
    return this.#queue.splice(0, count);
  }

  async #write(group: readonly Waiting[]): Promise<JournalPosition[]> {
    const old = this.#segment;
    const isDue =
      old.end >= this.#options.segmentBytes ||
      this.#options.now() - old.created >= this.#options.maxSegmentAgeMs;
    if ((isDue && old.end > segmentHeaderBytes) || old.isSpoiled) await this.#beginSegment();
    const segment = this.#segment;
    const ends: number[] = [];
    let end = segment.end;
    for (const waiting of group) ends.push((end += recordHeaderBytes + waiting.payload.length));
    const buffers = this.#encode(group, segment.salt);
    let at = segment.end;
    try {
      at = await writeAll(segment.handle, buffers, at, (done) => (at = done));
    } catch (error) {
      await this.#cutBack(segment, ends, at);
      throw error;
    }
    try {
      await segment.handle.datasync();
    } catch (error) {
      // What the system had not written by now it may have forgotten: nothing more goes behind it.
      segment.end = end;
      segment.isSpoiled = true;
      throw error;
    }
    segment.end = end;
    return group.map((waiting, i) => ({
      segment: segment.number,
      offset: (ends[i] as number) - waiting.payload.length,
    }));
  }

  /**
   * After a failed write: whole records stay (a reader may have seen them already, and their sender sends
   * them again, which changes nothing), the rest is cut off.
   */
  async #cutBack(segment: OpenSegment, ends: readonly number[], at: number): Promise<void> {
    for (const end of ends) if (end <= at) segment.end = end;
    try {
      await segment.handle.truncate(segment.end);
    } catch {
      segment.isSpoiled = true;
    }
  }

  /**
   * Headers and small payloads are copied into one buffer, large payloads are written from where they lie.
   */
  #encode(group: readonly Waiting[], salt: number): Uint8Array[] {
    let copied = 0;
    for (const { payload } of group)
      copied += recordHeaderBytes + (payload.length <= copiedBytes ? payload.length : 0);
    if (copied > this.#scratch.length) this.#scratch = Buffer.allocUnsafeSlow(copied);
    const scratch = this.#scratch;
    const buffers: Uint8Array[] = [];
    let begin = 0;
    let at = 0;
    for (const { signal, receivedAt, payload } of group) {
      encodeRecordHeader(scratch, at, { signal, flags: 0, receivedAt }, payload, salt);
      at += recordHeaderBytes;
      if (payload.length <= copiedBytes) {
        scratch.set(payload, at);
        at += payload.length;
      } else {
        buffers.push(scratch.subarray(begin, at), payload);
        begin = at;
      }
    }
    if (at > begin) buffers.push(scratch.subarray(begin, at));
    return buffers;
  }

  async #beginSegment(): Promise<void> {
    const old = this.#segment;
    this.#segment = await createSegment(this.#dir, old.number + 1, this.#options.now());
    await old.handle.close().catch(() => undefined);
  }
}

/** Writes everything from `at` on; `progress` is told how far it came. Returns the end. */
async function writeAll(
  handle: FileHandle,
  buffers: readonly Uint8Array[],
  at: number,
  progress: (at: number) => void,
): Promise<number> {
  let rest = [...buffers];
  let offset = at;
  while (rest.length > 0) {
    const { bytesWritten } = await handle.writev(rest, offset);
    offset += bytesWritten;
    progress(offset);
    // A short write is followed by another, which tells the reason (a full disk) or goes on.
    let skip = bytesWritten;
    while (rest.length > 0 && skip >= (rest[0] as Uint8Array).length)
      skip -= (rest.shift() as Uint8Array).length;
    if (skip > 0) rest = [(rest[0] as Uint8Array).subarray(skip), ...rest.slice(1)];
  }
  return offset;
}

/** The file and its name are on disk when this resolves; nothing is left behind when it rejects. */
async function createSegment(dir: string, number: number, now: number): Promise<OpenSegment> {
  const path = segmentPath(dir, number);
  const salt = randomBytes(4).readUInt32LE(0);
  const handle = await open(path, 'wx', 0o600);
  try {
    const header = encodeSegmentHeader({ version: segmentVersion, number, created: now, salt });
    await writeAll(handle, [header], 0, () => undefined);
    await handle.sync();
    await syncDirectory(dir);
  } catch (error) {
    await handle.close().catch(() => undefined);
    await unlink(path).catch(() => undefined);
    throw error;
  }
  return { number, handle, salt, created: now, end: segmentHeaderBytes, isSpoiled: false };
}

/** Makes new and removed names durable; not every system can (Windows cannot), and those need not. */
async function syncDirectory(dir: string): Promise<void> {
  const handle = await open(dir, 'r').catch(() => undefined);
  if (!handle) return;
  await handle.sync().catch(() => undefined);
  await handle.close().catch(() => undefined);
}
