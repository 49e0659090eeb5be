import type { MessagePart } from '../model/message.ts';
import type { RequestMessage, RequestPart } from '../model/request.ts';
import { imageType } from '../base/imageType.ts';

export type ToolCallPart = Extract<MessagePart, { type: 'tool_call' }>;
export type ToolResultPart = Extract<MessagePart, { type: 'tool_result' }>;

/** Text or an image: what a person or a model can put into a message. */
export type Content =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'image'; readonly url: string }
  | { readonly type: 'inlineImage'; readonly mimeType: string; readonly data: string };

/** A message in the terms that all formats share: each tool call has an id, each result the id of its call. */
export type Turn =
  | {
      readonly type: 'system' | 'user';
      readonly name?: string | undefined;
      readonly content: readonly Content[];
    }
  | {
      readonly type: 'assistant';
      readonly content: readonly Content[];
      readonly calls: readonly (ToolCallPart & { readonly id: string })[];
    }
  | { readonly type: 'results'; readonly results: readonly (ToolResultPart & { readonly id: string })[] };

export interface Turns {
  readonly turns: readonly Turn[];
  /** What could not be taken over, in sentences. */
  readonly notes: readonly string[];
}

const assistantRoles = new Set(['assistant', 'ai', 'model', 'chatbot']);
const systemRoles = new Set(['system', 'developer']);
const resultRoles = new Set(['tool', 'function']);

/** Reads recorded messages into turns; calls and results without an id are given one, in their order. */
export function readTurns(messages: readonly RequestMessage[]): Turns {
  const notes = new Set<string>();
  const turns: Turn[] = [];
  const open: string[] = [];
  let made = 0;
  for (const { role, name, parts } of messages) {
    const content: Content[] = [];
    const calls: (ToolCallPart & { id: string })[] = [];
    const results: (ToolResultPart & { id: string })[] = [];
    const isResult = resultRoles.has(role);
    const isAssistant = assistantRoles.has(role);
    for (const part of parts) {
      if (part.type === 'tool_call') {
        const id = part.id ?? `call_${++made}`;
        open.push(id);
        calls.push({ ...part, id });
      } else if (part.type === 'tool_result') {
        results.push({ ...part, id: answered(open, part.id) ?? `call_${++made}` });
      } else if (isResult && part.type === 'text') {
        results.push({
          type: 'tool_result',
          id: answered(open, undefined) ?? `call_${++made}`,
          result: part.text,
        });
      } else content.push(...readContent(part, notes));
    }
    if (results.length > 0) turns.push({ type: 'results', results });
    if (isAssistant || calls.length > 0) {
      if (content.length + calls.length > 0) turns.push({ type: 'assistant', content, calls });
    } else if (content.length > 0) {
      turns.push({ type: systemRoles.has(role) ? 'system' : 'user', name, content });
    }
  }
  return { turns, notes: [...notes] };
}

/** The id a result answers: its own, or that of the oldest call without an answer. */
function answered(open: string[], id: string | undefined): string | undefined {
  if (id === undefined) return open.shift();
  const at = open.indexOf(id);
  if (at >= 0) open.splice(at, 1);
  return id;
}

function readContent(
  part: Exclude<RequestPart, ToolCallPart | ToolResultPart>,
  notes: Set<string>,
): Content[] {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return part.text === '' ? [] : [{ type: 'text', text: part.text }];
    case 'raw':
      notes.add('A part of a message is of an unknown form: it stands here as text.');
      return [{ type: 'text', text: part.text }];
    case 'reasoning':
      notes.add('Reasoning of earlier answers is left out: models do not take it back.');
      return [];
    case 'media': {
      if (part.modality === 'image' && part.data !== undefined) {
        const mimeType = imageType(part.data);
        if (mimeType !== undefined) return [{ type: 'inlineImage', mimeType, data: part.data }];
      }
      if (part.modality === 'image' && part.uri !== undefined && /^https?:\/\//i.test(part.uri))
        return [{ type: 'image', url: part.uri }];
      notes.add(`The trace does not hold all content: ${part.modality} is left out.`);
      return [];
    }
  }
}

/** The text of a turn, where text is all a format takes. */
export function textOf(content: readonly Content[]): string {
  return content.flatMap((item) => (item.type === 'text' ? [item.text] : [])).join('\n\n');
}

/** All instructions as one text. */
export function systemText(turns: readonly Turn[]): string {
  return turns.flatMap((turn) => (turn.type === 'system' ? [textOf(turn.content)] : [])).join('\n\n');
}
