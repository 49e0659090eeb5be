import type { SourceLocation } from '../model/source.ts';
import type { SpanFacts, SpanKind } from '../model/span.ts';

/** One text of a request, as the span tells it. */
export interface PromptText {
  /** `system`, `user`, `assistant`, `tool`, or the emitter's own word. */
  readonly role: string;
  readonly text: string;
}

/** What a stored row says of a span and its question repeats. All but the identity may be unknown. */
interface AskedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly name: string;
  readonly service: string;
  readonly scope: string;
  readonly kind: SpanKind;
  readonly dialect: string;
  /** Whole microseconds since the epoch. */
  readonly startMicros: number;
  readonly provider: string | undefined;
  readonly requestModel: string | undefined;
  readonly responseModel: string | undefined;
  readonly toolName: string | undefined;
  readonly agentName: string | undefined;
}

/** What the resolver is told of a span whose line it is to find. */
export interface SpanQuestion extends AskedSpan {
  /** Undefined while the span runs. */
  readonly endMicros: number | undefined;
  readonly operation: string | undefined;
  readonly streaming: boolean | undefined;
  readonly workflowName: string | undefined;
  /** Request parameters, by the conventions' names (`temperature`, `max_tokens`). */
  readonly parameters: ReadonlyMap<string, string>;
  /** What was sent: system, user, assistant and tool texts in order. Empty when the content is not captured. */
  readonly prompts: readonly PromptText[];
  /** Names of the tools that the request offers. */
  readonly tools: readonly string[];
  /** Short texts, numbers and truths among its attributes; empty where they are not at hand. */
  readonly attributes: ReadonlyMap<string, string>;
  /** What the span itself tells of its place: attributes, captured frames, a stack trace. */
  readonly told: SourceLocation | undefined;
}

/** The columns of a stored span that a question needs; a row of the store's index fits. */
export interface QuestionRow extends AskedSpan {
  /** Nanoseconds; undefined while the span has not ended. */
  readonly durationNanos: number | undefined;
  readonly source: SourceLocation | undefined;
}

/** Longest text and most texts of a request that are compared with the sources. */
const limits = { text: 20_000, prompts: 64, attributes: 100, attribute: 200 } as const;

/**
 * Makes a question of a stored row and, where they are at hand, the span's facts: with them prompts, parameters and
 * streaming are known and the answer is surer.
 */
export function questionOf(
  row: QuestionRow,
  facts?: Pick<
    SpanFacts,
    'operation' | 'streaming' | 'workflowName' | 'parameters' | 'conversation' | 'toolDefinitions'
  >,
  attributes?: Iterable<readonly [string, unknown]>,
): SpanQuestion {
  return {
    traceId: row.traceId,
    spanId: row.spanId,
    parentSpanId: row.parentSpanId,
    name: row.name,
    service: row.service,
    scope: row.scope,
    kind: row.kind,
    dialect: row.dialect,
    startMicros: row.startMicros,
    endMicros: row.durationNanos === undefined ? undefined : row.startMicros + row.durationNanos / 1000,
    operation: facts?.operation,
    provider: row.provider,
    requestModel: row.requestModel,
    responseModel: row.responseModel,
    streaming: facts?.streaming,
    toolName: row.toolName,
    agentName: row.agentName,
    workflowName: facts?.workflowName,
    parameters: facts?.parameters ?? new Map<string, string>(),
    prompts: facts ? promptsOf(facts.conversation()) : [],
    tools: facts ? facts.toolDefinitions().map(({ name }) => name) : [],
    attributes: attributes ? plainAttributes(attributes) : new Map<string, string>(),
    told: row.source,
  };
}

function promptsOf(conversation: ReturnType<SpanFacts['conversation']>): readonly PromptText[] {
  const prompts: PromptText[] = [];
  for (const { role, parts } of [...conversation.system, ...conversation.input]) {
    for (const part of parts) {
      const text =
        part.type === 'text'
          ? part.text
          : part.type === 'tool_result'
            ? part.result
            : part.type === 'raw'
              ? part.text
              : '';
      if (text !== '') prompts.push({ role, text: text.slice(0, limits.text) });
    }
  }
  // A long conversation: its beginning says where it began, its end what was asked last.
  if (prompts.length <= limits.prompts) return prompts;
  return [...prompts.slice(0, limits.prompts / 2), ...prompts.slice(-limits.prompts / 2)];
}

function plainAttributes(attributes: Iterable<readonly [string, unknown]>): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of attributes) {
    if (found.size >= limits.attributes) break;
    if (typeof value === 'string' && value.length <= limits.attribute) found.set(key, value);
    else if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint')
      found.set(key, String(value));
  }
  return found;
}
