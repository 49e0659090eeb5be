import { crc32 } from 'node:zlib';
import type { LogInput, SpanInput } from '../conventions/input.ts';
import { decodeLogs } from '../otlp/decodeLogs.ts';
import { decodeTraces } from '../otlp/decodeTraces.ts';
import type { ByteRange, RecordContext } from '../otlp/types.ts';
import type { IndexedLog, JournalPosition, JournalRecord, StoredRange } from '../store/api.ts';
import type { IndexWriter } from '../store/indexWriter.ts';
import type { JournalReader } from '../store/journalReader.ts';
import { Batch } from './batch.ts';
import type { Interpreter } from './interpreter.ts';
import { RecentCalls } from './recentCalls.ts';
import { micros } from './row.ts';
import { TraceStates } from './traceStates.ts';

/** Bytes read from the journal for one batch: small enough for queries to get their turn, large enough for SQLite. */
const batchBytes = 1 << 20;

export interface StepResult {
  /** Traces whose rows changed. */
  readonly changed: readonly string[];
  readonly spans: number;
  /** Nothing is left to read at the moment. */
  readonly atEnd: boolean;
}

/** Follows the journal: decodes, understands, prices, flags and writes the index, a batch at a time. */
export class Pipeline {
  readonly #journal: JournalReader;
  readonly #index: IndexWriter;
  readonly #interpreter: Interpreter;
  readonly #states: TraceStates;
  readonly #recent = new RecentCalls();
  #position: JournalPosition;
  /** Where reading again what the index already holds stands, and where it ends; new data goes first. */
  #reread: { at: JournalPosition; readonly until: JournalPosition } | undefined;

  constructor(journal: JournalReader, index: IndexWriter, interpreter: Interpreter) {
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
  forget(position: JournalPosition = this.#index.position): void {
    this.#states.clear();
    this.#position = position;
  }

  /**
   * Reads and writes one batch. Throws `StorageError`; the position then stays, and the same batch comes again.
   */
  step(): StepResult {
    const { records, next, atEnd } = this.#journal.read(this.#position, batchBytes);
    if (records.length > 0) {
      const result = this.#write(records, next, false);
      this.#position = next;
      return { ...result, atEnd: atEnd && !this.#reread };
    }
    // A segment that ended: move on even though nothing was read, so that it can be dropped.
    if (isBefore(this.#position, next)) {
      this.#index.writeBatch({ position: next });
      this.#position = next;
    }
    return this.#reread ? this.#stepAgain(this.#reread) : { changed: [], spans: 0, atEnd };
  }

  #stepAgain(reread: { at: JournalPosition; readonly until: JournalPosition }): StepResult {
    const { records, next, atEnd } = this.#journal.read(reread.at, batchBytes);
    const result = records.length > 0 ? this.#write(records, undefined, true) : { changed: [], spans: 0 };
    reread.at = next;
    if (atEnd || !isBefore(next, reread.until)) this.#reread = undefined;
    return { ...result, atEnd: !this.#reread };
  }

  #write(
    records: readonly JournalRecord[],
    position: JournalPosition | undefined,
    replaceAll: boolean,
  ): Omit<StepResult, 'atEnd'> {
    const batch = new Batch(this.#index, this.#states, this.#interpreter, this.#recent, replaceAll);
    for (const record of records) this.#add(batch, record);
    const { spans, logs, counters } = batch.settle(this.#readAgain);
    const { changedTraces } = this.#index.writeBatch({
      spans,
      logs,
      position,
      counters: replaceAll ? undefined : counters,
    });
    this.#states.trim();
    return { changed: changedTraces, spans: batch.size };
  }

  /** Accounts the traces anew that grew too fast to be accounted with each batch. Returns those that changed. */
  settleDeferred(): readonly string[] {
    const states = this.#states.takeDeferred();
    if (states.length === 0) return [];
    const batch = new Batch(this.#index, this.#states, this.#interpreter, this.#recent, false);
    const { spans } = batch.resettle(states, this.#readAgain);
    return spans.length === 0 ? [] : this.#index.writeBatch({ spans }).changedTraces;
  }

  readonly #readAgain = (range: StoredRange): SpanInput | undefined => this.#interpreter.read(range);

  #add(batch: Batch, record: JournalRecord): void {
    const { payload, position } = record;
    try {
      if (record.signal === 'traces') {
        decodeTraces(payload, (span, range, context) => {
          batch.addSpan(
            { span, resource: context.resource, scope: context.scope, logs: [] },
            stored(position, range, context),
          );
        });
      } else if (record.signal === 'logs') {
        decodeLogs(payload, (log, range, context) => {
          const input: LogInput = { record: log, resource: context.resource, scope: context.scope };
          const body = payload.subarray(range.offset, range.offset + range.length);
          batch.addLog(input, indexedLog(input, stored(position, range, context), crc32(body)));
        });
      }
    } catch (error) {
      // The request was checked when it came in: one that cannot be read now is counted, not fatal.
      batch.count('unreadable');
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
