import type { Dialect } from '../dialect.ts';
import { kindByOperation } from './otelGenai.ts';

/** AutoGen's own tracing: agents, tools and the runtime's messages, no model calls. */
export const autogen: Dialect = {
  id: 'autogen',
  title: 'AutoGen',
  signs: { scopes: ['autogen'], names: ['autogen *'] },
  kindFrom: '`gen_ai.operation.name`',
  kind: (view) => kindByOperation(view) ?? 'other',
};
