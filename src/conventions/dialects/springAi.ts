import type { SpanKind } from '../../model/span.ts';
import type { Dialect } from '../dialect.ts';
import { kindByOperation } from './otelGenai.ts';

/** Spring AI: every value is a string; advisors and the chat client around the call. */
export const springAi: Dialect = {
  id: 'springAi',
  title: 'Spring AI (Micrometer)',
  signs: { keys: ['spring.ai.kind'] },
  kindFrom: '`spring.ai.kind`',
  kind: (view) => kinds.get(view.word('spring.ai.kind') ?? '') ?? kindByOperation(view),
  fields: {
    streaming: ['spring.ai.chat.client.stream'],
    sessionId: ['spring.ai.chat.client.conversation.id'],
    toolName: ['spring.ai.tool.definition.name'],
    toolType: ['spring.ai.tool.type'],
    toolDescription: ['spring.ai.tool.definition.description'],
    toolCallId: ['spring.ai.tool.call.id'],
    toolArguments: ['spring.ai.tool.call.arguments'],
    toolResult: ['spring.ai.tool.call.result'],
  },
};

const kinds = new Map<string, SpanKind>([
  ['chat_client', 'agent'],
  ['advisor', 'chain'],
  ['tool_call', 'tool'],
  ['vector_store', 'retrieval'],
]);
