import { IndexReader } from '../../store/indexReader.ts';
import {
  codeSpansDown,
  codeSpansOfTrace,
  codeSpansUp,
  codeTraces,
  codeTracesChanged,
  lastSpanId,
  removedRevision,
  spanIdsOfTrace,
} from '../../store/queries/code.ts';
import type { CodeSpan, CodeTrace } from '../../store/queries/code.ts';

/** What is told of the store. Spans come more than once, and in any order. */
export interface StoreSink {
  spans(rows: readonly CodeSpan[]): void;
  /** All the spans that the trace has: others are gone. */
  wholeTrace(t: number, spanIds: ReadonlySet<string>): void;
  spansOf(t: number): number;
  traces(): Iterable<number>;
  /** Another index lies there: everything is gone. */
  cleared(): void;
  /** Everything that was stored has been read, or a change of it. */
  settled(): void;
}

export interface StoreFollowerOptions {
  readonly dbPath: string;
  readonly sink: StoreSink;
  readonly onError: (error: unknown) => void;
}

const pageRows = 500;
/** Traces up to this size are read again at once when something about them changed, larger ones now and then. */
const smallTrace = 500;
const largeTraceMs = 2_000;
const retryMs = 1_000;

/**
 * Reads the stored spans, newest first, and follows the index from then on. New rows are read by themselves; what
 * changed about older ones (who counts, flags) is found by reading their traces again. Gives the thread back between
 * pages.
 */
export class StoreFollower {
  readonly #options: StoreFollowerOptions;
  #reader: IndexReader | undefined;
  /** Everything up to here was told. */
  #revision = 0;
  #generation = 0;
  /** Rows above it were not read yet; those between it and `#below` were. */
  #top = 0;
  /** Rows up to here are still to be read; below 0 when none is left. */
  #below = -1;
  /** Large traces to be read again, and when. */
  readonly #later = new Map<number, number>();
  #working: Promise<void> | undefined;
  #again = false;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: StoreFollowerOptions) {
    this.#options = options;
  }

  get reader(): IndexReader | undefined {
    return this.#reader;
  }

  /** True until the stored spans were read once. */
  get isReading(): boolean {
    return this.#below >= 0;
  }

  /** The index may have changed. */
  wake(): void {
    if (this.#closed) return;
    this.#again = true;
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined;
      if (this.#again) this.wake();
    });
  }

  /** Everything is read anew, in the background: what is known stays until it is told again. */
  reread(): void {
    this.#below = this.#top;
    this.wake();
  }

  /** Resolves when nothing is left to be read for now. */
  async idle(): Promise<void> {
    while (this.#working) await this.#working;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#reader?.close();
    this.#reader = undefined;
  }

  async #work(): Promise<void> {
    try {
      while (this.#again && !this.#closed) {
        this.#again = false;
        if (!this.#open()) return;
        await this.#catchUp();
        await this.#readBelow();
      }
      if (!this.#closed) this.#options.sink.settled();
    } catch (error) {
      if (this.#closed) return;
      this.#options.onError(error);
      this.#reader?.close();
      this.#reader = undefined;
      this.#wakeIn(retryMs);
    }
  }

  #open(): boolean {
    const isNew = !this.#reader;
    this.#reader ??= IndexReader.open(this.#options.dbPath);
    if (!this.#reader) return false;
    this.#reader.poll();
    const { revision, generation } = this.#reader;
    if (isNew || generation !== this.#generation || revision < this.#revision) {
      // Another file may lie there: row ids and trace numbers mean something else.
      if (this.#top > 0) this.#options.sink.cleared();
      this.#generation = generation;
      this.#revision = revision;
      this.#top = this.#reader.code(lastSpanId);
      this.#below = this.#top;
      this.#later.clear();
    }
    return true;
  }

  async #catchUp(): Promise<void> {
    const reader = this.#reader as IndexReader;
    const { sink } = this.#options;
    const { revision } = reader;
    if (revision !== this.#revision) {
      const removed = reader.code(removedRevision) > this.#revision;
      await this.#readAbove(reader);
      await this.#readChanged(reader);
      if (removed) await this.#findRemoved(reader);
      this.#revision = revision;
      sink.settled();
    }
    await this.#readLater(reader);
  }

  async #readAbove(reader: IndexReader): Promise<void> {
    for (;;) {
      const rows = reader.code((context) => codeSpansUp(context, this.#top, pageRows));
      const last = rows.at(-1);
      if (!last) return;
      this.#options.sink.spans(rows);
      this.#top = last.id;
      if (rows.length < pageRows) return;
      await this.#pause();
    }
  }

  async #readChanged(reader: IndexReader): Promise<void> {
    const { sink } = this.#options;
    for (let after = 0; ;) {
      const traces = reader.code((context) => codeTracesChanged(context, this.#revision, after, pageRows));
      for (const trace of traces) {
        after = trace.t;
        if (trace.spans > smallTrace && sink.spansOf(trace.t) > 0) {
          if (!this.#later.has(trace.t)) this.#later.set(trace.t, performance.now() + largeTraceMs);
          continue;
        }
        await this.#readTrace(reader, trace.t);
      }
      if (traces.length < pageRows) return;
      await this.#pause();
    }
  }

  async #readTrace(reader: IndexReader, t: number): Promise<void> {
    const { sink } = this.#options;
    let count = 0;
    let after = '';
    for (;;) {
      const rows = reader.code((context) => codeSpansOfTrace(context, t, after, pageRows));
      if (rows.length > 0) sink.spans(rows);
      count += rows.length;
      after = rows.at(-1)?.spanId ?? '';
      if (rows.length < pageRows) break;
      await this.#pause();
    }
    if (sink.spansOf(t) > count)
      sink.wholeTrace(
        t,
        reader.code((context) => spanIdsOfTrace(context, t)),
      );
  }

  /** Traces that are gone, and numbers of traces that were used again. */
  async #findRemoved(reader: IndexReader): Promise<void> {
    const { sink } = this.#options;
    const stored = new Set<number>();
    for (let after = 0; ;) {
      const traces: CodeTrace[] = reader.code((context) => codeTraces(context, after, pageRows * 4));
      for (const trace of traces) stored.add(trace.t);
      const last = traces.at(-1);
      if (!last) break;
      after = last.t;
      await this.#pause();
    }
    for (const t of [...sink.traces()]) if (!stored.has(t)) sink.wholeTrace(t, new Set());
  }

  async #readLater(reader: IndexReader): Promise<void> {
    const now = performance.now();
    let next = Number.POSITIVE_INFINITY;
    for (const [t, due] of this.#later) {
      if (due > now) {
        next = Math.min(next, due);
        continue;
      }
      this.#later.delete(t);
      await this.#readTrace(reader, t);
    }
    if (next < Number.POSITIVE_INFINITY) this.#wakeIn(next - now);
  }

  /** The stored spans, newest first; what is new meanwhile comes in between. */
  async #readBelow(): Promise<void> {
    while (this.#below >= 0 && !this.#again && !this.#closed) {
      const reader = this.#reader as IndexReader;
      const rows = reader.code((context) => codeSpansDown(context, this.#below, pageRows));
      if (rows.length > 0) this.#options.sink.spans(rows);
      const last = rows.at(-1);
      this.#below = last && rows.length === pageRows ? last.id - 1 : -1;
      await this.#pause();
    }
  }

  #wakeIn(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.wake(), Math.max(0, ms));
  }

  #pause(): Promise<void> {
    return new Promise((resolve, reject) =>
      setImmediate(() => (this.#closed ? reject(new Error('closed')) : resolve())),
    );
  }
}
