import type { RecordedRequest } from '../model/request.ts';
import type { Json, JsonObject } from './json.ts';
import { jsonObject, parseJson } from './json.ts';
import type { Content, Turn } from './turns.ts';
import { textOf } from './turns.ts';

/** Messages and tools of OpenAI's chat completions. */
export function chatMembers(
  { tools }: RecordedRequest,
  turns: readonly Turn[],
): (readonly [string, Json | undefined])[] {
  return [
    ['messages', turns.flatMap(chatMessages)],
    [
      'tools',
      tools.length === 0
        ? undefined
        : tools.map((tool) => ({ type: 'function', function: functionOf(tool) })),
    ],
  ];
}

/** A tool as OpenAI's formats describe it. */
export function functionOf(tool: RecordedRequest['tools'][number]): JsonObject {
  return jsonObject([
    ['name', tool.name],
    ['description', tool.description],
    ['parameters', schemaOf(tool)],
  ]);
}

/** A tool's JSON Schema; one that allows anything where the trace has none. */
export function schemaOf({ parameters }: RecordedRequest['tools'][number]): Json {
  const schema = parameters === undefined ? undefined : parseJson(parameters);
  return typeof schema === 'object' && schema !== null && !Array.isArray(schema)
    ? schema
    : { type: 'object', properties: {} };
}

function chatMessages(turn: Turn): JsonObject[] {
  switch (turn.type) {
    case 'system':
      return [{ role: 'system', content: textOf(turn.content) }];
    case 'user':
      return [
        jsonObject([
          ['role', 'user'],
          ['content', chatContent(turn.content)],
        ]),
      ];
    case 'assistant':
      return [
        jsonObject([
          ['role', 'assistant'],
          ['content', turn.content.length === 0 ? null : textOf(turn.content)],
          [
            'tool_calls',
            turn.calls.length === 0
              ? undefined
              : turn.calls.map((call) => ({
                  id: call.id,
                  type: 'function',
                  function: { name: call.name, arguments: call.arguments === '' ? '{}' : call.arguments },
                })),
          ],
        ]),
      ];
    case 'results':
      return turn.results.map(({ id, result }) => ({ role: 'tool', tool_call_id: id, content: result }));
  }
}

function chatContent(content: readonly Content[]): Json {
  if (content.every((item) => item.type === 'text')) return textOf(content);
  return content.map((item): Json =>
    item.type === 'text'
      ? { type: 'text', text: item.text }
      : { type: 'image_url', image_url: { url: imageUrl(item) } },
  );
}

/** A picture's address, or its content as a `data:` URL. */
export function imageUrl(image: Exclude<Content, { type: 'text' }>): string {
  return image.type === 'image' ? image.url : `data:${image.mimeType};base64,${image.data}`;
}
