import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { answerText } from '../../../../src/conventions/messages/answerText.ts';
import { parseMessages } from '../../../../src/conventions/messages/parseMessages.ts';

type Role = Parameters<typeof parseMessages>[1]['defaultRole'];

/** `role: part | part` per message, for short expectations. */
function brief(value: unknown, defaultRole: Role = 'user'): string[] {
  return parseMessages(value, { defaultRole }).map((message) => {
    const parts = message.parts.map((part) => {
      switch (part.type) {
        case 'text':
          return part.text;
        case 'reasoning':
        case 'refusal':
          return `${part.type}(${part.text})`;
        case 'tool_call':
          return `call(${part.id ?? '-'} ${part.name} ${part.arguments})`;
        case 'tool_result':
          return `result(${part.id ?? '-'} ${part.isError ? 'failed ' : ''}${part.result})`;
        case 'media':
          return `${part.modality}(${part.mimeType ?? '-'} ${part.uri ?? `${part.inlineBytes} bytes`})`;
        default:
          return `${part.unparsed ? 'unparsed' : 'raw'}(${part.text})`;
      }
    });
    const head = message.name === undefined ? message.role : `${message.role}/${message.name}`;
    const tail = message.finishReason === undefined ? '' : ` [${message.finishReason}]`;
    return `${head}: ${parts.join(' | ')}${tail}`;
  });
}

/** Checks a value as parsed JSON, as JSON text, as text encoded twice and as structured Maps: all must read alike. */
function same(value: unknown, expected: string[], defaultRole: Role = 'user'): void {
  assert.deepEqual(brief(value, defaultRole), expected, 'parsed JSON');
  assert.deepEqual(brief(JSON.stringify(value), defaultRole), expected, 'JSON text');
  assert.deepEqual(brief(JSON.stringify(JSON.stringify(value)), defaultRole), expected, 'JSON twice');
  assert.deepEqual(brief(structured(value), defaultRole), expected, 'structured');
  assert.deepEqual(brief(new TextEncoder().encode(JSON.stringify(value)), defaultRole), expected, 'bytes');
}

function structured(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(structured);
  if (typeof value !== 'object' || value === null) return value;
  return new Map(Object.entries(value).map(([key, item]) => [key, structured(item)]));
}

describe('parseMessages: OpenTelemetry parts', () => {
  it('reads text, reasoning, calls, results, media and refusals', () => {
    same(
      [
        { role: 'system', parts: [{ type: 'text', content: 'Be brief.' }] },
        {
          role: 'user',
          name: 'ada',
          parts: [
            { type: 'text', content: 'What is this?' },
            { type: 'uri', modality: 'image', uri: 'https://example.org/a.png', mime_type: 'image/png' },
            { type: 'blob', modality: 'audio', mime_type: 'audio/wav', content: 'AAAAAAAA' },
            { type: 'file', modality: 'video', file_id: 'file-1' },
          ],
        },
        {
          role: 'assistant',
          parts: [
            { type: 'reasoning', content: 'hm' },
            { type: 'tool_call', id: 'c1', name: 'look', arguments: { q: 1 } },
            {
              type: 'server_tool_call',
              id: 's1',
              name: 'web',
              server_tool_call: { type: 'search', query: 'x' },
            },
          ],
          finish_reason: 'tool_call',
        },
        {
          role: 'tool',
          parts: [
            { type: 'tool_call_response', id: 'c1', response: { temp: 24 } },
            {
              type: 'server_tool_call_response',
              id: 's1',
              server_tool_call_response: { type: 'search', hits: 2 },
            },
          ],
        },
        { role: 'assistant', parts: [{ type: 'refusal', content: 'No.' }], finish_reason: 'stop' },
      ],
      [
        'system: Be brief.',
        'user/ada: What is this? | image(image/png https://example.org/a.png) | audio(audio/wav 6 bytes) | video(- file-1)',
        'assistant: reasoning(hm) | call(c1 look {"q":1}) | call(s1 web {"type":"search","query":"x"}) [tool_calls]',
        'tool: result(c1 {"temp":24}) | result(s1 {"type":"search","hits":2})',
        'assistant: refusal(No.) [stop]',
      ],
    );
  });

  it('takes a result from response, result or content', () => {
    for (const key of ['response', 'result', 'content']) {
      same(
        [{ role: 'tool', parts: [{ type: 'tool_call_response', id: 'c', [key]: 'sunny' }] }],
        ['tool: result(c sunny)'],
      );
    }
  });

  it('gives a user message of nothing but results to the tool', () => {
    same(
      [{ role: 'user', parts: [{ type: 'tool_call_response', id: 'c', result: 'x' }] }],
      ['tool: result(c x)'],
    );
    same(
      [
        {
          role: 'user',
          parts: [
            { type: 'tool_call_response', id: 'c', result: 'x' },
            { type: 'text', content: 'and?' },
          ],
        },
      ],
      ['user: result(c x) | and?'],
    );
  });

  it('reads a list of parts without a message around them', () => {
    same(
      [
        { type: 'text', content: 'One' },
        { type: 'text', content: 'Two' },
      ],
      ['system: One | Two'],
      'system',
    );
  });

  it('reads Pydantic AI parts: thinking, image-url, binary', () => {
    same(
      [
        {
          role: 'user',
          parts: [
            { type: 'thinking', content: 'hm' },
            { type: 'image-url', url: 'https://example.org/b.jpg' },
            { type: 'binary', media_type: 'application/pdf', content: 'QUJD' },
          ],
        },
      ],
      ['user: reasoning(hm) | image(- https://example.org/b.jpg) | file(application/pdf 3 bytes)'],
    );
  });

  it('keeps a part of unknown type as its text', () => {
    same(
      [{ role: 'assistant', parts: [{ type: 'hologram', beams: 3 }] }],
      ['assistant: raw({"type":"hologram","beams":3})'],
    );
  });

  it('takes arguments as object or text, and reads Python text as JSON', () => {
    const call = (args: unknown): unknown => [
      { role: 'assistant', parts: [{ type: 'tool_call', id: 'c', name: 'f', arguments: args }] },
    ];
    same(call({ a: 1 }), ['assistant: call(c f {"a":1})']);
    same(call('{"a": 1}'), ['assistant: call(c f {"a": 1})']);
    same(call("{'a': None}"), ['assistant: call(c f {"a":null})']);
    same(call('not json'), ['assistant: call(c f not json)']);
    same(call(undefined), ['assistant: call(c f )']);
  });
});

describe('parseMessages: providers', () => {
  it('reads OpenAI chat messages with all sorts of content', () => {
    same(
      [
        { role: 'developer', content: 'Rules.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Look:' },
            { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA', detail: 'low' } },
            { type: 'input_audio', input_audio: { data: 'AAAAAAAA', format: 'wav' } },
            { type: 'file', file: { file_id: 'file-9', filename: 'a.pdf' } },
          ],
        },
        {
          role: 'assistant',
          content: null,
          tool_calls: [
            { id: 'c1', type: 'function', function: { name: 'get_weather', arguments: '{"city":"Rome"}' } },
          ],
        },
        { role: 'tool', tool_call_id: 'c1', content: '{"temp":30}' },
        { role: 'assistant', content: null, refusal: 'I cannot help with that.' },
        { role: 'assistant', content: '', function_call: { name: 'old', arguments: '{}' } },
        { role: 'function', name: 'old', content: 'done' },
      ],
      [
        'system: Rules.',
        'user: Look: | image(image/png 3 bytes) | audio(audio/wav 6 bytes) | file(- file-9)',
        'assistant: call(c1 get_weather {"city":"Rome"})',
        'tool: result(c1 {"temp":30})',
        'assistant: refusal(I cannot help with that.)',
        'assistant: call(- old {})',
        'tool/old: result(- done)',
      ],
    );
  });

  it('reads spoken answers by their transcript', () => {
    same(
      [{ role: 'assistant', content: null, audio: { id: 'audio_1', data: 'AAAA', transcript: 'Hello' } }],
      ['assistant: audio(- 3 bytes) | Hello'],
    );
  });

  it('reads chat completions with their finish reasons', () => {
    same(
      {
        id: 'chatcmpl-1',
        model: 'gpt-4o',
        choices: [
          { index: 0, message: { role: 'assistant', content: 'A' }, finish_reason: 'stop' },
          { index: 1, message: { role: 'assistant', content: 'B' }, finish_reason: 'length' },
        ],
        usage: { prompt_tokens: 1 },
      },
      ['assistant: A [stop]', 'assistant: B [length]'],
      'assistant',
    );
  });

  it('reads text completions', () => {
    same(
      { choices: [{ text: 'Once', index: 0, finish_reason: 'length' }] },
      ['assistant: Once [length]'],
      'assistant',
    );
    same({ prompt: ['One', 'Two'], model: 'x' }, ['user: One | Two']);
  });

  it('reads the Responses API, its items belonging to assistant or tool whoever sent them', () => {
    same(
      {
        model: 'gpt-5',
        instructions: 'Be kind.',
        input: [
          {
            role: 'user',
            content: [
              { type: 'input_text', text: 'Hi' },
              { type: 'input_image', image_url: 'https://e.org/x.png' },
            ],
          },
          { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 'think' }] },
          { type: 'function_call', id: 'fc_1', call_id: 'call_1', name: 'f', arguments: '{"x":1}' },
          { type: 'function_call_output', call_id: 'call_1', output: 'ok' },
        ],
      },
      [
        'system: Be kind.',
        'user: Hi | image(- https://e.org/x.png)',
        'assistant: reasoning(think) | call(call_1 f {"x":1})',
        'tool: result(call_1 ok)',
      ],
    );
    same(
      {
        id: 'resp_1',
        output: [
          { type: 'reasoning', id: 'rs_1', summary: [] },
          { type: 'web_search_call', id: 'ws_1', status: 'completed', action: { query: 'q' } },
          {
            type: 'message',
            id: 'msg_1',
            role: 'assistant',
            content: [
              { type: 'output_text', text: 'Answer', annotations: [] },
              { type: 'refusal', refusal: 'but no' },
            ],
          },
        ],
      },
      ['assistant: reasoning() | call(ws_1 web_search {"query":"q"}) | Answer | refusal(but no)'],
      'assistant',
    );
    same({ input: 'Just text', instructions: 'Sys' }, ['system: Sys', 'user: Just text']);
  });

  it('reads Anthropic requests and answers', () => {
    same(
      {
        system: [{ type: 'text', text: 'Sys', cache_control: { type: 'ephemeral' } }],
        messages: [
          { role: 'user', content: 'Hi' },
          {
            role: 'assistant',
            content: [
              { type: 'thinking', thinking: 'hm', signature: 'x' },
              { type: 'redacted_thinking', data: 'abc' },
              { type: 'text', text: 'Let me see' },
              { type: 'tool_use', id: 't1', name: 'f', input: { a: [1] } },
              { type: 'server_tool_use', id: 't2', name: 'web_search', input: { query: 'q' } },
              {
                type: 'web_search_tool_result',
                tool_use_id: 't2',
                content: [{ type: 'web_search_result', url: 'u' }],
              },
            ],
          },
          {
            role: 'user',
            content: [
              {
                type: 'tool_result',
                tool_use_id: 't1',
                content: [{ type: 'text', text: 'r' }],
                is_error: true,
              },
            ],
          },
          {
            role: 'user',
            content: [
              { type: 'image', source: { type: 'base64', media_type: 'image/jpeg', data: 'AAAA' } },
              { type: 'document', source: { type: 'url', url: 'https://e.org/d.pdf' }, title: 'D' },
            ],
          },
        ],
      },
      [
        'system: Sys',
        'user: Hi',
        'assistant: reasoning(hm) | reasoning() | Let me see | call(t1 f {"a":[1]}) | call(t2 web_search {"query":"q"}) | ' +
          'result(t2 [{"type":"web_search_result","url":"u"}])',
        'tool: result(t1 failed r)',
        'user: image(image/jpeg 3 bytes) | file(- https://e.org/d.pdf)',
      ],
    );
    same(
      {
        id: 'msg_1',
        type: 'message',
        role: 'assistant',
        content: [{ type: 'text', text: 'Yes' }],
        stop_reason: 'end_turn',
      },
      ['assistant: Yes [stop]'],
      'assistant',
    );
  });

  it('reads Gemini contents and candidates in both spellings', () => {
    same(
      {
        model: 'gemini',
        config: { system_instruction: 'Sys' },
        contents: [
          {
            role: 'user',
            parts: [{ text: 'Hi' }, { inline_data: { mime_type: 'image/png', data: 'AAAA' } }],
          },
          {
            role: 'model',
            parts: [
              { text: 'thought', thought: true },
              { function_call: { id: 'f1', name: 'f', args: { a: 1 } } },
            ],
          },
          { role: 'user', parts: [{ function_response: { id: 'f1', name: 'f', response: { r: 2 } } }] },
          { role: 'user', parts: [{ fileData: { fileUri: 'gs://b/v.mp4', mimeType: 'video/mp4' } }] },
        ],
      },
      [
        'system: Sys',
        'user: Hi | image(image/png 3 bytes)',
        'assistant: reasoning(thought) | call(f1 f {"a":1})',
        'tool: result(f1 {"r":2})',
        'user: video(video/mp4 gs://b/v.mp4)',
      ],
    );
    same(
      {
        candidates: [
          {
            content: { role: 'model', parts: [{ functionCall: { name: 'g', args: {} } }] },
            finishReason: 'STOP',
          },
        ],
      },
      ['assistant: call(- g {}) [stop]'],
      'assistant',
    );
    same(
      {
        content: { parts: [{ text: 'Hi' }], role: 'model' },
        finish_reason: 'MAX_TOKENS',
        usage_metadata: {},
      },
      ['assistant: Hi [length]'],
      'assistant',
    );
  });

  it('reads Bedrock blocks with and without a message', () => {
    same(
      [{ text: 'Hi' }, { toolUse: { toolUseId: 'u1', name: 'f', input: { a: 1 } } }],
      ['assistant: Hi | call(u1 f {"a":1})'],
      'assistant',
    );
    same(
      [{ toolResult: { toolUseId: 'u1', status: 'error', content: [{ text: 'no' }] } }],
      ['tool: result(u1 failed no)'],
    );
    same([{ toolResult: { toolUseId: 'u1', content: [{ json: { a: 1 } }] } }], ['tool: result(u1 {"a":1})']);
    same(
      {
        output: {
          message: {
            role: 'assistant',
            content: [{ reasoningContent: { reasoningText: { text: 'r' } } }, { text: 'A' }],
          },
        },
        stopReason: 'end_turn',
      },
      ['assistant: reasoning(r) | A [stop]'],
      'assistant',
    );
  });

  it('measures bytes that came structured', () => {
    const bytes = new Map<string, unknown>([
      [
        'image',
        new Map<string, unknown>([
          ['format', 'png'],
          ['source', new Map([['bytes', new Uint8Array(7)]])],
        ]),
      ],
    ]);
    assert.deepEqual(brief([bytes]), ['user: image(image/png 7 bytes)']);
  });

  it('reads Ollama answers with images and thinking', () => {
    same(
      { model: 'q', message: { role: 'assistant', thinking: 'hm', content: 'Hi' }, done_reason: 'stop' },
      ['assistant: reasoning(hm) | Hi [stop]'],
      'assistant',
    );
    same([{ role: 'user', content: 'See', images: ['A'.repeat(400)] }], ['user: See | image(- 300 bytes)']);
  });
});

describe('parseMessages: frameworks', () => {
  it('reads AI SDK prompts, parts and calls', () => {
    same(
      {
        system: 'Sys',
        messages: [
          {
            role: 'user',
            content: [
              { type: 'text', text: 'Hi' },
              { type: 'image', image: 'https://e.org/a.png' },
            ],
          },
          {
            role: 'assistant',
            content: [
              { type: 'reasoning', text: 'r' },
              { type: 'tool-call', toolCallId: 'c1', toolName: 'f', input: { a: 1 } },
            ],
          },
          {
            role: 'tool',
            content: [
              {
                type: 'tool-result',
                toolCallId: 'c1',
                toolName: 'f',
                output: { type: 'json', value: { b: 2 } },
              },
            ],
          },
          {
            role: 'tool',
            content: [
              {
                type: 'tool-result',
                toolCallId: 'c2',
                toolName: 'g',
                output: { type: 'error-text', value: 'bad' },
              },
            ],
          },
          {
            role: 'user',
            content: [
              { type: 'file', mediaType: 'application/pdf', data: 'data:application/pdf;base64,AAAA' },
            ],
          },
        ],
      },
      [
        'system: Sys',
        'user: Hi | image(- https://e.org/a.png)',
        'assistant: reasoning(r) | call(c1 f {"a":1})',
        'tool: result(c1 {"b":2})',
        'tool: result(c2 failed bad)',
        'user: file(application/pdf 3 bytes)',
      ],
    );
    same(
      [{ toolCallType: 'function', toolCallId: 'c', toolName: 'f', args: '{"a":1}' }],
      ['assistant: call(c f {"a":1})'],
      'assistant',
    );
  });

  it('reads Genkit messages', () => {
    same(
      {
        messages: [
          {
            role: 'user',
            content: [{ text: 'Hi' }, { media: { url: 'https://e.org/i.png', contentType: 'image/png' } }],
          },
        ],
      },
      ['user: Hi | image(image/png https://e.org/i.png)'],
    );
    same(
      {
        message: { role: 'model', content: [{ toolRequest: { ref: 'r', name: 'f', input: { a: 1 } } }] },
        finishReason: 'stop',
        usage: { inputTokens: 1 },
      },
      ['assistant: call(r f {"a":1}) [stop]'],
      'assistant',
    );
    same(
      [{ role: 'tool', content: [{ toolResponse: { ref: 'r', name: 'f', output: 'o' } }] }],
      ['tool: result(r o)'],
    );
  });

  it('reads LangChain in its serialised forms', () => {
    const ai = (kwargs: object): object => ({
      lc: 1,
      type: 'constructor',
      id: ['langchain', 'schema', 'messages', 'AIMessage'],
      kwargs,
    });
    same(
      {
        messages: [
          [
            { lc: 1, type: 'constructor', id: ['langchain', 'HumanMessage'], kwargs: { content: 'Hi' } },
            ai({ content: 'Yo' }),
          ],
        ],
      },
      ['user: Hi', 'assistant: Yo'],
    );
    same(
      {
        generations: [
          [
            {
              text: '',
              generation_info: { finish_reason: 'tool_calls' },
              message: ai({
                content: [{ type: 'tool_use', id: 't1', name: 'f', input: {} }],
                tool_calls: [{ name: 'f', args: {}, id: 't1', type: 'tool_call' }],
                response_metadata: { stop_reason: 'tool_use' },
              }),
            },
          ],
        ],
      },
      ['assistant: call(t1 f {}) [tool_calls]'],
      'assistant',
    );
    same(
      [
        { type: 'human', content: 'Q' },
        { type: 'ai', content: '', tool_calls: [{ name: 'f', args: { a: 1 }, id: 'x' }] },
        { type: 'tool', content: 'R', tool_call_id: 'x', name: 'f', status: 'error' },
        { type: 'system', data: { content: 'S' } },
      ],
      ['user: Q', 'assistant: call(x f {"a":1})', 'tool/f: result(x failed R)', 'system: S'],
    );
    same(
      [
        ['system', 'S'],
        ['human', 'Q'],
      ],
      ['system: S', 'user: Q'],
    );
    same(
      ai({
        content: '',
        additional_kwargs: { tool_calls: [{ id: 'o', function: { name: 'f', arguments: '{}' } }] },
      }),
      ['assistant: call(o f {})'],
    );
  });

  it('reads LlamaIndex, Haystack, Semantic Kernel and Pydantic AI messages', () => {
    same(
      [{ role: 'user', blocks: [{ block_type: 'text', text: 'Hi' }], additional_kwargs: {} }],
      ['user: Hi'],
    );
    same(
      {
        replies: [
          {
            role: 'assistant',
            meta: { finish_reason: 'stop' },
            content: [{ text: 'A' }, { tool_call: { tool_name: 'f', arguments: { a: 1 }, id: 'i' } }],
          },
        ],
      },
      ['assistant: A | call(i f {"a":1}) [stop]'],
      'assistant',
    );
    same(
      [
        {
          _role: 'tool',
          _content: [{ tool_call_result: { result: 'r', error: true, origin: { id: 'i', tool_name: 'f' } } }],
        },
      ],
      ['tool: result(i failed r)'],
    );
    same(
      {
        index: 0,
        message: {
          role: 'Assistant',
          content: 'A',
          tool_calls: [{ id: 'i', function: { name: 'f', arguments: { a: 1 } } }],
        },
        finish_reason: 'ToolCalls',
      },
      ['assistant: A | call(i f {"a":1}) [tool_calls]'],
      'assistant',
    );
    same(
      [
        {
          kind: 'request',
          parts: [
            { part_kind: 'system-prompt', content: 'S' },
            { part_kind: 'user-prompt', content: 'U' },
          ],
        },
      ],
      ['system: S', 'user: U'],
    );
  });

  it('unwraps recorded calls', () => {
    same({ args: [], kwargs: { model: 'm', messages: [{ role: 'user', content: 'Hi' }] } }, ['user: Hi']);
    same({ args: [[{ role: 'user', content: 'Hi' }]], kwargs: {} }, ['user: Hi']);
    same({ messages: [{ role: 'user', content: 'Hi' }], kwargs: { n: 1 } }, ['user: Hi']);
    same({ args: [], kwargs: { city: 'Rome' } }, ['user: raw({"args":[],"kwargs":{"city":"Rome"}})']);
  });

  it('prefers the answer of an envelope that holds both sides when an answer is asked for', () => {
    const both = { input: 'Q', output: 'A' };
    same(both, ['user: Q']);
    same(both, ['assistant: A'], 'assistant');
  });

  it('reads roles in the words of Python enums', () => {
    same(
      [
        { role: 'MessageRole.USER', content: 'a' },
        { role: "<Role.MODEL: 'model'>", content: 'b' },
        { role: 'critic', content: 'c' },
      ],
      ['user: a', 'assistant: b', 'critic: c'],
    );
  });
});

describe('parseMessages: text', () => {
  it('takes plain text as a message of the default role', () => {
    assert.deepEqual(brief('Hello'), ['user: Hello']);
    assert.deepEqual(brief('[INST] hi [/INST]', 'assistant'), ['assistant: [INST] hi [/INST]']);
    assert.deepEqual(brief('"quoted once"', 'assistant'), ['assistant: quoted once']);
  });

  it('finds no messages in nothing', () => {
    for (const value of [undefined, null, '', '  \n', 'null', '[]', [], '""', [[]]])
      assert.deepEqual(brief(value), []);
  });

  it('keeps what is not understood, as it came', () => {
    assert.deepEqual(brief('{"city": "Rome", "n": 12345678901234567890}'), [
      'user: raw({"city": "Rome", "n": 12345678901234567890})',
    ]);
    assert.deepEqual(brief('{"a": oops}'), ['user: unparsed({"a": oops})']);
    assert.deepEqual(brief(42), ['user: 42']);
    assert.deepEqual(brief('{}'), ['user: raw({})']);
  });

  it('reads messages from the repr of Python objects', () => {
    assert.deepEqual(brief(`[{'role': 'user', 'content': "it's"}, {'role': 'assistant', 'content': None}]`), [
      "user: it's",
      'assistant: ',
    ]);
  });

  it('reads what is left of messages that were cut off, and marks the cut', () => {
    const whole = JSON.stringify([
      { role: 'user', parts: [{ type: 'text', content: 'one' }] },
      { role: 'assistant', parts: [{ type: 'text', content: 'two three' }] },
    ]);
    const cut = `${whole.slice(0, whole.indexOf('three'))}...[truncated, original 70000 chars]`;
    assert.deepEqual(brief(cut), [
      'user: one',
      'assistant: two  | unparsed(...[truncated, original 70000 chars])',
    ]);
    for (let i = 2; i < whole.length; i++) {
      const parts = parseMessages(whole.slice(0, i), { defaultRole: 'user' }).flatMap(
        (message) => message.parts,
      );
      assert.deepEqual(parts.at(-1)?.type, 'raw', whole.slice(0, i));
    }
  });

  it('does not take an answer that is JSON for blocks', () => {
    same([{ role: 'assistant', content: '[{"city":"Rome"}]' }], ['assistant: [{"city":"Rome"}]']);
    same([{ role: 'assistant', content: '[{"type":"text","text":"Hi"}]' }], ['assistant: Hi']);
    same(
      [{ role: 'assistant', content: '[{"type":"circle","r":1}]' }],
      ['assistant: [{"type":"circle","r":1}]'],
    );
  });

  it('joins the assistant text of an answer and nothing else', () => {
    const messages = parseMessages(
      [
        { role: 'user', content: 'Q' },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'hm' },
            { type: 'text', text: 'A' },
            { type: 'text', text: 'B' },
          ],
        },
        { role: 'tool', tool_call_id: 'x', content: 'R' },
        { role: 'assistant', content: 'C' },
      ],
      { defaultRole: 'assistant' },
    );
    assert.equal(answerText(messages), 'A\nB\nC');
  });
});

describe('parseMessages: hostile input', () => {
  it('never throws and stays bounded on nesting of every kind', () => {
    const wraps: ((inner: unknown) => unknown)[] = [
      (inner) => [inner],
      (inner) => ({ messages: inner }),
      (inner) => ({ message: inner }),
      (inner) => ({ role: 'user', content: inner }),
      (inner) => ({ role: 'user', parts: [inner] }),
      (inner) => ({ lc: 1, id: ['X'], kwargs: { input: inner } }),
      (inner) => ({ args: [inner], kwargs: {} }),
      (inner) => ({ type: 'tool_result', content: [inner] }),
      (inner) => ({ type: 'image', source: inner }),
      (inner) => new Map([['input', inner]]),
    ];
    for (const wrap of wraps) {
      let value: unknown = 'core';
      for (let i = 0; i < 10_000; i++) value = wrap(value);
      const messages = parseMessages(value, { defaultRole: 'user' });
      const size = JSON.stringify(messages).length;
      assert.ok(messages.length <= 2 && size < 20_000, `${size}`);
    }
  });

  it('does not double its work when envelopes offer many ways in', () => {
    let reads = 0;
    const trap = (inner: unknown): unknown =>
      new Proxy(
        { input: inner, output: inner, messages: inner, prompt: inner, choices: inner, response: inner },
        {
          getOwnPropertyDescriptor: (target, key) => (reads++, Reflect.getOwnPropertyDescriptor(target, key)),
        },
      );
    let value: unknown = { nothing: 1 };
    for (let i = 0; i < 12; i++) value = trap(value);
    parseMessages(value, { defaultRole: 'user' });
    assert.ok(reads < 200_000, `${reads} reads`);
  });

  it('limits the number of messages and says so', () => {
    const many = Array.from({ length: 60_000 }, () => ({ role: 'user', content: 'x' }));
    const messages = parseMessages(many, { defaultRole: 'user' });
    assert.equal(messages.length, 10_001);
    assert.deepEqual(messages.at(-1)?.parts, [{ type: 'raw', text: '…', unparsed: true }]);
    const parts = parseMessages(
      [{ role: 'user', content: Array.from({ length: 60_000 }, () => ({ text: 'x' })) }],
      {
        defaultRole: 'user',
      },
    );
    assert.ok((parts[0]?.parts.length ?? 0) <= 50_001);
    assert.deepEqual(parts.at(-1)?.parts.at(-1), { type: 'raw', text: '…', unparsed: true });
  });

  it('copies neither inline bytes nor embedding vectors', () => {
    const data = 'A'.repeat(400_000);
    const vector = Array.from({ length: 1536 }, (_, i) => i / 1536);
    const value = [
      { role: 'user', content: [{ type: 'image_url', image_url: { url: `data:image/png;base64,${data}` } }] },
      { role: 'tool', tool_call_id: 'x', content: [{ type: 'image', source: { type: 'base64', data } }] },
      { role: 'assistant', parts: [{ type: 'strange', bytes: data, vector }] },
      { data: [{ embedding: vector }] },
    ];
    const text = JSON.stringify(parseMessages(value, { defaultRole: 'user' }));
    assert.ok(text.length < 2_000, `${text.length}`);
    assert.match(text, /"inlineBytes":300000/);
    assert.match(text, /vector of 1536 numbers/);
    assert.ok(JSON.stringify(parseMessages(JSON.stringify(value), { defaultRole: 'user' })).length < 2_000);
    assert.ok(JSON.stringify(parseMessages(vector, { defaultRole: 'user' })).length < 200);
  });

  it('treats prototype names as data', () => {
    const value = JSON.parse(
      '{"__proto__": {"role": "system", "content": "x"}, "constructor": {"role": "user"}}',
    ) as unknown;
    assert.deepEqual(brief(value), [
      'user: raw({"__proto__":{"role":"system","content":"x"},"constructor":{"role":"user"}})',
    ]);
    assert.equal(({} as { role?: unknown }).role, undefined);
  });

  it('survives random JSON-like values', () => {
    const words = [
      'role',
      'content',
      'parts',
      'type',
      'text',
      'messages',
      'kwargs',
      'tool_calls',
      'function',
      'data',
      'image',
      'args',
    ];
    const types = [
      'text',
      'image',
      'tool_call',
      'function',
      'message',
      'human',
      'reasoning',
      'x_call',
      'tool-x',
      'user',
    ];
    let seed = 7;
    const next = (n: number): number => (seed = (seed * 1103515245 + 12345) & 0x7fffffff) % n;
    const make = (depth: number): unknown => {
      const kind = next(depth > 5 ? 5 : 8);
      if (kind === 0) return null;
      if (kind === 1) return next(100);
      if (kind === 2) return types[next(types.length)];
      if (kind === 3) return next(2) === 0;
      if (kind === 4) return `{"a": ${next(9)}`;
      if (kind === 5) return Array.from({ length: next(4) }, () => make(depth + 1));
      const entries = Array.from(
        { length: next(5) },
        () => [words[next(words.length)] ?? '', make(depth + 1)] as const,
      );
      return kind === 6 ? Object.fromEntries(entries) : new Map(entries);
    };
    for (let i = 0; i < 5_000; i++) {
      const value = make(0);
      for (const defaultRole of ['user', 'assistant'] as const) {
        for (const message of parseMessages(value, { defaultRole })) {
          assert.equal(typeof message.role, 'string');
          for (const part of message.parts) assert.equal(typeof part.type, 'string');
        }
      }
    }
  });
});
