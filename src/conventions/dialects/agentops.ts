import type { SpanKind } from '../../model/span.ts';
import type { Dialect } from '../dialect.ts';
import { kindByOperation } from './otelGenai.ts';

/** AgentOps: `agentops.span.kind`, bare names for agents and tools. */
export const agentops: Dialect = {
  id: 'agentops',
  title: 'AgentOps',
  signs: { keys: ['agentops.span.kind', 'agentops.entity.name'], scopes: ['agentops'] },
  kindFrom: '`agentops.span.kind`, `gen_ai.operation.name`',
  kind: (view) => kinds.get(view.word('agentops.span.kind') ?? '') ?? kindByOperation(view),
  fields: {
    cost: ['gen_ai.usage.total_cost'],
    firstTokenSeconds: ['gen_ai.streaming.time_to_first_token'],
    toolArguments: ['agentops.entity.input'],
    toolResult: ['agentops.entity.output'],
  },
  ownFields: {
    agentName: ['agent.name', 'agentops.agent.name'],
    toolName: ['tool.name', 'agentops.entity.name'],
    toolArguments: ['tool.parameters', 'agentops.entity.input'],
    toolResult: ['tool.result', 'agentops.entity.output'],
    workflowName: ['workflow.name'],
  },
};

const kinds = new Map<string, SpanKind>([
  ['session', 'workflow'],
  ['workflow', 'workflow'],
  ['agent', 'agent'],
  ['task', 'chain'],
  ['operation', 'chain'],
  ['tool', 'tool'],
  ['llm', 'llm'],
  ['guardrail', 'guardrail'],
  ['chain', 'chain'],
]);
