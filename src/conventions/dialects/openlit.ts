import type { Dialect } from '../dialect.ts';
import { kindByOperation } from './otelGenai.ts';

/** OpenLIT. Its time to first token is the whole duration for calls that do not stream. */
export const openlit: Dialect = {
  id: 'openlit',
  title: 'OpenLIT',
  signs: { keys: ['gen_ai.client.token.usage', 'openlit.agent.version_hash'], scopes: ['openlit'] },
  kindFrom: '`gen_ai.operation.name`',
  kind: kindByOperation,
  fields: {
    cost: ['gen_ai.usage.cost', 'gen_ai.usage.total_cost'],
    streaming: ['gen_ai.request.is_stream'],
    toolResult: ['gen_ai.tool.output'],
  },
  usage: { total: ['gen_ai.client.token.usage'] },
  facts(view) {
    const seconds = view.number('gen_ai.server.time_to_first_token');
    const streams = view.boolean('gen_ai.request.stream') ?? view.boolean('gen_ai.request.is_stream');
    if (seconds === undefined || !streams || view.has('gen_ai.response.time_to_first_chunk')) return undefined;
    // Seconds by its convention; its streams often say a few milliseconds, which is all that can be told.
    return { firstTokenMillis: seconds * 1000, from: ['gen_ai.server.time_to_first_token'] };
  },
};
