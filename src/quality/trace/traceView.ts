import type { Message, MessagePart } from '../../model/message.ts';
import type { Evaluation, SpanFacts, SpanKind } from '../../model/span.ts';
import type { Usage } from '../../model/usage.ts';
import { AnswerReader } from '../answer.ts';
import { Hasher } from './hash.ts';

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
  /** Model calls with captured prompts. */
  readonly prompt?: PromptDigest | undefined;
  readonly inputTokens?: number | undefined;
  readonly cacheRead?: number | undefined;
  /** Only those that judge another span. */
  readonly evaluations: readonly Evaluation[];
}

/** A prompt in hashes: enough to see that two begin alike. */
export interface PromptDigest {
  /** The whole request: model, parameters, tools and messages; undefined when content that came inline is unknown. */
  readonly request: number | undefined;
  /** For each message, the hash of everything up to and with it. */
  readonly prefixes: readonly number[];
  /** Characters up to and with each message. */
  readonly characters: readonly number[];
}

/** Longest history that is digested; longer prompts are compared by their beginning. */
const mostMessages = 400;

export interface TracePosition {
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly startMicros: number;
  readonly endMicros: number;
  readonly counted: boolean;
  /** The usage that counts. */
  readonly usage?: Usage | undefined;
}

/** Digests one span. Parses the messages of model calls, so do it once and keep the result. */
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
    prompt: call ? digestPrompt(facts) : undefined,
    inputTokens: call ? usage?.input : undefined,
    cacheRead: call ? usage?.cacheRead : undefined,
    evaluations: facts.evaluations.filter((evaluation) => evaluation.target !== undefined),
  };
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

function digestPrompt(facts: SpanFacts): PromptDigest | undefined {
  const reader = new AnswerReader(facts);
  const { system, input } = reader.conversation();
  const messages = [...system, ...input];
  if (messages.length === 0) return undefined;
  const hasher = new Hasher().add(facts.requestModel ?? facts.responseModel ?? '');
  for (const tool of reader.toolDefinitions())
    hasher
      .add(tool.name)
      .add(tool.description ?? '')
      .add(tool.parameters ?? '');
  const prefixes: number[] = [];
  const characters: number[] = [];
  let total = 0;
  const whole = messages.length <= mostMessages && !messages.some(hasInlineMedia);
  for (const message of messages.slice(0, mostMessages)) {
    if (hasInlineMedia(message)) break;
    total += addMessage(hasher, message);
    prefixes.push(hasher.value());
    characters.push(total);
  }
  if (total === 0) return undefined;
  hasher.add(`${messages.length}`);
  for (const [key, value] of [...facts.parameters].sort(([left], [right]) => (left < right ? -1 : 1)))
    hasher.add(key).add(value);
  return { request: whole ? hasher.value() : undefined, prefixes, characters };
}

function addMessage(hasher: Hasher, message: Message): number {
  hasher.add(message.role);
  let characters = 0;
  for (const part of message.parts) {
    hasher.add(part.type);
    for (const text of textsOf(part)) {
      hasher.add(text);
      characters += text.length;
    }
  }
  return characters;
}

/** Media that came inline are known by type and size only, and two of a size may differ. */
function hasInlineMedia(message: Message): boolean {
  return message.parts.some((part) => part.type === 'media' && part.uri === undefined);
}

function textsOf(part: MessagePart): readonly string[] {
  switch (part.type) {
    case 'tool_call':
      return [part.id ?? '', part.name, part.arguments];
    case 'tool_result':
      return [part.id ?? '', part.result];
    case 'media':
      return [part.modality, part.mimeType ?? '', part.uri ?? ''];
    default:
      return [part.text];
  }
}
