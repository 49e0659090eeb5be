import type { Dialect } from '../dialect.ts';
import { kindByOperation } from './otelGenai.ts';

/** Gemini CLI: operations `llm_call`, `tool_call`, `agent_call`; a stream's call inside a wrapper of the same name. */
export const geminiCli: Dialect = {
  id: 'geminiCli',
  title: 'Gemini CLI',
  signs: { scopes: ['gemini-cli'] },
  kindFrom: '`gen_ai.operation.name`',
  kind: kindByOperation,
  ownFields: {
    // Holds the id of the prompt, not a template's name.
    promptName: [],
    toolCallId: ['gen_ai.tool.call_id'],
    sessionId: ['gen_ai.conversation.id', 'session.id'],
  },
  facts: (view) => ({ provider: view.has('gen_ai.provider.name') ? undefined : 'gcp.gemini', from: [] }),
};
