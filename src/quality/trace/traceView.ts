import type { Evaluation, SpanFacts, SpanKind } from '../../model/span.ts';
import type { Usage } from '../../model/usage.ts';
import { Hasher } from './hash.ts';
import { Prompt } from './promptDigest.ts';

/** What rules over a trace need to know of a span; small, since whole traces of it are held in memory. */
export interface TraceSpanView {
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly kind: SpanKind;
  readonly counted: boolean;
  readonly startMicros: number;
  readonly endMicros: number;
  readonly failed: boolean;
  /** Failed in a way that programs try again after: rate limits, time-outs, errors of the server. */
  readonly transient: boolean;
  readonly provider?: string | undefined;
  readonly model?: string | undefined;
  readonly responseId?: string | undefined;
  /** Tool spans: the name, and a hash of name and arguments where the arguments are known. */
  readonly toolName?: string | undefined;
  readonly toolCall?: number | undefined;
  /** Model calls only. */
  readonly prompt?: Prompt | undefined;
  readonly inputTokens?: number | undefined;
  readonly cacheRead?: number | undefined;
  /** Only those that judge another span. */
  readonly evaluations: readonly Evaluation[];
}

export interface TracePosition {
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly startMicros: number;
  readonly endMicros: number;
  readonly counted: boolean;
  /** The usage that counts. */
  readonly usage?: Usage | undefined;
}

/** Digests one span; of its messages nothing is parsed before another call looks like it. */
export function traceView(facts: SpanFacts, position: TracePosition): TraceSpanView {
  const { spanId, parentSpanId, startMicros, endMicros, counted, usage } = position;
  const failed = facts.status.code === 'error';
  const call = counted && facts.kind === 'llm';
  return {
    spanId,
    parentSpanId,
    startMicros,
    endMicros,
    counted,
    kind: facts.kind,
    failed,
    transient: failed && isTransient(facts),
    provider: facts.provider,
    model: facts.requestModel ?? facts.responseModel,
    responseId: facts.responseId,
    toolName: facts.tool?.name,
    toolCall: toolCallHash(facts),
    prompt: call ? new Prompt(facts) : undefined,
    inputTokens: call ? usage?.input : undefined,
    cacheRead: call ? usage?.cacheRead : undefined,
    evaluations: targeted(facts.evaluations),
  };
}

const none: readonly Evaluation[] = [];

function targeted(evaluations: readonly Evaluation[]): readonly Evaluation[] {
  return evaluations.length === 0 ? none : evaluations.filter(({ target }) => target !== undefined);
}

function isTransient(facts: SpanFacts): boolean {
  const status = facts.error?.httpStatus;
  if (facts.rateLimited) return true;
  // Without a status the cause is unknown: a broken connection is one that programs try again after.
  return status === undefined || status === 408 || status === 409 || status === 429 || status >= 500;
}

function toolCallHash(facts: SpanFacts): number | undefined {
  const { tool } = facts;
  if (facts.kind !== 'tool' || tool?.arguments === undefined) return undefined;
  return new Hasher().add(tool.name).add(tool.arguments).value();
}
