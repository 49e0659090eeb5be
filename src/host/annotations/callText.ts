/** A call as a text to read beside the code: what it took, what it cost and why, what was asked and answered. Pure. */
import { dropHalfPair, markInvisible } from '../../base/visibleText.ts';
import type { Message, MessagePart } from '../../model/message.ts';
import type { SpanDetails } from '../../protocol/details.ts';
import { formatBytes, formatCount } from '../../protocol/format.ts';
import { spanLabel, spanTooltip } from '../views/traces/rowText.ts';

/** Characters of one part, and parts in all: the details panel shows the rest. */
const longestPart = 4000;
const mostParts = 60;

export function callText(details: SpanDetails): string {
  const { conversation, tool } = details;
  const messages = [...conversation.system, ...conversation.input, ...conversation.output];
  const parts = messages.flatMap((message) => message.parts.map((part) => ({ message, part })));
  const left = parts.length - mostParts;
  // The newest parts are the ones of interest.
  const shown = left > 0 ? parts.slice(left) : parts;
  const blocks = [
    // The editor would put a frame around each multiplication sign: it looks like a letter.
    [spanLabel(details.row), ...spanTooltip(details.row)].join('\n').replaceAll('×', '*'),
    ...(left > 0 ? [`… ${formatCount(left)} earlier parts are in the details`] : []),
    ...shown.map(({ message, part }) => partBlock(message, part)),
    ...(tool?.arguments === undefined ? [] : [block('arguments', tool.arguments)]),
    ...(tool?.result === undefined ? [] : [block('result', tool.result)]),
  ];
  return `${blocks.join('\n\n')}\n`;
}

function partBlock({ role, name }: Message, part: MessagePart): string {
  const heading = name === undefined ? role : `${role} (${name})`;
  switch (part.type) {
    case 'text':
    case 'raw':
      return block(heading, part.text);
    case 'reasoning':
    case 'refusal':
      return block(`${heading}, ${part.type}`, part.text);
    case 'tool_call':
      return block(`${heading} calls ${part.name}`, part.arguments);
    case 'tool_result':
      return block(`${heading}, ${part.isError === true ? 'failed ' : ''}result`, part.result);
    case 'media':
      return block(heading, `[${part.modality}] ${mediaText(part)}`);
  }
}

function mediaText({ uri, inlineBytes, mimeType }: Extract<MessagePart, { type: 'media' }>): string {
  return [mimeType, uri, inlineBytes === undefined ? undefined : formatBytes(inlineBytes)]
    .filter((part) => part !== undefined)
    .join(', ');
}

function block(heading: string, text: string): string {
  const isCut = text.length > longestPart;
  const shown = markInvisible(isCut ? dropHalfPair(text.slice(0, longestPart)) : text);
  const more = isCut ? `\n… (${formatCount(text.length)} characters)` : '';
  return `── ${markInvisible(heading.slice(0, 200)).replace(/\n/g, ' ')} ──\n${shown}${more}`;
}
