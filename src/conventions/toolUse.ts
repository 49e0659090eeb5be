import type { SpanKind, ToolUse } from '../model/span.ts';
import type { FieldValues } from './fieldValues.ts';
import { at } from './keyTables.ts';
import type { DialectFacts } from './dialect.ts';
import { isRecord, stringField } from './messages/structured.ts';
import type { SpanView } from './spanView.ts';
import { asText, parseJson } from './values.ts';

/** The tool that a span ran; `undefined` for spans that ran none, MCP requests other than `tools/call` among them. */
export function readTool(
  view: SpanView,
  kind: SpanKind,
  fields: FieldValues,
  facts: DialectFacts | undefined,
): ToolUse | undefined {
  if (kind !== 'tool' && !(kind === 'mcp' && view.text('mcp.method.name') === 'tools/call')) return undefined;
  const given = asText(fields.get(at.toolName)) ?? facts?.toolName;
  const name = given ?? nameOfSpan(view.name);
  const callId = asText(fields.get(at.toolCallId)) ?? facts?.toolCallId;
  const type = asText(fields.get(at.toolType));
  const description = asText(fields.get(at.toolDescription));
  const messages = view.input.span.events.length > 0 ? eventMessages(view) : undefined;
  const args = jsonOf(asText(fields.get(at.toolArguments))) ?? facts?.toolArguments ?? messages?.arguments;
  const result = jsonOf(asText(fields.get(at.toolResult))) ?? facts?.toolResult ?? messages?.result;
  return {
    name,
    ...(callId === undefined ? {} : { callId }),
    ...(type === undefined ? {} : { type }),
    ...(description === undefined ? {} : { description }),
    ...(args === undefined ? {} : { arguments: args }),
    ...(result === undefined ? {} : { result }),
  };
}

const prefixes = [
  'execute_tool ',
  'tools/call ',
  'Tool: ',
  'Function: ',
  'running tool: ',
  'tool_call ',
  'tool ',
];
const suffixes = ['.tool', '.run', '.mcp'];

function nameOfSpan(span: string): string {
  for (const prefix of prefixes) if (span.startsWith(prefix)) return span.slice(prefix.length).trim() || span;
  for (const suffix of suffixes)
    if (span.endsWith(suffix) && span.length > suffix.length) return span.slice(0, -suffix.length);
  return span;
}

/** A result that was quoted twice is unwrapped once. */
function jsonOf(text: string | undefined): string | undefined {
  if (text === undefined || text.charCodeAt(0) !== 34) return text;
  const inner = parseJson(text);
  return typeof inner === 'string' ? inner : text;
}

/** Strands keeps arguments and result in span events. */
function eventMessages(view: SpanView): { arguments?: string; result?: string } | undefined {
  const found: { arguments?: string; result?: string } = {};
  for (const { name, attributes } of view.input.span.events) {
    if (name === 'gen_ai.tool.message') {
      const content = asText(attributes.get('content'));
      if (content !== undefined) found.arguments ??= content;
    } else if (name === 'gen_ai.choice') {
      const message = asText(attributes.get('message'));
      if (message !== undefined) found.result ??= textOfBlocks(message);
    } else if (name === 'tool.output') {
      const output = asText(attributes.get('output')) ?? asText(attributes.get('content'));
      if (output !== undefined) found.result ??= output;
    }
  }
  return found;
}

/** `[{"text": "…"}]` is a text. */
function textOfBlocks(message: string): string {
  const blocks = parseJson(message);
  if (!Array.isArray(blocks)) return message;
  const texts = blocks.map((block: unknown) => (isRecord(block) ? stringField(block, 'text') : undefined));
  return texts.every((text) => text !== undefined) ? texts.join('\n') : message;
}
