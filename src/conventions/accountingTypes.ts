import type { SpanKey, SpanKind } from '../model/span.ts';
import type { Usage } from '../model/usage.ts';

/** What accounting needs to know of a span; small, since whole traces of it are held in memory. */
export interface AccountingSpan extends SpanKey {
  readonly parentSpanId: string;
  readonly kind: SpanKind;
  readonly dialect: string;
  readonly scope: string;
  /** Identity of the process: service name and instance. */
  readonly service: string;
  readonly name: string;
  readonly startMicros: number;
  readonly endMicros: number;
  readonly model: string | undefined;
  readonly responseId: string | undefined;
  readonly failed: boolean;
  readonly usage: Usage | undefined;
  readonly usageIsAggregate: boolean;
  /** USD, as reported by the span. */
  readonly reportedCost: number | undefined;
  readonly toolName: string | undefined;
  readonly toolCallId: string | undefined;
}

/** Whether a span's own work counts in sums, and by which rule. */
export interface CountDecision {
  /** Does this span stand for a call (model call, embedding, tool call, …) that no other span stands for? */
  readonly counted: boolean;
  /** The span that counts instead. */
  readonly countedIn?: SpanKey | undefined;
  /** A sentence for the explanation. */
  readonly rule: string;
  /** The usage that counts: the span's own, completed by what a wrapper of the same call lends. */
  readonly usage?: Usage | undefined;
  /** Reported cost that counts, own or lent. */
  readonly reportedCost?: number | undefined;
  /** Fields that were lent, and by which span. */
  readonly lentBy?: SpanKey | undefined;
}
