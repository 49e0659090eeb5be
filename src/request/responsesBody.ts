import type { RecordedRequest } from '../model/request.ts';
import { functionOf, imageUrl } from './chatBody.ts';
import type { Json, JsonObject } from './json.ts';
import { jsonObject } from './json.ts';
import type { Content, Turn } from './turns.ts';
import { systemText, textOf } from './turns.ts';

/** Instructions, input and tools of OpenAI's Responses API. */
export function responsesMembers(
  { tools }: RecordedRequest,
  turns: readonly Turn[],
): (readonly [string, Json | undefined])[] {
  const instructions = systemText(turns);
  return [
    ['instructions', instructions === '' ? undefined : instructions],
    ['input', turns.filter((turn) => turn.type !== 'system').flatMap(inputItems)],
    [
      'tools',
      tools.length === 0
        ? undefined
        : tools.map((tool) => jsonObject([['type', 'function'], ...Object.entries(functionOf(tool))])),
    ],
  ];
}

function inputItems(turn: Turn): JsonObject[] {
  switch (turn.type) {
    case 'system':
    case 'user':
      return [{ role: turn.type, content: turn.content.map(inputContent) }];
    case 'assistant':
      return [
        ...(turn.content.length === 0
          ? []
          : [{ role: 'assistant', content: [{ type: 'output_text', text: textOf(turn.content) }] }]),
        ...turn.calls.map((call) => ({
          type: 'function_call',
          call_id: call.id,
          name: call.name,
          arguments: call.arguments === '' ? '{}' : call.arguments,
        })),
      ];
    case 'results':
      return turn.results.map(({ id, result }) => ({
        type: 'function_call_output',
        call_id: id,
        output: result,
      }));
  }
}

function inputContent(item: Content): JsonObject {
  return item.type === 'text'
    ? { type: 'input_text', text: item.text }
    : { type: 'input_image', image_url: imageUrl(item) };
}
