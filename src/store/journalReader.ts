import { statSync } from 'node:fs';
import type { DamageReport, JournalPosition, JournalRecord } from './api.ts';
import { listSegments, SegmentFile, segmentPath } from './segmentFile.ts';
import { decodeRecordHeader, isIntact, recordHeaderBytes, segmentHeaderBytes } from './segmentFormat.ts';

export interface JournalReadResult {
  /** Views into a buffer that the next `read` overwrites. */
  readonly records: readonly JournalRecord[];
  readonly next: JournalPosition;
  /** Nothing whole lies behind `next` at the moment. */
  readonly atEnd: boolean;
}

export interface JournalReaderOptions {
  readonly onDamage?: (report: DamageReport) => void;
  /**
   * How long bad bytes in the newest segment are taken for a write in progress, in milliseconds; 250 unless
   * told.
   */
  readonly settleMs?: number;
}

const keptBufferBytes = 8 << 20;
const maxOpenFiles = 16;

/** Reads a journal while another thread or process appends to it. Synchronous; one per thread. */
export class JournalReader {
  readonly #dir: string;
  readonly #onDamage: ((report: DamageReport) => void) | undefined;
  readonly #settleMs: number;
  readonly #files = new Map<number, SegmentFile>();
  #buffer = Buffer.alloc(0);
  #doubtful: { readonly segment: number; readonly offset: number; readonly since: number } | undefined;

  /** `dir` need not exist yet. */
  constructor(dir: string, options: JournalReaderOptions = {}) {
    this.#dir = dir;
    this.#onDamage = options.onDamage;
    this.#settleMs = options.settleMs ?? 250;
  }

  /**
   * About `maxBytes` of whole records from `from` on (at least one, however large). `{segment: 0, offset: 0}`
   * is the beginning. Damaged places are reported and stepped over. @throws StorageError
   */
  read(from: JournalPosition, maxBytes: number): JournalReadResult {
    // Listed before sizes are taken: a segment that has a successor in this list does not grow any more.
    const segments = listSegments(this.#dir).filter((number) => number >= from.segment);
    const last = segments.at(-1);
    let next = from;
    for (const segment of segments) {
      const offset =
        segment === from.segment ? Math.max(from.offset, segmentHeaderBytes) : segmentHeaderBytes;
      const file = this.#file(segment);
      if (!file) continue;
      const found = this.#readSegment(file, offset, maxBytes, segment === last);
      next = { segment, offset: found.next };
      if (found.records.length > 0) return { records: found.records, next, atEnd: false };
    }
    return { records: [], next, atEnd: true };
  }

  /** Fresh copy of bytes of a segment; undefined when the segment is gone or shorter. */
  readRange(segment: number, offset: number, length: number): Uint8Array | undefined {
    const file = this.#file(segment);
    if (!file || offset < 0 || length < 0 || offset + length > file.size()) return undefined;
    const bytes = Buffer.alloc(length);
    return file.readAt(bytes, 0, offset, length) === length ? bytes : undefined;
  }

  /** The end of the last segment's file, whole record or not. */
  end(): JournalPosition {
    const segment = listSegments(this.#dir).at(-1);
    return segment === undefined ? { segment: 0, offset: 0 } : { segment, offset: this.#size(segment) };
  }

  /** Segment numbers, ascending. */
  segments(): number[] {
    return listSegments(this.#dir);
  }

  /** 0 when there is no such segment. */
  segmentBytes(segment: number): number {
    return this.#size(segment);
  }

  totalBytes(): number {
    return listSegments(this.#dir).reduce((sum, segment) => sum + this.#size(segment), 0);
  }

  /** Bytes from `position` to the end. */
  bytesAfter(position: JournalPosition): number {
    let sum = 0;
    for (const segment of listSegments(this.#dir)) {
      if (segment < position.segment) continue;
      const done =
        segment === position.segment ? Math.max(position.offset, segmentHeaderBytes) : segmentHeaderBytes;
      sum += Math.max(0, this.#size(segment) - done);
    }
    return sum;
  }

  close(): void {
    for (const file of this.#files.values()) file.close();
    this.#files.clear();
    this.#buffer = Buffer.alloc(0);
  }

  #size(segment: number): number {
    try {
      return statSync(segmentPath(this.#dir, segment)).size;
    } catch {
      return 0;
    }
  }

  /** Kept open, unless it was replaced: a rewritten segment must not go on showing its old bytes. */
  #file(segment: number): SegmentFile | undefined {
    let file = this.#files.get(segment);
    if (file) {
      this.#files.delete(segment);
      if (file.isGone) {
        file.close();
        file = undefined;
      }
    }
    file ??= SegmentFile.open(this.#dir, segment);
    if (!file) return undefined;
    this.#files.set(segment, file);
    for (const [number, oldest] of this.#files) {
      if (this.#files.size <= maxOpenFiles) break;
      oldest.close();
      this.#files.delete(number);
    }
    return file;
  }

  #readSegment(
    file: SegmentFile,
    from: number,
    maxBytes: number,
    isLast: boolean,
  ): { records: JournalRecord[]; next: number } {
    const size = file.size();
    const records: JournalRecord[] = [];
    if (size <= from) return { records, next: from };
    const salt = file.header()?.salt;
    if (salt === undefined) {
      if (isLast) return { records, next: from };
      this.#report(file.number, 'its header is damaged; the segment is skipped', size);
      return { records, next: size };
    }
    let offset = from;
    for (;;) {
      const next = this.#parse(file, offset, size, salt, maxBytes, records);
      if (records.length > 0) return { records, next };
      // Nothing whole at `offset`: the end, a write in progress, a tear or damage.
      const found = file.inspect(offset, size, salt);
      if (found.is === 'record') continue;
      if (isLast && (found.is === 'incomplete' || !this.#isSettled(file.number, offset)))
        return { records, next: offset };
      const intact = file.findRecord(offset + 1, size, salt);
      if (intact === undefined && isLast) return { records, next: offset };
      const resumed = intact ?? size;
      if (resumed > offset)
        this.#report(file.number, `${resumed - offset} bytes at ${offset} are damaged`, resumed - offset);
      if (intact === undefined) return { records, next: size };
      offset = intact;
    }
  }

  /** Appends the intact records of one buffer to `records`; returns the offset behind the last. */
  #parse(
    file: SegmentFile,
    offset: number,
    size: number,
    salt: number,
    maxBytes: number,
    records: JournalRecord[],
  ): number {
    let wanted = Math.min(size - offset, Math.max(maxBytes, recordHeaderBytes));
    for (;;) {
      const buffer = this.#bufferOf(wanted);
      const read = file.readAt(buffer, 0, offset, wanted);
      let at = 0;
      while (read - at >= recordHeaderBytes) {
        const header = decodeRecordHeader(buffer, at, salt);
        if (!header) break;
        const total = recordHeaderBytes + header.length;
        if (read - at < total) {
          if (at === 0 && total <= size - offset && total > wanted) at = -total;
          break;
        }
        if (!isIntact(buffer, at, header.length, salt)) break;
        const start = at + recordHeaderBytes;
        records.push({
          signal: header.signal,
          receivedAt: header.receivedAt,
          payload: buffer.subarray(start, start + header.length),
          position: { segment: file.number, offset: offset + start },
        });
        at += total;
      }
      // A first record longer than the buffer: once more, with room for it.
      if (at >= 0) return offset + at;
      wanted = -at;
    }
  }

  #bufferOf(bytes: number): Buffer {
    if (this.#buffer.length < bytes || this.#buffer.length > Math.max(bytes, keptBufferBytes)) {
      this.#buffer = Buffer.allocUnsafeSlow(bytes);
    }
    return this.#buffer;
  }

  /**
   * Bad bytes in the segment that is being written may be a write in progress: only what stays so is damage.
   */
  #isSettled(segment: number, offset: number): boolean {
    const known = this.#doubtful;
    const now = performance.now();
    if (known && known.segment === segment && known.offset === offset)
      return now - known.since >= this.#settleMs;
    this.#doubtful = { segment, offset, since: now };
    return this.#settleMs <= 0;
  }

  #report(segment: number, what: string, lostBytes: number): void {
    const file = segmentPath(this.#dir, segment);
    const message = `Journal segment ${segment}: ${what}`;
    this.#onDamage?.({ what: 'journal', file, message, setAside: undefined, lostBytes });
  }
}
