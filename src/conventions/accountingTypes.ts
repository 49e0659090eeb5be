import type { SpanFacts, SpanKey, SpanKind } from '../model/span.ts';
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
  /** As in `SpanFacts`; `span` when absent. Start notices never count; late answers lend their usage to the call. */
  readonly disposition?: SpanFacts['disposition'] | undefined;
  /** Set for the span of an HTTP client: tells of retries that the call above it hides. */
  readonly http?:
    { readonly status?: number | undefined; readonly resendCount?: number | undefined } | undefined;
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
  /** The span that lent what this one lacks. */
  readonly lentBy?: SpanKey | undefined;
  /** Another span of this very call, which may hold messages that this one lacks. */
  readonly contentFrom?: SpanKey | undefined;
  /** Attempts after the first, as HTTP spans below the call show them; absent when they show none. */
  readonly retries?: number | undefined;
  /** True when an HTTP span below the call was answered 429 (or 529). */
  readonly rateLimited?: boolean | undefined;
}
