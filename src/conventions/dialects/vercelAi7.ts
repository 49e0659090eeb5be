import type { Dialect } from '../dialect.ts';
import { kindByOperation } from './otelGenai.ts';

/** AI SDK 7: `gen_ai.*`, scope `gen_ai`; usage on `invoke_agent` and on `chat`, embeddings nested twice. */
export const vercelAi7: Dialect = {
  id: 'vercelAi7',
  title: 'Vercel AI SDK 7',
  signs: { scopes: ['gen_ai'] },
  kindFrom: '`gen_ai.operation.name`',
  kind: kindByOperation,
  ownFields: { sessionId: ['gen_ai.conversation.id', 'session.id'], userId: ['user.id'] },
};
