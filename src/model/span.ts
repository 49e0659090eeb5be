import type { Conversation, Message, RetrievedDocument, ToolDefinition } from './message.ts';
import type { SourceFrame } from './source.ts';
import type { Usage } from './usage.ts';

/** What a span stands for. */
export const spanKinds = [
  'llm',
  'embedding',
  'retrieval',
  'rerank',
  'tool',
  'agent',
  'workflow',
  'chain',
  'guardrail',
  'evaluator',
  'mcp',
  'event',
  'other',
] as const;
export type SpanKind = (typeof spanKinds)[number];

export interface SpanKey {
  readonly traceId: string;
  readonly spanId: string;
}

export interface SpanStatus {
  /** The effective status: some emitters report failures elsewhere than in the span's status. */
  readonly code: 'unset' | 'ok' | 'error';
  readonly message: string;
}

export interface SpanError {
  readonly type?: string | undefined;
  readonly message?: string | undefined;
  readonly stack?: string | undefined;
  /** HTTP status, where one is known. */
  readonly httpStatus?: number | undefined;
}

export interface ToolUse {
  readonly name: string;
  readonly callId?: string | undefined;
  readonly type?: string | undefined;
  readonly description?: string | undefined;
  /** JSON text or plain text. */
  readonly arguments?: string | undefined;
  readonly result?: string | undefined;
}

/** An evaluation or a user's feedback on a span. */
export interface Evaluation {
  readonly name: string;
  readonly score?: number | undefined;
  readonly label?: string | undefined;
  readonly explanation?: string | undefined;
  readonly by: 'evaluator' | 'user' | 'unknown';
  /** The span it judges; absent when it judges the span that carries it. */
  readonly target?: { traceId?: string; spanId?: string; responseId?: string } | undefined;
}

export interface ReportedCost {
  /** USD. */
  readonly total: number;
  /** The attribute that said so. */
  readonly attribute: string;
}

/** One derived value and the attributes it came from. */
export interface Provenance {
  readonly field: string;
  readonly value: string;
  /** Attribute keys, event names or log records, most decisive first. */
  readonly from: readonly string[];
  readonly dialect: string;
}

/**
 * What one span says, in our vocabulary. Everything is optional that an emitter may leave out.
 * `conversation`, `output`, `toolDefinitions` and `documents` are computed when asked for: parsing them is the costly part.
 */
export interface SpanFacts {
  readonly kind: SpanKind;
  /** Id of the dialect that decided the kind; `generic` when none did. */
  readonly dialect: string;
  /** True when no known convention matched and the values are inferred from look-alike attributes. */
  readonly guessed: boolean;
  /**
   * `span`: ordinary work. `pending`: a start notice for the span `pendingFor`, to be dropped once that arrives.
   * `patch`: feedback, metadata or a late answer for another span, not work of its own.
   */
  readonly disposition: 'span' | 'pending' | 'patch';
  readonly pendingFor?: string | undefined;
  /** The parent to hang the span under when it differs from the wire's (pending spans). */
  readonly parentSpanId?: string | undefined;
  readonly operation?: string | undefined;
  readonly provider?: string | undefined;
  readonly requestModel?: string | undefined;
  readonly responseModel?: string | undefined;
  readonly responseId?: string | undefined;
  readonly usage?: Usage | undefined;
  /** True when the emitter itself marks the usage as the sum of the spans below. */
  readonly usageIsAggregate?: boolean | undefined;
  readonly reportedCost?: ReportedCost | undefined;
  readonly serviceTier?: string | undefined;
  readonly streaming?: boolean | undefined;
  readonly timeToFirstTokenMs?: number | undefined;
  /** Normalised (see `finishReason.ts`). */
  readonly finishReasons: readonly string[];
  readonly status: SpanStatus;
  readonly error?: SpanError | undefined;
  readonly rateLimited: boolean;
  readonly retryAfterMs?: number | undefined;
  /** Attempts made after the first one, where the span itself tells. */
  readonly retries?: number | undefined;
  readonly sessionId?: string | undefined;
  readonly userId?: string | undefined;
  readonly agentName?: string | undefined;
  readonly workflowName?: string | undefined;
  readonly promptName?: string | undefined;
  readonly promptVersion?: string | undefined;
  readonly tool?: ToolUse | undefined;
  /** Request parameters such as temperature, as text. */
  readonly parameters: ReadonlyMap<string, string>;
  readonly outputType?: string | undefined;
  readonly serverAddress?: string | undefined;
  readonly serverPort?: number | undefined;
  readonly tags: readonly string[];
  readonly evaluations: readonly Evaluation[];
  /** Quality marks that the emitter itself set, e.g. `quality.has_code`. Keys are flag ids. */
  readonly reportedMarks: ReadonlyMap<string, boolean>;
  /** What the span says about its place in the source. */
  readonly code?:
    | (Partial<SourceFrame> & {
        stack?: string | undefined;
        root?: string | undefined;
        /** The user's frames when the span started, as the program's capture hook wrote them (JSON). */
        captured?: string | undefined;
      })
    | undefined;
  /** Spans opened by an HTTP client or server: their part in retries and rate limits. */
  readonly http?: { method?: string; url?: string; status?: number; resendCount?: number } | undefined;
  conversation(): Conversation;
  /** The answer alone, at a part of what the whole conversation takes. */
  output(): readonly Message[];
  toolDefinitions(): readonly ToolDefinition[];
  documents(): readonly RetrievedDocument[];
  /** Where each value came from; costs time, for explanations only. */
  provenance(): readonly Provenance[];
  /** Attribute keys that no dialect looked at. */
  ignored(): readonly string[];
}
