import { crc32 } from 'node:zlib';
import type { LogInput, SpanInput } from '../conventions/input.ts';
import { decodeLogs } from '../otlp/decodeLogs.ts';
import { decodeMetrics } from '../otlp/decodeMetrics.ts';
import { decodeTraces } from '../otlp/decodeTraces.ts';
import type { ByteRange, RecordContext } from '../otlp/types.ts';
import type {
  IndexedLog,
  IndexedMetric,
  JournalPosition,
  JournalRecord,
  StoredRange,
  WriteBatch,
} from '../store/api.ts';
import { StorageError } from '../store/errors.ts';
import type { JournalReader } from '../store/journalReader.ts';
import { Batch } from './batch.ts';
import type { IndexView } from './indexView.ts';
import type { Interpreter } from './interpreter.ts';
import { indexedMetric } from './metricUsage.ts';
import { RecentCalls } from './recentCalls.ts';
import { micros } from './row.ts';
import { LostWrites } from './sharedIndex.ts';
import { TraceStates, type TraceState } from './traceStates.ts';

/** Bytes read from the journal for one batch: small enough for queries to get their turn, large enough for SQLite. */
const batchBytes = 1 << 19;

export interface StepResult {
  /** Traces whose rows changed. */
  readonly changed: readonly string[];
  readonly spans: number;
  /** Nothing is left to read at the moment. */
  readonly atEnd: boolean;
}

type Written = Omit<StepResult, 'atEnd'>;

interface HowToWrite {
  /** The rows are made anew although nothing new came. */
  readonly replaceAll: boolean;
  /** What is dropped was counted when it was read first. */
  readonly isCounted: boolean;
  /** It was interpreted before. */
  readonly isMeasured: boolean;
}

/** Takes a journal record apart. */
interface Receiving {
  span(...of: Parameters<Batch['addSpan']>): void;
  log(...of: Parameters<Batch['addLog']>): void;
  metric(of: IndexedMetric): void;
  unreadable(): void;
}

/** Follows the journal: decodes, understands, prices, flags and writes the index, a batch at a time. */
export class Pipeline {
  readonly #journal: JournalReader;
  readonly #index: IndexView;
  readonly #interpreter: Interpreter;
  readonly #states: TraceStates;
  #recent = new RecentCalls();
  #position: JournalPosition;
  /** How far was read at most. */
  #reaching: JournalPosition = { segment: 0, offset: 0 };
  /** What lies before it was counted already: the journal is read again after the index was emptied. */
  #countedUntil: JournalPosition = { segment: 0, offset: 0 };
  /** Traces that were to be accounted whole when a write failed. */
  readonly #owed = new Set<string>();
  /** The last write failed: what comes next was interpreted before. */
  #isMeasured = false;
  /** What lies before it was interpreted before. */
  #measuredUntil: JournalPosition = { segment: 0, offset: 0 };
  /** What lies before it is written one span or record at a time: something there cannot be written. */
  #apartUntil: JournalPosition = { segment: 0, offset: 0 };
  /** Where reading again what the index already holds stands, and where it ends; new data goes first. */
  #reread: { at: JournalPosition; readonly until: JournalPosition } | undefined;

  constructor(journal: JournalReader, index: IndexView, interpreter: Interpreter) {
    this.#journal = journal;
    this.#index = index;
    this.#interpreter = interpreter;
    this.#states = new TraceStates(index);
    this.#position = index.position;
    interpreter.logsSeen = (index.counters().get('logs') ?? 0) > 0;
  }

  get position(): JournalPosition {
    return this.#position;
  }

  /** How far reading again has come; undefined when there is nothing to read again. */
  get rereadPosition(): JournalPosition | undefined {
    return this.#reread?.at;
  }

  /** Reads the journal again from its beginning, in the background; rows stay until they are replaced. */
  reread(): void {
    this.#reread = { at: { segment: 0, offset: 0 }, until: this.#position };
  }

  /** Forgets what is held in memory, after rows were removed from the index by others. */
  forget(): void {
    this.#states.clear();
    this.#owed.clear();
    this.#recent = new RecentCalls();
    this.#position = this.#index.position;
  }

  /** As `forget`, after the index was emptied: nothing is left to be read again. */
  restart(): void {
    this.forget();
    this.#reread = undefined;
  }

  /** Empties the index and begins at the journal's beginning. @throws StorageError */
  rebuild(): void {
    const reached = this.#position;
    this.#index.clear();
    if (isBefore(this.#countedUntil, reached)) this.#countedUntil = reached;
    this.restart();
  }

  /**
   * Reads and writes one batch. Throws `StorageError`; the position then stays, and the same batch comes again.
   */
  step(): StepResult {
    return this.#goingBack(() => this.#step(), { changed: [], spans: 0, atEnd: false });
  }

  #step(): StepResult {
    this.#index.check?.();
    const { records, next, atEnd } = this.#journal.read(this.#position, batchBytes);
    if (records.length > 0) {
      this.#reaching = next;
      const result = this.#write(records, next, false);
      this.#position = next;
      this.#trim();
      return { ...result, atEnd: atEnd && !this.#reread };
    }
    // A segment that ended: move on even though nothing was read, so that it can be dropped.
    if (isBefore(this.#position, next)) {
      this.#index.writeBatch({ position: next });
      this.#position = next;
    }
    this.#index.commitSoon?.();
    return this.#reread ? this.#stepAgain(this.#reread) : { changed: [], spans: 0, atEnd };
  }

  /** Where another thread's writes failed, goes back to what the index has; tries again at once where only rows are to blame. */
  #goingBack<T>(work: () => T, otherwise: T): T {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof LostWrites)) throw error;
      this.#index.resume?.();
      this.#undo();
      this.#position = this.#index.position;
      this.#measuredUntil = this.#reaching;
      if (!error.isPoison) throw error;
      this.#apartUntil = this.#reaching;
      return otherwise;
    }
  }

  #stepAgain(reread: { at: JournalPosition; readonly until: JournalPosition }): StepResult {
    const { records, next, atEnd } = this.#journal.read(reread.at, batchBytes);
    const result = records.length > 0 ? this.#write(records, undefined, true) : { changed: [], spans: 0 };
    this.#index.flush?.();
    reread.at = next;
    this.#trim();
    if (atEnd || !isBefore(next, reread.until)) this.#reread = undefined;
    return { ...result, atEnd: !this.#reread };
  }

  #write(
    records: readonly JournalRecord[],
    position: JournalPosition | undefined,
    replaceAll: boolean,
  ): Written {
    const [first] = records;
    const isCounted = replaceAll || (first !== undefined && isBefore(first.position, this.#countedUntil));
    const isMeasured = first !== undefined && !replaceAll && isBefore(first.position, this.#measuredUntil);
    const how = { replaceAll, isCounted, isMeasured };
    if (first && !replaceAll && isBefore(first.position, this.#apartUntil))
      return this.#writeApart(records, position, how);
    let written: Written;
    try {
      written = this.#attempt((to) => records.forEach((record) => this.#decode(record, to)), position, how);
    } catch (error) {
      this.#rethrowUnlessPoison(error);
      written = this.#writeApart(records, position, how);
    }
    this.#isMeasured = false;
    return written;
  }

  #batch(how?: HowToWrite): Batch {
    const options = {
      replaceAll: how?.replaceAll,
      isMeasured: this.#isMeasured || how?.isMeasured === true,
    };
    return new Batch(this.#index, this.#states, this.#interpreter, this.#recent, options);
  }

  /** Interprets and writes what `fill` adds; all of it or nothing. */
  #attempt(fill: (to: Receiving) => void, position: JournalPosition | undefined, how: HowToWrite): Written {
    try {
      return this.#index.together(() => this.#writePortions(fill, position, how));
    } catch (error) {
      this.#undo();
      throw error;
    }
  }

  /** A portion at a time: what it is made of should be gone before the next one needs room. */
  #writePortions(
    fill: (to: Receiving) => void,
    position: JournalPosition | undefined,
    how: HowToWrite,
  ): Written {
    const changed = new Set<string>();
    const counters = new Map<string, number>();
    let received = 0;
    let batch = this.#batch(how);
    // What is counted goes with the position: should only some portions be committed, they come again.
    const write = (end?: Pick<WriteBatch, 'position' | 'counters'>): void => {
      const settled = batch.settle(this.#readAgain);
      const { spans, logs } = settled;
      const { metrics } = batch;
      for (const [name, count] of settled.counters) counters.set(name, (counters.get(name) ?? 0) + count);
      const result = this.#index.writeBatch({ spans, logs, metrics, ...end });
      for (const traceId of settled.changed) changed.add(traceId);
      for (const traceId of result.changedTraces) changed.add(traceId);
      received += batch.size;
      batch = this.#batch(how);
    };
    fill({
      span: (input, range) => {
        if (batch.isFull(input.span.traceId)) write();
        batch.addSpan(input, range);
      },
      log: (input, log) => batch.addLog(input, log),
      metric: (metric) => batch.metrics.push(metric),
      unreadable: () => batch.count('unreadable'),
    });
    write({ position, counters: how.isCounted ? undefined : counters });
    return { changed: [...changed], spans: received };
  }

  /** What the states say was decided is not in the index. */
  #undo(): void {
    for (const { traceId } of this.#states.deferred()) this.#owed.add(traceId);
    this.#states.clear();
    this.#isMeasured = true;
  }

  /** Rethrows what keeps the index from being written, whatever is in the batch; the rest is the batch's fault. */
  #rethrowUnlessPoison(error: unknown): void {
    if (!(error instanceof StorageError)) return;
    if (error instanceof LostWrites) throw error;
    if (error.code !== 'unwritable') throw error;
    this.#index.writeBatch({ position: this.#index.position });
  }

  /** One span or log record at a time: what cannot be written is left out and counted. */
  #writeApart(
    records: readonly JournalRecord[],
    position: JournalPosition | undefined,
    how: HowToWrite,
  ): Written {
    const changed = new Set<string>();
    let spans = 0;
    for (const record of records) {
      const parts: ((to: Receiving) => void)[] = [];
      this.#decode(record, {
        span: (...span) => parts.push((to) => to.span(...span)),
        log: (...log) => parts.push((to) => to.log(...log)),
        metric: (metric) => parts.push((to) => to.metric(metric)),
        unreadable: () => parts.push((to) => to.unreadable()),
      });
      for (const part of parts) {
        try {
          const written = this.#attempt(part, undefined, how);
          this.#index.flush?.();
          spans += written.spans;
          for (const traceId of written.changed) changed.add(traceId);
        } catch (error) {
          if (error instanceof LostWrites && error.isPoison) this.#index.resume?.();
          else this.#rethrowUnlessPoison(error);
          this.#interpreter.report(error);
          const counters = new Map([['dropped.uninterpreted', 1]]);
          this.#index.writeBatch({ counters: how.isCounted ? undefined : counters });
        }
      }
    }
    this.#index.writeBatch({ position });
    return { changed: [...changed], spans };
  }

  /** Accounts the traces anew that grew too fast to be accounted with each batch. Returns those that changed. */
  settleDeferred(): readonly string[] {
    return this.#goingBack(() => {
      for (const traceId of this.#owed) this.#states.touch(traceId).accountedSize = 0;
      this.#owed.clear();
      const changed = this.#settle(this.#states.deferred());
      this.#trim();
      return changed;
    }, []);
  }

  /** Lets go of what is too much to hold; traces that have still to be accounted whole are first. */
  #trim(): void {
    this.#states.trim((states) => this.#settle(states));
  }

  #settle(states: readonly TraceState[]): readonly string[] {
    if (states.length === 0) return [];
    try {
      const { spans } = this.#batch().resettle(states, this.#readAgain);
      if (spans.length === 0) return [];
      const { changedTraces } = this.#index.writeBatch({ spans });
      this.#index.flush?.();
      return changedTraces;
    } catch (error) {
      if (error instanceof StorageError) {
        for (const { traceId } of states) this.#owed.add(traceId);
        this.#undo();
        throw error;
      }
      this.#interpreter.report(error);
      return [];
    }
  }

  readonly #readAgain = (range: StoredRange): SpanInput | undefined => this.#interpreter.read(range);

  #decode({ payload, position, signal }: JournalRecord, to: Receiving): void {
    try {
      if (signal === 'traces') {
        decodeTraces(payload, (span, range, context) => {
          const { resource, scope } = context;
          to.span({ span, resource, scope, logs: [] }, stored(position, range, context));
        });
      } else if (signal === 'logs') {
        decodeLogs(payload, (log, range, context) => {
          const input: LogInput = { record: log, resource: context.resource, scope: context.scope };
          const body = payload.subarray(range.offset, range.offset + range.length);
          to.log(input, indexedLog(input, stored(position, range, context), crc32(body)));
        });
      } else {
        decodeMetrics(payload, (point, { resource }) => {
          const metric = indexedMetric(point, resource, position.segment);
          if (metric) to.metric(metric);
        });
      }
    } catch (error) {
      if (error instanceof StorageError) throw error;
      // The request was checked when it came in: one that cannot be read now is counted, not fatal.
      to.unreadable();
      this.#interpreter.report(error);
    }
  }
}

function stored(position: JournalPosition, range: ByteRange, context: RecordContext): StoredRange {
  return {
    segment: position.segment,
    offset: position.offset + range.offset,
    length: range.length,
    resourceOffset: position.offset + context.resourceRange.offset,
    resourceLength: context.resourceRange.length,
    scopeOffset: position.offset + context.scopeRange.offset,
    scopeLength: context.scopeRange.length,
  };
}

function indexedLog(input: LogInput, range: StoredRange, digest: number): IndexedLog {
  const { record } = input;
  const named = record.attributes.get('event.name');
  return {
    traceId: record.traceId,
    spanId: record.spanId,
    timeMicros: micros(record.timeUnixNano === 0n ? record.observedTimeUnixNano : record.timeUnixNano),
    eventName: record.eventName || (typeof named === 'string' ? named : ''),
    digest,
    range,
  };
}

export function isBefore(a: JournalPosition, b: JournalPosition): boolean {
  return a.segment < b.segment || (a.segment === b.segment && a.offset < b.offset);
}
