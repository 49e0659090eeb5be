import type { Signal } from '../otlp/types.ts';
import type { DamageReport, JournalPosition } from './api.ts';

export interface JournalWriterOptions {
  /** A segment is closed once it is longer; 64 MiB unless told. */
  readonly segmentBytes?: number;
  /** Bytes that may wait for the disk before `append` refuses; 128 MiB unless told. */
  readonly maxPendingBytes?: number;
  /** A segment is closed once it is older, in milliseconds; one day unless told. */
  readonly maxSegmentAgeMs?: number;
  readonly onDamage?: (report: DamageReport) => void;
  /** Milliseconds since the epoch, for tests. */
  readonly now?: () => number;
}

/** The only writer of a journal; hold the owner's lock first. */
export class JournalWriter {
  /** Opens `dir` (made if missing), mends a torn tail, and begins a new segment. @throws StorageError */
  static open(_dir: string, _options: JournalWriterOptions = {}): Promise<JournalWriter> {
    throw new Error('in the making');
  }
  /**
   * Resolves once the payload is synced to disk, to where it starts. Takes the buffer over: do not change it.
   * Rejects with `StorageError` `full`, `unwritable` or `backpressure`; nothing of it is then acknowledged.
   */
  append(_signal: Signal, _payload: Uint8Array): Promise<JournalPosition> {
    throw new Error('in the making');
  }
  /** Bytes that wait for the disk. */
  get pendingBytes(): number {
    throw new Error('in the making');
  }
  /** Where the next record will start. */
  get position(): JournalPosition {
    throw new Error('in the making');
  }
  /** Closes the current segment and begins another (unless empty); returns the new one's number. */
  roll(): Promise<number> {
    throw new Error('in the making');
  }
  /** Unlinks every segment below `segment`; used with `roll()` by "delete all". */
  removeBefore(_segment: number): Promise<void> {
    throw new Error('in the making');
  }
  /** Waits for what is pending, then closes. */
  close(): Promise<void> {
    throw new Error('in the making');
  }
}
