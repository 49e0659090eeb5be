/** A small client for chat completions: streaming, retries, and a span with `llm.*` attributes for each call. */
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { traced } from './telemetry.mjs';

const ownFile = fileURLToPath(import.meta.url);
const mostAttempts = 3;

export class ModelError extends Error {
  constructor(status, message) {
    super(`${status}: ${message}`);
    this.name = status === 429 ? 'RateLimitError' : 'ServiceError';
  }
}

export class ChatModel {
  #baseUrl;

  constructor(baseUrl) {
    this.#baseUrl = baseUrl;
  }

  /**
   * @param request `{ model, messages, tools?, max_tokens?, stream? }` as OpenAI's API takes it
   * @returns `{ text, toolCalls, finishReason, usage }`; a refusal is text
   * @throws ModelError when the service refuses or fails, after its retries
   */
  chat(request) {
    const attributes = {
      'llm.model': request.model,
      'llm.provider': 'openai',
      'gen_ai.input.messages': JSON.stringify(request.messages.map(toParts)),
      ...(request.tools && {
        'gen_ai.tool.definitions': JSON.stringify(
          request.tools.map((tool) => ({ type: 'function', ...tool.function })),
        ),
      }),
      ...(request.max_tokens && { 'gen_ai.request.max_tokens': request.max_tokens }),
      ...(request.stream && { 'gen_ai.request.stream': true }),
    };
    return traced('llm.generate', { attributes, client: true, library: ownFile }, async (span) => {
      const begun = performance.now();
      const answer = await this.#send(request, (seconds) =>
        span.setAttribute('gen_ai.response.time_to_first_chunk', seconds),
      );
      span.setAttributes({
        'llm.latency_ms': Math.round(performance.now() - begun),
        'llm.finish_reason': answer.finishReason,
        'llm.input_tokens': answer.usage.prompt_tokens,
        'llm.output_tokens': answer.usage.completion_tokens,
        'llm.total_tokens': answer.usage.total_tokens,
        'gen_ai.usage.cache_read.input_tokens': answer.usage.prompt_tokens_details.cached_tokens,
        'gen_ai.response.model': answer.model,
        'gen_ai.response.id': answer.id,
        'gen_ai.output.messages': JSON.stringify([toParts(asMessage(answer))]),
        'quality.has_code': answer.text.includes('```'),
        'quality.contains_apology': /\b(sorry|apologi[sz]e)\b/i.test(answer.text),
        'quality.response_length': answer.text.length,
        'quality.finish_reason': answer.finishReason,
      });
      return answer;
    });
  }

  async #send(request, onFirstChunk) {
    for (let attempt = 1; ; attempt++) {
      const response = await this.#post(request, attempt);
      if (response.ok)
        return request.stream ? readStream(response, onFirstChunk) : readAnswer(await response.json());
      const { error } = await response.json();
      const retryable = response.status === 429 || response.status >= 500;
      if (!retryable || attempt === mostAttempts) throw new ModelError(response.status, error.message);
      await sleep(Number(response.headers.get('retry-after') ?? 0.1) * 1000);
    }
  }

  #post(request, attempt) {
    const url = `${this.#baseUrl}/chat/completions`;
    const attributes = {
      'http.request.method': 'POST',
      'url.full': url,
      ...(attempt > 1 && { 'http.request.resend_count': attempt - 1 }),
    };
    return traced('POST', { attributes, client: true, located: false }, async (span) => {
      const begun = performance.now();
      const body = request.stream ? { ...request, stream_options: { include_usage: true } } : request;
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      response.begun = begun;
      span.setAttribute('http.response.status_code', response.status);
      if (!response.ok) {
        span.setAttribute('error.type', String(response.status));
        span.setStatus({ code: 2, message: `HTTP ${response.status}` });
      }
      return response;
    });
  }
}

function readAnswer(body) {
  const [choice] = body.choices;
  return {
    id: body.id,
    model: body.model,
    text: choice.message.content ?? choice.message.refusal ?? '',
    toolCalls: choice.message.tool_calls ?? [],
    finishReason: choice.finish_reason,
    usage: body.usage,
  };
}

async function readStream(response, onFirstChunk) {
  const answer = { id: '', model: '', text: '', toolCalls: [], finishReason: '', usage: undefined };
  let rest = '';
  const decoder = new TextDecoder();
  for await (const bytes of response.body) {
    rest += decoder.decode(bytes, { stream: true });
    const events = rest.split('\n\n');
    rest = events.pop();
    for (const event of events) {
      const data = event.replace(/^data: /, '');
      if (data === '[DONE]') continue;
      const chunk = JSON.parse(data);
      const [choice] = chunk.choices;
      const text = choice?.delta.content ?? choice?.delta.refusal ?? '';
      if (answer.text === '' && text !== '') onFirstChunk((performance.now() - response.begun) / 1000);
      answer.id = chunk.id;
      answer.model = chunk.model;
      answer.text += text;
      answer.finishReason = choice?.finish_reason ?? answer.finishReason;
      answer.usage = chunk.usage ?? answer.usage;
    }
  }
  return answer;
}

const asMessage = (answer) => ({
  role: 'assistant',
  content: answer.text,
  tool_calls: answer.toolCalls,
  finish_reason: answer.finishReason,
});

/** A message of OpenAI's API in the parts of OpenTelemetry's GenAI conventions. */
function toParts({
  role,
  content,
  tool_calls: toolCalls = [],
  tool_call_id: id,
  finish_reason: finishReason,
}) {
  const parts = [];
  if (role === 'tool') parts.push({ type: 'tool_call_response', id, response: content });
  else if (content) parts.push({ type: 'text', content });
  for (const call of toolCalls) {
    parts.push({
      type: 'tool_call',
      id: call.id,
      name: call.function.name,
      arguments: JSON.parse(call.function.arguments),
    });
  }
  return { role, parts, ...(finishReason && { finish_reason: finishReason }) };
}
