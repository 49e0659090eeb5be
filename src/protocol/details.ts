import type { CostResult } from '../model/cost.ts';
import type { Conversation, RetrievedDocument, ToolDefinition } from '../model/message.ts';
import type { RecordedRequest } from '../model/request.ts';
import type { Evaluation, Provenance, SpanError, SpanKey, ToolUse } from '../model/span.ts';
import type { Usage } from '../model/usage.ts';
import type { SpanRow } from './rows.ts';

/** An attribute as shown: a value of any type as text, long ones cut with their full length told. */
export interface AttributeRow {
  readonly key: string;
  readonly value: string;
  readonly type: 'string' | 'number' | 'boolean' | 'bytes' | 'json' | 'empty';
  /** Length in characters before the cut; absent when whole. */
  readonly fullLength?: number | undefined;
}

/** Everything the details panel shows of one span. */
export interface SpanDetails {
  readonly row: SpanRow;
  readonly dialect: string;
  readonly guessed: boolean;
  readonly scope: string;
  readonly provider?: string | undefined;
  readonly requestModel?: string | undefined;
  readonly responseModel?: string | undefined;
  readonly operation?: string | undefined;
  readonly sessionId?: string | undefined;
  readonly userId?: string | undefined;
  readonly agentName?: string | undefined;
  readonly promptName?: string | undefined;
  readonly promptVersion?: string | undefined;
  readonly finishReasons: readonly string[];
  readonly streaming?: boolean | undefined;
  readonly timeToFirstTokenMs?: number | undefined;
  readonly retries: number;
  readonly rateLimited: boolean;
  /** As the span reports it, even where another span counts. */
  readonly ownUsage?: Usage | undefined;
  readonly cost?: CostResult | undefined;
  readonly countRule: string;
  readonly countedIn?: { readonly traceId: string; readonly spanId: string } | undefined;
  readonly conversation: Conversation;
  /** Parts of the conversation that are not whole here. */
  readonly cutTexts?: readonly CutText[] | undefined;
  /** The call can be written as a request again. */
  readonly isRepeatable?: boolean | undefined;
  readonly toolDefinitions: readonly ToolDefinition[];
  readonly documents: readonly RetrievedDocument[];
  readonly tool?: ToolUse | undefined;
  readonly error?: SpanError | undefined;
  readonly evaluations: readonly Evaluation[];
  readonly parameters: readonly { readonly name: string; readonly value: string }[];
  readonly attributes: readonly AttributeRow[];
  readonly resource: readonly AttributeRow[];
  readonly events: readonly {
    readonly timeMicros: number;
    readonly name: string;
    readonly attributes: readonly AttributeRow[];
  }[];
  readonly links: readonly {
    readonly traceId: string;
    readonly spanId: string;
    readonly attributes?: readonly AttributeRow[] | undefined;
  }[];
  readonly logs: readonly {
    readonly timeMicros: number;
    readonly name: string;
    readonly body: string;
    readonly attributes: readonly AttributeRow[];
  }[];
}

/** A guess from the lengths of the texts, for a call whose usage is missing: never to be added to anything. */
export interface CostEstimate {
  /** Its source's kind is `estimate` where it is known. */
  readonly result: CostResult;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** "Explain this span": the reading, step by step. */
export interface SpanExplanation {
  readonly traceId: string;
  readonly spanId: string;
  readonly dialect: string;
  readonly guessed: boolean;
  readonly values: readonly Provenance[];
  readonly ignored: readonly string[];
  readonly counting: {
    readonly counted: boolean;
    readonly rule: string;
    readonly countedIn?: string | undefined;
  };
  readonly pricing: string;
}

/** Where a part stands in a span's conversation. */
export interface PartPlace {
  readonly section: 'system' | 'input' | 'output';
  readonly message: number;
  readonly part: number;
}

/** A part whose text was cut to be shown soon; the whole is asked for with `spans/text`. */
export interface CutText extends PartPlace {
  /** Characters of the whole. */
  readonly length: number;
}

/** A picture that came inline. */
export interface InlineImage {
  /** Of its own first bytes, whatever the span says. */
  readonly mimeType: string;
  /** Base64. */
  readonly data: string;
}

/** A span as OTLP JSON: as it lies in the journal. */
export interface RawSpanText {
  /** `{"resourceSpans":[…]}` with the span, its scope and its resource; '' where only log records tell of the call. */
  readonly spans: string;
  /** `{"resourceLogs":[…]}` with the log records that belong to it; '' without any. */
  readonly logs: string;
  readonly bytes: number;
}

/** Where an attribute stands in a span's details. */
export interface AttributePlace {
  readonly list: 'attributes' | 'resource' | 'event' | 'log';
  /** Of the event or log record; 0 otherwise. */
  readonly index: number;
  /** `body` of a log record's list is its body. */
  readonly key: string;
}

/** A call's usage whose price is asked for, e.g. of an answer to a repeated request. */
export interface UnpricedCall {
  readonly model: string;
  readonly provider?: string | undefined;
  readonly serverAddress?: string | undefined;
  readonly serverPort?: number | undefined;
  readonly usage?: Usage | undefined;
  /** Milliseconds since the epoch. */
  readonly startMillis: number;
}

/** What the details panel asks for besides the details themselves; null for what is not, or not any more, stored. */
export interface DetailsQueries {
  'spans/text': { params: SpanKey & PartPlace; result: { readonly text: string } | null };
  'spans/image': { params: SpanKey & PartPlace; result: InlineImage | null };
  'spans/value': { params: SpanKey & AttributePlace; result: { readonly text: string } | null };
  'spans/raw': { params: SpanKey; result: RawSpanText | null };
  'spans/request': { params: SpanKey; result: RecordedRequest | null };
  'pricing/price': { params: UnpricedCall; result: CostResult };
}
