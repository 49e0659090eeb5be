import { normaliseFinishReason } from '../../model/finishReason.ts';
import type { Message, MessagePart } from '../../model/message.ts';
import { parseLoose } from './looseJson.ts';
import { readMediaText } from './media.ts';
import { isPart, rawPart, readPart } from './parts.ts';
import { normaliseRole, roleOfType } from './roles.ts';
import {
  arrayField,
  field,
  firstField,
  idField,
  isRecord,
  recordField,
  stringField,
  type JsonRecord,
} from './structured.ts';
import { readToolCall, resultText } from './toolParts.ts';

/** Parts a reading may still make; shared by all messages of one value. */
export interface Budget {
  parts: number;
}

/** True for a record that is a whole message: it names a role, or its type does and it has content. */
export function isMessage(record: JsonRecord): boolean {
  return explicitRole(record) !== undefined;
}

/** Reads one message of any known shape (sections by emitter in the parts' and tools' readers). */
export function readMessage(record: JsonRecord, defaultRole: string, budget: Budget): Message {
  const parts: MessagePart[] = [];
  addText(parts, 'reasoning', firstField(record, 'reasoning_content', 'reasoning', 'thinking'));
  for (const key of contentKeys) {
    const content = field(record, key);
    if (content === undefined || content === null || content === '') continue;
    if (Array.isArray(content) && content.length === 0) continue;
    readContent(content, parts, budget);
    break;
  }
  addText(parts, 'refusal', field(record, 'refusal'));
  readExtras(record, parts);
  readToolCalls(record, parts, budget);
  return finish(record, explicitRole(record) ?? defaultRole, parts);
}

/** Reads content of any form: text, a part, a list of either. Unknown parts are kept raw. */
export function readContent(content: unknown, parts: MessagePart[], budget: Budget): void {
  if (typeof content === 'string') {
    const blocks = content.startsWith('[{') ? contentBlocks(content) : undefined;
    if (blocks) return readContent(blocks, parts, budget);
    if (content !== '') parts.push({ type: 'text', text: content });
    return;
  }
  for (const item of Array.isArray(content) ? (content as readonly unknown[]) : [content]) {
    if (item === undefined || item === null || item === '') continue;
    if (budget.parts-- <= 0) {
      if (budget.parts === -1) parts.push({ type: 'raw', text: '…', unparsed: true });
      return;
    }
    const read = readPart(item);
    if (read) parts.push(...read);
    else if (isRecord(item) && nestedContent(item) !== undefined)
      readContent(nestedContent(item), parts, budget);
    else parts.push(rawPart(item));
  }
}

/** The finish reason that stands in a message, a choice or their metadata, normalised. */
export function finishReasonOf(record: JsonRecord): string | undefined {
  const direct = stringField(record, ...finishKeys);
  if (direct !== undefined) return normaliseFinishReason(direct);
  const nested = recordField(record, 'response_metadata', 'generation_info', 'meta', '_meta');
  const inner = nested ? stringField(nested, ...finishKeys) : undefined;
  return inner === undefined ? undefined : normaliseFinishReason(inner);
}

const contentKeys = ['parts', 'content', 'contents', 'blocks', '_content', 'message', 'text'];
const finishKeys = ['finish_reason', 'finishReason', 'stop_reason', 'stopReason', 'done_reason'];

/** Content without a type of its own inside a part, e.g. `{content: "…"}` of a plain record. */
function nestedContent(item: JsonRecord): unknown {
  const content = field(item, 'content');
  return typeof content === 'string' ? content : undefined;
}

/** OpenLLMetry's older attributes hold a list of blocks as JSON text; any other JSON is an answer's own text. */
function contentBlocks(text: string): readonly unknown[] | undefined {
  const head = text.slice(0, 200);
  if (!/^\[\{\s*["'](?:type|text|toolUse|toolResult|function_call|image)["']/.test(head)) return undefined;
  const value = parseLoose(text)?.value;
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const blocks = value as readonly unknown[];
  return blocks.every(isPart) ? blocks : undefined;
}

function explicitRole(record: JsonRecord): string | undefined {
  const role = stringField(record, 'role', '_role');
  if (role !== undefined) return normaliseRole(role);
  const type = stringField(record, 'type');
  if (type === undefined || type.length > 60) return undefined;
  const hasContent =
    contentKeys.some((key) => field(record, key) !== undefined) || recordField(record, 'data');
  return hasContent ? roleOfType(type) : undefined;
}

function addText(parts: MessagePart[], type: 'reasoning' | 'refusal' | 'text', value: unknown): void {
  if (typeof value === 'string' && value !== '') parts.push({ type, text: value });
}

/** What stands beside the content: spoken answers and Ollama's images. */
function readExtras(record: JsonRecord, parts: MessagePart[]): void {
  const audio = recordField(record, 'audio');
  if (audio) {
    parts.push(...(readPart({ type: 'audio', audio }) ?? []));
    addText(parts, 'text', field(audio, 'transcript'));
  }
  for (const image of arrayField(record, 'images') ?? []) {
    if (typeof image === 'string') parts.push(readMediaText(image, 'image'));
  }
}

function readToolCalls(record: JsonRecord, parts: MessagePart[], budget: Budget): void {
  const extra = recordField(record, 'additional_kwargs');
  let calls = arrayField(record, 'tool_calls', 'toolCalls') ?? [];
  if (calls.length === 0 && extra) calls = arrayField(extra, 'tool_calls') ?? [];
  const known = new Set<string>();
  for (const part of parts) if (part.type === 'tool_call' && part.id !== undefined) known.add(part.id);
  for (const call of [...calls, ...(arrayField(record, 'invalid_tool_calls') ?? [])]) {
    if (budget.parts-- <= 0) break;
    if (!isRecord(call)) {
      parts.push(rawPart(call));
      continue;
    }
    const part = readToolCall(call);
    // LangChain and LiteLLM repeat the content's calls.
    if (part.id === undefined || !known.has(part.id)) parts.push(part);
  }
  const single =
    recordField(record, 'function_call') ?? (extra ? recordField(extra, 'function_call') : undefined);
  if (single && stringField(single, 'name') && calls.length === 0) parts.push(readToolCall(single));
}

function finish(record: JsonRecord, role: string, parts: MessagePart[]): Message {
  const name = stringField(record, 'name', '_name');
  const finishReason = finishReasonOf(record);
  const callId = idField(record, 'tool_call_id', 'toolCallId', 'call_id');
  let body: readonly MessagePart[] = parts;
  if (role === 'tool' && !parts.some((part) => part.type === 'tool_result')) {
    body = [toolResult(record, parts, callId ?? idField(record, 'id'), name)];
  }
  const allResults = body.length > 0 && body.every((part) => part.type === 'tool_result');
  return {
    role: role === 'user' && allResults ? 'tool' : role,
    ...(name === undefined ? {} : { name }),
    parts: body,
    ...(finishReason === undefined ? {} : { finishReason }),
  };
}

/** A tool's message whose content is plain: the content is the result. */
function toolResult(
  record: JsonRecord,
  parts: readonly MessagePart[],
  id: string | undefined,
  name: string | undefined,
): MessagePart {
  const texts = parts.map((part) => (part.type === 'text' || part.type === 'raw' ? part.text : undefined));
  const result = texts.every((text) => text !== undefined)
    ? texts.join('\n')
    : resultText(firstField(record, ...contentKeys));
  const isError = field(record, 'is_error') === true || field(record, 'status') === 'error';
  return {
    type: 'tool_result',
    ...(id === undefined ? {} : { id }),
    ...(name === undefined ? {} : { name }),
    result,
    ...(isError ? { isError } : {}),
  };
}
