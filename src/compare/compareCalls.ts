import type { Conversation, Message, ToolDefinition } from '../model/message.ts';
import type { CallComparison, CallSide, MessagePair, PairState, ToolPair } from '../protocol/compare.ts';
import { align } from './align.ts';
import { messageText, promptPieces, toolText } from './prompt.ts';
import { commonLength, promptPrefix, type CachedCall } from './promptPrefix.ts';
import { abbreviated, textDiff } from './textDiff.ts';

/** A call with what it said and was asked. */
export interface ComparedCall {
  readonly side: CallSide;
  readonly conversation: Conversation;
  readonly tools: readonly ToolDefinition[];
  readonly parameters: ReadonlyMap<string, string>;
}

/** Two calls side by side. Bounded work whatever the texts are. */
export function compareCalls(left: ComparedCall, right: ComparedCall): CallComparison {
  const prompt = (call: ComparedCall): Message[] => [...call.conversation.system, ...call.conversation.input];
  const pieces = ({ conversation: { system, input }, tools }: ComparedCall) =>
    promptPieces(system, input, tools);
  return {
    left: left.side,
    right: right.side,
    parameters: compareParameters(left.parameters, right.parameters),
    tools: compareTools(left.tools, right.tools),
    prompt: compareMessages(prompt(left), prompt(right)),
    answer: compareMessages(left.conversation.output, right.conversation.output),
    prefix: promptPrefix(pieces(left), pieces(right), { left: cached(left), right: cached(right) }),
  };
}

function cached({ side: { model, provider, row, usage } }: ComparedCall): CachedCall {
  const endMicros = row.durationMs === undefined ? undefined : row.startMicros + row.durationMs * 1000;
  return { model, provider, startMicros: row.startMicros, endMicros, usage };
}

function compareParameters(
  left: ReadonlyMap<string, string>,
  right: ReadonlyMap<string, string>,
): CallComparison['parameters'] {
  const names = [...new Set([...left.keys(), ...right.keys()])].sort();
  return names.map((name) => ({ name, left: left.get(name), right: right.get(name) }));
}

function compareTools(left: readonly ToolDefinition[], right: readonly ToolDefinition[]): ToolPair[] {
  const others = new Map(right.map((tool) => [tool.name, tool]));
  const own = new Set(left.map((tool) => tool.name));
  return [
    ...left.map((tool) => toolPair(tool, others.get(tool.name))),
    ...right.filter(({ name }) => !own.has(name)).map((tool) => toolPair(undefined, tool)),
  ];
}

function toolPair(left: ToolDefinition | undefined, right: ToolDefinition | undefined): ToolPair {
  const texts = [left && toolText(left), right && toolText(right)] as const;
  return { name: left?.name ?? right?.name ?? '', ...compareTexts(...texts) };
}

interface Said {
  readonly role: string;
  readonly text: string;
  readonly position: number;
}

function compareMessages(left: readonly Message[], right: readonly Message[]): MessagePair[] {
  const said = (message: Message, index: number): Said => ({
    role: message.role,
    text: messageText(message),
    position: index + 1,
  });
  const [some, others] = [left.map(said), right.map(said)];
  return align(some, others, { key: ({ role, text }) => `${role}\u0000${text}`, score: likeness }).map(
    ([l, r]) => {
      const [first, second] = [
        l === undefined ? undefined : some[l],
        r === undefined ? undefined : others[r],
      ];
      return {
        role: second?.role ?? first?.role ?? '',
        left: first?.position,
        right: second?.position,
        ...compareTexts(first?.text, second?.text),
      };
    },
  );
}

/** Looked at to tell whether two messages are versions of each other. */
const looked = 2_000;

function likeness(left: Said, right: Said): number {
  if (left.role !== right.role) return 0;
  if (left.text === right.text) return 3;
  const [a, b] = [left.text.slice(0, looked), right.text.slice(0, looked)];
  return 1 + commonLength(a, b) / Math.max(1, a.length, b.length);
}

function compareTexts(
  left: string | undefined,
  right: string | undefined,
): { readonly state: PairState; readonly parts: MessagePair['parts'] } {
  if (left === undefined)
    return { state: 'added', parts: abbreviated([{ kind: 'added', text: right ?? '' }]) };
  if (right === undefined) return { state: 'removed', parts: abbreviated([{ kind: 'removed', text: left }]) };
  return { state: left === right ? 'same' : 'changed', parts: abbreviated(textDiff(left, right)) };
}
