import type { Dialect } from '../dialect.ts';
import { kindByOperation } from './otelGenai.ts';

/**
 * OpenLIT. Its `gen_ai.server.time_to_first_token` is not read: a few milliseconds for streams, whatever they took, and
 * the whole duration for calls that do not stream.
 */
export const openlit: Dialect = {
  id: 'openlit',
  title: 'OpenLIT',
  signs: { keys: ['gen_ai.client.token.usage', 'openlit.agent.version_hash'], scopes: ['openlit'] },
  kindFrom: '`gen_ai.operation.name`',
  kind: kindByOperation,
  fields: {
    cost: ['gen_ai.usage.cost', 'gen_ai.usage.total_cost'],
    streaming: ['gen_ai.request.is_stream'],
  },
  usage: { total: ['gen_ai.client.token.usage'] },
};
