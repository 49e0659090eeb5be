import type { DamageReport, JournalPosition, JournalRecord } from './api.ts';

export interface JournalReadResult {
  /** Views into a buffer that the next `read` overwrites. */
  readonly records: readonly JournalRecord[];
  readonly next: JournalPosition;
  /** Nothing whole lies behind `next` at the moment. */
  readonly atEnd: boolean;
}

export interface JournalReaderOptions {
  readonly onDamage?: (report: DamageReport) => void;
}

/** Reads a journal while another thread or process appends to it. Synchronous; one per thread. */
export class JournalReader {
  /** `dir` need not exist yet. */
  constructor(_dir: string, _options: JournalReaderOptions = {}) {
    throw new Error('in the making');
  }
  /** About `maxBytes` of whole records from `from` on (at least one, however large). `{segment: 0, offset: 0}` is the beginning. */
  read(_from: JournalPosition, _maxBytes: number): JournalReadResult {
    throw new Error('in the making');
  }
  /** Fresh copy of bytes of a segment; undefined when the segment is gone or shorter. */
  readRange(_segment: number, _offset: number, _length: number): Uint8Array | undefined {
    throw new Error('in the making');
  }
  /** The end of the last segment's file, whole record or not. */
  end(): JournalPosition {
    throw new Error('in the making');
  }
  totalBytes(): number {
    throw new Error('in the making');
  }
  /** Bytes from `position` to the end. */
  bytesAfter(_position: JournalPosition): number {
    throw new Error('in the making');
  }
  close(): void {
    throw new Error('in the making');
  }
}
