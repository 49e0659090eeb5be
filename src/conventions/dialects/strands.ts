import type { Dialect } from '../dialect.ts';
import { kindByOperation } from './otelGenai.ts';

/** AWS Strands Agents: usage in two spellings, on calls and agents; messages in span events. */
export const strands: Dialect = {
  id: 'strands',
  title: 'AWS Strands Agents',
  signs: { keys: ['event_loop.cycle_id'], scopes: ['strands.telemetry', 'strands-agents', 'strands'] },
  kindFrom: '`gen_ai.operation.name`, `event_loop.cycle_id`',
  kind(view) {
    const kind = kindByOperation(view);
    if (kind) return kind;
    return view.has('event_loop.cycle_id') ? 'chain' : undefined;
  },
  ownFields: {
    // The OpenTelemetry metric of this name is in seconds; Strands writes milliseconds.
    firstTokenMillis: ['gen_ai.server.time_to_first_token'],
    sessionId: ['session.id'],
    userId: ['user.id'],
  },
  failed: (view) => view.word('gen_ai.tool.status') === 'error' || view.word('tool.status') === 'error',
};
