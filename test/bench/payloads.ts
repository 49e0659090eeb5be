import { ProtobufWriter } from '../../src/otlp/protobufWriter.ts';

/** `small`: about 0.6 kB a span; `llm`: about 3.8 kB, with the messages of the call. */
export type PayloadShape = 'small' | 'llm';

export interface SpanRequestOptions {
  readonly spans: number;
  readonly bytesPerSpan: PayloadShape;
  /** 512 unless told. */
  readonly spansPerRequest?: number;
  /** Same seed, same bytes. 1 unless told. */
  readonly seed?: number;
  /** When the first trace starts, nanoseconds since the epoch. */
  readonly startTimeUnixNano?: bigint;
}

const spansPerTrace = 8;
const providers = [
  ['openai', 'gpt-4o-mini', 'gpt-4o-mini-2024-07-18', 'api.openai.com'],
  ['openai', 'gpt-4.1', 'gpt-4.1-2025-04-14', 'api.openai.com'],
  ['anthropic', 'claude-sonnet-4-5', 'claude-sonnet-4-5-20250929', 'api.anthropic.com'],
  ['gcp.gemini', 'gemini-2.5-flash', 'gemini-2.5-flash', 'generativelanguage.googleapis.com'],
] as const;
const tools = ['search_flights', 'get_weather', 'book_hotel', 'convert_currency'] as const;
const words = (
  'the traveller wants a quiet hotel near the station with breakfast and a late check out on friday evening ' +
  'we compared seven flights and two of them arrive before noon while the cheapest one needs a change in Zürich ' +
  'where the weather will be mild around eleven degrees so a light coat is enough please answer in short sentences ' +
  'list the price in euro keep the booking reference and tell the user when a refund is possible'
).split(' ');

/** mulberry32: small, fast, the same everywhere. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

/** Prose to cut messages from: cheaper than choosing words for every span. */
function makeCorpus(random: () => number): string {
  const chosen: string[] = [];
  for (let i = 0; i < 20_000; i++) chosen.push(words[random() % words.length] as string);
  return chosen.join(' ');
}

/**
 * Export requests (traces) for load tests: traces of 8 spans (a root and its calls), every id unique, deterministic.
 * A trace never spans two requests unless `spansPerRequest` is not a multiple of 8.
 */
export function buildSpanRequests(options: SpanRequestOptions): Uint8Array[] {
  return [...spanRequests(options)];
}

/** As `buildSpanRequests`, one request at a time, for runs that do not fit into memory. */
export function* spanRequests(options: SpanRequestOptions): Generator<Uint8Array, void, undefined> {
  const perRequest = options.spansPerRequest ?? 512;
  const builder = new SpanBuilder(options.seed ?? 1, options.startTimeUnixNano ?? 1_767_225_600_000_000_000n);
  for (let done = 0; done < options.spans; done += perRequest) {
    yield builder.request(done, Math.min(perRequest, options.spans - done), options.bytesPerSpan);
  }
}

class SpanBuilder {
  readonly #random: () => number;
  readonly #corpus: string;
  readonly #writer = new ProtobufWriter();
  readonly #traceId = new Uint8Array(16);
  readonly #spanId = new Uint8Array(8);
  readonly #rootId = new Uint8Array(8);
  readonly #seed: number;
  readonly #start: bigint;

  constructor(seed: number, start: bigint) {
    this.#random = randomNumbers(seed);
    this.#corpus = makeCorpus(this.#random);
    this.#seed = seed;
    this.#start = start;
  }

  request(first: number, count: number, shape: PayloadShape): Uint8Array {
    const writer = this.#writer;
    writer.reset();
    const resourceSpans = writer.begin(1);
    const resource = writer.begin(1);
    this.#text(1, 'service.name', 'travel-agent');
    this.#text(1, 'service.version', '2.4.1');
    this.#text(1, 'telemetry.sdk.language', 'python');
    this.#text(1, 'telemetry.sdk.name', 'opentelemetry');
    this.#text(1, 'telemetry.sdk.version', '1.38.0');
    this.#int(1, 'process.pid', 4711);
    writer.end(resource);
    const scopeSpans = writer.begin(2);
    const scope = writer.begin(1);
    writer.string(1, 'opentelemetry.instrumentation.genai');
    writer.string(2, '2.1.0');
    writer.end(scope);
    for (let i = first; i < first + count; i++) this.#span(i, shape);
    writer.end(scopeSpans);
    writer.end(resourceSpans);
    return writer.finish();
  }

  #span(index: number, shape: PayloadShape): void {
    const writer = this.#writer;
    const random = this.#random;
    const place = index % spansPerTrace;
    this.#ids(index);
    const start =
      this.#start + BigInt(Math.floor(index / spansPerTrace)) * 50_000_000n + BigInt(place) * 5_000_000n;
    const mark = writer.begin(2);
    writer.bytes(1, this.#traceId);
    writer.bytes(2, this.#spanId);
    if (place !== 0) writer.bytes(4, this.#rootId);
    writer.fixed32(16, 0x101);
    const nanos = place === 0 ? 45_000_000 : 1_000_000 + (random() % 4_000_000);
    const body = place === 0 ? 'root' : place % 3 === 2 && shape === 'small' ? 'tool' : 'chat';
    const [provider, model, answered, host] = providers[
      random() % providers.length
    ] as (typeof providers)[number];
    const tool = tools[random() % tools.length] as string;
    const name =
      body === 'chat' ? `chat ${model}` : body === 'tool' ? `execute_tool ${tool}` : 'invoke_agent travel';
    writer.string(5, name);
    writer.uint(6, body === 'chat' ? 3 : 1);
    writer.fixed64(7, start);
    writer.fixed64(8, start + BigInt(nanos));
    if (body === 'chat') this.#chat(provider, model, answered, host, nanos);
    else if (body === 'tool') this.#tool(tool);
    else this.#root();
    if (shape === 'llm') this.#messages();
    const status = writer.begin(15);
    if (random() % 50 === 0) writer.uint(3, 2);
    writer.end(status);
    writer.end(mark);
  }

  #chat(provider: string, model: string, answered: string, host: string, nanos: number): void {
    const random = this.#random;
    this.#text(9, 'gen_ai.operation.name', 'chat');
    this.#text(9, 'gen_ai.provider.name', provider);
    this.#text(9, 'gen_ai.request.model', model);
    this.#text(9, 'gen_ai.response.model', answered);
    this.#text(9, 'gen_ai.response.id', `chatcmpl-${random().toString(36)}${random().toString(36)}`);
    this.#double(9, 'gen_ai.request.temperature', 0.7);
    this.#int(9, 'gen_ai.usage.input_tokens', 200 + (random() % 2000));
    this.#int(9, 'gen_ai.usage.output_tokens', 20 + (random() % 500));
    const finish = this.#writer.begin(9);
    this.#writer.string(1, 'gen_ai.response.finish_reasons');
    const value = this.#writer.begin(2);
    const list = this.#writer.begin(5);
    const element = this.#writer.begin(1);
    this.#writer.string(1, random() % 20 === 0 ? 'length' : 'stop');
    for (const mark of [element, list, value, finish]) this.#writer.end(mark);
    this.#text(9, 'gen_ai.output.type', 'text');
    this.#text(9, 'server.address', host);
    this.#int(9, 'server.port', 443);
    this.#double(9, 'gen_ai.response.time_to_first_chunk', nanos / 3e9);
  }

  #tool(tool: string): void {
    const random = this.#random;
    this.#text(9, 'gen_ai.operation.name', 'execute_tool');
    this.#text(9, 'gen_ai.tool.name', tool);
    this.#text(9, 'gen_ai.tool.type', 'function');
    this.#text(9, 'gen_ai.tool.call.id', `call_${random().toString(36)}${random().toString(36)}`);
    this.#text(9, 'gen_ai.tool.call.arguments', `{"city":"${this.#prose(40)}","nights":${random() % 9}}`);
    this.#text(9, 'gen_ai.tool.call.result', `{"found":${random() % 90},"best":"${this.#prose(190)}"}`);
    this.#text(9, 'code.function.name', `travel.tools.${tool}`);
  }

  #root(): void {
    const random = this.#random;
    this.#text(9, 'gen_ai.operation.name', 'invoke_agent');
    this.#text(9, 'gen_ai.agent.name', 'travel');
    this.#text(9, 'gen_ai.agent.id', 'asst_5j66UpCpwteGg4YSxUnt7lPY');
    this.#text(9, 'gen_ai.conversation.id', `conv_${random().toString(36)}${random().toString(36)}`);
    this.#text(9, 'user.id', `user-${random() % 5000}`);
    this.#text(9, 'gen_ai.agent.description', this.#prose(200));
    this.#text(9, 'http.route', '/v1/assistant/{conversation}/messages');
    this.#int(9, 'http.response.status_code', 200);
  }

  #messages(): void {
    const system = [{ type: 'text', content: this.#prose(520) }];
    const input = [
      { role: 'user', parts: [{ type: 'text', content: this.#prose(720 + (this.#random() % 700)) }] },
      {
        role: 'assistant',
        parts: [{ type: 'tool_call', id: 'call_1', name: tools[0], arguments: { city: 'Zürich' } }],
      },
      { role: 'tool', parts: [{ type: 'tool_call_response', id: 'call_1', result: this.#prose(450) }] },
    ];
    const output = [
      {
        role: 'assistant',
        parts: [{ type: 'text', content: this.#prose(400 + (this.#random() % 500)) }],
        finish_reason: 'stop',
      },
    ];
    this.#text(9, 'gen_ai.system_instructions', JSON.stringify(system));
    this.#text(9, 'gen_ai.input.messages', JSON.stringify(input));
    this.#text(9, 'gen_ai.output.messages', JSON.stringify(output));
  }

  #prose(length: number): string {
    const from = this.#random() % (this.#corpus.length - length);
    return this.#corpus.slice(from, from + length);
  }

  #ids(index: number): void {
    const trace = Math.floor(index / spansPerTrace);
    // The seed and the number make ids unique; the mixed part makes them look like real ones.
    const mixed = Math.imul(trace + 1, 0x9e3779b1) ^ this.#seed;
    const ids = [this.#traceId, this.#spanId, this.#rootId] as const;
    const numbers = [trace, index, trace * spansPerTrace] as const;
    for (let which = 0; which < 3; which++) {
      const view = new DataView(ids[which]!.buffer);
      view.setUint32(0, numbers[which]! + 1);
      view.setUint32(4, Math.imul(numbers[which]! + 1, 0x85ebca6b) ^ this.#seed);
    }
    const view = new DataView(this.#traceId.buffer);
    view.setUint32(8, mixed);
    view.setUint32(12, this.#seed);
  }

  #text(field: number, key: string, value: string): void {
    this.#attribute(field, key, () => this.#writer.string(1, value));
  }

  #int(field: number, key: string, value: number): void {
    this.#attribute(field, key, () => this.#writer.int64(3, value));
  }

  #double(field: number, key: string, value: number): void {
    this.#attribute(field, key, () => this.#writer.double(4, value));
  }

  #attribute(field: number, key: string, write: () => void): void {
    const writer = this.#writer;
    const pair = writer.begin(field);
    writer.string(1, key);
    const any = writer.begin(2);
    write();
    writer.end(any);
    writer.end(pair);
  }
}
