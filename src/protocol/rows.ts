import type { CostResult } from '../model/cost.ts';
import type { Flag } from '../model/flag.ts';
import type { SourceLocation } from '../model/source.ts';
import type { SpanKind } from '../model/span.ts';
import type { Usage } from '../model/usage.ts';

/** A sum some parts of which may not be known. */
export interface PartialSum {
  /** Sum of what is known; undefined when nothing is. */
  readonly known: number | undefined;
  /** How many calls that ended well are missing from it. */
  readonly unknownCalls: number;
}

/** Sums over a trace or a group, each call counted once. */
export interface Totals {
  readonly spans: number;
  readonly modelCalls: number;
  readonly failedCalls: number;
  readonly inputTokens: PartialSum;
  readonly outputTokens: PartialSum;
  readonly cacheReadTokens: number;
  /** USD. */
  readonly cost: PartialSum;
  /** Spans of any kind whose status is an error. */
  readonly errors: number;
  /** Flag id → spans that carry it. */
  readonly flags: readonly { readonly id: string; readonly severity: Flag['severity']; readonly count: number }[];
}

export interface TraceRow extends Totals {
  readonly traceId: string;
  /** The root span's name, or the earliest span's while the root has not arrived. */
  readonly name: string;
  readonly service: string;
  readonly startMicros: number;
  /** From the first start to the last end; undefined while nothing has ended. */
  readonly durationMs: number | undefined;
  /** True while a span is pending or the root has not arrived. */
  readonly running: boolean;
  readonly models: readonly string[];
  readonly sessionId?: string | undefined;
  /** Grows with each change of the trace. */
  readonly revision: number;
}

export interface GroupRow extends Totals {
  /** What to put back into the filter: a session id, service, model, or a day as `YYYY-MM-DD` in local time. */
  readonly key: string;
  readonly traces: number;
  readonly startMicros: number;
}

export interface SpanRow {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly name: string;
  readonly service: string;
  readonly kind: SpanKind;
  readonly startMicros: number;
  readonly durationMs: number | undefined;
  readonly status: 'unset' | 'ok' | 'error';
  readonly statusMessage: string;
  readonly model?: string | undefined;
  readonly toolName?: string | undefined;
  readonly usage?: Usage | undefined;
  readonly cost?: CostResult | undefined;
  readonly counted: boolean;
  readonly flags: readonly Flag[];
  readonly childCount: number;
  readonly source?: SourceLocation | undefined;
}
