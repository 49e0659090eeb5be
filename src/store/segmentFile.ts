import { closeSync, fstatSync, openSync, readSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { StorageError, storageErrorFrom } from './errors.ts';
import {
  decodeRecordHeader,
  decodeSegmentHeader,
  isIntact,
  recordHeaderBytes,
  recordMagic,
  segmentHeaderBytes,
  segmentVersion,
} from './segmentFormat.ts';
import type { SegmentHeader } from './segmentFormat.ts';

const namePattern = /^(\d{10})\.seg$/;
const scanBytes = 1 << 20;

export function segmentPath(dir: string, number: number): string {
  return join(dir, `${String(number).padStart(10, '0')}.seg`);
}

/**
 * Numbers of the segments in `dir`, ascending; empty when it does not exist. @throws StorageError
 * `unwritable`
 */
export function listSegments(dir: string): number[] {
  let names: string[];
  try {
    names = readdirSync(dir);
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return [];
    throw storageErrorFrom(error, `Cannot list ${dir}`);
  }
  const numbers: number[] = [];
  for (const name of names) {
    const match = namePattern.exec(name);
    if (match) numbers.push(Number(match[1]));
  }
  return numbers.sort((a, b) => a - b);
}

/** What lies at an offset of a segment. */
export type Found =
  /** An intact record of that payload length. */
  | { readonly is: 'record'; readonly length: number }
  /** The file ends before the record does: being written, or torn by a crash. */
  | { readonly is: 'incomplete' }
  /** Not a record, or one with a wrong sum. */
  | { readonly is: 'bad' };

/** One segment opened for reading. */
export class SegmentFile {
  readonly number: number;
  readonly #fd: number;
  #header: SegmentHeader | undefined;

  private constructor(number: number, fd: number) {
    this.number = number;
    this.#fd = fd;
  }

  /** Returns undefined when there is no such file. @throws StorageError */
  static open(dir: string, number: number): SegmentFile | undefined {
    const path = segmentPath(dir, number);
    try {
      return new SegmentFile(number, openSync(path, 'r'));
    } catch (error) {
      if ((error as { code?: string }).code === 'ENOENT') return undefined;
      throw storageErrorFrom(error, `Cannot open ${path}`);
    }
  }

  /**
   * Undefined while it is not written yet, or when both copies are damaged. @throws StorageError
   * `unsupported`
   */
  header(): SegmentHeader | undefined {
    if (this.#header) return this.#header;
    const bytes = Buffer.alloc(segmentHeaderBytes);
    const read = this.readAt(bytes, 0, 0, segmentHeaderBytes);
    const header = decodeSegmentHeader(bytes.subarray(0, read));
    if (header && header.version > segmentVersion) {
      throw new StorageError('unsupported', `Journal segment ${this.number} was written by a newer version`);
    }
    this.#header = header;
    return header;
  }

  size(): number {
    return fstatSync(this.#fd).size;
  }

  /** True once the file was unlinked or replaced by another. */
  get isGone(): boolean {
    return fstatSync(this.#fd).nlink === 0;
  }

  /**
   * Bytes read into `target` from `at` on; fewer than asked for only at the end of the file. @throws
   * StorageError
   */
  readAt(target: Buffer, at: number, offset: number, length: number): number {
    let done = 0;
    try {
      while (done < length) {
        const read = readSync(this.#fd, target, at + done, length - done, offset + done);
        if (read === 0) break;
        done += read;
      }
    } catch (error) {
      throw storageErrorFrom(error, `Cannot read journal segment ${this.number}`);
    }
    return done;
  }

  /** Looks at one place; reads the whole record there. */
  inspect(offset: number, size: number, salt: number): Found {
    if (size - offset < recordHeaderBytes) return { is: 'incomplete' };
    const head = Buffer.alloc(recordHeaderBytes);
    this.readAt(head, 0, offset, recordHeaderBytes);
    const header = decodeRecordHeader(head, 0, salt);
    if (!header) return { is: 'bad' };
    const total = recordHeaderBytes + header.length;
    if (size - offset < total) return { is: 'incomplete' };
    const bytes = Buffer.allocUnsafe(total);
    if (this.readAt(bytes, 0, offset, total) < total) return { is: 'incomplete' };
    return isIntact(bytes, 0, header.length, salt) ? { is: 'record', length: header.length } : { is: 'bad' };
  }

  /** The first intact record at or after `offset`; undefined when there is none before `size`. */
  findRecord(offset: number, size: number, salt: number): number | undefined {
    const bytes = Buffer.allocUnsafe(scanBytes);
    for (let at = offset; at + recordHeaderBytes <= size;) {
      const read = this.readAt(bytes, 0, at, Math.min(scanBytes, size - at));
      if (read < recordHeaderBytes) return undefined;
      const chunk = bytes.subarray(0, read);
      for (let hit = chunk.indexOf(recordMagic); hit >= 0; hit = chunk.indexOf(recordMagic, hit + 1)) {
        if (this.inspect(at + hit, size, salt).is === 'record') return at + hit;
      }
      at += read - (recordMagic.length - 1);
    }
    return undefined;
  }

  close(): void {
    closeSync(this.#fd);
  }
}
