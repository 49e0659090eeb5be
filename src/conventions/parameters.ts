import { KeySetMemo } from '../otlp/attributes.ts';
import type { AttributeValue } from '../otlp/types.ts';
import { isRecord, members } from './messages/structured.ts';
import type { SpanView } from './spanView.ts';
import { asText, isUsable, parseJson } from './values.ts';

const prefixes = ['gen_ai.request.', 'ai.settings.', 'gen_ai.openai.request.', 'openai.request.'] as const;
const jsonKeys = [
  'llm.invocation_parameters',
  'langfuse.observation.model.parameters',
  'langsmith.invocation_params',
] as const;
const bareKeys = new Set(
  `llm.top_k llm.frequency_penalty llm.presence_penalty llm.chat.stop_sequences llm.temperature llm.max_tokens
  llm.top_p`.split(/\s+/),
);

/** Content and names that are shown elsewhere. */
const notParameters = new Set(
  `model messages tools input system contents prompt available_tools model_name instructions id _type metadata
  response_format structured_output_schema`.split(/\s+/),
);

const maxParameters = 200;

/** True for keys that `readParameters` reads. */
export function isParameterKey(key: string): boolean {
  return (
    bareKeys.has(key) ||
    (jsonKeys as readonly string[]).includes(key) ||
    prefixes.some((prefix) => key.startsWith(prefix))
  );
}

/** Request parameters such as temperature by their short names, as text. */
export function readParameters(view: SpanView): ReadonlyMap<string, string> {
  const among = parametersAmong.of(view.attributes);
  if (among.inJson.length === 0 && among.own.length === 0) return none;
  const found = new Map<string, string>();
  for (const key of among.inJson) {
    const value = view.json(key);
    if (!isRecord(value)) continue;
    for (const [name, member] of members(value)) add(found, name, member as AttributeValue);
  }
  for (const { key, name } of among.own) add(found, name, view.attributes.get(key));
  return found;
}

const none: ReadonlyMap<string, string> = new Map();

/** The keys that tell parameters: those that hold JSON, and the others with the parameter's name. */
const parametersAmong = new KeySetMemo((keys) => ({
  inJson: jsonKeys.filter((key) => keys.includes(key)),
  own: keys.map((key) => ({ key, name: shortName(key) })).filter(({ name }) => name !== ''),
}));

/** The parameter that a key stands for, '' for other keys. */
function shortName(key: string): string {
  const prefix = prefixes.find((start) => key.startsWith(start));
  return bareKeys.has(key) ? key.slice(key.lastIndexOf('.') + 1) : prefix ? key.slice(prefix.length) : '';
}

function add(found: Map<string, string>, name: string, value: AttributeValue | undefined): void {
  if (notParameters.has(name) || !isUsable(value) || found.size >= maxParameters || found.has(name)) return;
  const text = asText(value);
  if (text !== undefined && text.length <= 2000) found.set(name, text);
}

const tagKeys = [
  'tag.tags',
  'langfuse.trace.tags',
  'langsmith.span.tags',
  'logfire.tags',
  'lmnr.association.properties.tags',
];

export function isTagKey(key: string): boolean {
  return tagKeys.includes(key);
}

/** Tags of the span or its trace, each once. */
export function readTags(view: SpanView): readonly string[] {
  const tags = new Set<string>();
  for (const key of tagKeys) {
    const value = view.get(key);
    if (value === undefined) continue;
    const parsed = typeof value === 'string' ? (parseJson(value) ?? value.split(',')) : value;
    const list: readonly unknown[] = Array.isArray(parsed) ? (parsed as readonly unknown[]) : [parsed];
    for (const tag of list)
      if (typeof tag === 'string' && tag.trim() !== '' && tags.size < 100) tags.add(tag.trim());
  }
  return [...tags];
}
