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
}

/** A span as the index holds it: what is searched, summed and listed. Everything else is read from the journal. */
export interface IndexedSpan extends SpanKey {
  readonly parentSpanId: string;
  readonly name: string;
  readonly service: string;
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
