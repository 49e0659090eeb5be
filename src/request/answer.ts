import { normaliseFinishReason } from '../model/finishReason.ts';
import type { Usage } from '../model/usage.ts';
import type { Json, JsonObject } from './json.ts';
import { isObject, parseJson } from './json.ts';
import type { ServerEvent } from './sse.ts';

/** An answer as far as it has come. */
export interface Answer {
  text: string;
  reasoning: string;
  readonly calls: Map<string, { name: string; arguments: string }>;
  model: string | undefined;
  finishReason: string | undefined;
  usage: Usage | undefined;
  /** What the server says went wrong. */
  error: string | undefined;
}

export function emptyAnswer(): Answer {
  return {
    text: '',
    reasoning: '',
    calls: new Map(),
    model: undefined,
    finishReason: undefined,
    usage: undefined,
    error: undefined,
  };
}

const deepest = 200;
const mostCalls = 1_000;

/** Takes in an event of a stream; anything that is not understood changes nothing. */
export function takeEvent(answer: Answer, { data }: ServerEvent, kind: 'openai' | 'anthropic'): void {
  if (data === '[DONE]') return;
  const value = parseJson(data, deepest);
  if (!isObject(value)) return;
  const error = errorOf(value);
  if (error !== undefined) answer.error = error;
  else if (kind === 'anthropic') takeAnthropic(answer, value);
  else takeOpenAi(answer, value, 'delta');
}

/** Takes in a whole answer, of a server that does not stream. */
export function takeWhole(answer: Answer, body: Json | undefined, kind: 'openai' | 'anthropic'): void {
  if (!isObject(body)) {
    answer.error = 'The answer is not JSON.';
    return;
  }
  const error = errorOf(body);
  if (error !== undefined) answer.error = error;
  else if (kind === 'openai') takeOpenAi(answer, body, 'message');
  else {
    takeAnthropic(answer, { type: 'message_start', message: body });
    for (const [index, block] of items(body['content']).entries())
      takeAnthropic(answer, { type: 'content_block_start', index, content_block: block });
    takeAnthropic(answer, { type: 'message_delta', delta: body });
  }
}

function takeOpenAi(answer: Answer, chunk: JsonObject, member: 'delta' | 'message'): void {
  answer.model ??= text(chunk['model']);
  if (isObject(chunk['usage'])) answer.usage = openAiUsage(chunk['usage']);
  const choice = items(chunk['choices']).find((item) => (number(item['index']) ?? 0) === 0);
  if (!choice) return;
  const reason = text(choice['finish_reason']);
  if (reason !== undefined) answer.finishReason = normaliseFinishReason(reason);
  const said = choice[member];
  if (!isObject(said)) return;
  answer.text += text(said['content']) ?? text(said['refusal']) ?? '';
  answer.reasoning += text(said['reasoning_content']) ?? text(said['reasoning']) ?? '';
  for (const [at, call] of items(said['tool_calls']).entries()) {
    const inner = call['function'];
    if (!isObject(inner)) continue;
    const open = callAt(answer, String(number(call['index']) ?? at));
    open.name += text(inner['name']) ?? '';
    open.arguments += text(inner['arguments']) ?? '';
  }
}

function takeAnthropic(answer: Answer, event: JsonObject): void {
  switch (event['type']) {
    case 'message_start': {
      const message = event['message'];
      if (!isObject(message)) return;
      answer.model ??= text(message['model']);
      if (isObject(message['usage'])) answer.usage = anthropicUsage(message['usage'], answer.usage);
      return;
    }
    case 'content_block_start': {
      const block = event['content_block'];
      if (!isObject(block)) return;
      if (block['type'] === 'text') answer.text += text(block['text']) ?? '';
      else if (block['type'] === 'thinking') answer.reasoning += text(block['thinking']) ?? '';
      else if (block['type'] === 'tool_use') {
        const open = callAt(answer, String(number(event['index']) ?? answer.calls.size));
        open.name = text(block['name']) ?? '';
        const input = block['input'];
        if (isObject(input) && Object.keys(input).length > 0) open.arguments = JSON.stringify(input);
      }
      return;
    }
    case 'content_block_delta': {
      const delta = event['delta'];
      if (!isObject(delta)) return;
      answer.text += text(delta['text']) ?? '';
      answer.reasoning += text(delta['thinking']) ?? '';
      const json = text(delta['partial_json']);
      if (json !== undefined) callAt(answer, String(number(event['index']) ?? 0)).arguments += json;
      return;
    }
    case 'message_delta': {
      const delta = event['delta'];
      const reason = isObject(delta) ? text(delta['stop_reason']) : undefined;
      if (reason !== undefined) answer.finishReason = normaliseFinishReason(reason);
      if (isObject(event['usage'])) answer.usage = anthropicUsage(event['usage'], answer.usage);
      return;
    }
    default:
  }
}

function callAt(answer: Answer, index: string): { name: string; arguments: string } {
  const known = answer.calls.get(index);
  if (known) return known;
  const made = { name: '', arguments: '' };
  if (answer.calls.size < mostCalls) answer.calls.set(index, made);
  return made;
}

function openAiUsage(usage: JsonObject): Usage {
  const input = usage['prompt_tokens_details'];
  const output = usage['completion_tokens_details'];
  return defined({
    input: number(usage['prompt_tokens']),
    output: number(usage['completion_tokens']),
    cacheRead: isObject(input) ? number(input['cached_tokens']) : undefined,
    inputAudio: isObject(input) ? number(input['audio_tokens']) : undefined,
    reasoning: isObject(output) ? number(output['reasoning_tokens']) : undefined,
    outputAudio: isObject(output) ? number(output['audio_tokens']) : undefined,
  });
}

/** Anthropic counts cached tokens beside the input, not within; the end of a stream repeats or adds to its beginning. */
function anthropicUsage(usage: JsonObject, before: Usage | undefined): Usage {
  const cacheRead = number(usage['cache_read_input_tokens']) ?? before?.cacheRead;
  const cacheWrite = number(usage['cache_creation_input_tokens']) ?? before?.cacheWrite;
  const creation = usage['cache_creation'];
  const cacheWrite1h = isObject(creation)
    ? number(creation['ephemeral_1h_input_tokens'])
    : before?.cacheWrite1h;
  const beside = number(usage['input_tokens']);
  const input = beside === undefined ? before?.input : beside + (cacheRead ?? 0) + (cacheWrite ?? 0);
  const output = number(usage['output_tokens']) ?? before?.output;
  return defined({ input, output, cacheRead, cacheWrite, cacheWrite1h });
}

function defined(usage: Usage): Usage {
  return Object.fromEntries(Object.entries(usage).filter(([, tokens]) => tokens !== undefined));
}

/** The message of an error object, as both kinds of endpoint send it. */
export function errorOf(body: JsonObject): string | undefined {
  const { error } = body;
  if (typeof error === 'string') return error;
  if (isObject(error)) return text(error['message']) ?? text(error['type']) ?? 'The server reports an error.';
  return body['type'] === 'error' ? (text(body['message']) ?? 'The server reports an error.') : undefined;
}

function items(value: Json | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter((item: Json): item is JsonObject => isObject(item)) : [];
}

function text(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function number(value: Json | undefined): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}
