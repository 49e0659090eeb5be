import type { SpanKind } from '../model/span.ts';
import type { RawUsage } from './usage.ts';
import type { SpanView } from './spanView.ts';

/** The simple facts that one attribute can tell. */
export const fieldNames = [
  'operation',
  'provider',
  'requestModel',
  'responseModel',
  'responseId',
  'serviceTier',
  'streaming',
  'finish',
  'cost',
  'sessionId',
  'userId',
  'agentName',
  'workflowName',
  'promptName',
  'promptVersion',
  'toolName',
  'toolCallId',
  'toolType',
  'toolDescription',
  'toolArguments',
  'toolResult',
  'outputType',
  'serverAddress',
  'serverPort',
  'codeFile',
  'codeLine',
  'codeColumn',
  'codeFunction',
  'codeNamespace',
  'codeStack',
  'errorType',
  'errorMessage',
  'errorStack',
  'httpMethod',
  'httpUrl',
  'httpStatus',
  'resendCount',
  'attempt',
  'retryAfter',
] as const;
export type FieldName = (typeof fieldNames)[number];

/** Token counts that one attribute can tell. */
export const usageNames = [
  'input',
  'output',
  'total',
  'cacheRead',
  'cacheWrite',
  'cacheWrite1h',
  'reasoning',
  'inputAudio',
  'outputAudio',
  'cacheReadAudio',
] as const;
export type UsageName = (typeof usageNames)[number];

/** The attribute that gave each token count. */
export type UsageKeys = { readonly [U in UsageName]?: string };

/** Times to the first token, by unit: seconds or milliseconds. */
export const timingNames = ['firstTokenSeconds', 'firstTokenMillis'] as const;
export type TimingName = (typeof timingNames)[number];

/** Attribute keys per fact, the first usable one wins. */
export type FieldTable = { readonly [F in FieldName | TimingName]?: readonly string[] };
export type UsageTable = { readonly [U in UsageName]?: readonly string[] };

/** What makes `understand` think that a span was written by a convention. */
export interface Signs {
  /** Any of these attributes is there. */
  readonly keys?: readonly string[];
  /** The instrumentation scope's name starts with one of these. */
  readonly scopes?: readonly string[];
  /** The span's name is one of these or, where an entry ends in `*`, starts with it. */
  readonly names?: readonly string[];
}

/**
 * One convention: how its spans are recognised and where their facts are. Tables say what tables can say, so that the
 * documentation is made from them; functions say the rest.
 */
export interface Dialect {
  readonly id: string;
  /** For people, e.g. `OpenInference (Arize, Phoenix)`. */
  readonly title: string;
  readonly signs: Signs;
  /** What the kind is read from, for people. */
  readonly kindFrom: string;
  /** The span's kind, `undefined` when this dialect cannot tell: the next one is asked. */
  kind(view: SpanView): SpanKind | undefined;
  /** Attributes that mean this wherever they occur: they fill gaps on spans of other dialects, too. */
  readonly fields?: FieldTable;
  readonly usage?: UsageTable;
  /** Attributes with names so plain that they mean this only where this dialect decided the kind. */
  readonly ownFields?: FieldTable;
  readonly ownUsage?: UsageTable;
  /** Counts from JSON values or events. `reader` names the attributes it read through `view`. */
  rawUsage?(view: SpanView): RawUsage | undefined;
  /** Attributes that `rawUsage`, `facts` and the like read, for the documentation. */
  readonly alsoReads?: readonly string[];
  /** Do the dialect's input counts include cached tokens? `undefined`: decided by arithmetic. */
  cacheIncluded?(view: SpanView): boolean | undefined;
  /** Does its output count include reasoning tokens? `undefined`: decided by arithmetic. */
  reasoningIncluded?(view: SpanView): boolean | undefined;
  /** True when its usage is by definition the sum of spans below. */
  usageIsAggregate?(view: SpanView): boolean;
  /** Facts that need more than a table. */
  facts?(view: SpanView): DialectFacts | undefined;
  /** True when the span failed, though its status may not say so. */
  failed?(view: SpanView): boolean;
}

/** Facts from JSON values. Those of the dialect that decided the kind go before the tables, others fill gaps. */
export interface DialectFacts {
  readonly disposition?: 'pending' | 'patch' | undefined;
  readonly pendingFor?: string | undefined;
  readonly parentSpanId?: string | undefined;
  readonly provider?: string | undefined;
  /** '' when the attribute in the table holds another model than the one that was asked for. */
  readonly requestModel?: string | undefined;
  readonly responseModel?: string | undefined;
  readonly responseId?: string | undefined;
  readonly finishReasons?: readonly string[] | undefined;
  readonly cost?: { readonly total: number; readonly attribute: string } | undefined;
  readonly sessionId?: string | undefined;
  readonly userId?: string | undefined;
  readonly agentName?: string | undefined;
  readonly toolName?: string | undefined;
  readonly toolArguments?: string | undefined;
  readonly toolResult?: string | undefined;
  readonly toolCallId?: string | undefined;
  readonly serviceTier?: string | undefined;
  readonly streaming?: boolean | undefined;
  readonly firstTokenMillis?: number | undefined;
  readonly errorMessage?: string | undefined;
  readonly retries?: number | undefined;
  /** The attributes these facts come from. */
  readonly from: readonly string[];
}
