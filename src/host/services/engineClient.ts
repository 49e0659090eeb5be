import { Worker } from 'node:worker_threads';
import type { CallOptions } from '../../base/channel.ts';
import { Channel, ChannelError } from '../../base/channel.ts';
import type { Disposable } from '../../base/disposable.ts';
import type { EngineEvents, EngineRequests, EngineStart } from '../../protocol/engine.ts';
import { protocolVersion } from '../../protocol/engine.ts';
import type { EngineStatus } from '../../protocol/status.ts';
import { Emitter } from './emitter.ts';
import { workerPort } from './workerPort.ts';

type Nothing = Record<never, never>;
type EngineChannel = Channel<EngineRequests, Nothing, Nothing, EngineEvents>;

export interface EngineClientOptions {
  /** Absolute path of the engine's bundle. */
  readonly workerPath: string;
  /** What the worker is started with; asked anew for each start, so that a restart has today's settings. */
  readonly start: () => EngineStart | Promise<EngineStart>;
  readonly log: (level: EngineEvents['engine/log']['level'], message: string) => void;
  /** Milliseconds before the first, second and third restart. */
  readonly restartDelaysMs?: readonly number[];
  /** A run of at least this many milliseconds makes earlier crashes forgotten. */
  readonly calmAfterMs?: number;
}

/** Flags for the worker: Node 22 would print that its SQLite is experimental. */
const execArgv = ['--disable-warning=ExperimentalWarning'];

/**
 * Supervises the engine's worker: starts it, restarts it with growing delays when it dies, and gives up after the
 * third restart. Calls made while no engine runs are rejected with the code `closed`; none is left hanging.
 */
export class EngineClient implements Disposable {
  readonly #options: EngineClientOptions;
  readonly #status: Emitter<EngineStatus>;
  readonly #changed: Emitter<EngineEvents['store/changed']>;
  readonly #codeChanged: Emitter<EngineEvents['code/changed']>;
  readonly #progress: Emitter<EngineEvents['store/progress']>;
  readonly #gaveUp: Emitter<Error>;
  readonly #ready: Emitter<void>;
  #channel: EngineChannel | undefined;
  #worker: Worker | undefined;
  #lastStatus: EngineStatus | undefined;
  #restarts = 0;
  #startedAt = 0;
  #timer: NodeJS.Timeout | undefined;
  /** Grows with each start and stop; a start that finds another value was overtaken. */
  #generation = 0;
  #wanted = false;

  constructor(options: EngineClientOptions) {
    this.#options = options;
    const onError = (error: unknown): void => options.log('error', `A listener failed: ${describe(error)}`);
    this.#status = new Emitter(onError);
    this.#changed = new Emitter(onError);
    this.#codeChanged = new Emitter(onError);
    this.#progress = new Emitter(onError);
    this.#gaveUp = new Emitter(onError);
    this.#ready = new Emitter(onError);
  }

  get onStatus() {
    return this.#status.event;
  }
  get onChanged() {
    return this.#changed.event;
  }
  /** Calls beside the code are others now. */
  get onCodeChanged() {
    return this.#codeChanged.event;
  }
  get onProgress() {
    return this.#progress.event;
  }
  /** The engine died more often than it is restarted. */
  get onGaveUp() {
    return this.#gaveUp.event;
  }
  /** An engine answers (again): what was shown before may be stale. */
  get onReady() {
    return this.#ready.event;
  }
  /** The last status heard; undefined while no engine runs. */
  get status(): EngineStatus | undefined {
    return this.#lastStatus;
  }

  /** Starts the engine; a no-op while one runs or is about to. */
  start(): void {
    if (this.#wanted) return;
    this.#wanted = true;
    this.#restarts = 0;
    void this.#launch();
  }

  /** Ends the engine, if one runs, and starts another. */
  async restart(): Promise<void> {
    await this.close('The engine is restarted');
    this.start();
  }

  call<M extends keyof EngineRequests & string>(
    method: M,
    params: EngineRequests[M]['params'],
    options?: CallOptions,
  ): Promise<EngineRequests[M]['result']> {
    if (!this.#channel) return Promise.reject(new ChannelError('closed', 'The engine is not running'));
    return this.#channel.call(method, params, options);
  }

  /** Asks the engine to commit and end; ends it after `timeoutMs` in any case. */
  async close(reason = 'The editor closes', timeoutMs = 2000): Promise<void> {
    this.#wanted = false;
    this.#generation++;
    clearTimeout(this.#timer);
    const channel = this.#channel;
    const worker = this.#worker;
    this.#channel = undefined;
    this.#worker = undefined;
    this.#lastStatus = undefined;
    if (!channel || !worker) return;
    const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    const deadline = new Promise<void>((resolve) => setTimeout(resolve, timeoutMs).unref());
    await channel.call('engine/close', {}, { timeoutMs }).then(
      () => Promise.race([exited, deadline]),
      (error: unknown) => this.#options.log('warn', `The engine did not close by itself: ${describe(error)}`),
    );
    channel.close(reason);
    await worker.terminate();
  }

  dispose(): void {
    void this.close();
    for (const emitter of [this.#status, this.#changed, this.#codeChanged, this.#progress]) emitter.dispose();
    for (const emitter of [this.#gaveUp, this.#ready]) emitter.dispose();
  }

  async #launch(): Promise<void> {
    const generation = ++this.#generation;
    try {
      const start = await this.#options.start();
      if (generation !== this.#generation) return;
      const worker = new Worker(this.#options.workerPath, {
        workerData: start,
        execArgv,
        stdout: true,
        stderr: true,
      });
      this.#connect(worker);
    } catch (error) {
      if (generation === this.#generation) this.#died(toError(error));
    }
  }

  #connect(worker: Worker): void {
    const { log } = this.#options;
    this.#startedAt = performance.now();
    let failure: Error | undefined;
    worker.on('error', (error) => (failure = toError(error)));
    worker.on('exit', (code) => {
      const error = failure ?? new Error(`The engine ended with code ${code}`);
      channel.close(error.message);
      if (this.#worker !== worker) return;
      this.#died(error);
    });
    worker.stdout.on('data', (chunk: Buffer) => log('debug', `engine: ${chunk.toString()}`));
    worker.stderr.on('data', (chunk: Buffer) => log('warn', `engine: ${chunk.toString()}`));
    const channel: EngineChannel = new Channel(workerPort(worker), {}, (reason) =>
      log('warn', `A message of the engine was ignored: ${reason}`),
    );
    channel.on('engine/status', (status) => this.#heard(status));
    channel.on('store/changed', (change) => this.#changed.fire(change));
    channel.on('code/changed', (change) => this.#codeChanged.fire(change));
    channel.on('store/progress', (progress) => this.#progress.fire(progress));
    channel.on('engine/log', ({ level, message }) => log(level, message));
    this.#worker = worker;
    this.#channel = channel;
    channel.call('engine/status', {}).then(
      (status) => {
        if (this.#worker !== worker) return;
        if (status.protocolVersion !== undefined && status.protocolVersion !== protocolVersion) {
          log(
            'error',
            `The engine speaks protocol ${status.protocolVersion}, this window ${protocolVersion}`,
          );
          void this.close().then(() =>
            this.#gaveUp.fire(new Error('Parts of the extension are of different versions')),
          );
          return;
        }
        this.#heard(status);
        this.#ready.fire();
      },
      (error: unknown) => log('error', `The engine did not tell its state: ${describe(error)}`),
    );
  }

  #heard(status: EngineStatus): void {
    this.#lastStatus = status;
    this.#status.fire(status);
  }

  #died(error: Error): void {
    this.#worker = undefined;
    this.#channel = undefined;
    this.#lastStatus = undefined;
    if (!this.#wanted) return;
    const { log, restartDelaysMs: delays = [250, 1000, 4000], calmAfterMs = 60_000 } = this.#options;
    log('error', `The engine died: ${error.stack ?? error.message}`);
    if (this.#startedAt > 0 && performance.now() - this.#startedAt > calmAfterMs) this.#restarts = 0;
    const delay = delays[this.#restarts++];
    if (delay === undefined) {
      this.#wanted = false;
      this.#gaveUp.fire(error);
      return;
    }
    log('info', `The engine is started again in ${delay} ms`);
    this.#timer = setTimeout(() => void this.#launch(), delay);
  }
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
