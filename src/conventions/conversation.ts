import type { Conversation, Message, RetrievedDocument, ToolDefinition } from '../model/message.ts';
import type { SpanKind } from '../model/span.ts';
import { KeySetMemo } from '../otlp/attributes.ts';
import { contentEvents, type EventMessages, hasContentEvents } from './contentEvents.ts';
import { type ContentSource, inputSources, outputSources, systemSources } from './contentSources.ts';
import type { Dialect } from './dialect.ts';
import { findLookAlikes } from './lookAlikes.ts';
import { parseDocuments } from './messages/parseDocuments.ts';
import { unflatten } from './messages/parseFlattened.ts';
import { parseMessages } from './messages/parseMessages.ts';
import { parseToolDefinitions } from './messages/parseToolDefinitions.ts';
import { isRecord, field } from './messages/structured.ts';
import type { MappableField, UnderstandOptions } from './options.ts';
import type { SpanView } from './spanView.ts';

/** Reads what was said on one span; each part is parsed once, when it is first asked for. */
export class ConversationReader {
  readonly #view: SpanView;
  readonly #kind: SpanKind;
  readonly #decided: Dialect;
  readonly #options: UnderstandOptions;
  #events: EventMessages | undefined;
  #output: readonly Message[] | undefined;
  #conversation: Conversation | undefined;

  constructor(view: SpanView, kind: SpanKind, decided: Dialect, options: UnderstandOptions) {
    this.#view = view;
    this.#kind = kind;
    this.#decided = decided;
    this.#options = options;
  }

  /**
   * What was said, from the first of these that holds something: the user's mapping, attributes, span events and log
   * records in the order of the conventions, look-alike attributes where the convention is unknown.
   */
  conversation(): Conversation {
    this.#conversation ??= separate(
      this.#side('system', 'systemMessages'),
      this.#side('input', 'inputMessages'),
      this.output(),
    );
    return this.#conversation;
  }

  /** The answer alone. */
  output(): readonly Message[] {
    return (this.#output ??= this.#side('output', 'outputMessages'));
  }

  #side(side: keyof EventMessages, field: MappableField): readonly Message[] {
    const given = mapped(this.#view, this.#options, field, roles[side]);
    if (given.length > 0) return given;
    const found = this.#firstOf(side);
    return found.length > 0 || this.#decided.id !== 'generic' ? found : this.#guessed(side);
  }

  #firstOf(side: keyof EventMessages): readonly Message[] {
    const view = this.#view;
    if (hasContentEvents(view)) this.#events ??= contentEvents(view);
    for (const source of sourcesAmong.of(view.attributes)[side]) {
      const messages = source === 'events' ? this.#events?.[side] : source.messages(view, this.#kind);
      if (messages && messages.length > 0) return messages;
    }
    return nothing;
  }

  #guessed(side: keyof EventMessages): readonly Message[] {
    const guess = side === 'system' ? undefined : findLookAlikes(this.#view);
    const key = side === 'input' ? guess?.inputKey : guess?.outputKey;
    return key ? parseMessages(this.#view.get(key), { defaultRole: roles[side] }) : nothing;
  }
}

const nothing: readonly Message[] = [];
const roles = { system: 'system', input: 'user', output: 'assistant' } as const;
const sources = { system: systemSources, input: inputSources, output: outputSources };

/** The sources that can hold something on spans with these keys. */
const sourcesAmong = new KeySetMemo((keys) => {
  const among = (all: readonly ContentSource[]): readonly ContentSource[] =>
    all.filter((source) => source === 'events' || keys.some((key) => source.reads(key)));
  return {
    system: among(sources.system),
    input: among(sources.input),
    output: among(sources.output),
  };
});

/** Instructions at the head of the input belong to the system's part; the same ones twice are there once. */
function separate(
  system: readonly Message[],
  input: readonly Message[],
  output: readonly Message[],
): Conversation {
  let head = 0;
  while (input[head]?.role === 'system') head++;
  if (head === 0) return { system, input, output };
  const leading = input.slice(0, head);
  return {
    system: system.length > 0 && sameText(system, leading) ? system : [...system, ...leading],
    input: input.slice(head),
    output,
  };
}

function sameText(a: readonly Message[], b: readonly Message[]): boolean {
  return textOf(a) === textOf(b);
}

function textOf(messages: readonly Message[]): string {
  return messages
    .flatMap((message) => message.parts.map((part) => (part.type === 'text' ? part.text : '')))
    .join('\n');
}

function mapped(
  view: SpanView,
  options: UnderstandOptions,
  fieldName: MappableField,
  defaultRole: 'system' | 'user' | 'assistant',
): readonly Message[] {
  for (const { attribute, field: target } of options.mappings ?? []) {
    if (target !== fieldName) continue;
    const value = view.get(attribute);
    if (value !== undefined) return parseMessages(value, { defaultRole });
  }
  return [];
}

const toolKeys = [
  'gen_ai.tool.definitions',
  'ai.prompt.tools',
  'mlflow.chat.tools',
  'gen_ai.request.available_tools',
];
const toolPrefixes = ['llm.tools', 'llm.request.functions', 'gen_ai.request.tools'];
/** Requests that hold their tools among other things. */
const requestKeys = [
  'gcp.vertex.agent.llm_request',
  'model_request_parameters',
  'llm.invocation_parameters',
  'langfuse.observation.input',
  'request_data',
  'genkit:input',
  'haystack.agent.tools',
  'gen_ai.agent.tools',
];

/** Keys and prefixes that tool definitions are read from. */
export const toolDefinitionKeys = { exact: [...toolKeys, ...requestKeys], prefixes: toolPrefixes };

/** The tools that the model was offered. */
export function readToolDefinitions(view: SpanView, options: UnderstandOptions): readonly ToolDefinition[] {
  for (const { attribute, field: target } of options.mappings ?? []) {
    const value = target === 'toolDefinitions' ? view.get(attribute) : undefined;
    if (value !== undefined) return parseToolDefinitions(value);
  }
  for (const key of toolKeys) {
    const value = view.get(key);
    const tools = value === undefined ? [] : parseToolDefinitions(value);
    if (tools.length > 0) return tools;
  }
  for (const prefix of toolPrefixes) {
    const items = unflatten(view.attributes, prefix);
    if (items.length > 0) return parseToolDefinitions(items.map(innerTool));
  }
  for (const event of view.input.span.events) {
    const tools = parseToolDefinitions(event.attributes.get('gen_ai.tool.definitions'));
    if (tools.length > 0) return tools;
  }
  for (const { record } of view.input.logs) {
    const tools = parseToolDefinitions(record.attributes.get('gen_ai.tool.definitions'));
    if (tools.length > 0) return tools;
  }
  for (const key of requestKeys) {
    const value = view.json(key);
    const tools =
      value === undefined || (isRecord(value) && !mayHoldTools(value)) ? [] : parseToolDefinitions(value);
    if (tools.length > 0) return tools;
  }
  return [];
}

function mayHoldTools(value: Parameters<typeof field>[0]): boolean {
  return ['tools', 'functions', 'config', 'function_tools', 'output_tools'].some(
    (key) => field(value, key) !== undefined,
  );
}

/** `{tool: {json_schema}}` (OpenInference). */
function innerTool(item: ReadonlyMap<string, unknown>): unknown {
  const tool = item.get('tool');
  return isRecord(tool) ? (field(tool, 'json_schema') ?? tool) : item;
}

const documentKeys = [
  'gen_ai.retrieval.documents',
  'db.vector.query.response.documents',
  'langfuse.observation.output',
  'mlflow.spanOutputs',
  'genkit:output',
  'haystack.component.output',
  'gen_ai.completion',
  'traceloop.entity.output',
  'lmnr.span.output',
  'output.value',
];
const documentPrefixes = ['retrieval.documents', 'reranker.output_documents'];

/** Keys and prefixes that documents are read from. */
export const documentSources = { exact: documentKeys, prefixes: documentPrefixes };

/** What a retrieval found, or a reranking kept; empty for spans of other kinds. */
export function readDocuments(
  view: SpanView,
  kind: SpanKind,
  options: UnderstandOptions,
): readonly RetrievedDocument[] {
  for (const { attribute, field: target } of options.mappings ?? []) {
    const value = target === 'documents' ? view.get(attribute) : undefined;
    if (value !== undefined) return parseDocuments(value);
  }
  for (const prefix of documentPrefixes) {
    const items = unflatten(view.attributes, prefix);
    if (items.length > 0) return parseDocuments(items.map((item) => item.get('document') ?? item));
  }
  if (kind !== 'retrieval' && kind !== 'rerank') return [];
  for (const key of documentKeys) {
    const value = view.get(key);
    const documents = value === undefined ? [] : parseDocuments(value);
    if (documents.length > 0) return documents;
  }
  const results = view.input.span.events.filter((event) => event.name === 'db.query.result').slice(0, 10_000);
  return results.map(({ attributes }) => {
    const [document] = parseDocuments([
      new Map<string, unknown>([
        ['id', attributes.get('db.query.result.id')],
        ['score', attributes.get('db.query.result.score') ?? attributes.get('db.query.result.distance')],
        ['content', attributes.get('db.query.result.document')],
      ]),
    ]);
    return document ?? {};
  });
}
