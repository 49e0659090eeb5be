import type { EngineEvents } from '../protocol/engine.ts';
import type { JournalPosition } from '../store/api.ts';
import type { JournalReader } from '../store/journalReader.ts';

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
