import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { bedrockFrames } from './bedrockFrames.ts';
import { asRecord, filledFrom, type Json, list, text } from './schemaValues.ts';

/** A request that a recorded program made, and how it was answered; `info.json` of a capture lists them in order. */
export interface RecordedCall {
  readonly kind: string;
  readonly model: string;
  readonly stream?: boolean;
  readonly status: number;
  readonly scenario: string;
  readonly finish?: string;
  readonly tools?: readonly string[];
  readonly cut?: boolean;
}

export interface ScriptedService {
  readonly url: string;
  /** Recorded calls that were not made. */
  readonly missing: () => readonly RecordedCall[];
  readonly close: () => Promise<void>;
}

/** What the model says to one request, before it is put into a service's own words. */
interface Answer {
  readonly call: RecordedCall;
  readonly text: string;
  readonly tools: readonly { readonly name: string; readonly input: Json }[];
}

const trip = JSON.stringify({ city: 'Lisbon', days: 3, budget_eur: 640 });

/**
 * A model service on loopback that answers as it did when the program was recorded: the same statuses, tool calls and
 * streams, in the order of the recording. Speaks OpenAI's, Anthropic's, Gemini's and Bedrock's formats.
 */
export async function startScriptedService(calls: readonly RecordedCall[]): Promise<ScriptedService> {
  const left = [...calls];
  const server = http.createServer((request, response) => {
    void read(request).then((body) => {
      answer(request.url ?? '', body, response, left);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    missing: () => left,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

async function read(request: http.IncomingMessage): Promise<Record<string, Json>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  try {
    return asRecord(JSON.parse(Buffer.concat(chunks).toString('utf8')) as Json);
  } catch {
    return {};
  }
}

function answer(
  url: string,
  body: Record<string, Json>,
  response: http.ServerResponse,
  left: RecordedCall[],
): void {
  const path = url.split('?')[0] ?? '';
  const kind = kindOf(path);
  if (kind === undefined) {
    response.writeHead(404, { 'content-type': 'application/json' }).end('{"error":{"message":"not found"}}');
    return;
  }
  const stream = body.stream === true || /stream/i.test(path);
  const model = text(body.model) ?? /\/models?\/([^/:]+)/.exec(path)?.[1] ?? '';
  const call = take(left, kind, stream, model);
  if (call.status >= 400) return fail(response, call);
  const said: Answer = {
    call,
    text: call.scenario === 'json' ? trip : `Answer to ${call.scenario}.`,
    tools: (call.tools ?? []).map((name) => ({ name, input: filledFrom(schemaOf(body, name)) })),
  };
  const speak = { chat, responses, messages, gemini, converse, embeddings }[kind];
  speak(response, said, body, stream);
}

type Kind = 'chat' | 'responses' | 'messages' | 'gemini' | 'converse' | 'embeddings';

function kindOf(path: string): Kind | undefined {
  if (path.endsWith('/chat/completions')) return 'chat';
  if (path.endsWith('/responses')) return 'responses';
  if (path.endsWith('/messages')) return 'messages';
  if (path.endsWith('/embeddings')) return 'embeddings';
  if (/:(stream)?generateContent$/i.test(path)) return 'gemini';
  return /\/converse(-stream)?$/.test(path) ? 'converse' : undefined;
}

/** The next recorded call of this kind; concurrent ones are told apart by model and stream. */
function take(left: RecordedCall[], kind: string, stream: boolean, model: string): RecordedCall {
  const alike = [
    (call: RecordedCall) => call.kind === kind && (call.stream ?? false) === stream && call.model === model,
    (call: RecordedCall) => call.kind === kind && (call.stream ?? false) === stream,
    (call: RecordedCall) => call.kind === kind,
  ];
  for (const fits of alike) {
    const index = left.findIndex(fits);
    if (index >= 0) return left.splice(index, 1)[0]!;
  }
  return { kind, model, stream, status: 200, scenario: 'unexpected', finish: 'stop' };
}

function fail(response: http.ServerResponse, { status, scenario }: RecordedCall): void {
  const error = {
    type: 'error',
    error: { type: scenario, code: status, message: scenario, status: scenario },
  };
  response
    .writeHead(status, {
      'content-type': 'application/json',
      ...(status === 429 ? { 'retry-after': '0', 'retry-after-ms': '10' } : {}),
    })
    .end(JSON.stringify(error));
}

/** The JSON schema of a tool's parameters, wherever a service's format has it. */
function schemaOf(body: Record<string, Json>, name: string): Json | undefined {
  const specs = [
    ...list(body.tools),
    ...list(asRecord(body.toolConfig).tools),
    ...list(body.tools).flatMap((tool) => list(asRecord(tool).functionDeclarations)),
  ];
  for (const spec of specs) {
    const tool = asRecord(spec);
    const inner = asRecord(tool.function ?? tool.toolSpec ?? tool);
    if (text(inner.name) !== name) continue;
    const schema = inner.parameters ?? inner.input_schema ?? inner.parametersJsonSchema ?? inner.inputSchema;
    return asRecord(schema).json ?? schema;
  }
  return undefined;
}

function json(response: http.ServerResponse, value: Json): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

/** Server-sent events; a cut call's connection goes away after the first few. */
function events(
  response: http.ServerResponse,
  call: RecordedCall,
  all: readonly { readonly event?: string; readonly data: Json | string }[],
): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const lines = all.map(
    ({ event, data }) =>
      `${event === undefined ? '' : `event: ${event}\n`}data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`,
  );
  if (!call.cut) {
    response.end(lines.join(''));
    return;
  }
  response.write(lines.slice(0, 2).join(''), () => response.destroy());
}

function chat(
  response: http.ServerResponse,
  said: Answer,
  body: Record<string, Json>,
  stream: boolean,
): void {
  const { call } = said;
  const head = { id: 'chatcmpl-1', created: 1, model: call.model };
  const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };
  const tools = said.tools.map(({ name, input }, index) => ({
    index,
    id: `call_${index}`,
    type: 'function',
    function: { name, arguments: JSON.stringify(input) },
  }));
  const content = tools.length > 0 ? null : said.text;
  const finish = call.finish ?? 'stop';
  if (!stream) {
    const message = { role: 'assistant', content, ...(tools.length > 0 ? { tool_calls: tools } : {}) };
    const choices = [{ index: 0, message, finish_reason: finish, logprobs: null }];
    return json(response, { ...head, object: 'chat.completion', choices, usage });
  }
  const chunk = (delta: Json, reason: string | null): Json => ({
    ...head,
    object: 'chat.completion.chunk',
    choices: [{ index: 0, delta, finish_reason: reason, logprobs: null }],
  });
  const wantsUsage = asRecord(body.stream_options).include_usage === true;
  events(response, call, [
    { data: chunk({ role: 'assistant', content: '' }, null) },
    { data: chunk(tools.length > 0 ? { tool_calls: tools } : { content }, null) },
    { data: chunk({}, finish) },
    ...(wantsUsage ? [{ data: { ...head, object: 'chat.completion.chunk', choices: [], usage } }] : []),
    { data: '[DONE]' },
  ]);
}

function responses(
  response: http.ServerResponse,
  said: Answer,
  _body: Record<string, Json>,
  stream: boolean,
): void {
  const part = { type: 'output_text', text: said.text, annotations: [], logprobs: [] };
  const item = { id: 'msg_1', type: 'message', role: 'assistant', status: 'completed', content: [part] };
  const details = {
    input_tokens_details: { cached_tokens: 0 },
    output_tokens_details: { reasoning_tokens: 0 },
  };
  const whole = {
    id: 'resp_1',
    object: 'response',
    created_at: 1,
    status: 'completed',
    model: said.call.model,
    output: [item],
    parallel_tool_calls: true,
    tool_choice: 'auto',
    tools: [],
    error: null,
    usage: { input_tokens: 10, output_tokens: 5, total_tokens: 15, ...details },
  };
  if (!stream) return json(response, whole);
  const at = { item_id: 'msg_1', output_index: 0, content_index: 0 };
  const numbered = [
    { type: 'response.created', response: { ...whole, status: 'in_progress', output: [], usage: null } },
    { type: 'response.output_item.added', output_index: 0, item: { ...item, content: [] } },
    { type: 'response.content_part.added', ...at, part: { ...part, text: '' } },
    { type: 'response.output_text.delta', ...at, delta: said.text, logprobs: [] },
    { type: 'response.output_text.done', ...at, text: said.text, logprobs: [] },
    { type: 'response.content_part.done', ...at, part },
    { type: 'response.output_item.done', output_index: 0, item },
    { type: 'response.completed', response: whole },
  ].map((data, sequence) => ({ event: data.type, data: { ...data, sequence_number: sequence } }));
  events(response, said.call, numbered);
}

function messages(
  response: http.ServerResponse,
  said: Answer,
  _body: Record<string, Json>,
  stream: boolean,
): void {
  const content: Json[] = said.tools.map(({ name, input }, index) => ({
    type: 'tool_use',
    id: `toolu_${index}`,
    name,
    input,
  }));
  if (content.length === 0) content.push({ type: 'text', text: said.text });
  const whole = {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: said.call.model,
    content,
    stop_reason: said.call.finish ?? 'end_turn',
    stop_sequence: null,
    usage: { input_tokens: 10, output_tokens: 5 },
  };
  if (!stream) return json(response, whole);
  const blocks = content.flatMap((block, index) => {
    const { input, text: words, ...rest } = asRecord(block);
    const isTool = input !== undefined;
    return [
      {
        type: 'content_block_start',
        index,
        content_block: { ...rest, ...(isTool ? { input: {} } : { text: '' }) },
      },
      {
        type: 'content_block_delta',
        index,
        delta: isTool
          ? { type: 'input_json_delta', partial_json: JSON.stringify(input) }
          : { type: 'text_delta', text: words ?? '' },
      },
      { type: 'content_block_stop', index },
    ];
  });
  const all = [
    { type: 'message_start', message: { ...whole, content: [], stop_reason: null } },
    ...blocks,
    {
      type: 'message_delta',
      delta: { stop_reason: whole.stop_reason, stop_sequence: null },
      usage: { output_tokens: 5 },
    },
    { type: 'message_stop' },
  ];
  events(
    response,
    said.call,
    all.map((data) => ({ event: data.type, data })),
  );
}

function gemini(
  response: http.ServerResponse,
  said: Answer,
  _body: Record<string, Json>,
  stream: boolean,
): void {
  const calls: Json[] = said.tools.map(({ name, input }) => ({ functionCall: { name, args: input } }));
  const parts = calls.length > 0 ? calls : [{ text: said.text }];
  const whole = {
    candidates: [{ content: { role: 'model', parts }, finishReason: said.call.finish ?? 'STOP', index: 0 }],
    usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 5, totalTokenCount: 15 },
    modelVersion: said.call.model,
  };
  if (!stream) return json(response, whole);
  events(response, said.call, [{ data: whole }, { data: whole }, { data: whole }]);
}

function converse(
  response: http.ServerResponse,
  said: Answer,
  _body: Record<string, Json>,
  stream: boolean,
): void {
  const uses: Json[] = said.tools.map(({ name, input }, index) => ({
    toolUse: { toolUseId: `tooluse_${index}`, name, input },
  }));
  const content = uses.length > 0 ? uses : [{ text: said.text }];
  const usage = { inputTokens: 10, outputTokens: 5, totalTokens: 15 };
  const stopReason = said.call.finish ?? 'end_turn';
  if (!stream) {
    const output = { message: { role: 'assistant', content } };
    return json(response, { output, stopReason, usage, metrics: { latencyMs: 1 } });
  }
  response.writeHead(200, { 'content-type': 'application/vnd.amazon.eventstream' }).end(
    bedrockFrames([
      ['messageStart', { role: 'assistant' }],
      ['contentBlockDelta', { contentBlockIndex: 0, delta: { text: said.text } }],
      ['contentBlockStop', { contentBlockIndex: 0 }],
      ['messageStop', { stopReason }],
      ['metadata', { usage, metrics: { latencyMs: 1 } }],
    ]),
  );
}

function embeddings(response: http.ServerResponse, said: Answer, body: Record<string, Json>): void {
  const inputs = Array.isArray(body.input) ? body.input : [body.input ?? ''];
  const vector = Array.from({ length: 8 }, (_, i) => (i + 1) / 10);
  const encoded = Buffer.from(new Float32Array(vector).buffer).toString('base64');
  const embedding = body.encoding_format === 'base64' ? encoded : vector;
  const data = inputs.map((_, index) => ({ object: 'embedding', index, embedding }));
  const usage = { prompt_tokens: 10, total_tokens: 10 };
  json(response, { object: 'list', model: said.call.model, data, usage });
}
