import type { Message, MessagePart } from '../model/message.ts';
import type { SpanKind } from '../model/span.ts';
import { eventsOfList } from './contentEvents.ts';
import { parseFlattened } from './messages/parseFlattened.ts';
import { parseMessages } from './messages/parseMessages.ts';
import { field, isRecord, type JsonRecord, members } from './messages/structured.ts';
import type { SpanView } from './spanView.ts';
import { asText } from './values.ts';

/*
 * Where messages are, in order of precedence; the first source that holds some wins. `prefix.*` stands for indexed
 * attributes.
 */

/** One way to find messages. */
export interface AttributeSource {
  /** True for the keys that it reads; spans without one are not asked. */
  readonly reads: (key: string) => boolean;
  readonly messages: (view: SpanView, kind: SpanKind) => readonly Message[];
}
/** `events` marks the place of span events and log records in the order. */
export type ContentSource = AttributeSource | 'events';

/** Most sources hold nothing on most spans. */
const nothing: readonly Message[] = [];

type Side = 'system' | 'user' | 'assistant';

function of(key: string, messages: AttributeSource['messages']): AttributeSource {
  return { reads: (other) => other === key, messages };
}

function attribute(key: string, defaultRole: Side): ContentSource {
  return of(key, (view) => attributeOf(view, key, defaultRole));
}

/** A member of a JSON attribute. */
function member(key: string, names: readonly string[], defaultRole: Side): ContentSource {
  return of(key, (view) => {
    let value = view.json(key);
    for (const name of names) value = isRecord(value) ? field(value, name) : undefined;
    return value === undefined ? nothing : parseMessages(value, { defaultRole });
  });
}

function indexed(prefix: string, style: 'openinference' | 'openllmetry'): ContentSource {
  const reads = startsWith(`${prefix}.`);
  return {
    reads,
    messages: (view) => {
      for (const key of view.attributes.keys()) {
        if (!reads(key)) continue;
        view.touched?.add(key);
        return parseFlattened(view.attributes, prefix, style);
      }
      return nothing;
    },
  };
}

function startsWith(start: string): AttributeSource['reads'] {
  return (key) => key.startsWith(start);
}

export const inputSources: readonly ContentSource[] = [
  attribute('gen_ai.input.messages', 'user'),
  'events',
  indexed('llm.input_messages', 'openinference'),
  indexed('gen_ai.prompt', 'openllmetry'),
  attribute('ai.prompt.messages', 'user'),
  of('ai.prompt', aiPrompt),
  attribute('ai.value', 'user'),
  attribute('ai.values', 'user'),
  attribute('langfuse.observation.input', 'user'),
  member('gcp.vertex.agent.llm_request', ['contents'], 'user'),
  attribute('mlflow.spanInputs', 'user'),
  attribute('genkit:input', 'user'),
  attribute('pydantic_ai.all_messages', 'user'),
  listed('all_messages_events', 'input'),
  listed('events', 'input'),
  attribute('gen_ai.request.messages', 'user'),
  attribute('gen_ai.prompt', 'user'),
  attribute('request_data', 'user'),
  indexed('llm.prompts', 'openinference'),
  attribute('llm.prompts', 'user'),
  { reads: startsWith('embedding.embeddings.'), messages: embeddingTexts },
  attribute('lmnr.span.input', 'user'),
  attribute('haystack.agent.step.llm.input', 'user'),
  attribute('haystack.agent.input', 'user'),
  attribute('haystack.component.input', 'user'),
  attribute('haystack.pipeline.input_data', 'user'),
  attribute('gen_ai.retrieval.query.text', 'user'),
  attribute('db.vector.query.content', 'user'),
  attribute('agentops.entity.input', 'user'),
  attribute('traceloop.entity.input', 'user'),
  attribute('input.value', 'user'),
  attribute('user_prompt', 'user'),
  attribute('tool.input', 'user'),
  attribute('user.query', 'user'),
];

export const outputSources: readonly ContentSource[] = [
  attribute('gen_ai.output.messages', 'assistant'),
  'events',
  indexed('llm.output_messages', 'openinference'),
  indexed('gen_ai.completion', 'openllmetry'),
  { reads: (key) => /^ai\.(?:response|result)\./.test(key), messages: aiResponse },
  attribute('langfuse.observation.output', 'assistant'),
  attribute('gcp.vertex.agent.llm_response', 'assistant'),
  attribute('mlflow.spanOutputs', 'assistant'),
  attribute('genkit:output', 'assistant'),
  attribute('final_result', 'assistant'),
  listed('all_messages_events', 'output'),
  listed('events', 'output'),
  attribute('gen_ai.response.text', 'assistant'),
  attribute('gen_ai.completion', 'assistant'),
  attribute('response_data', 'assistant'),
  indexed('llm.choices', 'openinference'),
  attribute('lmnr.span.output', 'assistant'),
  attribute('haystack.agent.step.llm.output', 'assistant'),
  attribute('haystack.agent.output', 'assistant'),
  attribute('haystack.component.output', 'assistant'),
  attribute('agentops.entity.output', 'assistant'),
  attribute('traceloop.entity.output', 'assistant'),
  attribute('output.value', 'assistant'),
];

export const systemSources: readonly ContentSource[] = [
  attribute('gen_ai.system_instructions', 'system'),
  'events',
  member('ai.prompt', ['system'], 'system'),
  member('gcp.vertex.agent.llm_request', ['config', 'system_instruction'], 'system'),
  attribute('system_prompt', 'system'),
];

/** Prefixes of the indexed attributes that messages, tools and documents are read from. */
export const contentPrefixes = [
  'llm.input_messages.',
  'llm.output_messages.',
  'gen_ai.prompt.',
  'gen_ai.completion.',
  'llm.prompts.',
  'llm.choices.',
  'embedding.embeddings.',
  'retrieval.documents.',
  'reranker.',
  'llm.tools.',
  'llm.request.functions.',
  'ai.response.',
  'ai.result.',
] as const;

/** AI SDK's `{"system", "prompt", "messages"}`. */
function aiPrompt(view: SpanView): readonly Message[] {
  const prompt = view.json('ai.prompt');
  if (!isRecord(prompt)) return attributeOf(view, 'ai.prompt', 'user');
  const value = field(prompt, 'messages') ?? field(prompt, 'prompt');
  return value === undefined ? nothing : parseMessages(value, { defaultRole: 'user' });
}

function attributeOf(view: SpanView, key: string, defaultRole: Side): readonly Message[] {
  const value = view.get(key);
  return value === undefined ? nothing : parseMessages(value, { defaultRole });
}

/** AI SDK's answer lies in pieces: text or object, reasoning, tool calls. */
function aiResponse(view: SpanView): readonly Message[] {
  const parts: MessagePart[] = [];
  for (const generation of ['ai.response', 'ai.result'] as const) {
    const reasoning = asText(view.get(`${generation}.reasoning`));
    if (reasoning !== undefined) parts.push({ type: 'reasoning', text: reasoning });
    const text = view.get(`${generation}.text`) ?? view.get(`${generation}.object`);
    if (typeof text === 'string') parts.push({ type: 'text', text });
    const calls = view.json(`${generation}.toolCalls`);
    if (Array.isArray(calls)) parts.push(...toolCalls(calls as readonly unknown[]));
    if (parts.length > 0) break;
  }
  return parts.length > 0 ? [{ role: 'assistant', parts }] : [];
}

function toolCalls(calls: readonly unknown[]): readonly MessagePart[] {
  const typed = calls.map((call) =>
    isRecord(call) && field(call, 'type') === undefined ? withType(call) : call,
  );
  return parseMessages(typed, { defaultRole: 'assistant' }).flatMap((message) => message.parts);
}

function withType(call: JsonRecord): ReadonlyMap<string, unknown> {
  return new Map<string, unknown>([...members(call), ['type', 'tool-call']]);
}

function listed(key: string, side: 'input' | 'output'): ContentSource {
  return of(key, (view) => {
    const value = view.json(key);
    return Array.isArray(value) ? eventsOfList(value)[side] : nothing;
  });
}

/** The texts that were embedded, without their vectors. */
function embeddingTexts(view: SpanView, kind: SpanKind): readonly Message[] {
  if (kind !== 'embedding') return [];
  const parts: MessagePart[] = [];
  for (const [key, value] of view.attributes) {
    if (!key.startsWith('embedding.embeddings.') || !key.endsWith('.embedding.text')) continue;
    if (typeof value === 'string' && parts.length < 10_000) parts.push({ type: 'text', text: value });
  }
  return parts.length > 0 ? [{ role: 'user', parts }] : [];
}
