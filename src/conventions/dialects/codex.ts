import type { Dialect } from '../dialect.ts';
import { kindByOperation } from './otelGenai.ts';

/** OpenAI Codex CLI: Rust tracing spans; most of what it tells is in log records. */
export const codex: Dialect = {
  id: 'codex',
  title: 'OpenAI Codex CLI',
  signs: {
    keys: ['codex.usage.total_tokens', 'codex.usage.reasoning_output_tokens', 'codex.turn.id'],
    scopes: ['codex', 'codex_otel'],
  },
  kindFrom: '`gen_ai.operation.name`, usage',
  kind: (view) => kindByOperation(view) ?? (view.has('gen_ai.usage.input_tokens') ? 'llm' : undefined),
  ownFields: {
    requestModel: ['gen_ai.request.model', 'model', 'slug'],
    sessionId: ['conversation.id', 'gen_ai.conversation.id'],
    provider: ['gen_ai.provider.name', 'provider_name'],
    toolName: ['tool_name'],
    toolCallId: ['call_id'],
  },
  usage: { total: ['codex.usage.total_tokens'], reasoning: ['codex.usage.reasoning_output_tokens'] },
};
