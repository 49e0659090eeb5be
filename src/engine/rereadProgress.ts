import type { EngineEvents } from '../protocol/engine.ts';
import type { JournalPosition } from '../store/api.ts';
import type { JournalReader } from '../store/journalReader.ts';
import { isBefore } from './pipeline.ts';

const intervalMs = 100;

/** Tells how far reading the journal again has come, at most ten times a second and at the end. */
export class RereadProgress {
  readonly #journal: JournalReader;
  readonly #tell: (progress: EngineEvents['store/progress']) => void;
  #totalBytes = 0;
  #lastTold = Number.NEGATIVE_INFINITY;

  constructor(journal: JournalReader, tell: (progress: EngineEvents['store/progress']) => void) {
    this.#journal = journal;
    this.#tell = tell;
  }

  begin(): void {
    this.#totalBytes = this.#journal.totalBytes();
  }

  tell(position: JournalPosition, done: boolean): void {
    const now = performance.now();
    if (!done && now - this.#lastTold < intervalMs) return;
    this.#lastTold = now;
    const totalBytes = this.#totalBytes;
    const left = done ? 0 : this.#journal.bytesAfter(position);
    this.#tell({ task: 'rebuild', doneBytes: Math.max(0, totalBytes - left), totalBytes });
  }
}

/** The index being built anew because someone asked for it. */
export class Rebuild {
  readonly #until: JournalPosition;
  readonly done: Promise<number>;
  #resolve: (spans: number) => void = () => undefined;
  #reject: (error: Error) => void = () => undefined;
  #spans = 0;

  /** `until`: the journal's end when it began. */
  constructor(until: JournalPosition) {
    this.#until = until;
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  count(spans: number): void {
    this.#spans += spans;
  }

  /** A torn tail is never read: the end is where nothing more comes, too. */
  isDone(position: JournalPosition, atEnd: boolean): boolean {
    return atEnd || !isBefore(position, this.#until);
  }

  finish(): void {
    this.#resolve(this.#spans);
  }

  giveUp(reason: string): void {
    this.#reject(new Error(reason));
  }
}
