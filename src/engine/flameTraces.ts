import { ChannelError, handingOver } from '../base/channel.ts';
import type { Handlers } from '../base/channel.ts';
import { FlameTrace } from '../flame/flameTrace.ts';
import type { FlameHead, FlameRequests, FlameView } from '../protocol/flame.ts';
import { IndexReader } from '../store/indexReader.ts';
import type { FlameRead } from '../store/queries/flame.ts';
import { buffersOf } from './buffersOf.ts';

/** Traces kept for further layouts: those of the charts used last, and of large ones only a few. */
const keptTraces = 8;
const keptSpans = 3_000_000;

/** What a reading tells of the trace beside its spans. */
type Facts = Pick<FlameHead, 'traceId' | 'name' | 'running' | 'revision' | 'tables'>;

interface Loaded {
  readonly facts: Facts;
  /** Of the index: in another file the same revision is another one. */
  readonly generation: number;
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
    'flame/load': (query, signal) => this.#inTurn(() => this.#load(query, signal)),
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
        for (const [id, loaded] of this.#loaded)
          if (loaded.facts.traceId === traceId) this.#loaded.delete(id);
        return null;
      }),
  };

  close(): void {
    this.#reader?.close();
    this.#reader = undefined;
  }

  async #load(
    { traceId, known, ...view }: FlameRequests['flame/load']['params'],
    signal: AbortSignal,
  ): Promise<FlameRequests['flame/load']['result']> {
    this.#reader?.poll();
    this.#reader ??= IndexReader.open(this.#dbPath);
    const before = this.#lastOf(traceId);
    const read = await this.#read(traceId, before?.loaded.facts.revision, signal);
    if (!read) return null;
    const now = Date.now() * 1000;
    if (read !== 'same') return this.#headOf(factsOf(read), new FlameTrace(read.spans, now), view);
    if (!before) throw new Error('Nothing was read before');
    const { facts, trace } = before.loaded;
    const later = trace.at(now);
    if (later === trace && before.loadId === known) return { loadId: known, isSame: true };
    return this.#headOf(facts, later, view);
  }

  /** The last reading of a trace, unless it was of another index. */
  #lastOf(traceId: string): { readonly loadId: number; readonly loaded: Loaded } | undefined {
    for (const [loadId, loaded] of this.#loaded) {
      if (loaded.facts.traceId === traceId && loaded.generation === this.#reader?.generation)
        return { loadId, loaded };
    }
    return undefined;
  }

  async #read(
    traceId: string,
    known: number | undefined,
    signal: AbortSignal,
  ): Promise<FlameRead | 'same' | undefined> {
    const reading = this.#reader?.flameSpans(traceId, known);
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
    return step?.value;
  }

  #headOf(facts: Facts, trace: FlameTrace, view: FlameView): FlameHead {
    const loadId = this.#nextId++;
    this.#keep(loadId, { facts, trace, generation: this.#reader?.generation ?? 0 });
    return handedOver({
      ...facts,
      loadId,
      count: trace.count,
      startMicros: trace.startMicros,
      nowMicros: trace.nowMicros,
      columns: trace.columns(0),
      layout: trace.layout(view),
    });
  }

  #keep(loadId: number, loaded: Loaded): void {
    // Another reading of the same trace takes the place of the last.
    for (const [id, { facts }] of this.#loaded)
      if (facts.traceId === loaded.facts.traceId) this.#loaded.delete(id);
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

function factsOf({ traceId, name, running, revision, ...read }: FlameRead): Facts {
  const { names, models, services, flags } = read;
  return { traceId, name, running, revision, tables: { names, models, services, flags } };
}

function handedOver<T extends object>(result: T): T {
  return handingOver(result, buffersOf(result));
}

function stale(): ChannelError {
  return new ChannelError('stale', 'The trace was read again since');
}
