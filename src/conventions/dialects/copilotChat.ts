import type { Dialect } from '../dialect.ts';
import { kindByOperation } from './otelGenai.ts';

/** GitHub Copilot Chat in VS Code. */
export const copilotChat: Dialect = {
  id: 'copilotChat',
  title: 'GitHub Copilot Chat',
  signs: {
    keys: ['copilot_chat.chat_session_id', 'copilot_chat.time_to_first_token'],
    scopes: ['copilot-chat'],
  },
  kindFrom: '`gen_ai.operation.name`',
  kind: kindByOperation,
  fields: {
    firstTokenMillis: ['copilot_chat.time_to_first_token'],
    sessionId: ['copilot_chat.chat_session_id', 'copilot_chat.session_id'],
  },
  ownFields: { sessionId: ['gen_ai.conversation.id'] },
};
