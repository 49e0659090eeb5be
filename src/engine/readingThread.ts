import { Worker } from 'node:worker_threads';
import { Channel, ChannelError, type CallOptions, type RequestMap } from '../base/channel.ts';
import type { EngineEvents } from '../protocol/engine.ts';
import { threadPort } from './threadPort.ts';

type Nothing = Record<never, never>;

/** What every reading thread is asked besides its own requests. */
export interface ReadingThreadRequests {
  /** Writes what is to be kept and closes what is open; the thread is ended afterwards. */
  'thread/close': { params: null; result: null };
}

/** What every reading thread is told. */
export type ReadingThreadEvents = Pick<EngineEvents, 'store/changed'>;

/** What a reading thread is started with. */
export interface ReadingThreadStart {
  /** Path of the index; the journal lies beside it. */
  readonly dbPath: string;
  /** When the window's engine began, milliseconds since the epoch. */
  readonly openedAt?: number;
}

type EventName = keyof EngineEvents & string;

export interface ReadingThreadOptions<E extends EventName> {
  /** For messages, e.g. `code`. */
  readonly name: string;
  /** The thread's bundle. */
  readonly workerPath: string;
  readonly start: ReadingThreadStart;
  /** The thread's own events; they are passed on, as its log entries are. */
  readonly events: readonly E[];
  emit<N extends EventName>(event: N, body: EngineEvents[N]): void;
  /** Requests whose last parameters are the thread's state: they are sent again to a thread that was restarted. */
  readonly kept?: readonly string[];
  readonly maxMegabytes?: number;
  /** Milliseconds before the first, second, … restart; the last one is used from then on. */
  readonly restartDelaysMs?: readonly number[];
  /** A run of at least this many milliseconds makes earlier crashes forgotten. */
  readonly calmAfterMs?: number;
  /** A thread that was asked nothing for this many milliseconds is ended until the next request; never unless told. */
  readonly idleMs?: number;
}

type ThreadChannel = Channel<AnyRequests, Nothing, ReadingThreadEvents, EngineEvents>;

type AnyRequests = Record<string, { params: unknown; result: unknown }>;

const defaultDelaysMs = [250, 1_000, 4_000, 15_000, 60_000] as const;
const closeMs = 2_000;

/**
 * A thread of the engine that reads the index and answers requests of its own, so that what it computes delays neither
 * acknowledgements nor the indexer. Started by the first request; after a crash it is started again (at once wanted
 * when it has state to keep, else by the next request), with growing delays. Requests made meanwhile, and those that
 * were under way, are rejected with the code `closed`.
 */
export class ReadingThread<R extends RequestMap<R>, E extends EventName> {
  readonly #options: ReadingThreadOptions<E>;
  /** Parameters of the kept requests, by method, in the order of their first use. */
  readonly #kept = new Map<string, unknown>();
  #worker: Worker | undefined;
  #channel: ThreadChannel | undefined;
  #crashes = 0;
  #startedAt = 0;
  #notBefore = 0;
  #timer: NodeJS.Timeout | undefined;
  #idleTimer: NodeJS.Timeout | undefined;
  #underWay = 0;
  #closing: Promise<void> | undefined;

  constructor(options: ReadingThreadOptions<E>) {
    this.#options = options;
  }

  get isRunning(): boolean {
    return this.#channel !== undefined;
  }

  call<M extends keyof R & string>(
    method: M,
    params: R[M]['params'],
    options?: CallOptions,
  ): Promise<R[M]['result']> {
    if (this.#options.kept?.includes(method)) this.#kept.set(method, params);
    if (!this.#channel) {
      if (this.#closing) return Promise.reject(this.#gone('was closed'));
      if (performance.now() < this.#notBefore) {
        this.#startLater();
        return Promise.reject(this.#gone('starts again in a moment'));
      }
      this.#start(method);
    }
    const channel = this.#channel as unknown as Channel<R, Nothing, Nothing, Nothing>;
    this.#underWay++;
    clearTimeout(this.#idleTimer);
    return channel.call(method, params, options).finally(() => {
      this.#underWay--;
      this.#restWhenIdle();
    });
  }

  /** Passed on to the thread, if it runs; one that starts later reads the store as it is then. */
  storeChanged(change: EngineEvents['store/changed']): void {
    this.#channel?.emit('store/changed', change);
  }

  /** Lets the thread write what it keeps, and ends it. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    clearTimeout(this.#timer);
    clearTimeout(this.#idleTimer);
    await this.#end();
  }

  #restWhenIdle(): void {
    clearTimeout(this.#idleTimer);
    const { idleMs } = this.#options;
    if (idleMs === undefined || this.#underWay > 0 || this.#closing) return;
    this.#idleTimer = setTimeout(() => void this.#end(), idleMs);
    this.#idleTimer.unref();
  }

  async #end(): Promise<void> {
    const worker = this.#worker;
    const channel = this.#channel;
    if (!worker || !channel) return;
    // A request that comes from now on starts another thread.
    this.#worker = undefined;
    this.#channel = undefined;
    await channel.call('thread/close', null, { timeoutMs: closeMs }).catch(() => undefined);
    channel.close(`The ${this.#options.name} thread was closed`);
    await worker.terminate();
  }

  /** `but`: a kept request that is about to be sent by itself. A missing bundle is a crash of the thread. */
  #start(but?: string): void {
    clearTimeout(this.#timer);
    const { name, workerPath, start, events, maxMegabytes = 512 } = this.#options;
    const worker = new Worker(workerPath, {
      workerData: start,
      execArgv: ['--disable-warning=ExperimentalWarning'],
      resourceLimits: { maxOldGenerationSizeMb: maxMegabytes },
    });
    const channel: ThreadChannel = new Channel(threadPort(worker), {}, (reason) =>
      this.#log('warn', `A message of the ${name} thread was ignored: ${reason}`),
    );
    for (const event of [...events, 'engine/log' as const])
      channel.on(event, (body) => this.#options.emit(event, body));
    let failure: Error | undefined;
    worker.on('error', (error) => (failure = error instanceof Error ? error : new Error(String(error))));
    worker.on('exit', (code) =>
      this.#ended(worker, channel, failure ?? new Error(`it ended with code ${code}`)),
    );
    this.#worker = worker;
    this.#channel = channel;
    this.#startedAt = performance.now();
    for (const [method, params] of this.#kept) {
      if (method === but) continue;
      channel
        .call(method, params)
        .catch((error: unknown) => this.#log('warn', `${method}: ${String(error)}`));
    }
  }

  #ended(worker: Worker, channel: ThreadChannel, reason: Error): void {
    channel.close(`The ${this.#options.name} thread has stopped: ${reason.message}`);
    if (this.#worker !== worker || this.#closing) return;
    this.#worker = undefined;
    this.#channel = undefined;
    const { restartDelaysMs: delays = defaultDelaysMs, calmAfterMs = 60_000, name } = this.#options;
    if (performance.now() - this.#startedAt > calmAfterMs) this.#crashes = 0;
    const delay = delays[Math.min(this.#crashes++, delays.length - 1)] ?? 0;
    this.#log('error', `The ${name} thread has stopped: ${reason.stack ?? reason.message}`);
    this.#notBefore = performance.now() + delay;
    this.#startLater();
  }

  /** By itself only with state to keep: someone waits for its events. */
  #startLater(): void {
    clearTimeout(this.#timer);
    if (this.#kept.size === 0) return;
    const startAgain = (): void => {
      if (!this.#channel && !this.#closing) this.#start();
    };
    this.#timer = setTimeout(startAgain, Math.max(0, this.#notBefore - performance.now()));
  }

  #gone(what: string): ChannelError {
    return new ChannelError('closed', `The ${this.#options.name} thread ${what}`);
  }

  #log(level: 'warn' | 'error', message: string): void {
    this.#options.emit('engine/log', { level, message });
  }
}
