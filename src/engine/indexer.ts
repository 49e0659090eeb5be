import type { PriceTable } from '../pricing/priceTable.ts';
import type { EngineSettings } from '../protocol/engine.ts';
import type { JournalPosition } from '../store/api.ts';
import { StorageError, type StorageErrorCode } from '../store/errors.ts';
import { IndexReader } from '../store/indexReader.ts';
import { IndexWriter } from '../store/indexWriter.ts';
import { JournalReader } from '../store/journalReader.ts';
import { Changes } from './changes.ts';
import { emptyIndex } from './emptyIndex.ts';
import { Exclusive } from './exclusive.ts';
import { interpretationOf, mixedInterpretation } from './interpretation.ts';
import { Interpreter } from './interpreter.ts';
import type { IndexerEvents, IndexerStatus } from './indexerProtocol.ts';
import { messageOf } from './messageOf.ts';
import { isBefore, Pipeline } from './pipeline.ts';
import { journalDir } from './storePaths.ts';
import { Rebuild, RereadProgress } from './rereadProgress.ts';
import { SharedIndex } from './sharedIndex.ts';
import { nothingRead, readStatus } from './storeStatus.ts';
import { StoreTrouble } from './storeTrouble.ts';
import { Turn } from './turn.ts';
import { keepWithinLimits, removeTrace } from './upkeep.ts';
import { Waiters } from './waiters.ts';

export interface IndexerOptions {
  readonly dbPath: string;
  readonly settings: EngineSettings;
  readonly prices: PriceTable;
  /** The bundle that another thread runs to write the index; without it, this thread writes. */
  readonly writerPath?: string | undefined;
  emit<E extends keyof IndexerEvents & string>(event: E, body: IndexerEvents[E]): void;
}

const pollMs = 200;
const retentionMs = 30_000;
const settleMs = 1_000;
const retryMs = 2_000;
/** How long the deletion of a trace waits for the index. */
const reachMs = 60_000;

const damagedIndex = 'The index was damaged: it was set aside; a new one is built from the journal.';

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
  /** Set where another thread writes. */
  #shared: SharedIndex | undefined;
  /** What rows are made with now: see `interpretationOf`. */
  #interpretation = '';
  #followedRevision = 0;
  #timers: NodeJS.Timeout[] = [];
  readonly #turn = new Turn();
  /** Works during which the pipeline stands still. */
  readonly #exclusive = new Exclusive(() => this.wake());
  #closed = false;
  #retaining = false;
  #dropped = new Map<string, number>();
  readonly #waiters = new Waiters((position) => this.#has(position));
  readonly #progress: RereadProgress;
  readonly #trouble: StoreTrouble;
  #rebuilding: Rebuild | undefined;

  constructor(options: IndexerOptions) {
    this.#options = options;
    this.#settings = options.settings;
    this.journal = new JournalReader(journalDir(options.dbPath), {
      onDamage: (report) => this.#log('warn', report.message),
    });
    this.interpreter = new Interpreter(this.journal, options.prices, options.settings, (error) =>
      this.#log('warn', messageOf(error)),
    );
    this.#progress = new RereadProgress(this.journal, (progress) => options.emit('store/progress', progress));
    this.#trouble = new StoreTrouble({
      log: (message) => this.#log('error', message),
      tell: (problem) => options.emit('indexer/problem', problem ?? null),
    });
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
      this.#startReread();
      this.wake();
    }
    void this.#retain();
  }

  /** Becomes the writer; the caller holds the owner's lock. Returns what the index has read already. */
  own(settings: EngineSettings): JournalPosition {
    this.configure(settings);
    // Asked again after the journal could not be opened, it is the writer already.
    const { position } = this.#writer ?? this.#openWriter();
    void this.#retain();
    this.wake();
    return position;
  }

  /** An index that turns out damaged is set aside, and a new one begun. */
  #openWriter(): IndexWriter {
    try {
      return this.#tryOpenWriter();
    } catch (error) {
      if (!(error instanceof StorageError) || error.code !== 'corrupt') throw error;
      this.#closeIndex();
      IndexWriter.setAside(this.#options.dbPath);
      const writer = this.#tryOpenWriter();
      this.#damaged(damagedIndex);
      return writer;
    }
  }

  #tryOpenWriter(): IndexWriter {
    const writer = IndexWriter.open(this.#options.dbPath, {
      onDamage: (report) => this.#damaged(report.message),
    });
    this.#writer = writer;
    // It may look at a file that was set aside just now.
    this.#reader?.close();
    this.#reader = undefined;
    try {
      this.#shared = this.#share(writer);
      this.#pipeline = new Pipeline(this.journal, this.#shared ?? writer, this.interpreter);
      this.#interpretation = interpretationOf(this.#settings);
      if (writer.fresh) writer.interpretation = this.#interpretation;
      else if (writer.interpretation !== this.#interpretation) this.#startReread();
      return writer;
    } catch (error) {
      this.#closeIndex();
      throw error;
    }
  }

  #share(writer: IndexWriter): SharedIndex | undefined {
    const { writerPath } = this.#options;
    if (writerPath === undefined) return undefined;
    const shared = new SharedIndex(writer, {
      threadPath: writerPath,
      onWritten: (changed) => this.#written(changed),
      onReady: () => this.wake(),
      onExit: (reason) => {
        if (this.#shared !== shared) return;
        this.#closeIndex();
        this.#failed(new Error(`Writing the index has stopped: ${reason}`));
      },
    });
    return shared;
  }

  /** Another thread has committed. */
  #written(changed: readonly string[]): void {
    this.#trouble.solved();
    this.#changes.add(changed);
    this.#waiters.release();
    this.wake();
  }

  #closeIndex(): void {
    this.#pipeline = undefined;
    const shared = this.#shared;
    this.#shared = undefined;
    for (const open of [shared, this.#writer, this.#reader]) {
      try {
        open?.close();
      } catch (error) {
        this.#log('warn', messageOf(error));
      }
    }
    this.#writer = undefined;
    this.#reader = undefined;
  }

  #startReread(): void {
    this.#interpretation = interpretationOf(this.#settings);
    this.#progress.begin();
    this.interpreter.forgetHistories();
    this.#pipeline?.reread();
    try {
      // Should it never come to its end, the next one begins anew.
      this.#noteInterpretation(mixedInterpretation);
    } catch (error) {
      this.#log('warn', messageOf(error));
    }
  }

  #noteInterpretation(value: string): void {
    this.#shared?.flush();
    if (this.#writer) this.#writer.interpretation = value;
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
    if (this.#turn.isSet || this.#exclusive.isBusy || this.#closed || !this.#pipeline) return;
    // It wakes us when it has written some.
    if (this.#shared?.isBehind) return;
    this.#turn.soon(() => this.#step());
  }

  /** One batch, then the thread is given back, so that queries get their turn. */
  #step(): void {
    const pipeline = this.#pipeline;
    if (!pipeline || this.#closed || this.#exclusive.isBusy) return;
    try {
      const wasRereading = Boolean(pipeline.rereadPosition);
      const { changed, spans, atEnd } = pipeline.step();
      if (!this.#shared) this.#trouble.solved();
      if (changed.length > 0) this.#changes.add(changed);
      this.#rebuilding?.count(spans);
      if (wasRereading || this.#rebuilding) this.#tellProgress(pipeline, atEnd);
      if (wasRereading && !pipeline.rereadPosition) this.#noteInterpretation(this.#interpretation);
      this.#waiters.release();
      if (!atEnd) this.wake();
    } catch (error) {
      this.#failed(error);
    }
  }

  #tellProgress(pipeline: Pipeline, atEnd: boolean): void {
    const rebuilding = this.#rebuilding;
    const done = rebuilding ? rebuilding.isDone(pipeline.position, atEnd) : !pipeline.rereadPosition;
    this.#progress.tell(pipeline.rereadPosition ?? pipeline.position, done);
    if (!done || !rebuilding) return;
    this.#shared?.flush();
    this.#rebuilding = undefined;
    rebuilding.finish();
  }

  /** Rolled back: say so and come back later; a corrupt index is set aside and built anew. */
  #failed(error: unknown): void {
    const storage = this.#trouble.note(error);
    if (storage.code === 'corrupt') {
      try {
        this.#closeIndex();
        IndexWriter.setAside(this.#options.dbPath);
        this.#openWriter();
        this.#damaged(damagedIndex);
        return this.wake();
      } catch (again) {
        this.#trouble.say({ code: 'corrupt', message: messageOf(again) });
      }
    } else {
      this.#trouble.say({ code: storage.code === 'full' ? 'full' : 'unwritable', message: storage.message });
    }
    this.#turn.later(() => this.#tryAgain(), retryMs);
  }

  #tryAgain(): void {
    if (this.#closed) return;
    try {
      if (!this.#pipeline) this.#openWriter();
      this.wake();
    } catch (error) {
      this.#failed(error);
    }
  }

  /** Resolves with true once everything up to `position` is in the index. */
  reach(position: JournalPosition, timeoutMs: number): Promise<boolean> {
    if (this.#has(position)) return Promise.resolve(true);
    this.wake();
    return this.#waiters.add(position, timeoutMs);
  }

  #has(position: JournalPosition): boolean {
    const at = this.#writer ? this.#writer.position : this.reader?.position;
    return at !== undefined && !isBefore(at, position);
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
      this.#waiters.release();
    } catch (error) {
      this.#log('warn', messageOf(error));
    }
  }

  #settle(): void {
    const pipeline = this.#pipeline;
    // While the index cannot be written, the next step finds out when it can.
    if (!pipeline || this.#exclusive.isBusy || this.#closed || this.#trouble.problem) return;
    try {
      this.#changes.add(pipeline.settleDeferred());
      this.#commitDropped();
    } catch (error) {
      this.#failed(error);
    }
  }

  #commitDropped(): void {
    if (this.#dropped.size === 0) return;
    (this.#shared ?? this.#writer)?.writeBatch({ counters: this.#dropped });
    this.#shared?.commitSoon();
    this.#dropped = new Map();
  }

  /** While the pipeline stands still and nothing is under way to the index. */
  #alone(work: (writer: IndexWriter) => Promise<void>): Promise<void> {
    return this.#exclusive.run(async () => {
      const writer = this.#writer;
      if (!writer) return;
      const shared = this.#shared;
      shared?.takeOver();
      try {
        await work(writer);
      } finally {
        shared?.giveBack();
      }
    });
  }

  /** Oldest first, by the limits; counted in the index. */
  async #retain(): Promise<void> {
    if (this.#closed || this.#retaining || this.#rebuilding || this.#pipeline?.rereadPosition) return;
    this.#retaining = true;
    try {
      await this.#alone(async (writer) => {
        const removed = await keepWithinLimits(writer, this.journal, this.#settings.store);
        if (removed === undefined) return;
        this.#log('info', removed);
        this.#pipeline?.forget();
        this.#changes.add([], true);
      });
    } catch (error) {
      this.#pipeline?.forget();
      this.#log('warn', messageOf(error));
    } finally {
      this.#retaining = false;
    }
  }

  /** Empties the index and reads the whole journal again. Resolves with the number of spans read. */
  rebuild(): Promise<number> {
    const refuse = (code: StorageErrorCode, why: string): Promise<never> =>
      Promise.reject(new StorageError(code, why));
    if (!this.#pipeline)
      return refuse('unsupported', 'Another window owns the store; rebuild its index there.');
    if (this.#rebuilding || this.#exclusive.isBusy)
      return refuse('backpressure', 'The store is busy; try again in a moment.');
    this.#pipeline.rebuild();
    this.#noteInterpretation(this.#interpretation);
    this.#progress.begin();
    this.#changes.add([], true);
    this.#rebuilding = new Rebuild(this.journal.end());
    this.wake();
    return this.#rebuilding.done;
  }

  /** Empties the index; reading goes on at segment `firstKept`, and the journal before it may go. */
  async deleteAll(firstKept: number): Promise<void> {
    await this.#alone(async (writer) => {
      try {
        await emptyIndex(writer, { segment: firstKept, offset: 0 }, () => this.#closed);
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
    await this.#alone(async (writer) => {
      try {
        await removeTrace(writer, traceId, firstKept);
      } finally {
        this.#pipeline?.forget();
        this.#changes.add([traceId], true);
      }
    });
  }

  /** Never throws for a store that cannot be read: that is a status, too. */
  status(): IndexerStatus {
    try {
      return { ...readStatus(this.reader, this.#writer, this.journal), problem: this.#trouble.problem };
    } catch (error) {
      const code = error instanceof StorageError && error.code !== 'backpressure' ? error.code : 'unwritable';
      if (code === 'corrupt' && this.#writer && !this.#exclusive.isBusy) this.#failed(error);
      return { ...nothingRead, problem: this.#trouble.problem ?? { code, message: messageOf(error) } };
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const timer of this.#timers) clearInterval(timer);
    this.#turn.cancel();
    this.#changes.dispose();
    this.#waiters.giveUp();
    this.#rebuilding?.giveUp('The engine was closed.');
    try {
      this.#commitDropped();
    } catch (error) {
      this.#log('warn', messageOf(error));
    }
    this.#closeIndex();
    this.journal.close();
  }

  #log(level: 'info' | 'warn' | 'error', message: string): void {
    this.#options.emit('engine/log', { level, message });
  }
}
