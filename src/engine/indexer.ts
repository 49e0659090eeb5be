import { setTimeout as sleep } from 'node:timers/promises';
import type { PriceTable } from '../pricing/priceTable.ts';
import type { EngineSettings } from '../protocol/engine.ts';
import type { EngineStatus } from '../protocol/status.ts';
import type { JournalPosition } from '../store/api.ts';
import { StorageError } from '../store/errors.ts';
import { IndexReader } from '../store/indexReader.ts';
import { IndexWriter } from '../store/indexWriter.ts';
import { JournalReader } from '../store/journalReader.ts';
import { applyRetention, deleteTraces } from '../store/retention.ts';
import { Changes } from './changes.ts';
import { interpretationOf, mixedInterpretation } from './interpretation.ts';
import { Interpreter } from './interpreter.ts';
import type { IndexerEvents, IndexerStatus } from './indexerProtocol.ts';
import { isBefore, Pipeline } from './pipeline.ts';
import { journalDir } from './storePaths.ts';

export interface IndexerOptions {
  readonly dbPath: string;
  readonly settings: EngineSettings;
  readonly prices: PriceTable;
  emit<E extends keyof IndexerEvents & string>(event: E, body: IndexerEvents[E]): void;
}

const pollMs = 200;
const retentionMs = 30_000;
const settleMs = 1_000;
const retryMs = 2_000;
/** How long the deletion of a trace waits for the index. */
const reachMs = 60_000;

const nothingRead: IndexerStatus = {
  spans: 0,
  traces: 0,
  indexBytes: 0,
  journalBytes: 0,
  behindBytes: 0,
  prunedSpans: 0,
  prunedTraces: 0,
  today: { modelCalls: 0, cost: { known: undefined, unknownCalls: 0 } },
};

/** The second thread's work: follows the journal as the owner, or another owner's index as a reader; answers queries. */
export class Indexer {
  readonly #options: IndexerOptions;
  readonly journal: JournalReader;
  readonly interpreter: Interpreter;
  readonly #changes: Changes;
  #settings: EngineSettings;
  #reader: IndexReader | undefined;
  #writer: IndexWriter | undefined;
  #pipeline: Pipeline | undefined;
  /** What rows are made with now: see `interpretationOf`. */
  #interpretation = '';
  #problem: EngineStatus['storeProblem'];
  #followedRevision = 0;
  #timers: NodeJS.Timeout[] = [];
  #scheduled: NodeJS.Immediate | NodeJS.Timeout | undefined;
  #busy = false;
  #exclusive: Promise<void> = Promise.resolve();
  #closed = false;
  #retaining = false;
  #dropped = new Map<string, number>();
  #waiters: { position: JournalPosition; done: () => void }[] = [];
  #progressTotal = 0;
  #lastProgress = 0;
  #rebuilding:
    | {
        spans: number;
        until: JournalPosition;
        resolve: (spans: number) => void;
        reject: (error: Error) => void;
      }
    | undefined;

  constructor(options: IndexerOptions) {
    this.#options = options;
    this.#settings = options.settings;
    this.journal = new JournalReader(journalDir(options.dbPath), {
      onDamage: (report) => this.#log('warn', report.message),
    });
    this.interpreter = new Interpreter(this.journal, options.prices, options.settings, (error) =>
      this.#log('warn', messageOf(error)),
    );
    this.#changes = new Changes((change) => options.emit('store/changed', change));
    this.#timers.push(setInterval(() => this.#poll(), pollMs));
    this.#timers.push(setInterval(() => this.#settle(), settleMs));
    this.#timers.push(setInterval(() => void this.#retain(), retentionMs));
  }

  /** The index as it stands; undefined while nobody has made one. */
  get reader(): IndexReader | undefined {
    this.#reader ??= IndexReader.open(this.#options.dbPath);
    return this.#reader;
  }

  /** Settings that go into the rows, such as prices, have stored traces read again in the background. */
  configure(settings: EngineSettings): void {
    this.#settings = settings;
    this.interpreter.configure(settings);
    if (this.#writer && this.#interpretation !== interpretationOf(settings)) {
      this.#startReread(this.#writer);
      this.wake();
    }
    void this.#retain();
  }

  /** Becomes the writer; the caller holds the owner's lock. Returns what the index has read already. */
  own(settings: EngineSettings): JournalPosition {
    this.configure(settings);
    // Asked again after the journal could not be opened, it is the writer already.
    const writer = this.#writer ?? this.#openWriter();
    void this.#retain();
    this.wake();
    return writer.position;
  }

  #openWriter(): IndexWriter {
    const writer = IndexWriter.open(this.#options.dbPath, {
      onDamage: (report) => this.#damaged(report.message),
    });
    this.#writer = writer;
    // It may look at a file that was set aside just now.
    this.#reader?.close();
    this.#reader = undefined;
    this.#pipeline = new Pipeline(this.journal, writer, this.interpreter);
    this.#interpretation = interpretationOf(this.#settings);
    if (writer.fresh) writer.interpretation = this.#interpretation;
    else if (writer.interpretation !== this.#interpretation) this.#startReread(writer);
    return writer;
  }

  #startReread(writer: IndexWriter): void {
    this.#interpretation = interpretationOf(this.#settings);
    this.#progressTotal = this.journal.totalBytes();
    this.interpreter.forgetHistories();
    this.#pipeline?.reread();
    try {
      // Should it never come to its end, the next one begins anew.
      writer.interpretation = mixedInterpretation;
    } catch (error) {
      this.#log('warn', messageOf(error));
    }
  }

  #damaged(message: string): void {
    this.#log('warn', message);
    this.#options.emit('store/changed', { traceIds: [], all: true });
  }

  /** Counted in the store with the next settling. */
  countDropped(reason: string, count: number): void {
    const name = `dropped.${reason}`;
    this.#dropped.set(name, (this.#dropped.get(name) ?? 0) + count);
  }

  /** Something was appended: read it soon. */
  wake(): void {
    if (this.#scheduled || this.#busy || this.#closed || !this.#pipeline) return;
    this.#scheduled = setImmediate(() => this.#step());
  }

  /** One batch, then the thread is given back, so that queries get their turn. */
  #step(): void {
    this.#scheduled = undefined;
    const pipeline = this.#pipeline;
    if (!pipeline || this.#closed || this.#busy) return;
    try {
      const wasRereading = pipeline.rereadPosition !== undefined;
      const { changed, spans, atEnd } = pipeline.step();
      this.#solved();
      if (changed.length > 0) this.#changes.add(changed);
      if (this.#rebuilding) this.#rebuilding.spans += spans;
      if (wasRereading || this.#rebuilding) this.#progress(pipeline, atEnd);
      if (wasRereading && !pipeline.rereadPosition && this.#writer)
        this.#writer.interpretation = this.#interpretation;
      this.#release();
      if (!atEnd) this.wake();
    } catch (error) {
      this.#failed(error);
    }
  }

  #progress(pipeline: Pipeline, atEnd: boolean): void {
    const left = this.journal.bytesAfter(pipeline.rereadPosition ?? pipeline.position);
    const rebuilding = this.#rebuilding;
    // A torn tail is never read: the end is where nothing more comes, too.
    const read = rebuilding && (atEnd || !isBefore(pipeline.position, rebuilding.until));
    const done = rebuilding ? read : !pipeline.rereadPosition;
    const now = Date.now();
    if (!done && now - this.#lastProgress < 100) return;
    this.#lastProgress = now;
    const doneBytes = done ? this.#progressTotal : Math.max(0, this.#progressTotal - left);
    this.#options.emit('store/progress', { task: 'rebuild', doneBytes, totalBytes: this.#progressTotal });
    if (!done || !rebuilding) return;
    this.#rebuilding = undefined;
    rebuilding.resolve(rebuilding.spans);
  }

  /** Rolled back: say so and come back later; a corrupt index is set aside and built anew. */
  #failed(error: unknown): void {
    const storage =
      error instanceof StorageError
        ? error
        : new StorageError('unwritable', messageOf(error), { cause: error });
    // What is tried again and again is told once.
    if (this.#problem?.message !== storage.message) this.#log('error', storage.message);
    if (storage.code === 'corrupt') {
      try {
        this.#pipeline = undefined;
        this.#writer?.close();
        this.#writer = undefined;
        this.#reader?.close();
        this.#reader = undefined;
        IndexWriter.setAside(this.#options.dbPath);
        this.#openWriter();
        this.#damaged(
          'The index was damaged: it was set aside, and a new one is being built from the journal.',
        );
        return this.wake();
      } catch (again) {
        this.#say({ code: 'corrupt', message: messageOf(again) });
      }
    } else {
      this.#say({ code: storage.code === 'full' ? 'full' : 'unwritable', message: storage.message });
    }
    this.#cancelStep();
    this.#scheduled = setTimeout(() => {
      this.#scheduled = undefined;
      this.wake();
    }, retryMs);
  }

  #cancelStep(): void {
    if (!this.#scheduled) return;
    clearImmediate(this.#scheduled as NodeJS.Immediate);
    clearTimeout(this.#scheduled as NodeJS.Timeout);
    this.#scheduled = undefined;
  }

  #say(problem: EngineStatus['storeProblem']): void {
    const isSame = this.#problem?.code === problem?.code;
    this.#problem = problem;
    if (isSame) return;
    this.#options.emit('indexer/problem', problem ?? null);
  }

  #solved(): void {
    if (this.#problem) this.#say(undefined);
  }

  /** Resolves with true once everything up to `position` is in the index. */
  reach(position: JournalPosition, timeoutMs: number): Promise<boolean> {
    if (this.#has(position)) return Promise.resolve(true);
    return new Promise((resolve) => {
      const waiter = { position, done: () => finish(true) };
      const timer = setTimeout(() => finish(false), timeoutMs);
      const finish = (reached: boolean): void => {
        clearTimeout(timer);
        this.#waiters = this.#waiters.filter((other) => other !== waiter);
        resolve(reached);
      };
      this.#waiters.push(waiter);
      this.wake();
    });
  }

  #has(position: JournalPosition): boolean {
    const at = this.#writer ? this.#writer.position : this.reader?.position;
    return at !== undefined && !isBefore(at, position);
  }

  #release(): void {
    for (const waiter of [...this.#waiters]) if (this.#has(waiter.position)) waiter.done();
  }

  /** As a follower: has the owner committed something? */
  #poll(): void {
    if (this.#closed) return;
    if (this.#writer) {
      this.wake();
      return;
    }
    try {
      const reader = this.reader;
      if (!reader?.poll()) return;
      const { revision, traceIds, all } = reader.changedSince(this.#followedRevision, 200);
      this.#followedRevision = revision;
      this.#changes.add(traceIds, all);
      this.#release();
    } catch (error) {
      this.#log('warn', messageOf(error));
    }
  }

  #settle(): void {
    const pipeline = this.#pipeline;
    // While the index cannot be written, the next step finds out when it can.
    if (!pipeline || this.#busy || this.#closed || this.#problem) return;
    try {
      this.#changes.add(pipeline.settleDeferred());
      this.#commitDropped();
    } catch (error) {
      this.#failed(error);
    }
  }

  #commitDropped(): void {
    if (this.#dropped.size === 0) return;
    this.#writer?.writeBatch({ counters: this.#dropped });
    this.#dropped = new Map();
  }

  /** Oldest first, by the limits; counted in the index. */
  async #retain(): Promise<void> {
    const writer = this.#writer;
    if (!writer || this.#closed || this.#retaining || this.#rebuilding || this.#pipeline?.rereadPosition)
      return;
    this.#retaining = true;
    const journal = journalDir(this.#options.dbPath);
    try {
      await this.#exclusively(async () => {
        const currentSegment = this.journal.end().segment;
        const { segments, spans, traces } = await applyRetention(writer, journal, this.#settings.store, {
          currentSegment,
        });
        if (segments === 0 && spans === 0) return;
        this.#log('info', `The store's limits removed ${traces} traces (${spans} spans).`);
        this.#pipeline?.forget();
        this.#changes.add([], true);
      });
    } catch (error) {
      if (this.#closed) return;
      this.#pipeline?.forget();
      this.#log('warn', messageOf(error));
    } finally {
      this.#retaining = false;
    }
  }

  /** Runs while the pipeline stands still, one such work after the other. */
  #exclusively(work: () => Promise<void> | void): Promise<void> {
    const done = this.#exclusive.then(async () => {
      this.#busy = true;
      try {
        await work();
      } finally {
        this.#busy = false;
        this.wake();
      }
    });
    this.#exclusive = done.catch(() => undefined);
    return done;
  }

  /** Empties the index and reads the whole journal again. Resolves with the number of spans read. */
  rebuild(): Promise<number> {
    const writer = this.#writer;
    if (!writer || !this.#pipeline) {
      return Promise.reject(
        new StorageError('unsupported', 'Another window owns the store; rebuild its index there.'),
      );
    }
    if (this.#rebuilding || this.#busy) {
      return Promise.reject(new StorageError('backpressure', 'The store is busy; try again in a moment.'));
    }
    this.#pipeline.rebuild();
    writer.interpretation = this.#interpretation;
    this.#progressTotal = this.journal.totalBytes();
    this.#changes.add([], true);
    return new Promise((resolve, reject) => {
      this.#rebuilding = { spans: 0, until: this.journal.end(), resolve, reject };
      this.wake();
    });
  }

  /** Empties the index; reading goes on at segment `firstKept`, and the journal before it may go. */
  async deleteAll(firstKept: number): Promise<void> {
    const position = { segment: firstKept, offset: 0 };
    await this.#exclusively(async () => {
      const writer = this.#writer;
      if (!writer) return;
      try {
        for (let attempt = 1; ; attempt++) {
          try {
            writer.deleteAll(position);
            break;
          } catch (error) {
            // Another window is reading: its query ends soon.
            if (attempt === 20 || this.#closed) throw error;
            await sleep(100);
          }
        }
        // Nothing is left that an older version would have understood differently.
        writer.interpretation = this.#interpretation;
      } finally {
        if (!this.#closed) {
          this.#pipeline?.restart();
          this.#changes.add([], true);
        }
      }
    });
  }

  async deleteTrace(traceId: string, firstKept: number): Promise<void> {
    if (!(await this.reach({ segment: firstKept, offset: 0 }, reachMs))) {
      // What is not in the index yet would come back.
      throw new StorageError('backpressure', 'The index is still being written; try again in a while.');
    }
    await this.#exclusively(async () => {
      if (!this.#writer) return;
      await deleteTraces(this.#writer, journalDir(this.#options.dbPath), [traceId], {
        currentSegment: firstKept,
      });
      this.#pipeline?.forget();
      this.#changes.add([traceId], true);
    });
  }

  /** Never throws for a store that cannot be read: that is a status, too. */
  status(): IndexerStatus {
    try {
      return this.#status();
    } catch (error) {
      const code = error instanceof StorageError && error.code !== 'backpressure' ? error.code : 'unwritable';
      return { ...nothingRead, problem: this.#problem ?? { code, message: messageOf(error) } };
    }
  }

  #status(): IndexerStatus {
    const reader = this.reader;
    const position = this.#writer?.position ?? reader?.position ?? { segment: 0, offset: 0 };
    const counts = reader?.counts() ?? { spans: 0, traces: 0, indexBytes: 0 };
    const counters = reader?.counters();
    const midnight = new Date().setHours(0, 0, 0, 0);
    return {
      ...counts,
      journalBytes: this.journal.totalBytes(),
      behindBytes: this.journal.bytesAfter(position),
      prunedSpans: counters?.get('prunedSpans') ?? 0,
      prunedTraces: counters?.get('prunedTraces') ?? 0,
      today: reader?.totalsSince(midnight) ?? nothingRead.today,
      problem: this.#problem,
    };
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const timer of this.#timers) clearInterval(timer);
    this.#cancelStep();
    this.#changes.dispose();
    this.#rebuilding?.reject(new Error('The engine was closed.'));
    try {
      this.#commitDropped();
    } catch (error) {
      this.#log('warn', messageOf(error));
    }
    this.#reader?.close();
    this.#writer?.close();
    this.journal.close();
  }

  #log(level: 'info' | 'warn' | 'error', message: string): void {
    this.#options.emit('engine/log', { level, message });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
