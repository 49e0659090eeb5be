import { ChannelError } from '../base/channel.ts';
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
import { emptyIndex } from './emptyIndex.ts';
import { Exclusive } from './exclusive.ts';
import { interpretationOf, mixedInterpretation } from './interpretation.ts';
import { Interpreter } from './interpreter.ts';
import type { IndexerEvents, IndexerStatus } from './indexerProtocol.ts';
import { isBefore, Pipeline } from './pipeline.ts';
import { journalDir } from './storePaths.ts';
import { RereadProgress } from './rereadProgress.ts';
import { nothingRead, readStatus } from './storeStatus.ts';
import { Waiters } from './waiters.ts';

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
  /** What rows are made with now: see `interpretationOf`. */
  #interpretation = '';
  #problem: EngineStatus['storeProblem'];
  #followedRevision = 0;
  #timers: NodeJS.Timeout[] = [];
  #scheduled: NodeJS.Immediate | NodeJS.Timeout | undefined;
  /** Works during which the pipeline stands still. */
  readonly #exclusive = new Exclusive(() => this.wake());
  #closed = false;
  #retaining = false;
  #dropped = new Map<string, number>();
  readonly #waiters = new Waiters();
  readonly #progress: RereadProgress;
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
    this.#progress = new RereadProgress(this.journal, (progress) => options.emit('store/progress', progress));
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
      this.#pipeline = new Pipeline(this.journal, writer, this.interpreter);
      this.#interpretation = interpretationOf(this.#settings);
      if (writer.fresh) writer.interpretation = this.#interpretation;
      else if (writer.interpretation !== this.#interpretation) this.#startReread(writer);
      return writer;
    } catch (error) {
      this.#closeIndex();
      throw error;
    }
  }

  #closeIndex(): void {
    this.#pipeline = undefined;
    for (const open of [this.#writer, this.#reader]) {
      try {
        open?.close();
      } catch (error) {
        this.#log('warn', messageOf(error));
      }
    }
    this.#writer = undefined;
    this.#reader = undefined;
  }

  #startReread(writer: IndexWriter): void {
    this.#interpretation = interpretationOf(this.#settings);
    this.#progress.begin();
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
    if (this.#scheduled || this.#exclusive.isBusy || this.#closed || !this.#pipeline) return;
    this.#scheduled = setImmediate(() => this.#step());
  }

  /** One batch, then the thread is given back, so that queries get their turn. */
  #step(): void {
    this.#scheduled = undefined;
    const pipeline = this.#pipeline;
    if (!pipeline || this.#closed || this.#exclusive.isBusy) return;
    try {
      const wasRereading = Boolean(pipeline.rereadPosition);
      const { changed, spans, atEnd } = pipeline.step();
      this.#solved();
      if (changed.length > 0) this.#changes.add(changed);
      if (this.#rebuilding) this.#rebuilding.spans += spans;
      if (wasRereading || this.#rebuilding) this.#tellProgress(pipeline, atEnd);
      if (wasRereading && !pipeline.rereadPosition && this.#writer)
        this.#writer.interpretation = this.#interpretation;
      this.#release();
      if (!atEnd) this.wake();
    } catch (error) {
      this.#failed(error);
    }
  }

  #tellProgress(pipeline: Pipeline, atEnd: boolean): void {
    const rebuilding = this.#rebuilding;
    // A torn tail is never read: the end is where nothing more comes, too.
    const isRebuilt = atEnd || (rebuilding && !isBefore(pipeline.position, rebuilding.until));
    const done = rebuilding ? isRebuilt === true : !pipeline.rereadPosition;
    this.#progress.tell(pipeline.rereadPosition ?? pipeline.position, done);
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
        this.#closeIndex();
        IndexWriter.setAside(this.#options.dbPath);
        this.#openWriter();
        this.#damaged(damagedIndex);
        return this.wake();
      } catch (again) {
        this.#say({ code: 'corrupt', message: messageOf(again) });
      }
    } else {
      this.#say({ code: storage.code === 'full' ? 'full' : 'unwritable', message: storage.message });
    }
    this.#cancelStep();
    this.#scheduled = setTimeout(() => this.#tryAgain(), retryMs);
  }

  #tryAgain(): void {
    this.#scheduled = undefined;
    if (this.#closed) return;
    try {
      if (!this.#pipeline) this.#openWriter();
      this.wake();
    } catch (error) {
      this.#failed(error);
    }
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
    this.wake();
    return this.#waiters.add(position, timeoutMs);
  }

  #has(position: JournalPosition): boolean {
    const at = this.#writer ? this.#writer.position : this.reader?.position;
    return at !== undefined && !isBefore(at, position);
  }

  #release(): void {
    this.#waiters.release((position) => this.#has(position));
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
    if (!pipeline || this.#exclusive.isBusy || this.#closed || this.#problem) return;
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
      await this.#exclusive.run(async () => {
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
      this.#pipeline?.forget();
      this.#log('warn', messageOf(error));
    } finally {
      this.#retaining = false;
    }
  }

  /** Empties the index and reads the whole journal again. Resolves with the number of spans read. */
  rebuild(): Promise<number> {
    const writer = this.#writer;
    if (!writer || !this.#pipeline) {
      return Promise.reject(
        new StorageError('unsupported', 'Another window owns the store; rebuild its index there.'),
      );
    }
    if (this.#rebuilding || this.#exclusive.isBusy) {
      return Promise.reject(new StorageError('backpressure', 'The store is busy; try again in a moment.'));
    }
    this.#pipeline.rebuild();
    writer.interpretation = this.#interpretation;
    this.#progress.begin();
    this.#changes.add([], true);
    return new Promise((resolve, reject) => {
      this.#rebuilding = { spans: 0, until: this.journal.end(), resolve, reject };
      this.wake();
    });
  }

  /** Empties the index; reading goes on at segment `firstKept`, and the journal before it may go. */
  async deleteAll(firstKept: number): Promise<void> {
    const position = { segment: firstKept, offset: 0 };
    await this.#exclusive.run(async () => {
      const writer = this.#writer;
      if (!writer) return;
      try {
        await emptyIndex(writer, position, () => this.#closed);
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
    await this.#exclusive.run(async () => {
      if (!this.#writer) return;
      const journal = journalDir(this.#options.dbPath);
      try {
        await deleteTraces(this.#writer, journal, [traceId], { currentSegment: firstKept });
      } catch (error) {
        throw error instanceof RangeError ? new ChannelError('still-received', error.message) : error;
      } finally {
        this.#pipeline?.forget();
        this.#changes.add([traceId], true);
      }
    });
  }

  /** Never throws for a store that cannot be read: that is a status, too. */
  status(): IndexerStatus {
    try {
      return { ...readStatus(this.reader, this.#writer, this.journal), problem: this.#problem };
    } catch (error) {
      const code = error instanceof StorageError && error.code !== 'backpressure' ? error.code : 'unwritable';
      if (code === 'corrupt' && this.#writer && !this.#exclusive.isBusy) this.#failed(error);
      return { ...nothingRead, problem: this.#problem ?? { code, message: messageOf(error) } };
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const timer of this.#timers) clearInterval(timer);
    this.#cancelStep();
    this.#changes.dispose();
    this.#waiters.giveUp();
    this.#rebuilding?.reject(new Error('The engine was closed.'));
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

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
