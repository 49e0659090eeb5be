import type { MessagePort } from 'node:worker_threads';
import { StorageError } from '../store/errors.ts';
import { IndexWriter } from '../store/indexWriter.ts';
import type { PreparedBatch } from '../store/preparedSpans.ts';
import {
  at,
  failureBytes,
  fewUnderWay,
  type FromWriter,
  type ToWriter,
  type WriterFailure,
  type WriterStart,
} from './writerProtocol.ts';

/** A transaction ends when nothing more comes, and at the latest after so many rows or so long. */
const limits = { messages: 64, ms: 200 } as const;

/** The thread that writes the index: takes prepared rows, and gathers those of many messages in one transaction. */
export class WriterThread {
  readonly #port: MessagePort;
  readonly #numbers: Int32Array;
  readonly #failure: Uint8Array;
  readonly #index: IndexWriter;
  #changed = new Set<string>();
  #messages = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(start: WriterStart, port: MessagePort) {
    this.#port = port;
    this.#numbers = new Int32Array(start.numbers);
    this.#failure = new Uint8Array(start.failure);
    this.#index = IndexWriter.open(start.dbPath);
    port.on('message', (message: ToWriter) => this.#take(message));
  }

  #take(message: ToWriter): void {
    switch (message.kind) {
      case 'rows':
        this.#attempt(() => this.#write(message.batch));
        this.#add(at.written);
        if (Atomics.load(this.#numbers, at.sent) - Atomics.load(this.#numbers, at.written) === fewUnderWay)
          this.#post({});
        if (this.#failed) this.#tell(at.committed, this.#numbers[at.written] ?? 0);
        else if (this.#messages >= limits.messages) this.#attempt(() => this.#commit());
        return;
      case 'commit':
        return this.#attempt(() => this.#commit());
      case 'forget':
        return this.#index.forget();
      case 'resume':
        return this.#tell(at.failed, 0);
      case 'close':
        return this.#close();
    }
  }

  get #failed(): boolean {
    return Atomics.load(this.#numbers, at.failed) > 0;
  }

  #write(batch: PreparedBatch): void {
    if (this.#messages === 0) this.#index.begin();
    this.#messages++;
    this.#timer ??= setTimeout(() => this.#attempt(() => this.#commit()), limits.ms);
    for (const traceId of this.#index.writePrepared(batch).changedTraces) this.#changed.add(traceId);
  }

  #commit(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#messages === 0) return;
    this.#index.commit();
    this.#messages = 0;
    this.#tell(at.committed, Atomics.load(this.#numbers, at.written));
    const changed = [...this.#changed];
    this.#changed = new Set();
    this.#post({ changed });
  }

  /** What follows a failure is thrown away, until the indexer has gone back to what is committed. */
  #attempt(work: () => void): void {
    if (this.#failed) return;
    try {
      work();
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#messages = 0;
    this.#changed = new Set();
    let failure = failureOf(error);
    try {
      this.#index.rollback();
      if (failure.isPoison) this.#index.writeBatch({ position: this.#index.position });
    } catch (again) {
      failure = { ...failureOf(again), isPoison: false };
    }
    const cut = { ...failure, message: failure.message.slice(0, failureBytes / 8) };
    const { written } = new TextEncoder().encodeInto(JSON.stringify(cut), this.#failure);
    Atomics.store(this.#numbers, at.failed, written);
    Atomics.notify(this.#numbers, at.committed);
    // Wakes the indexer, should it not be waiting.
    this.#post({});
  }

  #close(): void {
    this.#attempt(() => this.#commit());
    try {
      this.#index.close();
    } finally {
      this.#tell(at.closed, 1);
      this.#port.close();
    }
  }

  #post(message: FromWriter): void {
    this.#port.postMessage(message);
  }

  #add(place: number): void {
    Atomics.add(this.#numbers, place, 1);
    Atomics.notify(this.#numbers, place);
  }

  #tell(place: number, value: number): void {
    Atomics.store(this.#numbers, place, value);
    Atomics.notify(this.#numbers, place);
  }
}

/** What keeps the index from being written whatever the rows are is told apart from rows that cannot be written. */
function failureOf(error: unknown): WriterFailure {
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof StorageError)) return { code: 'unwritable', message, isPoison: true };
  return { code: error.code, message, isPoison: error.code === 'unwritable' };
}
