import type { ToolDefinition } from '../model/message.ts';
import type { ToolCallPart } from './answer.ts';
import { name, quote } from './evidence.ts';
import { jsonOrUndefined, readJson } from './json.ts';
import { schemaProblem } from './jsonSchema.ts';
import type { Rule } from './rule.ts';

/** Tool calls as the model asks for them, and as they went. */
export const toolRules: readonly Rule[] = [
  {
    id: 'unknown_tool',
    title: 'Unknown tool',
    severity: 'warning',
    defaultOn: true,
    description: 'The model calls a tool that the request does not define.',
    scopes: ['call'],
    check({ facts, answer }) {
      if (facts.kind !== 'llm') return undefined;
      const calls = answer.toolCalls();
      if (calls.length === 0) return undefined;
      const definitions = answer.toolDefinitions();
      if (definitions.length === 0) return undefined;
      const unknown = calls.find(
        (call) => call.name !== '' && !isProvided(call.name) && !definitionOf(call, definitions),
      );
      if (!unknown) return undefined;
      return `The model calls ${quote(unknown.name)}, which is none of the ${definitions.length} tools it was given.`;
    },
  },
  {
    id: 'invalid_tool_arguments',
    title: 'Invalid tool arguments',
    severity: 'warning',
    defaultOn: true,
    description:
      'The model calls a tool with arguments that are no JSON or do not fit the tool’s definition.',
    scopes: ['call'],
    check({ facts, answer }) {
      if (facts.kind !== 'llm') return undefined;
      const calls = answer.toolCalls();
      if (calls.length === 0) return undefined;
      const definitions = answer.toolDefinitions();
      for (const call of calls) {
        const problem = problemOfArguments(call, definitionOf(call, definitions));
        if (problem !== undefined)
          return `The model calls ${name(call.name)} with arguments that ${problem}.`;
      }
      return undefined;
    },
  },
  {
    id: 'failed_tool',
    title: 'Tool failed',
    severity: 'warning',
    defaultOn: true,
    description: 'A tool that was called ended in an error.',
    scopes: ['tool'],
    check({ facts, context }) {
      if (facts.status.code !== 'error') return undefined;
      const message = facts.error?.message ?? facts.status.message;
      const tool = facts.tool?.name ?? context.name ?? 'The tool';
      return `${name(tool)} failed${message.trim() === '' ? '.' : `: ${quote(message)}.`}`;
    },
  },
];

function problemOfArguments(call: ToolCallPart, definition: ToolDefinition | undefined): string | undefined {
  // No arguments at all come as an empty text.
  const text = call.arguments.trim() === '' ? '{}' : call.arguments;
  const reading = readJson(text);
  if ('cut' in reading) return undefined;
  if ('problem' in reading) return `are not JSON: ${quote(text.slice(0, 400))}`;
  // Some providers send the arguments of a free-form tool as a bare text.
  if (typeof reading.value !== 'object') return undefined;
  const schema = jsonOrUndefined(definition?.parameters);
  const problem = schema === undefined ? undefined : schemaProblem(reading.value ?? {}, schema);
  return problem === undefined ? undefined : `do not fit its definition: ${quote(problem)}`;
}

/** The definition of a call's tool; frameworks put a namespace before either name. */
function definitionOf(
  call: ToolCallPart,
  definitions: readonly ToolDefinition[],
): ToolDefinition | undefined {
  const exact = definitions.find((definition) => definition.name === call.name);
  if (exact) return exact;
  const bare = withoutNamespace(call.name);
  return definitions.find((definition) => withoutNamespace(definition.name) === bare);
}

/** `TravelPlugin-get_weather`, `researcher.get_weather`, `functions:get_weather` → `get_weather`. */
function withoutNamespace(tool: string): string {
  const at = Math.max(
    tool.lastIndexOf('.'),
    tool.lastIndexOf(':'),
    tool.lastIndexOf('/'),
    tool.lastIndexOf('-'),
  );
  return tool.slice(at + 1);
}

/** Tools that providers run themselves, which requests name by type and not by definition. */
function isProvided(tool: string): boolean {
  return providedTools.some((start) => tool.startsWith(start));
}

const providedTools = [
  'web_search',
  'web_fetch',
  'file_search',
  'code_interpreter',
  'code_execution',
  'computer',
  'image_generation',
  'bash',
  'str_replace_',
  'text_editor',
  'google_search',
  'url_context',
  'tool_search',
  'mcp',
  'x_search',
] as const;
