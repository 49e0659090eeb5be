import type { Message } from '../../model/message.ts';

/**
 * The text of an answer: the text parts of the assistant's messages, joined by line breaks. Reasoning, refusals,
 * tool calls and parts that were not understood are not part of it.
 */
export function answerText(messages: readonly Message[]): string {
  const texts: string[] = [];
  for (const message of messages) {
    if (message.role !== 'assistant') continue;
    for (const part of message.parts) if (part.type === 'text') texts.push(part.text);
  }
  return texts.join('\n');
}
