/**
 * A stand-in for an OpenAI-compatible service, on this machine only, so that the sample needs no key: chat
 * completions, plain and streamed, with tool calls, cached tokens, a rate limit, truncation, refusals and an outage.
 * The answers are fixed for the sample's questions; anything else gets a plain one.
 */
import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const snapshots = { 'gpt-4o': 'gpt-4o-2024-08-06', 'gpt-4o-mini': 'gpt-4o-mini-2024-07-18' };

/** About four characters a token, as a rule of thumb. */
const tokensOf = (text) => Math.ceil(text.length / 4);
const textOf = (messages) =>
  messages
    .map((message) => `${message.role}\n${message.content ?? JSON.stringify(message.tool_calls)}`)
    .join('\n');

const plan = (...steps) => JSON.stringify({ steps });
const tool = (name) => ({ type: 'tool_call', tool: name });
const ask = (prompt) => ({ type: 'llm_call', prompt });

/** The first entry whose `when` fits the last message of the user wins. */
const plans = [
  [
    /weather/,
    plan(tool('get_weather'), tool('find_trains'), ask('What should one pack for a sunny day by the sea?')),
  ],
  [/Python function/, plan(ask('Write the function, with a docstring.'))],
  [
    /handbook/,
    plan(ask('What does the handbook say about hotels?'), ask('What does the handbook say about trains?')),
  ],
  [/cancel/, plan(tool('cancel_booking'))],
  [/every museum/, plan(ask('Describe every museum, in full.'))],
  [/home address/, plan(ask('Find the address of the passenger in seat 14C.'))],
  [/night train/, plan(ask('Which night trains go to Madrid?'))],
  [/./, plan(ask('Which weekday is the calmest in the museums?'))],
];

const code = [
  'Here it is:',
  '```python',
  'def to_fahrenheit(celsius: float) -> float:',
  '    """Converts a temperature from degrees Celsius to degrees Fahrenheit."""',
  '    return celsius * 9 / 5 + 32',
  '```',
].join('\n');

const museums =
  'The National Tile Museum, in a convent of 1509, shows five centuries of azulejos, among them a panorama of Lisbon ' +
  'before the earthquake that is 23 metres long. The Gulbenkian holds Lalique, Rembrandt and Turner in a quiet park. ' +
  'The Museum of Art, Architecture and Technology stands by the river, and its roof is open to all at any hour. ';

const answers = [
  [/pack/, 'A hat, sunscreen, a light jacket for the evening, and shoes that forgive cobblestones.'],
  [/docstring/, code],
  [
    /handbook say about hotels\?$/,
    'Hotels may cost up to 140 euros a night; the receipt must name every guest.',
  ],
  [
    /handbook say about trains\?$/,
    'Second class is the rule; first class is allowed on journeys of more than four hours.',
  ],
  [/every museum/i, museums],
  [/calmest/, 'Wednesday: most museums of Lisbon are closed on Monday, and weekends are full.'],
  [
    /does not answer/,
    "I'm sorry, I could not cancel booking B-17: the booking service does not answer. Please try again later.",
  ],
  [/Celsius/, code],
  [
    /handbook/,
    'Hotels up to 140 euros a night, with every guest on the receipt; trains in second class, first class on long journeys.',
  ],
  [
    /IC 512/,
    'Tomorrow is sunny with 24 degrees. Take the IC 512 at 09:10; you are in Sintra at 09:50 for 4.60 euros.',
  ],
  [/./, 'Wednesday is best: the museums are open, and the weekend crowds are gone.'],
];

const pick = (table, text) => table.find(([when]) => when.test(text))[1];

function toolArguments(name) {
  if (name === 'get_weather') return { city: 'Lisbon' };
  if (name === 'find_trains') return { from: 'Lisbon', to: 'Sintra', day: 'tomorrow' };
  return { booking: 'B-17' };
}

/** What the model says: `{ content }`, `{ toolCalls }` or `{ refusal }`. */
function reply({ messages, tools = [] }) {
  const last = messages.at(-1).content;
  if (messages[0].role === 'system' && messages[0].content.startsWith('You plan'))
    return { content: pick(plans, last) };
  if (/14C/.test(last)) return { refusal: "I can't help with finding a private person's address." };
  if (tools.length === 1 && last.startsWith('Use ')) {
    const { name } = tools[0].function;
    return {
      toolCalls: [
        {
          id: `call_${name}`,
          type: 'function',
          function: { name, arguments: JSON.stringify(toolArguments(name)) },
        },
      ],
    };
  }
  return { content: pick(answers, last) };
}

function readBody(request) {
  return new Promise((resolve, reject) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    request.on('error', reject);
  });
}

/**
 * Starts it on a free port of 127.0.0.1.
 *
 * @param options `fast`: without the pauses that make it look like a model at work
 * @returns `{ baseUrl, close() }`
 */
export async function startStandIn({ fast = false } = {}) {
  const pause = (ms) => (fast ? Promise.resolve() : sleep(ms));
  const seen = [];
  let limited = false;
  let count = 0;

  /** Prompts of 1024 tokens and more are cached, in steps of 128, as far as they begin like an earlier one. */
  function cachedTokens(prompt) {
    let longest = 0;
    for (const earlier of seen) {
      let same = 0;
      while (same < Math.min(earlier.length, prompt.length) && earlier[same] === prompt[same]) same++;
      longest = Math.max(longest, same);
    }
    seen.push(prompt);
    const tokens = Math.floor(longest / 4 / 128) * 128;
    return tokens >= 1024 ? tokens : 0;
  }

  async function complete(request, response) {
    const body = JSON.parse(await readBody(request));
    const last = String(body.messages.at(-1).content);
    const fail = (status, message, headers = {}) => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(
        JSON.stringify({ error: { message, type: status === 429 ? 'rate_limit_exceeded' : 'server_error' } }),
      );
    };
    if (/night trains/.test(last)) return fail(503, 'The model is overloaded. Please try again later.');
    if (/calmest/.test(last) && !limited) {
      limited = true;
      return fail(429, 'Rate limit reached: 3 requests per minute.', {
        'retry-after': fast ? '0.01' : '0.6',
      });
    }

    const said = reply(body);
    let content = said.content ?? '';
    let finishReason = said.toolCalls ? 'tool_calls' : 'stop';
    if (body.max_tokens && tokensOf(content) > body.max_tokens) {
      content = content.slice(0, body.max_tokens * 4);
      finishReason = 'length';
    }
    const prompt = textOf(body.messages);
    const completion = tokensOf(
      content + (said.refusal ?? '') + (said.toolCalls ? JSON.stringify(said.toolCalls) : ''),
    );
    const usage = {
      prompt_tokens: tokensOf(prompt),
      completion_tokens: completion,
      total_tokens: tokensOf(prompt) + completion,
      prompt_tokens_details: { cached_tokens: cachedTokens(prompt) },
    };
    const common = {
      id: `chatcmpl-sample-${++count}`,
      created: Math.floor(Date.now() / 1000),
      model: snapshots[body.model] ?? body.model,
    };
    await pause(120 + usage.prompt_tokens / 10);
    if (!body.stream) {
      const message = {
        role: 'assistant',
        content: said.content === undefined ? null : content,
        refusal: said.refusal ?? null,
      };
      if (said.toolCalls) message.tool_calls = said.toolCalls;
      await pause(completion * 3);
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(
        JSON.stringify({
          ...common,
          object: 'chat.completion',
          choices: [{ index: 0, message, finish_reason: finishReason }],
          usage,
        }),
      );
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const send = (chunk) =>
      response.write(`data: ${JSON.stringify({ ...common, object: 'chat.completion.chunk', ...chunk })}\n\n`);
    if (said.refusal)
      send({ choices: [{ index: 0, delta: { refusal: said.refusal }, finish_reason: null }] });
    for (const word of content.match(/\S+\s*/g) ?? []) {
      send({ choices: [{ index: 0, delta: { content: word }, finish_reason: null }] });
      await pause(12);
    }
    send({ choices: [{ index: 0, delta: {}, finish_reason: finishReason }] });
    if (body.stream_options?.include_usage) send({ choices: [], usage });
    response.end('data: [DONE]\n\n');
  }

  const server = http.createServer((request, response) => {
    if (request.method !== 'POST' || request.url !== '/v1/chat/completions') {
      response.writeHead(404, { 'content-type': 'application/json' });
      response.end('{"error":{"message":"Only POST /v1/chat/completions","type":"not_found"}}');
      return;
    }
    complete(request, response).catch((error) => {
      if (!response.headersSent) response.writeHead(400, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: { message: error.message, type: 'invalid_request_error' } }));
    });
  });
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    baseUrl: `http://127.0.0.1:${server.address().port}/v1`,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}
