import type { StorageErrorCode } from '../store/errors.ts';
import type { PreparedBatch } from '../store/preparedSpans.ts';

/** What the indexer and the thread that writes for it tell each other. */
export type ToWriter =
  | { readonly kind: 'rows'; readonly batch: PreparedBatch }
  | { readonly kind: 'commit' | 'forget' | 'resume' | 'close' };

export interface FromWriter {
  /** Traces whose rows changed, committed; undefined when there is room for more, and when writing failed. */
  readonly changed?: readonly string[] | undefined;
}

/** With so few messages under way the indexer is told that there is room for more. */
export const fewUnderWay = 3;

export interface WriterStart {
  readonly role: 'writer';
  readonly dbPath: string;
  /** Numbers by `at`, seen by both threads. */
  readonly numbers: SharedArrayBuffer;
  /** Why writing failed: a `WriterFailure` as JSON, its length in `numbers`. */
  readonly failure: SharedArrayBuffer;
}

export interface WriterFailure {
  readonly code: StorageErrorCode;
  readonly message: string;
  /** The index can be written: it is the rows' fault. */
  readonly isPoison: boolean;
}

/** Places in the shared numbers. */
export const at = {
  /** Messages with rows that were sent, were written, and were committed. */
  sent: 0,
  written: 1,
  committed: 2,
  /** Bytes of the failure; 0 while all is well. What is sent then is thrown away. */
  failed: 3,
  closed: 4,
} as const;
export const sharedNumbers = 8;
export const failureBytes = 4096;
