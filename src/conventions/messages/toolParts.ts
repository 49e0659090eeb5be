import type { MessagePart } from '../../model/message.ts';
import { jsonText } from './jsonText.ts';
import { parseLoose } from './looseJson.ts';
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

export type ToolCallPart = Extract<MessagePart, { type: 'tool_call' }>;
export type ToolResultPart = Extract<MessagePart, { type: 'tool_result' }>;

/**
 * Reads a tool call of any shape: OpenAI (`function.arguments`), Responses API (`call_id`), Anthropic and Bedrock
 * (`input`), AI SDK (`toolCallId`, `args`), Gemini (`args`), Genkit (`ref`), Haystack (`tool_name`), OTel.
 *
 * @param builtIn the tool's name when the item has none, for calls such as `web_search_call`
 */
export function readToolCall(item: JsonRecord, builtIn = ''): ToolCallPart {
  const inner = recordField(item, 'function', 'tool_call', 'functionCall', 'function_call') ?? item;
  const name =
    stringField(inner, 'name', 'toolName', 'tool_name') ?? stringField(item, 'name', 'toolName', 'tool_name');
  const values = inner === item ? argumentKeys : ['arguments', 'args', 'input', 'parameters'];
  const args =
    firstField(inner, ...values) ??
    (inner === item ? undefined : firstField(item, 'arguments', 'args', 'input'));
  const id =
    idField(item, ...callIdKeys, 'id') ?? (inner === item ? undefined : idField(inner, ...callIdKeys, 'id'));
  return {
    type: 'tool_call',
    ...(id === undefined ? {} : { id }),
    name: name ?? builtIn,
    arguments: argumentsText(args),
  };
}

/** Reads a tool's result of any shape; the value stands in `response`, `result`, `output` or `content`. */
export function readToolResult(item: JsonRecord): ToolResultPart {
  const origin = recordField(item, 'origin');
  const id = idField(item, ...callIdKeys, 'id') ?? (origin ? idField(origin, 'id') : undefined);
  const name =
    stringField(item, 'name', 'toolName', 'tool_name') ??
    (origin ? stringField(origin, 'tool_name') : undefined);
  const value = firstField(item, ...resultKeys);
  const read = readResultValue(value);
  const isError = read.isError ?? errorMark(item);
  return {
    type: 'tool_result',
    ...(id === undefined ? {} : { id }),
    ...(name === undefined ? {} : { name }),
    result: read.text,
    ...(isError === undefined ? {} : { isError }),
  };
}

/** Arguments as JSON text; text that is not JSON stays as it came. */
export function argumentsText(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value !== 'string') return jsonText(value);
  const first = value.trimStart()[0];
  if (first === '"' || (first === '{' && value.includes("'"))) {
    const loose = parseLoose(value);
    if (loose && loose.how !== 'json' && loose.how !== 'truncated-json') return jsonText(loose.value);
  }
  return value;
}

/** A result's text: strings as they are, text blocks joined, anything else as JSON text. */
export function resultText(value: unknown): string {
  return readResultValue(value).text;
}

const callIdKeys = ['call_id', 'tool_call_id', 'toolCallId', 'tool_use_id', 'toolUseId', 'ref'];
const argumentKeys = [
  'arguments',
  'input',
  'args',
  'parameters',
  'tool_kwargs',
  'server_tool_call',
  'action',
  'queries',
  'code',
];
const resultKeys = [
  'response',
  'result',
  'output',
  'content',
  'blocks',
  'raw_output',
  'server_tool_call_response',
  'tool_output',
  'data',
  'error',
  'text',
];

interface ResultValue {
  readonly text: string;
  readonly isError?: boolean | undefined;
}

function readResultValue(value: unknown, depth = 0): ResultValue {
  if (value === undefined || value === null) return { text: '' };
  if (typeof value === 'string') return { text: value };
  if (Array.isArray(value)) return { text: blocksText(value as readonly unknown[]) ?? jsonText(value) };
  if (!isRecord(value)) return { text: jsonText(value) };
  const type = field(value, 'type');
  if (typeof type === 'string' && outputTypes.has(type) && depth < 3) {
    // AI SDK 5 and later: the output says what it is.
    const isError = type.startsWith('error') ? true : undefined;
    return { text: readResultValue(field(value, 'value'), depth + 1).text, isError };
  }
  const content = arrayField(value, 'content');
  const text = content ? blocksText(content) : undefined;
  // MCP's CallToolResult.
  if (text !== undefined) return { text, isError: errorMark(value) };
  return { text: jsonText(value) };
}

const outputTypes = new Set(['text', 'json', 'content', 'error-text', 'error-json']);

/** The text of an array of text blocks; `undefined` when it holds anything else. */
function blocksText(blocks: readonly unknown[]): string | undefined {
  const texts: string[] = [];
  for (const block of blocks) {
    if (!isRecord(block)) return undefined;
    const json = field(block, 'json');
    const text = field(block, 'text');
    if (typeof text === 'string') texts.push(text);
    else if (json !== undefined && blocks.length === 1) texts.push(jsonText(json));
    else return undefined;
  }
  return texts.length > 0 ? texts.join('\n') : undefined;
}

function errorMark(item: JsonRecord): boolean | undefined {
  const mark = firstField(item, 'is_error', 'isError');
  if (typeof mark === 'boolean') return mark;
  const status = firstField(item, 'status', 'state');
  if (status === 'error' || status === 'failed' || status === 'output-error') return true;
  const error = field(item, 'error');
  if (typeof error === 'boolean') return error;
  return typeof error === 'string' && error !== '' ? true : undefined;
}
