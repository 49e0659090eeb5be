import { visibleLabel } from '../base/visibleText.ts';
import type { RecordedRequest, RequestApi, RequestPart } from '../model/request.ts';
import type { DraftMessage, ReplayDraft, ReplayRequest } from '../protocol/replay.ts';
import { requestBody } from './body.ts';
import type { JsonObject } from './json.ts';
import { isObject, jsonObject, parseJson } from './json.ts';
import { readParameters } from './parameters.ts';

/** A longer text goes along as it was: a text field is no place for it. */
const longestEdited = 100_000;
const shownOfFixed = 2_000;

/** A recorded call as a draft: what can be edited, and what goes along. */
export function draftOf(request: RecordedRequest): ReplayRequest {
  const parameters = (api: RequestApi): string => {
    const members = new Map(readParameters(request.parameters, api).members);
    if (api === 'messages' && !members.has('max_tokens')) members.set('max_tokens', 4096);
    return JSON.stringify(jsonObject(members), undefined, 2);
  };
  return {
    model: request.model ?? '',
    messages: request.messages.map(({ role, parts }) => ({ role, parts: parts.map(draftPart) })),
    tools: request.tools.map(({ name }) => name),
    parameters: { openai: parameters('chat'), anthropic: parameters('messages') },
    notes: requestBody(request, 'chat').notes,
  };
}

function draftPart(part: RequestPart): DraftMessage['parts'][number] {
  const fixed = (label: string, text: string): DraftMessage['parts'][number] => ({
    type: 'fixed',
    label,
    text: text.slice(0, shownOfFixed),
  });
  switch (part.type) {
    case 'text':
      return part.text.length <= longestEdited
        ? { type: 'text', text: part.text }
        : fixed(`text of ${part.text.length} characters`, part.text);
    case 'tool_call':
      return fixed(`calls ${visibleLabel(part.name, 80)}`, part.arguments);
    case 'tool_result':
      return fixed('result', part.result);
    case 'media':
      return fixed(part.modality, part.uri ?? (part.data === undefined ? 'not in the trace' : 'inline'));
    default:
      return fixed(part.type, part.text);
  }
}

/** The recorded request with the user's changes; edits of what is not there, or is no text, change nothing. */
export function applyDraft(
  request: RecordedRequest,
  draft: Pick<ReplayDraft, 'model' | 'edits' | 'removed' | 'withTools'>,
): RecordedRequest {
  const edits = new Map(draft.edits.map(({ message, part, text }) => [`${message}/${part}`, text]));
  const removed = new Set(draft.removed);
  const messages = request.messages
    .map(({ role, name, parts }, message) => ({
      role,
      name,
      parts: parts.map((part, at) => {
        const text = part.type === 'text' ? edits.get(`${message}/${at}`) : undefined;
        return text === undefined ? part : { type: 'text' as const, text };
      }),
    }))
    .filter((_message, index) => !removed.has(index));
  return { ...request, model: draft.model, messages, tools: draft.withTools ? request.tools : [] };
}

/** The body to send, streamed; a sentence where the parameters are no JSON object. */
export function draftBody(
  request: RecordedRequest,
  parameters: string,
  kind: 'openai' | 'anthropic',
): { readonly body: JsonObject } | { readonly problem: string } {
  const api = kind === 'anthropic' ? 'messages' : 'chat';
  const own = parameters.trim() === '' ? {} : parseJson(parameters);
  if (!isObject(own)) return { problem: 'The parameters are not a JSON object.' };
  const { body } = requestBody({ ...request, parameters: [] }, api);
  if (typeof body['model'] !== 'string' || body['model'] === '') return { problem: 'Name a model.' };
  const { messages } = body;
  if (!Array.isArray(messages) || messages.length === 0) return { problem: 'There is no message to send.' };
  const stream: [string, JsonObject | boolean][] =
    kind === 'anthropic'
      ? [['stream', true]]
      : [
          ['stream', true],
          ['stream_options', { include_usage: true }],
        ];
  // What the user wrote goes before our own defaults, but never before what is shown elsewhere.
  const fixed = Object.entries(body).filter(([key]) => key !== 'max_tokens');
  const usual = Object.entries(body).filter(([key]) => key === 'max_tokens');
  return { body: jsonObject([...usual, ...Object.entries(own), ...fixed, ...stream]) };
}
