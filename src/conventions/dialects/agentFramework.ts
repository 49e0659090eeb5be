import type { Dialect } from '../dialect.ts';
import { kindByOperation } from './otelGenai.ts';

/** Microsoft.Extensions.AI and the Agent Framework: lists as JSON text, usage repeated on agents. */
export const agentFramework: Dialect = {
  id: 'agentFramework',
  title: 'Microsoft.Extensions.AI, Microsoft Agent Framework',
  signs: {
    keys: ['executor.id'],
    scopes: [
      'Experimental.Microsoft.Extensions.AI',
      'Experimental.Microsoft.Agents.AI',
      'Microsoft.Extensions.AI',
      'Microsoft.Agents',
      'agent_framework',
    ],
  },
  kindFrom: '`gen_ai.operation.name`, the span name',
  kind(view) {
    const kind = kindByOperation(view);
    if (kind) return kind;
    if (/^workflow[._]run\b/.test(view.name)) return 'workflow';
    if (/^(?:executor|edge_group)\.process\b/.test(view.name)) return 'chain';
    return /^(?:message\.send|workflow\.build)\b/.test(view.name) ? 'other' : undefined;
  },
};
