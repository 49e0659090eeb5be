/**
 * One typed channel for every border: host ↔ engine worker, engine ↔ indexer, webview ↔ host.
 *
 * Requests are answered or rejected, never left hanging: a time-out, an abort, a closed port and an error of the
 * other side all reject. Events carry whole states. The transport is anything that posts structured-cloneable values.
 */
/** A map of methods to their parameters and results; written `R extends RequestMap<R>`, so that unknown names do not compile. */
export type RequestMap<R> = { [M in keyof R]: { params: unknown; result: unknown } };

export interface Port {
  post(message: unknown, transfer?: readonly ArrayBuffer[]): void;
  /** At most one listener. */
  onMessage(listener: (message: unknown) => void): void;
}

type WireMessage =
  | { readonly t: 'req'; readonly id: number; readonly method: string; readonly params: unknown }
  | { readonly t: 'cancel'; readonly id: number }
  | { readonly t: 'res'; readonly id: number; readonly result: unknown }
  | { readonly t: 'err'; readonly id: number; readonly message: string; readonly code?: string }
  | { readonly t: 'ev'; readonly event: string; readonly body: unknown };

/** An error that crossed a channel; `code` is stable, the message is for people. */
export class ChannelError extends Error {
  readonly code: string;
  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = 'ChannelError';
    this.code = code;
  }
}

const moved = new WeakMap<object, readonly ArrayBuffer[]>();

/** Marks a request's result: these buffers are handed over to the asking side, not copied, and are empty here then. */
export function handingOver<T extends object>(result: T, buffers: readonly ArrayBuffer[]): T {
  moved.set(result, buffers);
  return result;
}

export interface CallOptions {
  /** Milliseconds; 30,000 unless told, 0 for none. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

export type Handlers<R extends RequestMap<R>> = {
  readonly [M in keyof R]?: (
    params: R[M]['params'],
    signal: AbortSignal,
  ) => Promise<R[M]['result']> | R[M]['result'];
};

interface Pending {
  resolve(value: unknown): void;
  reject(error: Error): void;
  cleanUp(): void;
}

export class Channel<Out extends RequestMap<Out>, In extends RequestMap<In>, OutEvents, InEvents> {
  readonly #port: Port;
  readonly #handlers: Handlers<In>;
  readonly #pending = new Map<number, Pending>();
  readonly #running = new Map<number, AbortController>();
  readonly #listeners = new Map<keyof InEvents, Set<(body: never) => void>>();
  readonly #onBadMessage: (reason: string) => void;
  #nextId = 1;
  #closed: ChannelError | undefined;

  constructor(port: Port, handlers: Handlers<In>, onBadMessage: (reason: string) => void = () => undefined) {
    this.#port = port;
    this.#handlers = handlers;
    this.#onBadMessage = onBadMessage;
    port.onMessage((message) => this.#receive(message));
  }

  /** Rejects with a `ChannelError`: `timeout`, `aborted`, `closed`, or the other side's code. */
  call<M extends keyof Out & string>(
    method: M,
    params: Out[M]['params'],
    options: CallOptions = {},
  ): Promise<Out[M]['result']> {
    if (this.#closed) return Promise.reject(this.#closed);
    if (options.signal?.aborted)
      return Promise.reject(new ChannelError('aborted', `${method} was cancelled`));
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      const timeoutMs = options.timeoutMs ?? 30_000;
      const give = (code: string, text: string): void => {
        if (!this.#pending.has(id)) return;
        this.#settle(id)?.reject(new ChannelError(code, text));
        if (!this.#closed) this.#port.post({ t: 'cancel', id } satisfies WireMessage);
      };
      const timer =
        timeoutMs > 0
          ? setTimeout(() => give('timeout', `${method} took longer than ${timeoutMs} ms`), timeoutMs)
          : undefined;
      const onAbort = (): void => give('aborted', `${method} was cancelled`);
      options.signal?.addEventListener('abort', onAbort, { once: true });
      this.#pending.set(id, {
        resolve,
        reject,
        cleanUp: () => {
          if (timer !== undefined) clearTimeout(timer);
          options.signal?.removeEventListener('abort', onAbort);
        },
      });
      this.#port.post({ t: 'req', id, method, params } satisfies WireMessage);
    });
  }

  emit<E extends keyof OutEvents & string>(event: E, body: OutEvents[E]): void {
    if (!this.#closed) this.#port.post({ t: 'ev', event, body } satisfies WireMessage);
  }

  /** Returns the function that stops listening. */
  on<E extends keyof InEvents & string>(event: E, listener: (body: InEvents[E]) => void): () => void {
    const set = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, set);
    set.add(listener);
    return () => set.delete(listener);
  }

  /** Rejects everything pending and cancels everything running; later calls reject at once. */
  close(reason: string): void {
    if (this.#closed) return;
    this.#closed = new ChannelError('closed', reason);
    for (const id of [...this.#pending.keys()]) this.#settle(id)?.reject(this.#closed);
    for (const controller of this.#running.values()) controller.abort();
    this.#running.clear();
    this.#listeners.clear();
  }

  #settle(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    if (!pending) return undefined;
    this.#pending.delete(id);
    pending.cleanUp();
    return pending;
  }

  #receive(raw: unknown): void {
    if (this.#closed) return;
    if (typeof raw !== 'object' || raw === null) return this.#onBadMessage('not an object');
    const message = raw as WireMessage;
    switch (message.t) {
      case 'req':
        void this.#answer(message.id, message.method, message.params);
        return;
      case 'cancel':
        this.#running.get(message.id)?.abort();
        return;
      case 'res':
        this.#settle(message.id)?.resolve(message.result);
        return;
      case 'err':
        this.#settle(message.id)?.reject(new ChannelError(message.code ?? 'failed', String(message.message)));
        return;
      case 'ev':
        for (const listener of this.#listeners.get(message.event as keyof InEvents) ?? [])
          listener(message.body as never);
        return;
      default:
        this.#onBadMessage(`unknown message type ${String((message as { t?: unknown }).t)}`);
    }
  }

  async #answer(id: number, method: string, params: unknown): Promise<void> {
    const handler = Object.hasOwn(this.#handlers, method) ? this.#handlers[method as keyof In] : undefined;
    const controller = new AbortController();
    this.#running.set(id, controller);
    let reply: WireMessage;
    let buffers: readonly ArrayBuffer[] | undefined;
    try {
      if (!handler) throw new ChannelError('unknown-method', `No such request: ${method}`);
      const result: unknown = await handler(params, controller.signal);
      if (typeof result === 'object' && result !== null) buffers = moved.get(result);
      reply = { t: 'res', id, result };
    } catch (error) {
      const code = error instanceof ChannelError ? error.code : 'failed';
      reply = { t: 'err', id, message: error instanceof Error ? error.message : String(error), code };
    }
    this.#running.delete(id);
    if (!this.#closed) this.#port.post(reply, buffers);
  }
}
