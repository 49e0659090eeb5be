import type { RecordedRequest } from '../model/request.ts';
import { schemaOf } from './chatBody.ts';
import type { Json, JsonObject } from './json.ts';
import { isObject, jsonObject, parseJson } from './json.ts';
import type { Content, Turn } from './turns.ts';
import { systemText } from './turns.ts';

/** System, messages and tools of Anthropic's Messages API, whose roles take turns. */
export function messagesMembers(
  { tools }: RecordedRequest,
  turns: readonly Turn[],
): (readonly [string, Json | undefined])[] {
  const system = systemText(turns);
  return [
    ['system', system === '' ? undefined : system],
    ['messages', takingTurns(turns.filter((turn) => turn.type !== 'system'))],
    [
      'tools',
      tools.length === 0
        ? undefined
        : tools.map((tool) =>
            jsonObject([
              ['name', tool.name],
              ['description', tool.description],
              ['input_schema', schemaOf(tool)],
            ]),
          ),
    ],
  ];
}

function takingTurns(turns: readonly Turn[]): JsonObject[] {
  const messages: { role: 'user' | 'assistant'; blocks: JsonObject[] }[] = [];
  for (const turn of turns) {
    const role = turn.type === 'assistant' ? 'assistant' : 'user';
    const last = messages.at(-1);
    if (last?.role === role) last.blocks.push(...blocksOf(turn));
    else messages.push({ role, blocks: blocksOf(turn) });
  }
  return messages.map(({ role, blocks }) => {
    const [only] = blocks;
    const text = blocks.length === 1 && only?.['type'] === 'text' ? only['text'] : undefined;
    return { role, content: text ?? blocks };
  });
}

function blocksOf(turn: Turn): JsonObject[] {
  switch (turn.type) {
    case 'system':
    case 'user':
      return turn.content.map(block);
    case 'assistant':
      return [
        ...turn.content.map(block),
        ...turn.calls.map((call) => ({
          type: 'tool_use',
          id: call.id,
          name: call.name,
          input: inputOf(call.arguments),
        })),
      ];
    case 'results':
      return turn.results.map(({ id, result, isError }) =>
        jsonObject([
          ['type', 'tool_result'],
          ['tool_use_id', id],
          ['content', result],
          ['is_error', isError === true ? true : undefined],
        ]),
      );
  }
}

function block(item: Content): JsonObject {
  switch (item.type) {
    case 'text':
      return { type: 'text', text: item.text };
    case 'image':
      return { type: 'image', source: { type: 'url', url: item.url } };
    case 'inlineImage':
      return { type: 'image', source: { type: 'base64', media_type: item.mimeType, data: item.data } };
  }
}

function inputOf(text: string): JsonObject {
  const parsed = parseJson(text);
  return isObject(parsed) ? parsed : {};
}
