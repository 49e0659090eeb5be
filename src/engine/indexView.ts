import type { IndexWriter } from '../store/indexWriter.ts';

/**
 * The index as the pipeline sees it: what it has written can be read back. An `IndexWriter` writes at once; a
 * `SharedIndex` has another thread write, and waits for it where that matters.
 */
export interface IndexView extends Pick<
  IndexWriter,
  | 'position'
  | 'counters'
  | 'span'
  | 'storedTraces'
  | 'spanCount'
  | 'logs'
  | 'accountingRows'
  | 'accountingRow'
  | 'accountingChildren'
  | 'newestCalls'
  | 'logCalls'
  | 'hasStandIns'
  | 'writeBatch'
  | 'together'
  | 'clear'
> {
  /** @throws LostWrites when something that was written before could not be */
  check?(): void;
  /** Waits until everything is committed. @throws LostWrites when it cannot be */
  flush?(): void;
  /** Nothing more comes for now: what was written should be seen soon. */
  commitSoon?(): void;
  /** After `LostWrites`: what is written from now on counts again. */
  resume?(): void;
}
