import type { Message, MessagePart } from '../../model/message.ts';
import { isVector, writeJson } from './jsonText.ts';
import { claimsJson, parseLoose, type Loose } from './looseJson.ts';
import { MessageList } from './messageList.ts';
import { isPart, readPart } from './parts.ts';
import { finishReasonOf, isMessage, readContent, readMessage, type Budget } from './readMessage.ts';
import { normaliseRole, roleOfType } from './roles.ts';
import {
  arrayField,
  decodeText,
  field,
  firstField,
  isRecord,
  recordField,
  stringField,
  type JsonRecord,
} from './structured.ts';

export interface ParseOptions {
  /** The role of content that names none: `user` for inputs, `assistant` for outputs, `system` for instructions. */
  readonly defaultRole: 'system' | 'user' | 'assistant' | 'tool';
}

/**
 * Understands messages in whatever shape an instrumentation wrote them: JSON text (also doubly encoded, cut off, or
 * a Python repr), structured values, parsed JSON, plain text. Whatever is not understood is kept as a `raw` part;
 * inline bytes are measured and embedding vectors left out, never copied.
 *
 * Never throws. Bounded in nesting, messages and parts; a raw part `…` stands where something was left out. Text that
 * was cut off ends with a raw part that is `unparsed` and holds the emitter's own mark of the cut, if any.
 */
export function parseMessages(value: unknown, options: ParseOptions): Message[] {
  const reading: Reading = {
    budget: { parts: maxParts },
    steps: maxSteps,
    tries: maxTries,
    prefersOutput: options.defaultRole === 'assistant',
  };
  return readAny(value, options.defaultRole, reading, 0) ?? raw(value, options.defaultRole);
}

const maxDepth = 12;
const maxParts = 50_000;
const maxMessages = 10_000;
/** Values looked at. */
const maxSteps = 100_000;
/** Members of envelopes tried: keeps envelopes with many ways in, each leading nowhere, from multiplying. */
const maxTries = 2_000;

interface Reading {
  readonly budget: Budget;
  steps: number;
  tries: number;
  /** Whether envelopes that hold both sides of a call are to give the answer. */
  readonly prefersOutput: boolean;
}

/** `undefined` when the value is no message, part or envelope that we know. */
function readAny(value: unknown, role: string, reading: Reading, depth: number): Message[] | undefined {
  if (value === undefined || value === null) return [];
  if (depth > maxDepth || reading.steps-- <= 0) return undefined;
  if (typeof value === 'string') return readText(value, role, reading, depth);
  if (value instanceof Uint8Array) return readText(decodeText(value), role, reading, depth);
  if (Array.isArray(value)) return readArray(value as readonly unknown[], role, reading, depth);
  if (isRecord(value)) return readRecord(value, role, reading, depth);
  return undefined;
}

function readText(text: string, role: string, reading: Reading, depth: number): Message[] {
  const loose = parseLoose(text);
  if (!loose) {
    if (isBlank(text)) return [];
    return [message(role, claimsJson(text) ? { type: 'raw', text, unparsed: true } : { type: 'text', text })];
  }
  if (typeof loose.value === 'string')
    return isBlank(loose.value) ? [] : [message(role, { type: 'text', text: loose.value })];
  const messages = readAny(loose.value, role, reading, depth + 1) ?? rawText(text, loose, role);
  if (loose.how !== 'truncated-json') return messages;
  const mark: MessagePart = { type: 'raw', text: loose.marker ?? '…', unparsed: true };
  const last = messages.pop() ?? { role, parts: [] };
  return [...messages, { ...last, parts: [...last.parts, mark] }];
}

/** The text itself, unless it was encoded twice or holds bytes or vectors that are better left out. */
function rawText(text: string, loose: Loose, role: string): Message[] {
  const written = writeJson(loose.value);
  return [
    message(role, { type: 'raw', text: written.elided || loose.how === 'json-twice' ? written.text : text }),
  ];
}

function raw(value: unknown, role: string): Message[] {
  const text = writeJson(value).text;
  const scalar = typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint';
  return [message(role, scalar ? { type: 'text', text } : { type: 'raw', text })];
}

function message(role: string, part: MessagePart): Message {
  return { role, parts: [part] };
}

function isBlank(text: string): boolean {
  const trimmed = text.trim();
  return trimmed === '' || trimmed === 'null';
}

// ---- arrays -------------------------------------------------------------------------------------------------------

function readArray(
  items: readonly unknown[],
  role: string,
  reading: Reading,
  depth: number,
): Message[] | undefined {
  if (items.length === 0) return [];
  if (isVector(items)) return undefined;
  const pair = rolePair(items);
  if (pair) return [pair];
  const list = new MessageList(role);
  let understood = false;
  for (const item of items) {
    if (list.messages.length >= maxMessages || reading.budget.parts <= 0) {
      list.addPart({ type: 'raw', text: '…', unparsed: true });
      break;
    }
    understood = readItem(item, list, role, reading, depth) || understood;
  }
  return understood ? list.finish() : undefined;
}

/** True when the item was understood; else it is in the list as a raw part. */
function readItem(item: unknown, list: MessageList, role: string, reading: Reading, depth: number): boolean {
  if (item === undefined || item === null) return false;
  if (isRecord(item)) {
    if (readResponsesItem(item, list, reading)) return true;
    const part = isMessage(item) || isWrapper(item) ? undefined : readPart(item);
    if (part) {
      reading.budget.parts -= part.length;
      for (const one of part) list.addPart(one);
      return true;
    }
  } else if (typeof item === 'string' && !claimsJson(item)) {
    reading.budget.parts--;
    list.addPart({ type: 'text', text: item });
    return true;
  }
  const messages = readAny(item, role, reading, depth + 1);
  if (messages) list.addMessages(messages);
  else for (const one of raw(item, role)) for (const part of one.parts) list.addPart(part);
  return messages !== undefined;
}

/** A list item that holds a message or an answer rather than being a part: choices, generations, serialised objects. */
function isWrapper(item: JsonRecord): boolean {
  if (field(item, 'kwargs') !== undefined || isRecord(field(item, 'message'))) return true;
  return finishReasonOf(item) !== undefined && firstField(item, 'text', 'content', 'delta') !== undefined;
}

/**
 * Items of OpenAI's Responses API: calls and reasoning belong to the assistant, call outputs to the tool, whatever
 * side of the call the list is on. Consecutive items of one side make one message.
 */
function readResponsesItem(item: JsonRecord, list: MessageList, reading: Reading): boolean {
  const type = field(item, 'type');
  if (typeof type !== 'string') return false;
  if (type === 'message' && field(item, 'id') !== undefined && field(item, 'role') === 'assistant') {
    list.addMessage(readMessage(item, 'assistant', reading.budget), true);
    return true;
  }
  const isCall = type.endsWith('_call') || (type === 'reasoning' && field(item, 'summary') !== undefined);
  const isOutput = type.endsWith('_call_output');
  const own = isCall || isOutput ? readPart(item) : undefined;
  if (!own || field(item, 'role') !== undefined) return false;
  for (const part of own) list.addPart(part, part.type === 'tool_result' && isOutput ? 'tool' : 'assistant');
  return true;
}

/** LangChain's `["human", "text"]`, also from a Python tuple. */
function rolePair(items: readonly unknown[]): Message | undefined {
  const [first, second] = items;
  if (items.length !== 2 || typeof first !== 'string' || typeof second !== 'string' || first.length > 20)
    return undefined;
  const role = roleOfType(first);
  return role === undefined ? undefined : message(role, { type: 'text', text: second });
}

// ---- records ------------------------------------------------------------------------------------------------------

function readRecord(
  record: JsonRecord,
  role: string,
  reading: Reading,
  depth: number,
): Message[] | undefined {
  const kwargs = recordField(record, 'kwargs');
  if (kwargs) return readKwargs(record, kwargs, role, reading, depth);
  if (isMessage(record)) return readOneMessage(record, role, reading);
  const inner = firstField(record, 'message', '_message');
  if (isRecord(inner)) return withFinishReason(readAny(inner, role, reading, depth + 1), record);
  const conversation = readPydanticMessage(record, reading);
  if (conversation) return conversation;
  const unwrapped = readEnvelope(record, role, reading, depth);
  if (unwrapped) return withFinishReason(unwrapped, record);
  if (field(record, 'args') !== undefined) return readArguments(record, role, reading, depth);
  if (field(record, 'content') !== undefined || arrayField(record, 'parts', 'tool_calls')) {
    return [readMessage(record, role, reading.budget)];
  }
  if (!isPart(record)) return undefined;
  const parts: MessagePart[] = [];
  readContent(record, parts, reading.budget);
  const list = new MessageList(role);
  for (const part of parts) list.addPart(part);
  return withFinishReason(list.finish(), record);
}

/** LangChain's `{type: "human", data: {content}}` besides messages proper. */
function readOneMessage(record: JsonRecord, role: string, reading: Reading): Message[] {
  const data = recordField(record, 'data');
  if (!data || field(record, 'content') !== undefined) return [readMessage(record, role, reading.budget)];
  const type = stringField(record, 'type');
  return [readMessage(data, (type === undefined ? undefined : roleOfType(type)) ?? role, reading.budget)];
}

/** LangChain's serialised objects `{lc, id: […, "AIMessage"], kwargs}` and recorded calls `{args, kwargs}`. */
function readKwargs(
  record: JsonRecord,
  kwargs: JsonRecord,
  role: string,
  reading: Reading,
  depth: number,
): Message[] | undefined {
  const id = field(record, 'id');
  const className: unknown = Array.isArray(id) ? id.at(-1) : undefined;
  if (typeof className === 'string') {
    const classRole = roleOfType(className) ?? stringField(kwargs, 'role');
    const isChat = className.includes('Message') && firstField(kwargs, 'content', 'tool_calls') !== undefined;
    if (isChat)
      return [readMessage(kwargs, classRole === undefined ? role : normaliseRole(classRole), reading.budget)];
    return readAny(kwargs, role, reading, depth + 1);
  }
  if (depth >= maxDepth) return undefined;
  const named =
    readEnvelope(kwargs, role, reading, depth + 1) ?? readEnvelope(record, role, reading, depth + 1);
  return named ?? readArguments(record, role, reading, depth);
}

/** The positional arguments of a recorded call: the first that reads as messages. */
function readArguments(
  record: JsonRecord,
  role: string,
  reading: Reading,
  depth: number,
): Message[] | undefined {
  for (const argument of arrayField(record, 'args') ?? []) {
    const isData = typeof argument === 'object' || typeof argument === 'string';
    const messages = isData ? readAny(argument, role, reading, depth + 1) : undefined;
    if (messages && messages.length > 0) return messages;
  }
  return undefined;
}

/** Pydantic AI's own `{kind: "request", parts: [{part_kind: "system-prompt"}, …]}`. */
function readPydanticMessage(record: JsonRecord, reading: Reading): Message[] | undefined {
  const kind = field(record, 'kind');
  const parts = arrayField(record, 'parts');
  if (!parts || (kind !== 'request' && kind !== 'response')) return undefined;
  const list = new MessageList(kind === 'request' ? 'user' : 'assistant');
  for (const item of parts) {
    const partKind = isRecord(item) ? field(item, 'part_kind') : undefined;
    const read: MessagePart[] = [];
    const content = isRecord(item) && partKind === 'user-prompt' ? field(item, 'content') : item;
    readContent(content, read, reading.budget);
    const role = partKind === 'system-prompt' ? 'system' : partKind === 'tool-return' ? 'tool' : undefined;
    for (const part of read) list.addPart(part, role);
  }
  return list.finish();
}

const inputKeys = ['messages', 'contents', 'input', 'prompt', 'prompts', 'inputs', 'chat_history', 'request'];
const outputKeys = [
  'choices',
  'candidates',
  'output',
  'replies',
  'generations',
  'response',
  'outputs',
  'completion',
  'result',
  'update',
  'content',
  'text',
];
const systemKeys = ['system', 'system_instruction', 'systemInstruction', 'instructions', 'system_prompt'];

/** Unwraps a request or an answer; `undefined` when nothing in it reads as messages. */
function readEnvelope(
  record: JsonRecord,
  role: string,
  reading: Reading,
  depth: number,
): Message[] | undefined {
  const sides = reading.prefersOutput ? [outputKeys, inputKeys] : [inputKeys, outputKeys];
  for (const keys of sides) {
    for (const key of keys) {
      const value = field(record, key);
      if (value === undefined || value === null || value === '') continue;
      if ((key === 'content' || key === 'text') && !isRecord(value)) continue;
      if (key === 'update' && !isRecord(value)) continue;
      if (reading.tries-- <= 0) return undefined;
      const messages = readAny(value, role, reading, depth + 1);
      if (!messages || messages.length === 0) continue;
      return keys === inputKeys ? [...readSystem(record, reading, depth), ...messages] : messages;
    }
  }
  return undefined;
}

/** The instructions that stand beside the messages (Anthropic, AI SDK, Responses API, Gemini). */
function readSystem(record: JsonRecord, reading: Reading, depth: number): Message[] {
  for (const holder of [record, recordField(record, 'config')]) {
    const value = holder ? firstField(holder, ...systemKeys) : undefined;
    if (value === undefined || value === '') continue;
    const messages = readAny(value, 'system', reading, depth + 1) ?? [];
    return messages.map((one) => ({ ...one, role: 'system' }));
  }
  return [];
}

/** Gives the reason that stands beside a message to the last message, unless that has one. */
function withFinishReason(messages: Message[] | undefined, record: JsonRecord): Message[] | undefined {
  const last = messages?.at(-1);
  const reason = last && last.finishReason === undefined ? finishReasonOf(record) : undefined;
  if (!messages || !last || reason === undefined) return messages;
  return [...messages.slice(0, -1), { ...last, finishReason: reason }];
}
