import type { SpanKind } from '../../model/span.ts';
import type { Dialect } from '../dialect.ts';
import { kindByOperation } from './otelGenai.ts';

/** Mastra: `mastra.span.type` beside `gen_ai.*`. */
export const mastra: Dialect = {
  id: 'mastra',
  title: 'Mastra',
  signs: { keys: ['mastra.span.type'], scopes: ['@mastra', 'mastra'] },
  kindFrom: '`mastra.span.type`, `gen_ai.operation.name`',
  kind: (view) => kinds.get(view.word('mastra.span.type') ?? '') ?? kindByOperation(view),
  fields: {
    toolArguments: ['mastra.tool_call.input', 'mastra.mcp_tool_call.input'],
    toolResult: ['mastra.tool_call.output', 'mastra.mcp_tool_call.output'],
  },
};

const kinds = new Map<string, SpanKind>([
  ['agent_run', 'agent'],
  ['model_generation', 'llm'],
  ['model_inference', 'llm'],
  ['model_step', 'llm'],
  ['model_chunk', 'event'],
  ['llm_generation', 'llm'],
  ['llm_chunk', 'event'],
  ['tool_call', 'tool'],
  ['mcp_tool_call', 'tool'],
  ['workflow_run', 'workflow'],
  ['workflow_step', 'chain'],
  ['workflow_conditional', 'chain'],
  ['workflow_parallel', 'chain'],
  ['workflow_loop', 'chain'],
  ['processor_run', 'chain'],
  ['generic', 'other'],
]);
