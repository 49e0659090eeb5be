import type { Message } from '../../model/message.ts';
import type { AttributeMap } from '../../otlp/types.ts';
import { readMessage } from './readMessage.ts';
import { isRecord } from './structured.ts';

/**
 * Puts indexed attributes (`llm.tools.0.tool.json_schema`, `gen_ai.prompt.2.role`) back together: one Map per index
 * under `prefix`, in numeric order, gaps closed; numeric members below become arrays in the same way.
 *
 * One pass over the attributes; at most 10,000 items and 12 levels, what is beyond is left out.
 */
export function unflatten(attributes: AttributeMap, prefix: string): ReadonlyMap<string, unknown>[] {
  const root = new Map<string, unknown>();
  const start = `${prefix}.`;
  for (const [key, value] of attributes) {
    if (key.length > start.length && key.startsWith(start) && isDigit(key.charCodeAt(start.length))) {
      insert(root, key.slice(start.length), value);
    }
  }
  return numbered(root)
    .slice(0, maxItems)
    .map(([, item]) => closeGaps(item))
    .filter((item) => item instanceof Map);
}

/**
 * Reads messages from indexed attributes.
 *
 * `openinference`: `{prefix}.{i}.message.{role,content,contents.{j}.message_content.*,tool_calls.{k}.tool_call.*}`,
 * also `{i}.prompt.text` and `{i}.completion.text`. `openllmetry`: `{prefix}.{i}.{role,content,tool_calls.{j}.*}`.
 * Without a role, a message is the user's, or the assistant's where the prefix says output, completion or choices.
 */
export function parseFlattened(
  attributes: AttributeMap,
  prefix: string,
  style: 'openinference' | 'openllmetry',
): Message[] {
  const defaultRole = /(?:output|completion|choices|response)/.test(prefix.slice(-60)) ? 'assistant' : 'user';
  const budget = { parts: 50_000 };
  return unflatten(attributes, prefix).map((item) =>
    readMessage(style === 'openinference' ? unwrapOpenInference(item) : item, defaultRole, budget),
  );
}

const maxItems = 10_000;
const maxLevels = 12;

class Branch extends Map<string, unknown> {}

function insert(root: Map<string, unknown>, path: string, value: unknown): void {
  let node = root;
  let from = 0;
  for (let level = 0; level < maxLevels; level++) {
    const dot = path.indexOf('.', from);
    if (dot < 0) {
      node.set(path.slice(from), value);
      return;
    }
    const name = path.slice(from, dot);
    const next = node.get(name);
    if (next instanceof Branch) node = next;
    else {
      const branch = new Branch();
      node.set(name, branch);
      node = branch;
    }
    from = dot + 1;
  }
}

/** Branches whose names are all numbers become arrays; values that came structured are left alone. */
function closeGaps(node: unknown): unknown {
  if (!(node instanceof Branch)) return node;
  const entries = numbered(node);
  if (entries.length === node.size) return entries.map(([, value]) => closeGaps(value));
  for (const [key, value] of node) node.set(key, closeGaps(value));
  return node;
}

function numbered(node: Map<string, unknown>): [number, unknown][] {
  const entries: [number, unknown][] = [];
  for (const [key, value] of node) if (/^\d{1,15}$/.test(key)) entries.push([Number(key), value]);
  return entries.sort((a, b) => a[0] - b[0]);
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** Removes OpenInference's type names between the members, so that the shape is OpenAI's. */
function unwrapOpenInference(item: ReadonlyMap<string, unknown>): ReadonlyMap<string, unknown> {
  const inner = member(item, 'message') ?? member(item, 'prompt') ?? member(item, 'completion') ?? item;
  const message = new Map(inner);
  const calls = inner.get('tool_calls');
  if (Array.isArray(calls))
    message.set(
      'tool_calls',
      calls.map((call) => unwrap(call, 'tool_call')),
    );
  const contents = inner.get('contents');
  if (Array.isArray(contents))
    message.set(
      'contents',
      contents.map((content) => unwrap(content, 'message_content')),
    );
  const name = inner.get('function_call_name');
  if (typeof name === 'string') {
    const call = new Map<string, unknown>([['name', name]]);
    call.set('arguments', inner.get('function_call_arguments_json'));
    message.set('function_call', call);
  }
  // Multimodal content wins where both are there: `content` then repeats its text.
  if (Array.isArray(contents) && contents.length > 0) message.delete('content');
  return message;
}

function unwrap(value: unknown, name: string): unknown {
  return (value instanceof Map ? member(value, name) : undefined) ?? value;
}

function member(map: ReadonlyMap<string, unknown>, name: string): ReadonlyMap<string, unknown> | undefined {
  const value = map.get(name);
  return isRecord(value) && value instanceof Map ? value : undefined;
}
