import { Worker } from 'node:worker_threads';
import type { SpanKey } from '../model/span.ts';
import type {
  AccountingRow,
  IndexedLog,
  IndexedSpan,
  JournalPosition,
  WriteBatch,
  WriteResult,
} from '../store/api.ts';
import { StorageError } from '../store/errors.ts';
import type { IndexWriter } from '../store/indexWriter.ts';
import type { LogCallQueries } from '../store/logCallQueries.ts';
import { prepareBatch } from '../store/preparedSpans.ts';
import type { IndexView } from './indexView.ts';
import { at, failureBytes, sharedNumbers } from './writerProtocol.ts';
import type { FromWriter, ToWriter, WriterFailure, WriterStart } from './writerProtocol.ts';

/** What was on its way to the index, and is not in it. */
export class LostWrites extends StorageError {
  /** The index can be written: some of the rows cannot. */
  readonly isPoison: boolean;

  constructor({ code, message, isPoison }: WriterFailure) {
    super(code, message);
    this.isPoison = isPoison;
  }
}

export interface SharedIndexOptions {
  /** The bundle with the thread's code. */
  readonly threadPath: string;
  /** Called after each commit with the traces whose rows changed. */
  onWritten(changed: readonly string[]): void;
  /** Called when there is room for more, and when writing failed: the next use tells. */
  onReady(): void;
  onExit(reason: string): void;
}

/** From so many messages under way on the indexer does something else; at so many it waits. */
const underWay = { much: 8, most: 24 } as const;
const waitMs = 500;
/** A disk may take its time; a thread that has died does not answer at all. */
const patienceMs = 60_000;

/**
 * The index, written by another thread: interpreting what comes next and writing what came before go on side by side.
 *
 * Reads come from this thread's own connection, which sees what is committed; where something of the trace that is
 * asked for is still under way, it is waited for.
 */
export class SharedIndex implements IndexView {
  readonly #index: IndexWriter;
  readonly #worker: Worker;
  readonly #numbers = new Int32Array(new SharedArrayBuffer(sharedNumbers * Int32Array.BYTES_PER_ELEMENT));
  readonly #failure = new Uint8Array(new SharedArrayBuffer(failureBytes));
  /** By trace, the last message with something of it. */
  readonly #tracesUnderWay = new Map<string, number>();
  readonly #messages: { readonly number: number; readonly traces: readonly string[] }[] = [];
  #standInsUnderWay = 0;
  #isClosed = false;
  #hasExited = false;

  constructor(index: IndexWriter, options: SharedIndexOptions) {
    this.#index = index;
    index.keepLittle();
    const workerData: WriterStart = {
      role: 'writer',
      dbPath: index.path,
      numbers: this.#numbers.buffer,
      failure: this.#failure.buffer,
    };
    this.#worker = new Worker(options.threadPath, {
      workerData,
      execArgv: ['--disable-warning=ExperimentalWarning'],
      resourceLimits: { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 12 },
    });
    this.#worker.on('message', ({ changed }: FromWriter) => {
      if (this.#isClosed) return;
      if (changed) options.onWritten(changed);
      else options.onReady();
    });
    const exited = (reason: string): void => {
      if (this.#hasExited) return;
      this.#hasExited = true;
      if (!this.#isClosed) options.onExit(reason);
    };
    this.#worker.on('error', (error) => exited(error.message));
    this.#worker.on('exit', () => exited('it ended'));
  }

  /** So much is under way that more had to wait. */
  get isBehind(): boolean {
    return this.#sent - this.#read(at.written) >= underWay.much;
  }

  get position(): JournalPosition {
    return this.#index.position;
  }

  counters(): Map<string, number> {
    return this.#index.counters();
  }

  span(key: SpanKey): IndexedSpan | undefined {
    this.#await(key.traceId);
    return this.#index.span(key);
  }

  storedTraces(traceIds: readonly string[]): ReadonlySet<string> {
    for (const traceId of traceIds) this.#await(traceId);
    return this.#index.storedTraces(traceIds);
  }

  spanCount(traceId: string): number {
    this.#await(traceId);
    return this.#index.spanCount(traceId);
  }

  logs(key: SpanKey): readonly IndexedLog[] {
    this.#await(key.traceId);
    return this.#index.logs(key);
  }

  accountingRows(traceId: string): AccountingRow[] {
    this.#await(traceId);
    return this.#index.accountingRows(traceId);
  }

  accountingRow(key: SpanKey): AccountingRow | undefined {
    this.#await(key.traceId);
    return this.#index.accountingRow(key);
  }

  accountingChildren(key: SpanKey, limit: number): AccountingRow[] {
    this.#await(key.traceId);
    return this.#index.accountingChildren(key, limit);
  }

  /** Those of an earlier run: nothing of them is under way. */
  newestCalls(looked: number): AccountingRow[] {
    return this.#index.newestCalls(looked);
  }

  hasStandIns(): boolean {
    return this.#standInsUnderWay > this.#read(at.committed) || this.#index.hasStandIns();
  }

  get logCalls(): LogCallQueries {
    this.flush();
    return this.#index.logCalls;
  }

  /** Sends the rows to be written; returns before they are, unless some are removed. @throws LostWrites */
  writeBatch(batch: WriteBatch): WriteResult {
    this.check();
    const prepared = prepareBatch(batch);
    this.#waitFor(at.written, () => {
      this.check();
      return this.#sent - this.#read(at.written) < underWay.most;
    });
    const number = Atomics.add(this.#numbers, at.sent, 1) + 1;
    this.#post({ kind: 'rows', batch: prepared });
    const traces = [...(prepared.spans?.traces ?? []), ...(batch.logs ?? []).map(({ traceId }) => traceId)];
    for (const traceId of traces) this.#tracesUnderWay.set(traceId, number);
    this.#messages.push({ number, traces });
    if (batch.spans?.some(({ range }) => range.signal === 'logs')) this.#standInsUnderWay = number;
    this.#forgetCommitted();
    const removed = new Set((batch.removed ?? []).map(({ traceId }) => traceId));
    if (removed.size > 0) this.flush();
    return { revision: 0, changedTraces: [...removed], inserted: 0, replaced: 0, removed: removed.size };
  }

  /** What is written is committed when the other thread sees fit. */
  together<T>(work: () => T): T {
    return work();
  }

  check(): void {
    const length = this.#read(at.failed);
    if (length === 0) return;
    const text = new TextDecoder().decode(this.#failure.slice(0, length));
    throw new LostWrites(JSON.parse(text) as WriterFailure);
  }

  flush(): void {
    if (this.#sent > this.#read(at.committed) || this.#read(at.failed) > 0) {
      this.#post({ kind: 'commit' });
      this.#waitFor(at.committed, () => {
        this.check();
        return this.#sent === this.#read(at.committed);
      });
    }
    this.check();
    this.#forgetCommitted();
  }

  commitSoon(): void {
    if (this.#sent > this.#read(at.committed)) this.#post({ kind: 'commit' });
  }

  resume(): void {
    if (this.#read(at.failed) === 0) return;
    // It comes behind everything that was sent before.
    this.#post({ kind: 'resume' });
    this.#waitFor(at.failed, () => this.#read(at.failed) === 0);
    this.#forgetCommitted();
  }

  clear(): void {
    this.takeOver();
    try {
      this.#index.clear();
    } finally {
      this.giveBack();
    }
  }

  /** Before rows are changed through this thread's connection: nothing is under way then. @throws LostWrites */
  takeOver(): void {
    this.flush();
    this.#index.forget();
  }

  giveBack(): void {
    this.#post({ kind: 'forget' });
  }

  /** Commits what is under way, and ends the thread. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (this.#hasExited) return;
    this.#post({ kind: 'close' });
    const until = performance.now() + patienceMs / 10;
    while (this.#read(at.closed) === 0 && performance.now() < until)
      Atomics.wait(this.#numbers, at.closed, 0, waitMs);
    void this.#worker.terminate();
  }

  get #sent(): number {
    return this.#read(at.sent);
  }

  #read(place: number): number {
    return Atomics.load(this.#numbers, place);
  }

  #post(message: ToWriter): void {
    this.#worker.postMessage(message);
  }

  #await(traceId: string): void {
    const number = this.#tracesUnderWay.get(traceId);
    if (number !== undefined && number > this.#read(at.committed)) this.flush();
  }

  /** Waits for what the other thread tells by the number at `place`. */
  #waitFor(place: number, isThere: () => boolean): void {
    const since = performance.now();
    for (;;) {
      const before = this.#read(place);
      if (isThere()) return;
      if (performance.now() - since > patienceMs)
        throw new StorageError('unwritable', 'The thread that writes the index does not answer');
      Atomics.wait(this.#numbers, place, before, waitMs);
    }
  }

  #forgetCommitted(): void {
    const committed = this.#read(at.committed);
    while ((this.#messages[0]?.number ?? Number.POSITIVE_INFINITY) <= committed) {
      const { number, traces } = this.#messages.shift() ?? { number: 0, traces: [] };
      for (const traceId of traces)
        if (this.#tracesUnderWay.get(traceId) === number) this.#tracesUnderWay.delete(traceId);
    }
  }
}
