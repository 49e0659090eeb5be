import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { Channel, ChannelError } from '../base/channel.ts';
import type { EngineEvents, EngineSettings } from '../protocol/engine.ts';
import { protocolVersion } from '../protocol/engine.ts';
import type { EngineStatus } from '../protocol/status.ts';
import { BackpressureError } from '../receiver/errors.ts';
import { answers } from '../receiver/bind.ts';
import { startReceiver } from '../receiver/receiver.ts';
import type { Receiver } from '../receiver/types.ts';
import type { JournalPosition } from '../store/api.ts';
import { StorageError } from '../store/errors.ts';
import { JournalWriter } from '../store/journalWriter.ts';
import { OwnerLock } from '../store/ownerLock.ts';
import type {
  FrontEvents,
  IndexerEvents,
  IndexerRequests,
  IndexerStart,
  IndexerStatus,
} from './indexerProtocol.ts';
import { StatusFeed } from './statusFeed.ts';
import { journalDir, lockPath } from './storePaths.ts';
import { threadPort } from './threadPort.ts';

export interface FrontOptions {
  readonly dbPath: string;
  readonly settings: EngineSettings;
  /** The indexer's bundle. */
  readonly indexerPath: string;
  emit<E extends keyof EngineEvents & string>(event: E, body: EngineEvents[E]): void;
}

type IndexerChannel = Channel<IndexerRequests, Record<never, never>, FrontEvents, IndexerEvents>;

/** How often a follower asks whether the owner has gone; it has 2 s to take over. */
const lockPollMs = 250;
/** How often a taken port is looked at again; every time in vain doubles it, up to the last. */
const portPollMs = 3_000;
const longestPortPollMs = 60_000;
/** How often the deletion of a trace is tried that goes on being received. */
const deletionAttempts = 5;
/** How long after a failure to open the store it is tried again. */
const reopenMs = 2_000;

/** Limits by age drop whole segments: without traffic, too, one is begun now and then. */
const rollMs = 6 * 3_600_000;

/** Segments are what limits by size drop: small stores have small ones. */
function segmentBytes({ store }: EngineSettings): number {
  return Math.max(1 << 20, Math.min(64 << 20, Math.floor(store.maxBytes / 8)));
}

/**
 * The engine's first thread: the owner's lock, the ports and the journal. It takes requests and acknowledges them;
 * everything else is the indexer's.
 */
export class Front {
  readonly #options: FrontOptions;
  readonly #worker: Worker;
  readonly indexer: IndexerChannel;
  readonly #status: StatusFeed;
  #settings: EngineSettings;
  #lock: OwnerLock | undefined;
  #journal: JournalWriter | undefined;
  #receiver: Receiver | undefined;
  #receiving: boolean;
  #starting = true;
  #openingPorts = false;
  #switching: Promise<void> = Promise.resolve();
  /** What keeps the journal from being opened or written; the indexer tells its own. */
  #journalProblem: EngineStatus['storeProblem'];
  #indexProblem: EngineStatus['storeProblem'];
  #reopenAt = 0;
  #portPollAt = 0;
  #portPolls = 0;
  #dropped = new Map<string, number>();
  #lastReceivedAt: number | undefined;
  #timers: NodeJS.Timeout[] = [];
  #closing: Promise<void> | undefined;

  constructor(options: FrontOptions) {
    this.#options = options;
    this.#settings = options.settings;
    this.#receiving = options.settings.receiver.enabled;
    this.#worker = new Worker(options.indexerPath, {
      workerData: {
        dbPath: options.dbPath,
        settings: options.settings,
        writerPath: availableParallelism() > 1 ? options.indexerPath : undefined,
      } satisfies IndexerStart,
      execArgv: ['--disable-warning=ExperimentalWarning'],
      // A portion's objects should die young: with less room they are moved, which costs more than indexing them.
      resourceLimits: { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 24 },
    });
    this.indexer = new Channel(threadPort(this.#worker), {});
    this.#worker.on('error', (error) => this.#indexerGone(error.message));
    this.#worker.on('exit', () => this.#indexerGone('it ended'));
    this.#status = new StatusFeed(
      () => this.status(),
      (status) => options.emit('engine/status', status),
    );
    this.indexer.on('store/changed', (change) => {
      options.emit('store/changed', change);
      this.#status.touch();
    });
    this.indexer.on('store/progress', (progress) => options.emit('store/progress', progress));
    this.indexer.on('engine/log', (entry) => options.emit('engine/log', entry));
    this.indexer.on('indexer/problem', (problem) => {
      this.#indexProblem = problem ?? undefined;
      this.#status.touch();
    });
    this.#timers.push(setInterval(() => this.#tryToOwn(), lockPollMs));
    this.#timers.push(setInterval(() => void this.#retryPorts(), portPollMs));
    this.#timers.push(setInterval(() => void this.#journal?.roll().catch(() => undefined), rollMs));
  }

  /** Resolves when this engine listens, follows another, or has said what keeps it from either. */
  async start(): Promise<void> {
    this.#tryToOwn();
    await this.#switching;
    this.#starting = false;
    this.#status.touch();
  }

  get owns(): boolean {
    return this.#lock !== undefined;
  }

  get receiver(): Receiver | undefined {
    return this.#receiver;
  }

  get journalEnd(): JournalPosition | undefined {
    return this.#journal?.position;
  }

  async status(): Promise<EngineStatus> {
    const stored: IndexerStatus = await this.indexer.call('indexer/status', null);
    const { today, problem, ...store } = stored;
    const receiver = this.#receiver;
    return {
      protocolVersion,
      state: this.#state(),
      grpc: receiver?.endpoints.grpc,
      http: receiver?.endpoints.http,
      conflicts:
        receiver?.conflicts.map(({ protocol, port, code, heldBy }) => ({ protocol, port, code, heldBy })) ??
        [],
      storeProblem: this.#journalProblem ?? problem,
      store: { ...store, path: this.#options.dbPath },
      dropped: Object.fromEntries(this.#dropped),
      today,
      lastReceivedAt: this.#lastReceivedAt,
    };
  }

  #state(): EngineStatus['state'] {
    if (this.#starting) return 'starting';
    if (!this.#receiving) return 'off';
    const problem = this.#journalProblem ?? this.#indexProblem;
    if (!this.#lock) return problem ? 'problem' : 'following';
    if (!problem && (!this.#journal || this.#openingPorts)) return 'starting';
    const broken = !this.#receiver || this.#receiver.conflicts.length > 0 || problem !== undefined;
    return broken ? 'problem' : 'listening';
  }

  /** Applies settings; the ports are opened anew only when something about them changed. */
  async configure(settings: EngineSettings): Promise<void> {
    const before = JSON.stringify(this.#settings.receiver);
    this.#settings = settings;
    this.#journal?.setSegmentBytes(segmentBytes(settings));
    await this.indexer.call('indexer/configure', settings);
    if (JSON.stringify(settings.receiver) === before) return;
    await (settings.receiver.enabled ? this.startReceiving() : this.stopReceiving());
  }

  /** Opens the ports, or opens them anew. */
  async startReceiving(): Promise<void> {
    this.#receiving = true;
    await this.#switch(() => this.#openPorts());
  }

  async stopReceiving(): Promise<void> {
    this.#receiving = false;
    await this.#switch(() => this.#closePorts());
  }

  async deleteAll(): Promise<void> {
    const journal = this.#ownJournal();
    const firstKept = await journal.roll();
    await this.indexer.call('indexer/deleteAll', { firstKept }, { timeoutMs: 0 });
    await journal.removeBefore(firstKept);
    this.#status.touch();
  }

  async deleteTrace(traceId: string): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const firstKept = await this.#ownJournal().roll();
      try {
        await this.indexer.call('indexer/deleteTrace', { traceId, firstKept }, { timeoutMs: 0 });
        return;
      } catch (error) {
        // A trace that is being received may have got a span meanwhile.
        const isReceived = error instanceof ChannelError && error.code === 'still-received';
        if (!isReceived || attempt === deletionAttempts) throw error;
      }
    }
  }

  /** Acknowledges what is under way, commits, and gives the store back. */
  close(graceMs = 1_000): Promise<void> {
    this.#closing ??= this.#close(graceMs);
    return this.#closing;
  }

  async #close(graceMs: number): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    this.#status.dispose();
    await this.#switching.catch(() => undefined);
    await this.#receiver?.close(graceMs);
    await this.#journal?.close();
    await this.indexer.call('indexer/close', null, { timeoutMs: 5_000 }).catch(() => undefined);
    this.indexer.close('the engine was closed');
    await this.#worker.terminate();
    this.#lock?.release();
  }

  /** One change of state at a time; a failure is told and does not stop the next. */
  #switch(work: () => Promise<void>): Promise<void> {
    this.#switching = this.#switching.then(work).catch((error: unknown) => this.#fail(error));
    return this.#switching.then(() => this.#status.touch());
  }

  #fail(error: unknown): void {
    if (this.#closing) return;
    const storage = error instanceof StorageError ? error : undefined;
    const message = error instanceof Error ? error.message : String(error);
    // What is tried again and again is told once.
    if (this.#journalProblem?.message !== message) this.#log('error', message);
    const code = storage && storage.code !== 'backpressure' ? storage.code : 'unwritable';
    this.#journalProblem = { code, message };
  }

  #tryToOwn(): void {
    if (this.#closing || this.#journal || performance.now() < this.#reopenAt) return;
    try {
      this.#lock ??= OwnerLock.tryAcquire(lockPath(this.#options.dbPath));
    } catch (error) {
      this.#reopenAt = performance.now() + reopenMs;
      this.#fail(error);
      this.#status.touch();
      return;
    }
    if (!this.#lock) return;
    // Until it is known how this one went, no other.
    this.#reopenAt = Number.POSITIVE_INFINITY;
    void this.#switch(async () => {
      try {
        await this.#own();
      } finally {
        this.#reopenAt = performance.now() + reopenMs;
      }
    });
  }

  async #own(): Promise<void> {
    const read = await this.indexer.call('indexer/own', { settings: this.#settings }, { timeoutMs: 0 });
    this.#journal = await JournalWriter.open(journalDir(this.#options.dbPath), {
      after: read.segment,
      segmentBytes: segmentBytes(this.#settings),
      onDamage: (report) => this.#log('warn', report.message),
    });
    this.#journalProblem = undefined;
    await this.#openPorts();
  }

  async #openPorts(): Promise<void> {
    this.#openingPorts = true;
    try {
      await this.#openPortsAnew();
    } finally {
      this.#openingPorts = false;
    }
  }

  async #openPortsAnew(): Promise<void> {
    await this.#closePorts();
    if (!this.#journal || !this.#receiving || this.#closing) return;
    const { hosts, grpcPort, httpPort, maxRequestBytes, allowedOrigins } = this.#settings.receiver;
    this.#receiver = await startReceiver({
      settings: { hosts, grpcPort, httpPort, maxRequestBytes, allowedOrigins },
      sink: { append: (signal, payload) => this.#append(signal, payload) },
      onDropped: (reason, count) => this.#drop(reason, count),
    });
    for (const { protocol, port, heldBy, code } of this.#receiver.conflicts) {
      this.#log('warn', `The ${protocol} port ${port} is not free (${code})${heldBy ? `: ${heldBy}` : ''}.`);
    }
  }

  async #closePorts(): Promise<void> {
    const receiver = this.#receiver;
    this.#receiver = undefined;
    await receiver?.close();
  }

  /** Success is answered once the bytes are on the disk. */
  async #append(signal: 'traces' | 'logs' | 'metrics', payload: Uint8Array): Promise<void> {
    const journal = this.#journal;
    if (!journal) throw new BackpressureError(1_000, 'the store is being opened');
    try {
      const position = await journal.append(signal, payload);
      this.#lastReceivedAt = Date.now();
      this.indexer.emit('journal/appended', position);
      this.#journalProblem = undefined;
    } catch (error) {
      if (error instanceof StorageError && error.code === 'backpressure') {
        throw new BackpressureError(error.retryAfterMs ?? 1_000, error.message, { cause: error });
      }
      if (error instanceof StorageError && error.code !== 'backpressure') {
        this.#journalProblem = { code: error.code, message: error.message };
        this.#status.touch();
      }
      throw error;
    }
  }

  #drop(reason: string, count: number): void {
    this.#dropped.set(reason, (this.#dropped.get(reason) ?? 0) + count);
    this.indexer.emit('receiver/dropped', { reason, count });
    this.#status.touch();
  }

  /** Opens the ports anew once what held them has gone. */
  async #retryPorts(): Promise<void> {
    const receiver = this.#receiver;
    const conflicts = receiver?.conflicts ?? [];
    if (conflicts.length === 0) this.#portPolls = 0;
    if (conflicts.length === 0 || !this.#receiving || performance.now() < this.#portPollAt) return;
    if (!conflicts.every(({ code }) => code === 'EADDRINUSE')) return;
    const held = await Promise.all(conflicts.map(({ host, port }) => answers(host, port, 500)));
    if (held.some((answer) => answer) || this.#receiver !== receiver) return;
    // Opening them anew interrupts the ports that work: seldom, where it does not help.
    this.#portPollAt = performance.now() + Math.min(longestPortPollMs, portPollMs * 2 ** this.#portPolls++);
    await this.startReceiving();
  }

  #ownJournal(): JournalWriter {
    if (!this.#journal || !this.#lock) {
      throw new ChannelError(
        'not-owner',
        'Another window owns the store; do this in the window that listens.',
      );
    }
    return this.#journal;
  }

  #indexerGone(reason: string): void {
    if (this.#closing) return;
    this.indexer.close(`The indexer has stopped: ${reason}`);
    this.#log('error', `The indexer has stopped: ${reason}`);
    // Without an indexer nothing is shown: end, so that the supervisor starts the engine anew; the journal keeps all.
    void this.close(500).finally(() => process.exit(1));
  }

  #log(level: 'info' | 'warn' | 'error', message: string): void {
    this.#options.emit('engine/log', { level, message });
  }
}
