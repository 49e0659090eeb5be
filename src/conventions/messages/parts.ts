import type { MessagePart } from '../../model/message.ts';
import { jsonText } from './jsonText.ts';
import { readMedia } from './media.ts';
import {
  arrayField,
  field,
  firstField,
  isRecord,
  recordField,
  stringField,
  type JsonRecord,
} from './structured.ts';
import { readToolCall, readToolResult } from './toolParts.ts';

/** A part as text where nothing better is known. */
export function rawPart(value: unknown): MessagePart {
  return { type: 'raw', text: typeof value === 'string' ? value : jsonText(value) };
}

/**
 * Reads one content part or block of any known shape. Returns several parts for a block that stands for a call and
 * its result; `undefined` when the value is no part that we know.
 */
export function readPart(value: unknown): readonly MessagePart[] | undefined {
  if (typeof value === 'string') return [{ type: 'text', text: value }];
  if (!isRecord(value)) return undefined;
  const type = firstField(value, 'type', 'block_type', 'part_kind');
  if (typeof type === 'string') {
    const read =
      typedReaders.get(type.toLowerCase().replaceAll('-', '_'))?.(value) ?? readByPattern(value, type);
    if (read) return read;
  }
  return readUntyped(value);
}

/** True for a value that `readPart` understands and that is not a whole message. */
export function isPart(value: unknown): boolean {
  return isRecord(value) && field(value, 'role') === undefined && readPart(value) !== undefined;
}

type Reader = (part: JsonRecord) => readonly MessagePart[] | undefined;

function readText(part: JsonRecord): readonly MessagePart[] | undefined {
  const text = textOf(firstField(part, 'text', 'content', 'value'));
  return text === undefined ? undefined : [{ type: 'text', text }];
}

function readReasoning(part: JsonRecord): readonly MessagePart[] {
  const inner = recordField(part, 'reasoningText', 'reasoning_text');
  const text =
    textOf(firstField(part, 'text', 'content', 'thinking', 'reasoning')) ??
    (inner && textOf(field(inner, 'text'))) ??
    summaryText(part);
  // Redacted or encrypted: the part shows that there was reasoning.
  return [{ type: 'reasoning', text: text ?? '' }];
}

/** The Responses API's `summary: [{type: "summary_text", text}]`. */
function summaryText(part: JsonRecord): string | undefined {
  const texts = (arrayField(part, 'summary', 'content') ?? []).map((item) =>
    isRecord(item) ? textOf(field(item, 'text')) : textOf(item),
  );
  return texts.length > 0 ? texts.filter((text) => text !== undefined).join('\n') : undefined;
}

function readRefusal(part: JsonRecord): readonly MessagePart[] {
  return [{ type: 'refusal', text: textOf(firstField(part, 'refusal', 'content', 'text')) ?? '' }];
}

const readCall: Reader = (part) => [readToolCall(part)];
const readResult: Reader = (part) => [readToolResult(part)];

/** OpenAI's wrapper `{type: "function", function: {name, arguments}}`; a definition has no arguments. */
function readFunction(part: JsonRecord): readonly MessagePart[] | undefined {
  const inner = recordField(part, 'function') ?? part;
  return field(inner, 'arguments') === undefined ? undefined : [readToolCall(part)];
}

const typedReaders = new Map<string, Reader>();
const mediaTypes =
  'image image_url input_image audio input_audio output_audio audio_url video video_url input_video file input_file ' +
  'document document_url blob uri binary media inline_data file_data container_upload resource_link';
for (const [reader, types] of [
  [readText, 'text input_text output_text summary_text text_delta user_prompt system_prompt retry_prompt'],
  [readReasoning, 'reasoning thinking redacted_thinking redacted_reasoning reasoning_text reasoning_content'],
  [readRefusal, 'refusal'],
  [
    readCall,
    'tool_call tool_use function_call server_tool_call server_tool_use mcp_tool_use custom_tool_call ' +
      'tool_call_chunk builtin_tool_call',
  ],
  [
    readResult,
    'tool_call_response tool_result tool_response function_call_output function_response server_tool_call_response ' +
      'custom_tool_call_output computer_call_output local_shell_call_output shell_call_output tool_return ' +
      'tool_call_output builtin_tool_return function_execution_result tool_error',
  ],
  [readFunction, 'function'],
] as const) {
  for (const type of types.split(' ')) typedReaders.set(type, reader);
}
for (const type of mediaTypes.split(' ')) typedReaders.set(type, (part) => [readMedia(part, type)]);

/** Families of types: `web_search_call`, `code_execution_tool_result`, the AI SDK's `tool-getWeather`. */
function readByPattern(part: JsonRecord, type: string): readonly MessagePart[] | undefined {
  if (type.length > 200) return undefined;
  if (type.endsWith('_tool_result')) return [readToolResult(part)];
  if (type.endsWith('_call')) return readBuiltInCall(part, type.slice(0, -'_call'.length));
  if (type === 'dynamic-tool' || (type.startsWith('tool-') && field(part, 'toolCallId') !== undefined)) {
    const call = readToolCall(part, type.slice('tool-'.length));
    const done = firstField(part, 'output', 'errorText') !== undefined;
    if (!done) return [call];
    const errorText = stringField(part, 'errorText');
    const result = readToolResult(part);
    return [call, errorText === undefined ? result : { ...result, result: errorText, isError: true }];
  }
  return undefined;
}

/** The Responses API's built-in tools carry call and result in one item. */
function readBuiltInCall(part: JsonRecord, name: string): readonly MessagePart[] {
  const call = readToolCall(part, name);
  const output = firstField(part, 'output', 'outputs', 'results');
  return output === undefined
    ? [call]
    : [call, { ...readToolResult(part), ...(call.name ? { name: call.name } : {}) }];
}

/** Blocks that are told by the member they have: Gemini, Bedrock, Genkit, Haystack. */
function readUntyped(part: JsonRecord): readonly MessagePart[] | undefined {
  const text = field(part, 'text');
  if (typeof text === 'string')
    return [{ type: field(part, 'thought') === true ? 'reasoning' : 'text', text }];
  const call = recordField(part, 'function_call', 'functionCall', 'toolUse', 'toolRequest', 'tool_call');
  if (call) return [readToolCall(call)];
  if (stringField(part, 'toolName', 'tool_name')) return readNamedTool(part);
  const result = recordField(
    part,
    'function_response',
    'functionResponse',
    'toolResult',
    'toolResponse',
    'tool_call_result',
    'code_execution_result',
    'codeExecutionResult',
  );
  if (result) return [readToolResult(result)];
  const code = recordField(part, 'executable_code', 'executableCode');
  if (code) return [readToolCall(code, 'code_execution')];
  for (const key of [
    'inline_data',
    'inlineData',
    'file_data',
    'fileData',
    'media',
    'image',
    'audio',
    'video',
    'document',
  ]) {
    if (recordField(part, key)) return [readMedia(part, key)];
  }
  if (stringField(part, 'image_url')) return [readMedia(part, 'image')];
  const reasoning = firstField(part, 'reasoningContent', 'reasoning_content', 'reasoning', 'thinking');
  if (isRecord(reasoning)) return readReasoning(reasoning);
  if (typeof reasoning === 'string' && field(part, 'content') === undefined)
    return [{ type: 'reasoning', text: reasoning }];
  const json = field(part, 'json');
  return json === undefined ? undefined : [rawPart(json)];
}

/** The AI SDK's `{toolCallId, toolName, args}`, with `result` once it is there; LlamaIndex's outputs with blocks. */
function readNamedTool(part: JsonRecord): readonly MessagePart[] | undefined {
  const result = firstField(part, 'result', 'output', 'raw_output', 'blocks');
  if (result !== undefined) return [readToolResult(part)];
  const args = firstField(part, 'args', 'input', 'arguments', 'tool_kwargs');
  return args === undefined ? undefined : [readToolCall(part)];
}

/** Text directly or as the Assistants API's `{value, annotations}`. */
function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (isRecord(value)) return stringField(value, 'value', 'text');
  return undefined;
}
