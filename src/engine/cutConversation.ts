import { dropHalfPair } from '../base/visibleText.ts';
import type { Conversation, Message, MessagePart } from '../model/message.ts';
import type { CutText, PartPlace } from '../protocol/details.ts';

/** A text longer than `whole` is sent as its first `head` characters; when `all` are sent, as its first `least`. */
const limits = { whole: 100_000, head: 16_000, all: 1_000_000, least: 1_000 } as const;

/**
 * A conversation small enough to be shown at once, whatever was sent: long texts cut, and of very many the earlier
 * ones, since the answer and the last messages are what is looked at first.
 */
export function cutConversation(conversation: Conversation): {
  readonly conversation: Conversation;
  readonly cutTexts: readonly CutText[];
} {
  const cutTexts: CutText[] = [];
  let left: number = limits.all;
  const cutSection = (section: PartPlace['section']): Message[] => {
    const messages = conversation[section].map((message, number) => ({ message, number })).reverse();
    return messages
      .map(({ message, number }) => {
        const parts = message.parts.map((part, at) => {
          const text = textOfPart(part);
          if (text === undefined) return part;
          const most = text.length > limits.whole ? limits.head : text.length;
          const kept = Math.min(most, Math.max(limits.least, left));
          left -= Math.min(kept, text.length);
          if (kept >= text.length) return part;
          cutTexts.push({ section, message: number, part: at, length: text.length });
          return withText(part, dropHalfPair(text.slice(0, kept)));
        });
        return { ...message, parts };
      })
      .reverse();
  };
  const output = cutSection('output');
  const input = cutSection('input');
  const system = cutSection('system');
  return cutTexts.length === 0
    ? { conversation, cutTexts }
    : { conversation: { system, input, output }, cutTexts };
}

/** The text of a part that can be long. */
export function textOfPart(part: MessagePart): string | undefined {
  switch (part.type) {
    case 'tool_call':
      return part.arguments;
    case 'tool_result':
      return part.result;
    case 'media':
      return undefined;
    default:
      return part.text;
  }
}

function withText(part: MessagePart, text: string): MessagePart {
  switch (part.type) {
    case 'tool_call':
      return { ...part, arguments: text };
    case 'tool_result':
      return { ...part, result: text };
    case 'media':
      return part;
    default:
      return { ...part, text };
  }
}
