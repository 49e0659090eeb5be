import type { ToolDefinition } from '../../model/message.ts';
import { jsonText } from './jsonText.ts';
import { parseLoose } from './looseJson.ts';
import {
  arrayField,
  decodeText,
  field,
  firstField,
  isRecord,
  members,
  recordField,
  stringField,
  type JsonRecord,
} from './structured.ts';

/**
 * Reads tool definitions of any known shape: OpenAI (wrapped or bare), Anthropic (`input_schema`), Gemini
 * (`function_declarations`), Bedrock (`toolSpec`), MCP and AI SDK (`inputSchema`), OTel; as JSON text, a list of JSON
 * texts, a structured value, or in an envelope such as a request's `tools`. Items that name no tool are left out.
 *
 * Never throws; at most 10,000 definitions.
 */
export function parseToolDefinitions(value: unknown): ToolDefinition[] {
  const tools: ToolDefinition[] = [];
  collect(value, tools, 0);
  return tools;
}

const maxTools = 10_000;
const maxDepth = 8;

function collect(value: unknown, tools: ToolDefinition[], depth: number): void {
  if (depth > maxDepth || tools.length >= maxTools) return;
  if (typeof value === 'string') return collectText(value, tools, depth);
  if (value instanceof Uint8Array) return collectText(decodeText(value), tools, depth);
  if (Array.isArray(value)) {
    for (const item of value) collect(item, tools, depth + 1);
    return;
  }
  if (isRecord(value)) collectRecord(value, tools, depth);
}

function collectText(text: string, tools: ToolDefinition[], depth: number): void {
  const loose = parseLoose(text);
  if (loose && typeof loose.value !== 'string') collect(loose.value, tools, depth + 1);
}

function collectRecord(record: JsonRecord, tools: ToolDefinition[], depth: number): void {
  // OpenInference's indexed form `{tool: {json_schema}}`.
  const indexed = recordField(record, 'tool');
  const schema = firstField(indexed ?? record, 'json_schema', 'tool.json_schema');
  if (schema !== undefined) return collect(schema, tools, depth + 1);
  const inner = recordField(record, 'function', 'toolSpec', 'tool_spec') ?? serialised(record);
  const one = readDefinition(inner ?? record);
  if (one) {
    tools.push(one);
    return;
  }
  let found = false;
  for (const key of listKeys) {
    const list = field(record, key);
    if (list === undefined || list === null) continue;
    found = true;
    collect(list, tools, depth + 1);
  }
  if (!found) collectOther(record, tools);
}

const listKeys = [
  'function_declarations',
  'functionDeclarations',
  'tools',
  'functions',
  'function_tools',
  'output_tools',
  'toolConfig',
  'config',
  'kwargs',
];
const schemaKeys = [
  'parameters',
  'input_schema',
  'inputSchema',
  'parameters_json_schema',
  'parametersJsonSchema',
  'args_schema',
  'schema',
];

function readDefinition(record: JsonRecord): ToolDefinition | undefined {
  const name = stringField(record, 'name', 'toolName', 'tool_name');
  if (name === undefined) return undefined;
  const description = stringField(record, 'description');
  const schema = firstField(record, ...schemaKeys);
  const parameters = schema === undefined ? undefined : schemaText(schema);
  return {
    name,
    ...(description === undefined ? {} : { description }),
    ...(parameters === undefined ? {} : { parameters }),
  };
}

/** JSON text; a schema may be text already, or wrapped as Bedrock's `{json}` and the AI SDK's `{jsonSchema}`. */
function schemaText(schema: unknown): string | undefined {
  if (typeof schema === 'string') {
    const loose = parseLoose(schema);
    if (!loose) return undefined;
    return loose.how === 'json' ? schema : jsonText(loose.value);
  }
  if (!isRecord(schema)) return undefined;
  return jsonText(recordField(schema, 'json', 'jsonSchema') ?? schema);
}

/** Haystack's `{type, data: {name, …}}`. */
function serialised(record: JsonRecord): JsonRecord | undefined {
  const data = recordField(record, 'data');
  return data && stringField(data, 'name') ? data : undefined;
}

/** Built-in tools (`{type: "web_search"}`), a schema alone (`{title, properties}`), or a map from names to tools. */
function collectOther(record: JsonRecord, tools: ToolDefinition[]): void {
  const type = stringField(record, 'type');
  const title = stringField(record, 'title');
  if (title !== undefined && recordField(record, 'properties')) {
    const description = stringField(record, 'description');
    tools.push({
      name: title,
      ...(description === undefined ? {} : { description }),
      parameters: jsonText(record),
    });
    return;
  }
  if (type !== undefined && type !== 'function' && type !== 'object') {
    tools.push({ name: type });
    return;
  }
  for (const [name, value] of members(record)) {
    if (tools.length >= maxTools || !isRecord(value)) continue;
    const isTool = arrayField(value, 'required')
      ? false
      : firstField(value, 'description', ...schemaKeys) !== undefined;
    if (isTool) tools.push(readDefinition(new Map([['name', name], ...members(value)])) ?? { name });
  }
}
