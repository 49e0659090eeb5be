import { visibleLabel } from '../base/visibleText.ts';
import type { RecordedRequest, RequestApi } from '../model/request.ts';
import { chatMembers } from './chatBody.ts';
import type { Json, JsonObject } from './json.ts';
import { jsonObject } from './json.ts';
import { messagesMembers } from './messagesBody.ts';
import { readParameters } from './parameters.ts';
import { responsesMembers } from './responsesBody.ts';
import type { Turn } from './turns.ts';
import { readTurns, textOf } from './turns.ts';

/** Anthropic wants a limit; this one is said where the trace names none. */
const standardMaxTokens = 4096;

export interface RequestBody {
  readonly body: JsonObject;
  /** What differs from the recorded call, in sentences: one line each, safe to show. */
  readonly notes: readonly string[];
}

/** The body of the request that repeats a recorded call in one of the formats. */
export function requestBody(request: RecordedRequest, api: RequestApi): RequestBody {
  const { turns, notes } = readTurns(request.messages);
  const parameters = readParameters(request.parameters, api);
  const own = new Map(parameters.members);
  const added: string[] = [];
  if (api === 'messages' && !own.has('max_tokens')) {
    own.set('max_tokens', standardMaxTokens);
    added.push(`The trace names no limit for the answer: max_tokens is ${standardMaxTokens}.`);
  }
  const model = request.model ?? '';
  if (model === '') added.push('The trace does not name the model.');
  if (turns.length === 0) added.push('The trace does not hold the messages.');
  const left = parameters.left.slice(0, 20).map((name) => visibleLabel(name, 40));
  if (left.length > 0) added.push(`Not taken over: ${left.join(', ')}.`);
  return {
    body: jsonObject([['model', model], ...membersOf(request, turns, api), ...own]),
    notes: [...notes, ...added],
  };
}

function membersOf(
  request: RecordedRequest,
  turns: readonly Turn[],
  api: RequestApi,
): (readonly [string, Json | undefined])[] {
  switch (api) {
    case 'chat':
      return chatMembers(request, turns);
    case 'responses':
      return responsesMembers(request, turns);
    case 'messages':
      return messagesMembers(request, turns);
    case 'embeddings':
      return [['input', embeddingInput(turns)]];
  }
}

function embeddingInput(turns: readonly Turn[]): Json {
  const texts = turns.flatMap((turn) =>
    turn.type === 'results' ? [] : turn.content.flatMap((item) => (item.type === 'text' ? [item.text] : [])),
  );
  return texts.length === 1 ? (texts[0] ?? '') : texts.length === 0 ? textOf([]) : texts;
}
