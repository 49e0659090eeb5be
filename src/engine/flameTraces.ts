import { ChannelError, handingOver } from '../base/channel.ts';
import type { Handlers } from '../base/channel.ts';
import { FlameTrace } from '../flame/flameTrace.ts';
import type { FlameRequests } from '../protocol/flame.ts';
import { IndexReader } from '../store/indexReader.ts';
import { buffersOf } from './buffersOf.ts';

/** Traces kept for further layouts: those of the charts used last, and of large ones only a few. */
const keptTraces = 8;
const keptSpans = 3_000_000;

interface Loaded {
  readonly traceId: string;
  readonly trace: FlameTrace;
}

/** Reads traces from the index and lays them out, one request after the other. */
export class FlameTraces {
  readonly #dbPath: string;
  #reader: IndexReader | undefined;
  /** By `loadId`, the one used last at the end. */
  readonly #loaded = new Map<number, Loaded>();
  #nextId = 1;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(dbPath: string) {
    this.#dbPath = dbPath;
  }

  readonly handlers: Required<Handlers<FlameRequests>> = {
    'flame/load': ({ traceId, ...view }, signal) => this.#inTurn(() => this.#load(traceId, view, signal)),
    'flame/columns': ({ loadId, from }) => this.#inTurn(() => handedOver(this.#use(loadId).columns(from))),
    'flame/layout': ({ loadId, ...options }) =>
      this.#inTurn(() => handedOver(this.#use(loadId).layout(options))),
    'flame/positions': ({ loadId, layoutId, from }) =>
      this.#inTurn(() => {
        const positions = this.#use(loadId).positions(layoutId, from);
        if (!positions) throw stale();
        return handedOver(positions);
      }),
    'flame/criticalPath': ({ loadId }) => this.#inTurn(() => handedOver(this.#use(loadId).criticalPath())),
    'flame/forget': ({ traceId }) =>
      this.#inTurn(() => {
        for (const [id, loaded] of this.#loaded) if (loaded.traceId === traceId) this.#loaded.delete(id);
        return null;
      }),
  };

  close(): void {
    this.#reader?.close();
    this.#reader = undefined;
  }

  async #load(
    traceId: string,
    view: { axis: 'time' | 'cost' | 'tokens'; compressIdle: boolean },
    signal: AbortSignal,
  ): Promise<FlameRequests['flame/load']['result']> {
    this.#reader?.poll();
    this.#reader ??= IndexReader.open(this.#dbPath);
    const reading = this.#reader?.flameSpans(traceId);
    let step = reading?.next();
    while (step && step.done !== true) {
      // The thread's messages get their turn: a closed chart takes its question back.
      await new Promise((resolve) => setImmediate(resolve));
      if (signal.aborted) {
        reading?.return(undefined);
        throw new ChannelError('aborted', 'The chart was closed');
      }
      step = reading?.next();
    }
    const read = step?.value;
    if (!read) return null;
    const trace = new FlameTrace(read.spans, Date.now() * 1000);
    const loadId = this.#nextId++;
    this.#keep(loadId, { traceId, trace });
    return handedOver({
      loadId,
      traceId,
      name: read.name,
      count: trace.count,
      running: read.running,
      revision: read.revision,
      startMicros: trace.startMicros,
      nowMicros: trace.nowMicros,
      tables: { names: read.names, models: read.models, services: read.services, flags: read.flags },
      columns: trace.columns(0),
      layout: trace.layout(view),
    });
  }

  #keep(loadId: number, loaded: Loaded): void {
    // Another reading of the same trace takes the place of the last.
    for (const [id, { traceId }] of this.#loaded) if (traceId === loaded.traceId) this.#loaded.delete(id);
    this.#loaded.set(loadId, loaded);
    let spans = 0;
    for (const { trace } of this.#loaded.values()) spans += trace.count;
    for (const [id, { trace }] of this.#loaded) {
      if (id === loadId || (spans <= keptSpans && this.#loaded.size <= keptTraces)) break;
      this.#loaded.delete(id);
      spans -= trace.count;
    }
  }

  #use(loadId: number): FlameTrace {
    const loaded = this.#loaded.get(loadId);
    if (!loaded) throw stale();
    this.#loaded.delete(loadId);
    this.#loaded.set(loadId, loaded);
    return loaded.trace;
  }

  #inTurn<T>(work: () => T | Promise<T>): Promise<T> {
    const turn = this.#queue.then(work);
    this.#queue = turn.catch(() => undefined);
    return turn;
  }
}

function handedOver<T extends object>(result: T): T {
  return handingOver(result, buffersOf(result));
}

function stale(): ChannelError {
  return new ChannelError('stale', 'The trace was read again since');
}
