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

/** A message as one text, for the clipboard. `whole`: the text of a part that is cut here. */
export function messageText(
  { parts }: ShownMessage,
  whole: (part: MessagePart) => string | undefined = () => undefined,
): string {
  const resultOf = (part: ToolResultPart): string => whole(part) ?? part.result;
  return parts
    .map((part) => {
      if (part.type === 'call') {
        const { call, result } = part;
        return `${call.name}(${whole(call) ?? call.arguments})${result ? `\n→ ${resultOf(result)}` : ''}`;
      }
      if (part.type === 'tool_result') return resultOf(part);
      if (part.type === 'media') return `[${part.modality}${part.uri === undefined ? '' : ` ${part.uri}`}]`;
      return whole(part) ?? part.text;
    })
    .join('\n\n');
}

/** The parts of a message as they came, with calls and results apart. */
export function plainParts({ parts }: ShownMessage): MessagePart[] {
  return parts.flatMap((part): MessagePart[] =>
    part.type === 'call' ? (part.result ? [part.call, part.result] : [part.call]) : [part],
  );
}

/** Whether a text occurs in a message; case does not matter. `whole`: the text of a part that is cut here. */
export function messageHolds(
  { parts, role, name }: ShownMessage,
  query: string,
  whole: (part: MessagePart) => string | undefined,
): boolean {
  const needle = query.toLowerCase();
  const holds = (text: string | undefined): boolean => text?.toLowerCase().includes(needle) === true;
  if (holds(role) || holds(name)) return true;
  return parts.some((part) => {
    if (part.type === 'call') {
      const { call, result } = part;
      return (
        holds(call.name) ||
        holds(whole(call) ?? call.arguments) ||
        (result !== undefined && holds(whole(result) ?? result.result))
      );
    }
    if (part.type === 'media') return holds(part.uri) || holds(part.mimeType);
    return holds(whole(part) ?? (part.type === 'tool_result' ? part.result : part.text));
  });
}
