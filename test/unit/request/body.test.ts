import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { MessagePart } from '../../../src/model/message.ts';
import type { RecordedRequest, RequestMessage, RequestPart } from '../../../src/model/request.ts';
import { requestBody } from '../../../src/request/body.ts';
import { requestUrl, serviceOf } from '../../../src/request/service.ts';

const text = (value: string): MessagePart => ({ type: 'text', text: value });
const message = (role: string, ...parts: RequestPart[]): RequestMessage => ({ role, parts });
const png = 'iVBORw0KGgoAAAANSUhEUg==';

export function recorded(part: Partial<RecordedRequest> = {}): RecordedRequest {
  return {
    api: 'chat',
    provider: 'openai',
    model: 'gpt-4o',
    messages: [],
    tools: [],
    parameters: [],
    ...part,
  };
}

const talk: RequestMessage[] = [
  message('system', text('Be brief.')),
  message('user', text('Weather?')),
  message(
    'assistant',
    { type: 'reasoning', text: 'hm' },
    { type: 'tool_call', id: 'c1', name: 'get', arguments: '{"city":"Rome"}' },
  ),
  message('tool', { type: 'tool_result', id: 'c1', result: '24 degrees' }),
  message('user', text('And now?'), {
    type: 'media',
    modality: 'image',
    mimeType: 'image/svg+xml',
    data: png,
  }),
];
const tools = [
  {
    name: 'get',
    description: 'Gets',
    parameters: '{"type":"object","properties":{"city":{"type":"string"}}}',
  },
];

describe('a recorded call', () => {
  it('becomes a chat completion', () => {
    const { body, notes } = requestBody(
      recorded({
        messages: talk,
        tools,
        parameters: [
          { name: 'max_tokens', value: '100' },
          { name: 'topP', value: '0.5' },
        ],
      }),
      'chat',
    );
    assert.deepEqual(body, {
      model: 'gpt-4o',
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Weather?' },
        {
          role: 'assistant',
          content: null,
          tool_calls: [
            { id: 'c1', type: 'function', function: { name: 'get', arguments: '{"city":"Rome"}' } },
          ],
        },
        { role: 'tool', tool_call_id: 'c1', content: '24 degrees' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'And now?' },
            { type: 'image_url', image_url: { url: `data:image/png;base64,${png}` } },
          ],
        },
      ],
      tools: [
        {
          type: 'function',
          function: {
            name: 'get',
            description: 'Gets',
            parameters: { type: 'object', properties: { city: { type: 'string' } } },
          },
        },
      ],
      max_tokens: 100,
      top_p: 0.5,
    });
    assert.deepEqual(notes, ['Reasoning of earlier answers is left out: models do not take it back.']);
  });

  it('becomes a request of the Responses API', () => {
    const { body } = requestBody(
      recorded({ messages: talk, tools, parameters: [{ name: 'max_tokens', value: '9' }] }),
      'responses',
    );
    assert.equal(body['instructions'], 'Be brief.');
    assert.equal(body['max_output_tokens'], 9);
    assert.deepEqual(body['input'], [
      { role: 'user', content: [{ type: 'input_text', text: 'Weather?' }] },
      { type: 'function_call', call_id: 'c1', name: 'get', arguments: '{"city":"Rome"}' },
      { type: 'function_call_output', call_id: 'c1', output: '24 degrees' },
      {
        role: 'user',
        content: [
          { type: 'input_text', text: 'And now?' },
          { type: 'input_image', image_url: `data:image/png;base64,${png}` },
        ],
      },
    ]);
  });

  it('becomes a request of Anthropic’s API, where roles take turns and an answer has a limit', () => {
    const { body, notes } = requestBody(recorded({ messages: talk, tools }), 'messages');
    assert.equal(body['system'], 'Be brief.');
    assert.equal(body['max_tokens'], 4096);
    assert.deepEqual(body['messages'], [
      { role: 'user', content: 'Weather?' },
      { role: 'assistant', content: [{ type: 'tool_use', id: 'c1', name: 'get', input: { city: 'Rome' } }] },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'c1', content: '24 degrees' },
          { type: 'text', text: 'And now?' },
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data: png } },
        ],
      },
    ]);
    assert.ok(notes.some((note) => note.includes('4096')));
  });

  it('of an embedding has its texts as input', () => {
    const request = recorded({
      api: 'embeddings',
      messages: [message('user', text('a'))],
      parameters: [{ name: 'encoding_formats', value: '["float"]' }],
    });
    assert.deepEqual(requestBody(request, 'embeddings').body, {
      model: 'gpt-4o',
      input: 'a',
      encoding_format: 'float',
    });
    assert.deepEqual(
      requestBody(recorded({ messages: [message('user', text('a'), text('b'))] }), 'embeddings').body[
        'input'
      ],
      ['a', 'b'],
    );
  });

  it('gives calls and results without ids ids that fit', () => {
    const call = (name: string): MessagePart => ({ type: 'tool_call', name, arguments: 'not json' });
    const { body } = requestBody(
      recorded({
        messages: [
          message('assistant', call('a'), call('b')),
          message('tool', { type: 'tool_result', result: '1' }),
          message('tool', text('2')),
        ],
      }),
      'chat',
    );
    assert.deepEqual(
      (body['messages'] as { tool_call_id?: string }[]).flatMap(({ tool_call_id: id }) => id ?? []),
      ['call_1', 'call_2'],
    );
  });

  it('says what it leaves out, on one safe line each', () => {
    const request = recorded({
      model: undefined,
      parameters: [
        { name: 'x\n\u202Eevil', value: '1' },
        { name: 'temperature', value: 'warm' },
        { name: 'constructor', value: '{}' },
        { name: 'stream', value: 'true' },
      ],
      messages: [
        message(
          'user',
          { type: 'media', modality: 'audio', inlineBytes: 3 },
          { type: 'media', modality: 'image', uri: 'file:///etc/passwd' },
        ),
      ],
    });
    const { body, notes } = requestBody(request, 'chat');
    assert.deepEqual(body, { model: '', messages: [] });
    for (const note of notes) assert.doesNotMatch(note, /[\n\r\u202e]/);
    assert.ok(
      notes.some((note) => /Not taken over: .*temperature, constructor/.test(note)),
      notes.join('\n'),
    );
    assert.ok(notes.some((note) => note.includes('audio')));
  });
});

describe('the service of a call', () => {
  it('is the one that was called, with its own key', () => {
    assert.deepEqual(serviceOf(recorded({ serverAddress: 'api.groq.com', serverPort: 443 }), 'chat'), {
      baseUrl: 'https://api.groq.com/openai/v1',
      keyVariable: 'GROQ_API_KEY',
    });
    assert.equal(serviceOf(recorded({ provider: 'anthropic' }), 'messages').keyVariable, 'ANTHROPIC_API_KEY');
    assert.equal(serviceOf(recorded({ provider: 'anthropic' }), 'chat').keyVariable, 'OPENAI_API_KEY');
    assert.equal(
      serviceOf(recorded({ serverAddress: '127.0.0.1', serverPort: 8080 }), 'chat').baseUrl,
      'http://127.0.0.1:8080/v1',
    );
    assert.equal(
      serviceOf(recorded({ serverAddress: '::1', serverPort: 80 }), 'chat').baseUrl,
      'http://[::1]/v1',
    );
  });

  it('gets no known key when a trace names a stranger’s host', () => {
    const service = serviceOf(
      recorded({ serverAddress: 'api.openai.com.evil.example', serverPort: 8443 }),
      'chat',
    );
    assert.deepEqual(service, {
      baseUrl: 'https://api.openai.com.evil.example:8443/v1',
      keyVariable: 'LLM_API_KEY',
    });
    const twoFaced = ["x'; rm", 'a@b', 'a/../b', 'a b', 'https://a', '%61', '', 'a:b@c', '..', '-'];
    for (const serverAddress of twoFaced)
      assert.equal(
        serviceOf(recorded({ serverAddress }), 'chat').baseUrl,
        'https://api.openai.com/v1',
        serverAddress,
      );
  });

  it('has the paths of its format', () => {
    assert.equal(requestUrl('http://h/v1//', 'chat'), 'http://h/v1/chat/completions');
    assert.equal(requestUrl('https://h', 'messages'), 'https://h/v1/messages');
    assert.equal(requestUrl('https://h/v1', 'messages'), 'https://h/v1/messages');
  });
});
