import http from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * A stand-in for the services that programs under test ask, on loopback: OpenAI's chat completions, responses and
 * embeddings, Anthropic's messages, Gemini's generateContent, Ollama's chat; plain and streamed, with tool calls. What
 * it answers depends on the last text of the user only: tools are called one after the other until each of those that
 * fit was, "rate limit" is refused once, "outage" and "handbook of the universe" always.
 */
export interface ModelService {
  /** Without a path, e.g. `http://127.0.0.1:4321`. */
  readonly url: string;
  /** Environment that makes the usual clients ask here. */
  readonly env: Readonly<Record<string, string>>;
  /** Paths of the requests so far. */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

type Json = Record<string, unknown>;
interface ToolCall {
  readonly name: string;
  readonly input: Json;
}
interface Answer {
  readonly text: string;
  readonly calls: readonly ToolCall[];
}

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null;
const list = (value: unknown): readonly Json[] => (Array.isArray(value) ? value.filter(isObject) : []);

export async function startModelService(): Promise<ModelService> {
  const requests: string[] = [];
  const limited = new Set<string>();
  let count = 0;
  const server = http.createServer((request, response) => {
    void readJson(request).then((body) => {
      requests.push(request.url ?? '');
      answerRequest(request.url ?? '', body, response, `${++count}`, limited);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    env: {
      OPENAI_BASE_URL: `${url}/v1`,
      OPENAI_API_KEY: 'none',
      ANTHROPIC_BASE_URL: url,
      ANTHROPIC_API_KEY: 'none',
      GOOGLE_GEMINI_BASE_URL: url,
      GEMINI_API_KEY: 'none',
      OLLAMA_HOST: url,
    },
    requests,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

async function readJson(request: http.IncomingMessage): Promise<Json> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  try {
    const value: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

function answerRequest(
  path: string,
  body: Json,
  response: http.ServerResponse,
  id: string,
  limited: Set<string>,
): void {
  const question = lastQuestion(body);
  const refusal = refusalOf(question, limited);
  if (refusal !== undefined) {
    send(response, refusal, { error: { message: `refused: ${question.slice(0, 80)}`, type: 'error' } });
    return;
  }
  const answer = answerTo(body, question);
  if (path.endsWith('/embeddings')) embeddings(body, response);
  else if (path.endsWith('/responses')) responses(body, answer, response, id);
  else if (path.startsWith('/v1/messages')) messages(body, answer, response, id);
  else if (path.includes(':generateContent') || path.includes(':streamGenerateContent'))
    gemini(path, answer, response);
  else if (path.startsWith('/api/chat')) ollama(body, answer, response);
  else chat(body, answer, response, id);
}

function refusalOf(question: string, limited: Set<string>): number | undefined {
  if (/outage/i.test(question)) return 500;
  if (/handbook of the universe|context window|too long/i.test(question)) return 400;
  if (/rate limit/i.test(question) && !limited.has(question)) {
    limited.add(question);
    return 429;
  }
  return undefined;
}

function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  return list(content)
    .map((part) => (typeof part['text'] === 'string' ? part['text'] : ''))
    .join('');
}

function turns(body: Json): readonly Json[] {
  const all = [body['messages'], body['input'], body['contents']].flatMap((value) => list(value));
  return typeof body['input'] === 'string' ? [...all, { role: 'user', content: body['input'] }] : all;
}

function lastQuestion(body: Json): string {
  const asked = turns(body).filter(({ role }) => role === 'user');
  const texts = asked.map((turn) => textOf(turn['content'] ?? turn['parts'])).filter((text) => text !== '');
  return texts.at(-1) ?? '';
}

interface Tool {
  readonly name: string;
  readonly schema: Json;
}

function toolsOf(body: Json): readonly Tool[] {
  return list(body['tools']).flatMap((tool) => {
    if (Array.isArray(tool['functionDeclarations']))
      return list(tool['functionDeclarations']).flatMap((one) => toolsOf({ tools: [one] }));
    const described = isObject(tool['function']) ? tool['function'] : tool;
    const schema = described['parameters'] ?? described['input_schema'] ?? described['parametersJsonSchema'];
    const name = described['name'];
    return typeof name === 'string' ? [{ name, schema: isObject(schema) ? schema : {} }] : [];
  });
}

/** A value that fits a JSON schema. */
function sample(schema: Json): unknown {
  const type = String(schema['type']).toLowerCase();
  if (Array.isArray(schema['enum'])) return schema['enum'][0];
  if (type === 'object' || isObject(schema['properties'])) {
    const properties = isObject(schema['properties']) ? schema['properties'] : {};
    return Object.fromEntries(
      Object.entries(properties).map(([key, value]) => [key, sample(isObject(value) ? value : {})]),
    );
  }
  if (type === 'number' || type === 'integer') return 3;
  if (type === 'boolean') return true;
  if (type === 'array') return [];
  return 'Lisbon';
}

/** How often each tool's name stands in what was answered so far. */
function isCalled(body: Json, name: string): boolean {
  return turns(body).some((turn) => {
    const text = JSON.stringify(turn);
    return text.includes(`"${name}"`) && !('tools' in turn);
  });
}

function answerTo(body: Json, question: string): Answer {
  const tools = toolsOf(body);
  const forced = isObject(body['tool_choice']) ? JSON.stringify(body['tool_choice']) : '';
  const wanted = tools.filter(({ name }) => {
    if (forced.includes(`"${name}"`)) return true;
    if (isCalled(body, name)) return false;
    const words = name.toLowerCase().split(/[^a-z]+/);
    return words.some((word) => word.length > 3 && question.toLowerCase().includes(word.slice(0, 6)));
  });
  const now = /both at once/.test(question) ? wanted : wanted.slice(0, 1);
  const calls = now.map(({ name, schema }) => ({ name, input: sample(schema) as Json }));
  const schema = answerSchema(body);
  return { text: schema ? JSON.stringify(sample(schema)) : `Answer to: ${question}`, calls };
}

/** The schema of a structured answer, wherever the service takes it; an object of some kind for "JSON mode". */
function answerSchema(body: Json): Json | undefined {
  const text = isObject(body['text']) ? body['text'] : {};
  const generation = isObject(body['generationConfig']) ? body['generationConfig'] : {};
  const format = [body['response_format'], text['format'], body['output_format']].find(isObject);
  if (!format) return [generation['responseJsonSchema'], generation['responseSchema']].find(isObject);
  const inner = isObject(format['json_schema']) ? format['json_schema'] : format;
  if (isObject(inner['schema'])) return inner['schema'];
  return String(format['type']).startsWith('json')
    ? { properties: { city: {}, days: { type: 'number' } } }
    : undefined;
}

function send(response: http.ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, {
    'content-type': 'application/json',
    'retry-after-ms': '5',
    'retry-after': '0',
  });
  response.end(JSON.stringify(body));
}

function sendEvents(
  response: http.ServerResponse,
  events: readonly { readonly event?: string; readonly data: unknown }[],
): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const { event, data } of events) {
    if (event !== undefined) response.write(`event: ${event}\n`);
    response.write(`data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`);
  }
  response.end();
}

const usage = { prompt_tokens: 12, completion_tokens: 5, total_tokens: 17 };

function chat(body: Json, { text, calls }: Answer, response: http.ServerResponse, id: string): void {
  const common = { id: `chatcmpl-${id}`, created: 1_700_000_000, model: body['model'] };
  const toolCalls = calls.map(({ name, input }, index) => ({
    ...(body['stream'] === true ? { index } : {}),
    id: `call_${id}_${index}`,
    type: 'function',
    function: { name, arguments: JSON.stringify(input) },
  }));
  const finish = calls.length > 0 ? 'tool_calls' : 'stop';
  const said = calls.length > 0 ? { content: null, tool_calls: toolCalls } : { content: text };
  if (body['stream'] !== true) {
    const message = { role: 'assistant', refusal: null, ...said };
    const choices = [{ index: 0, message, finish_reason: finish, logprobs: null }];
    send(response, 200, { ...common, object: 'chat.completion', choices, usage });
    return;
  }
  const chunk = (delta: Json, reason: string | null) => ({
    data: {
      ...common,
      object: 'chat.completion.chunk',
      choices: [{ index: 0, delta, finish_reason: reason }],
    },
  });
  sendEvents(response, [
    chunk({ role: 'assistant', ...said }, null),
    chunk({}, finish),
    { data: { ...common, object: 'chat.completion.chunk', choices: [], usage } },
    { data: '[DONE]' },
  ]);
}

function embeddings(body: Json, response: http.ServerResponse): void {
  const inputs = Array.isArray(body['input']) ? body['input'] : [body['input']];
  const base64 = body['encoding_format'] === 'base64';
  const vector = [0.1, 0.2, 0.3, 0.4];
  const embedding = base64 ? Buffer.from(new Float32Array(vector).buffer).toString('base64') : vector;
  const data = inputs.map((_, index) => ({ object: 'embedding', index, embedding }));
  send(response, 200, {
    object: 'list',
    data,
    model: body['model'],
    usage: { prompt_tokens: 5, total_tokens: 5 },
  });
}

function responses(body: Json, { text, calls }: Answer, response: http.ServerResponse, id: string): void {
  const output =
    calls.length > 0
      ? calls.map(({ name, input }, index) => ({
          type: 'function_call',
          id: `fc_${id}_${index}`,
          call_id: `call_${id}_${index}`,
          name,
          arguments: JSON.stringify(input),
          status: 'completed',
        }))
      : [
          {
            type: 'message',
            id: `msg_${id}`,
            role: 'assistant',
            status: 'completed',
            content: [{ type: 'output_text', text, annotations: [] }],
          },
        ];
  const whole = {
    id: `resp_${id}`,
    object: 'response',
    created_at: 1_700_000_000,
    status: 'completed',
    model: body['model'],
    output,
    error: null,
    incomplete_details: null,
    instructions: null,
    metadata: {},
    tools: [],
    tool_choice: 'auto',
    parallel_tool_calls: true,
    usage: {
      input_tokens: 12,
      input_tokens_details: { cached_tokens: 0 },
      output_tokens: 5,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: 17,
    },
  };
  if (body['stream'] !== true) {
    send(response, 200, whole);
    return;
  }
  let sequence = 0;
  const event = (type: string, data: Json) => ({
    event: type,
    data: { type, sequence_number: sequence++, ...data },
  });
  const items = output.flatMap((item, index) => [
    event('response.output_item.added', { output_index: index, item }),
    ...(item.type === 'message'
      ? [
          event('response.content_part.added', {
            output_index: index,
            content_index: 0,
            item_id: item.id,
            part: { type: 'output_text', text: '', annotations: [] },
          }),
          event('response.output_text.delta', {
            output_index: index,
            content_index: 0,
            item_id: item.id,
            delta: text,
          }),
        ]
      : []),
    event('response.output_item.done', { output_index: index, item }),
  ]);
  sendEvents(response, [
    event('response.created', { response: { ...whole, status: 'in_progress', output: [] } }),
    ...items,
    event('response.completed', { response: whole }),
  ]);
}

function messages(body: Json, { text, calls }: Answer, response: http.ServerResponse, id: string): void {
  const content =
    calls.length > 0
      ? calls.map(({ name, input }, index) => ({ type: 'tool_use', id: `toolu_${id}_${index}`, name, input }))
      : [{ type: 'text', text }];
  const stop = calls.length > 0 ? 'tool_use' : 'end_turn';
  const common = {
    id: `msg_${id}`,
    type: 'message',
    role: 'assistant',
    model: body['model'],
    stop_sequence: null,
  };
  if (body['stream'] !== true) {
    send(response, 200, {
      ...common,
      content,
      stop_reason: stop,
      usage: { input_tokens: 12, output_tokens: 5 },
    });
    return;
  }
  const event = (type: string, data: Json) => ({ event: type, data: { type, ...data } });
  const blocks = content.flatMap((block, index) => {
    const start = 'text' in block ? { type: 'text', text: '' } : { ...block, input: {} };
    const delta =
      'text' in block
        ? { type: 'text_delta', text: block.text }
        : { type: 'input_json_delta', partial_json: JSON.stringify(block.input) };
    return [
      event('content_block_start', { index, content_block: start }),
      event('content_block_delta', { index, delta }),
      event('content_block_stop', { index }),
    ];
  });
  sendEvents(response, [
    event('message_start', {
      message: { ...common, content: [], stop_reason: null, usage: { input_tokens: 12, output_tokens: 1 } },
    }),
    ...blocks,
    event('message_delta', {
      delta: { stop_reason: stop, stop_sequence: null },
      usage: { output_tokens: 5 },
    }),
    event('message_stop', {}),
  ]);
}

function gemini(path: string, { text, calls }: Answer, response: http.ServerResponse): void {
  const parts =
    calls.length > 0 ? calls.map(({ name, input }) => ({ functionCall: { name, args: input } })) : [{ text }];
  const whole = {
    candidates: [{ content: { role: 'model', parts }, finishReason: 'STOP', index: 0 }],
    usageMetadata: { promptTokenCount: 12, candidatesTokenCount: 5, totalTokenCount: 17 },
    modelVersion: 'gemini-2.5-flash',
  };
  if (path.includes(':streamGenerateContent')) sendEvents(response, [{ data: whole }]);
  else send(response, 200, whole);
}

function ollama(body: Json, { text }: Answer, response: http.ServerResponse): void {
  const whole = {
    model: body['model'],
    created_at: '2026-01-01T00:00:00Z',
    message: { role: 'assistant', content: text },
    done: true,
    done_reason: 'stop',
    prompt_eval_count: 12,
    eval_count: 5,
  };
  if (body['stream'] === false) {
    send(response, 200, whole);
    return;
  }
  response.writeHead(200, { 'content-type': 'application/x-ndjson' });
  response.end(`${JSON.stringify(whole)}\n`);
}
