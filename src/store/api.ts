import type { CostResult } from '../model/cost.ts';
import type { Flag } from '../model/flag.ts';
import type { SourceLocation } from '../model/source.ts';
import type { SpanKey, SpanKind, SpanStatus } from '../model/span.ts';
import type { Usage } from '../model/usage.ts';
import type { Signal } from '../otlp/types.ts';

/** A place in the journal: a segment's number and a byte offset in its file. */
export interface JournalPosition {
  readonly segment: number;
  readonly offset: number;
}

/** A request as it lies in the journal. */
export interface JournalRecord {
  readonly signal: Signal;
  /** Milliseconds since the epoch. */
  readonly receivedAt: number;
  /** A view into the read buffer: copy what must outlive the batch. */
  readonly payload: Uint8Array;
  /** Where `payload` starts. */
  readonly position: JournalPosition;
}

/** Where a span or log record's bytes lie, to read them again. Offsets are file offsets in `segment`. */
export interface StoredRange {
  readonly segment: number;
  readonly offset: number;
  readonly length: number;
  readonly resourceOffset: number;
  readonly resourceLength: number;
  readonly scopeOffset: number;
  readonly scopeLength: number;
  /** `logs`: a LogRecord lies there, and the row is of the call that only it tells of; a Span unless told. */
  readonly signal?: 'logs' | undefined;
}

/**
 * A span as the index holds it: what is searched, summed and listed. Everything else is read from the
 * journal.
 */
export interface IndexedSpan extends SpanKey {
  readonly parentSpanId: string;
  readonly name: string;
  readonly service: string;
  /** `service.instance.id`, where given: with the service's name it identifies the process. */
  readonly serviceInstance?: string | undefined;
  readonly scope: string;
  readonly kind: SpanKind;
  readonly dialect: string;
  readonly guessed: boolean;
  /** Whole microseconds since the epoch (exact in a double until 2255). */
  readonly startMicros: number;
  /** Nanoseconds; undefined while the span has not ended. */
  readonly durationNanos: number | undefined;
  readonly status: SpanStatus;
  readonly errorType: string | undefined;
  readonly provider: string | undefined;
  readonly requestModel: string | undefined;
  readonly responseModel: string | undefined;
  readonly responseId: string | undefined;
  /** As the span reports it. */
  readonly ownUsage: Usage | undefined;
  readonly usageIsAggregate: boolean;
  readonly reportedCost: number | undefined;
  readonly reportedCostAttribute: string | undefined;
  readonly serviceTier: string | undefined;
  readonly counted: boolean;
  readonly countedIn: SpanKey | undefined;
  readonly countRule: string;
  /** As it counts; undefined when unknown or when another span counts. */
  readonly usage: Usage | undefined;
  readonly cost: CostResult | undefined;
  readonly timeToFirstTokenMs: number | undefined;
  readonly finishReasons: readonly string[];
  readonly flags: readonly Flag[];
  readonly rateLimited: boolean;
  readonly retries: number;
  readonly sessionId: string | undefined;
  readonly userId: string | undefined;
  readonly toolName: string | undefined;
  readonly toolCallId: string | undefined;
  readonly agentName: string | undefined;
  readonly source: SourceLocation | undefined;
  readonly range: StoredRange;
}

/** A log record as the index holds it: found by span or trace, its body read from the journal. */
export interface IndexedLog {
  /** '' when the record belongs to no trace. */
  readonly traceId: string;
  /** '' when the record belongs to no span. */
  readonly spanId: string;
  readonly timeMicros: number;
  readonly eventName: string;
  /**
   * crc32 of the record's own bytes: a re-sent record with the same span, time and digest changes nothing.
   */
  readonly digest: number;
  readonly range: StoredRange;
}

/** One point of a metric of token usage. */
export interface IndexedMetric {
  readonly service: string;
  readonly provider: string | undefined;
  readonly model: string | undefined;
  /** The metric's name: of two metrics that tell of the same tokens, the larger counts. */
  readonly metric: string;
  readonly tokenType: 'input' | 'output' | 'cacheRead' | 'cacheWrite' | 'reasoning';
  /** The emitter counts these tokens beside `input` or `output`, not as a part of them. */
  readonly isBeside: boolean;
  readonly value: number;
  /** Tokens of an interval, to be added up; else the sum since the start, of which the latest counts. */
  readonly isDelta: boolean;
  /** With the start (and, of intervals, the end) it identifies what is counted. */
  readonly series: string;
  readonly startMicros: number;
  readonly timeMicros: number;
  /** The journal's segment with the point. */
  readonly segment: number;
}

/** What the indexer has understood since its last batch; written in one transaction. */
export interface WriteBatch {
  /**
   * New spans, fuller versions of known ones, and known ones whose accounting or flags changed: the row
   * replaces.
   */
  readonly spans?: readonly IndexedSpan[] | undefined;
  readonly logs?: readonly IndexedLog[] | undefined;
  readonly metrics?: readonly IndexedMetric[] | undefined;
  /** Spans that turned out not to be work of their own (pending notices, patches). */
  readonly removed?: readonly SpanKey[] | undefined;
  /** Everything in the journal before it is in the index once this batch is. */
  readonly position?: JournalPosition | undefined;
  /** Added to the counters of that name, e.g. `dropped.invalid-id`. */
  readonly counters?: ReadonlyMap<string, number> | undefined;
}

export interface WriteResult {
  /** Grows by one with each batch that changed a trace. */
  readonly revision: number;
  /** Traces with new, replaced or removed spans. */
  readonly changedTraces: readonly string[];
  readonly inserted: number;
  readonly replaced: number;
  readonly removed: number;
}

/**
 * What accounting needs to know of a stored span, cheaply read: the fields of `AccountingSpan` (same names),
 * and the decision as it stands in the index. `service` is name and instance, joined by U+0000.
 */
export interface AccountingRow extends SpanKey {
  readonly parentSpanId: string;
  readonly kind: SpanKind;
  readonly dialect: string;
  readonly scope: string;
  readonly service: string;
  readonly name: string;
  readonly startMicros: number;
  /** The start, while the span has not ended. */
  readonly endMicros: number;
  /** The answered model, else the requested one. */
  readonly model: string | undefined;
  readonly responseId: string | undefined;
  readonly failed: boolean;
  readonly usage: Usage | undefined;
  readonly usageIsAggregate: boolean;
  readonly reportedCost: number | undefined;
  readonly toolName: string | undefined;
  readonly toolCallId: string | undefined;
  readonly decided: {
    readonly counted: boolean;
    readonly countedIn: SpanKey | undefined;
    readonly countRule: string;
    readonly usage: Usage | undefined;
    /** As the row says: its own and what accounting found. */
    readonly retries?: number | undefined;
    readonly rateLimited?: boolean | undefined;
  };
}

/** Sums over spans, each call counted once; the CLI's `stats` without the engine's own counters. */
export interface StoreStats {
  readonly spans: number;
  readonly traces: number;
  readonly modelCalls: { readonly total: number; readonly failed: number; readonly retries: number };
  readonly toolCalls: { readonly total: number; readonly failed: number };
  readonly embeddings: { readonly total: number; readonly failed: number; readonly inputTokens: number };
  readonly retrievals: { readonly total: number };
  readonly usage: {
    readonly inputTokens: number;
    readonly outputTokens: number;
    readonly cacheReadTokens: number;
    readonly cacheWriteTokens: number;
    readonly reasoningTokens: number;
    readonly unknownCalls: number;
  };
  /**
   * USD, of every counted call; `unknownCalls`: model calls and embeddings that ended well and have no known
   * cost.
   */
  readonly cost: { readonly amount: number; readonly unknownCalls: number };
  readonly models: readonly {
    readonly provider: string | undefined;
    readonly model: string;
    readonly calls: number;
  }[];
  readonly finishReasons: ReadonlyMap<string, number>;
  readonly flags: ReadonlyMap<string, number>;
  readonly sessions: readonly string[];
  /** Usage that only metrics tell of: of services without any model call. Not part of the sums above. */
  readonly metricsOnly: readonly MetricsOnlyUsage[];
}

/** Tokens of one service and model as its metrics tell; parts as in `Usage`, undefined where none was told. */
export interface MetricsOnlyUsage {
  readonly service: string;
  readonly provider: string | undefined;
  readonly model: string | undefined;
  readonly inputTokens: number | undefined;
  readonly outputTokens: number | undefined;
  readonly cacheReadTokens: number | undefined;
  readonly cacheWriteTokens: number | undefined;
  readonly reasoningTokens: number | undefined;
}

/** What was found damaged, and what was done about it; for the log and the status. */
export interface DamageReport {
  readonly what: 'journal' | 'index';
  readonly file: string;
  /** A sentence for people. */
  readonly message: string;
  /** Where the damaged file was kept, if it was. */
  readonly setAside: string | undefined;
  /** Bytes that could not be read; 0 for an index, which is rebuilt. */
  readonly lostBytes: number;
}
