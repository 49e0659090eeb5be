import type { Answer } from '../../request/answer.ts';
import { emptyAnswer, errorOf, takeEvent, takeWhole } from '../../request/answer.ts';
import type { JsonObject } from '../../request/json.ts';
import { isObject, parseJson } from '../../request/json.ts';
import { requestUrl } from '../../request/service.ts';
import { EventReader } from '../../request/sse.ts';
import type { Endpoint } from './endpoints.ts';

const longestAnswer = 32 * 1024 * 1024;
const longestError = 64 * 1024;

export interface SendOptions {
  readonly endpoint: Endpoint;
  readonly key: string | undefined;
  readonly body: JsonObject;
  readonly signal: AbortSignal;
  /** Told of every piece of the answer. */
  readonly onAnswer: (answer: Readonly<Answer>) => void;
}

export interface Sent {
  readonly answer: Answer;
  readonly durationMs: number;
  readonly timeToFirstTokenMs: number | undefined;
}

/** A request that was answered with something else than an answer; the message holds no key. */
export class ReplayError extends Error {
  override readonly name = 'ReplayError';
}

/**
 * Posts a request and reads its answer, streamed or whole. A redirect is an error, wherever it leads: the user agreed
 * to one host. Throws a `ReplayError` with what to do, or the signal's own reason.
 */
export async function sendRequest({ endpoint, key, body, signal, onAnswer }: SendOptions): Promise<Sent> {
  const begun = performance.now();
  const post = (content: JsonObject): Promise<Response> => postJson(endpoint, key, content, signal);
  let response = await post(body);
  if (response.status === 400 && 'stream_options' in body) {
    const problem = await readProblem(response, key);
    if (!problem.includes('stream_options')) throw new ReplayError(statusText(400, problem, endpoint));
    // Older servers do not know the option that asks for the usage; nothing was generated yet.
    const { stream_options: _unknown, ...rest } = body;
    response = await post(rest);
  }
  if (!response.ok)
    throw new ReplayError(statusText(response.status, await readProblem(response, key), endpoint));
  const answer = emptyAnswer();
  let timeToFirstTokenMs: number | undefined;
  const tell = (): void => {
    if (
      timeToFirstTokenMs === undefined &&
      (answer.text !== '' || answer.reasoning !== '' || answer.calls.size > 0)
    )
      timeToFirstTokenMs = performance.now() - begun;
    onAnswer(answer);
  };
  if ((response.headers.get('content-type') ?? '').includes('text/event-stream')) {
    const reader = new EventReader();
    await readText(response, longestAnswer, (text) => {
      for (const event of reader.push(text)) takeEvent(answer, event, endpoint.kind);
      tell();
    });
    for (const event of reader.end()) takeEvent(answer, event, endpoint.kind);
    tell();
  } else {
    let text = '';
    await readText(response, longestAnswer, (piece) => (text += piece));
    takeWhole(answer, parseJson(text, 200), endpoint.kind);
    onAnswer(answer);
  }
  if (answer.error !== undefined)
    throw new ReplayError(`The endpoint reports: ${withoutKey(answer.error, key)}`);
  return { answer, durationMs: performance.now() - begun, timeToFirstTokenMs };
}

async function postJson(
  endpoint: Endpoint,
  key: string | undefined,
  body: JsonObject,
  signal: AbortSignal,
): Promise<Response> {
  const isAnthropic = endpoint.kind === 'anthropic';
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    accept: 'text/event-stream, application/json',
    ...(isAnthropic ? { 'anthropic-version': '2023-06-01' } : {}),
    ...(key === undefined ? {} : isAnthropic ? { 'x-api-key': key } : { authorization: `Bearer ${key}` }),
  };
  let response: Response;
  try {
    response = await fetch(requestUrl(endpoint.baseUrl, isAnthropic ? 'messages' : 'chat'), {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
      redirect: 'manual',
      signal,
    });
  } catch (error) {
    if (signal.aborted) throw error;
    throw new ReplayError(
      `${endpoint.host} cannot be reached: ${withoutKey(reasonOf(error), key)}. Check the base URL in the settings.`,
    );
  }
  if (response.type === 'opaqueredirect' || (response.status >= 300 && response.status < 400)) {
    await response.body?.cancel();
    throw new ReplayError(
      `${endpoint.host} answers with a redirect, which is not followed. Put the final address into the settings.`,
    );
  }
  return response;
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  return cause instanceof Error ? cause.message || cause.name : String(cause);
}

async function readProblem(response: Response, key: string | undefined): Promise<string> {
  let text = '';
  await readText(response, longestError, (piece) => (text += piece)).catch(() => undefined);
  const value = parseJson(text);
  const message = isObject(value) ? (errorOf(value) ?? text) : text;
  return withoutKey(message, key).slice(0, 2000);
}

/** Servers like to repeat a key that they do not accept. */
function withoutKey(text: string, key: string | undefined): string {
  return key === undefined || key.length < 4 ? text : text.replaceAll(key, '[key]');
}

function statusText(status: number, problem: string, { host }: Endpoint): string {
  const said = problem === '' ? '' : ` ${host} says: ${problem}`;
  if (status === 401 || status === 403)
    return `The key is missing or was refused (${status}). Set it with “LLM Traces: Set API Key…”.${said}`;
  if (status === 404)
    return `There is no such model or address (404). Check the model and the base URL.${said}`;
  if (status === 429) return `The endpoint's limit is reached (429). Try again later.${said}`;
  return `The endpoint refuses the request (${status}).${said}`;
}

async function readText(response: Response, most: number, take: (text: string) => void): Promise<void> {
  if (!response.body) return;
  const decoder = new TextDecoder();
  let size = 0;
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > most) throw new ReplayError('The answer is too large; the rest was not read.');
    take(decoder.decode(chunk, { stream: true }));
  }
  take(decoder.decode());
}
