import type { Conversation, Message, MessagePart } from '../../src/model/message.ts';

export type ToolCallPart = Extract<MessagePart, { type: 'tool_call' }>;
export type ToolResultPart = Extract<MessagePart, { type: 'tool_result' }>;

/** A message as shown: a tool call together with the result that answers it, wherever that stood. */
export interface ShownMessage {
  readonly role: string;
  readonly name?: string | undefined;
  readonly finishReason?: string | undefined;
  readonly parts: readonly ShownPart[];
}
export type ShownPart =
  | { readonly type: 'call'; readonly call: ToolCallPart; readonly result: ToolResultPart | undefined }
  | Exclude<MessagePart, ToolCallPart>;

export interface ShownConversation {
  readonly system: readonly ShownMessage[];
  readonly input: readonly ShownMessage[];
  readonly output: readonly ShownMessage[];
}

/** Folds each tool result into the call it answers, by id; a result without a call stays where it was. */
export function foldToolResults(conversation: Conversation): ShownConversation {
  const all = [...conversation.system, ...conversation.input, ...conversation.output];
  const results = resultsByCall(all);
  const folded = new Set<MessagePart>(results.values());
  const show = (messages: readonly Message[]): ShownMessage[] =>
    messages.map((message) => shown(message, results, folded)).filter(({ parts }) => parts.length > 0);
  return {
    system: show(conversation.system),
    input: show(conversation.input),
    output: show(conversation.output),
  };
}

/** For each tool call with an id, the first result behind it with the same id that no earlier call has taken. */
function resultsByCall(messages: readonly Message[]): Map<ToolCallPart, ToolResultPart> {
  const open = new Map<string, ToolCallPart[]>();
  const results = new Map<ToolCallPart, ToolResultPart>();
  for (const part of messages.flatMap((message) => message.parts)) {
    if (part.type === 'tool_call' && part.id !== undefined) {
      const calls = open.get(part.id);
      if (calls) calls.push(part);
      else open.set(part.id, [part]);
    } else if (part.type === 'tool_result' && part.id !== undefined) {
      const call = open.get(part.id)?.shift();
      if (call) results.set(call, part);
    }
  }
  return results;
}

function shown(
  message: Message,
  results: ReadonlyMap<ToolCallPart, ToolResultPart>,
  folded: ReadonlySet<MessagePart>,
): ShownMessage {
  const parts = message.parts
    .filter((part) => !folded.has(part))
    .map((part): ShownPart =>
      part.type === 'tool_call' ? { type: 'call', call: part, result: results.get(part) } : part,
    );
  return { role: message.role, name: message.name, finishReason: message.finishReason, parts };
}
