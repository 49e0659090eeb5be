import { visibleLabel } from '../base/visibleText.ts';
import type { Conversation, Message, MessagePart } from '../model/message.ts';

/** A conversation as a Markdown document: a heading a message, structured parts in fences that nothing inside ends. */
export function conversationMarkdown(title: string, { system, input, output }: Conversation): string {
  const messages = [...system, ...input, ...output].map(messageMarkdown);
  return [`# ${inline(title)}`, ...messages].join('\n\n').concat('\n');
}

function messageMarkdown({ role, name, parts, finishReason }: Message): string {
  const who = `${role.charAt(0).toUpperCase()}${role.slice(1)}`;
  const more = [name, finishReason === 'stop' ? undefined : finishReason].filter(
    (text) => text !== undefined,
  );
  const heading = `## ${inline([who, ...more].join(' · '))}`;
  return [heading, ...parts.map(partMarkdown)].join('\n\n');
}

function partMarkdown(part: MessagePart): string {
  switch (part.type) {
    case 'text':
      return part.text;
    case 'refusal':
      return `**Refusal:** ${part.text}`;
    case 'reasoning':
      return quote(`Reasoning\n\n${part.text}`);
    case 'tool_call':
      return `**Tool call** ${code(part.name)}${part.id === undefined ? '' : ` (${code(part.id)})`}\n\n${fence(part.arguments, 'json')}`;
    case 'tool_result':
      return `**${part.isError === true ? 'Failed' : 'Result'}**${part.id === undefined ? '' : ` (${code(part.id)})`}\n\n${fence(part.result)}`;
    case 'media':
      return `_[${part.modality}${part.mimeType === undefined ? '' : ` ${inline(part.mimeType)}`}${
        part.uri === undefined ? '' : `: ${code(part.uri)}`
      }]_`;
    case 'raw':
      return fence(part.text);
  }
}

function quote(text: string): string {
  return text
    .split('\n')
    .map((line) => `> ${line}`)
    .join('\n');
}

/** A code fence one tick longer than the longest run of ticks inside. */
function fence(text: string, language = ''): string {
  const ticks = '`'.repeat(Math.max(3, longestRun(text) + 1));
  return `${ticks}${language}\n${text}\n${ticks}`;
}

function code(text: string): string {
  const shown = visibleLabel(text, 400);
  const ticks = '`'.repeat(longestRun(shown) + 1);
  return shown.includes('`') ? `${ticks} ${shown} ${ticks}` : `${ticks}${shown}${ticks}`;
}

function longestRun(text: string): number {
  let longest = 0;
  let run = 0;
  for (let at = 0; at < text.length; at++) {
    run = text.charCodeAt(at) === 96 ? run + 1 : 0;
    if (run > longest) longest = run;
  }
  return longest;
}

/** One line on which no character means anything to Markdown. */
function inline(text: string): string {
  return visibleLabel(text, 200).replaceAll(/[\\`*_{}[\]<>#|!~&]/g, (char) => `\\${char}`);
}
