import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { emptyAnswer, takeEvent, takeWhole, type Answer } from '../../../src/request/answer.ts';
import type { RecordedRequest } from '../../../src/model/request.ts';
import { applyDraft, draftBody, draftOf } from '../../../src/request/draft.ts';
import type { Json } from '../../../src/request/json.ts';
import { EventReader, type ServerEvent } from '../../../src/request/sse.ts';

function read(pieces: readonly string[]): ServerEvent[] {
  const reader = new EventReader();
  return [...pieces.flatMap((piece) => reader.push(piece)), ...reader.end()];
}

function answerTo(kind: 'openai' | 'anthropic', chunks: readonly Json[]): Answer {
  const answer = emptyAnswer();
  const stream = chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join('');
  for (const event of read([stream, 'data: [DONE]\n\n'])) takeEvent(answer, event, kind);
  return answer;
}

describe('a stream of events', () => {
  const stream =
    ': hello\r\nevent: a\r\ndata: one\r\ndata: two\r\n\r\ndata:three\n\n\nevent: empty\n\ndata: last';

  it('is the same however it is cut into pieces', () => {
    const whole = read([stream]);
    assert.deepEqual(whole, [
      { event: 'a', data: 'one\ntwo' },
      { event: 'message', data: 'three' },
      { event: 'message', data: 'last' },
    ]);
    fc.assert(
      fc.property(fc.array(fc.nat(stream.length), { maxLength: 20 }), (cuts) => {
        const at = [0, ...cuts.sort((a, b) => a - b), stream.length];
        assert.deepEqual(read(at.slice(1).map((end, index) => stream.slice(at[index], end))), whole);
      }),
    );
  });

  it('without end is refused', () => {
    const reader = new EventReader();
    assert.throws(() => {
      for (let i = 0; i < 40; i++) reader.push('x'.repeat(1024 * 1024));
    }, RangeError);
    assert.throws(() => {
      const lines = new EventReader();
      for (let i = 0; i < 40; i++) lines.push(`data: ${'x'.repeat(1024 * 1024)}\n`);
    }, RangeError);
  });
});

describe('an answer', () => {
  it('of chat completions is put together from its pieces, with its usage', () => {
    const call = (index: number, part: object): Json => ({
      choices: [{ index: 0, delta: { tool_calls: [{ index, ...part }] } }],
    });
    const answer = answerTo('openai', [
      { model: 'gpt-4o-2024-08-06', choices: [{ index: 0, delta: { role: 'assistant', content: 'Hel' } }] },
      { choices: [{ index: 1, delta: { content: 'another choice' } }] },
      { choices: [{ index: 0, delta: { content: 'lo', reasoning_content: 'hm' } }] },
      call(0, { id: 'c', function: { name: 'get', arguments: '{"a"' } }),
      call(0, { function: { arguments: ':1}' } }),
      { choices: [{ index: 0, delta: {}, finish_reason: 'tool_calls' }] },
      {
        choices: [],
        usage: {
          prompt_tokens: 100,
          completion_tokens: 20,
          prompt_tokens_details: { cached_tokens: 64 },
          completion_tokens_details: { reasoning_tokens: 5 },
        },
      },
    ]);
    assert.equal(answer.text, 'Hello');
    assert.equal(answer.reasoning, 'hm');
    assert.deepEqual([...answer.calls.values()], [{ name: 'get', arguments: '{"a":1}' }]);
    assert.equal(answer.finishReason, 'tool_calls');
    assert.equal(answer.model, 'gpt-4o-2024-08-06');
    assert.deepEqual(answer.usage, { input: 100, output: 20, cacheRead: 64, reasoning: 5 });
  });

  it('of Anthropic is put together from its pieces; cached tokens are part of the input', () => {
    const answer = answerTo('anthropic', [
      {
        type: 'message_start',
        message: {
          model: 'claude-x',
          usage: {
            input_tokens: 10,
            cache_read_input_tokens: 100,
            cache_creation_input_tokens: 5,
            output_tokens: 1,
          },
        },
      },
      { type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: '' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'hm' } },
      { type: 'content_block_start', index: 1, content_block: { type: 'text', text: '' } },
      { type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text: 'Hi' } },
      {
        type: 'content_block_start',
        index: 2,
        content_block: { type: 'tool_use', id: 't', name: 'get', input: {} },
      },
      { type: 'content_block_delta', index: 2, delta: { type: 'input_json_delta', partial_json: '{"a":1}' } },
      { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 30 } },
      { type: 'message_stop' },
    ]);
    assert.equal(answer.text, 'Hi');
    assert.equal(answer.reasoning, 'hm');
    assert.deepEqual([...answer.calls.values()], [{ name: 'get', arguments: '{"a":1}' }]);
    assert.deepEqual(answer.usage, { input: 115, output: 30, cacheRead: 100, cacheWrite: 5 });
    assert.equal(answer.finishReason, 'stop');
  });

  it('that is not streamed is read as well', () => {
    const openai = emptyAnswer();
    takeWhole(
      openai,
      {
        choices: [
          {
            index: 0,
            message: { content: 'Hi', tool_calls: [{ function: { name: 'f', arguments: '{}' } }] },
            finish_reason: 'stop',
          },
        ],
        usage: { prompt_tokens: 1, completion_tokens: 2 },
      },
      'openai',
    );
    assert.deepEqual([openai.text, openai.calls.size, openai.usage], ['Hi', 1, { input: 1, output: 2 }]);
    const anthropic = emptyAnswer();
    takeWhole(
      anthropic,
      {
        content: [
          { type: 'text', text: 'Hi' },
          { type: 'tool_use', name: 'f', input: { a: 1 } },
        ],
        stop_reason: 'tool_use',
        usage: { input_tokens: 1, output_tokens: 2 },
      },
      'anthropic',
    );
    assert.deepEqual(
      [anthropic.text, anthropic.finishReason, [...anthropic.calls.values()]],
      ['Hi', 'tool_calls', [{ name: 'f', arguments: '{"a":1}' }]],
    );
  });

  it('that is an error says so; one that makes no sense changes nothing', () => {
    assert.equal(answerTo('openai', [{ error: { message: 'overloaded' } }]).error, 'overloaded');
    assert.equal(
      answerTo('anthropic', [{ type: 'error', error: { type: 'overloaded_error', message: 'busy' } }]).error,
      'busy',
    );
    const odd: Json[] = [
      null,
      1,
      [],
      {},
      { choices: 'x' },
      { choices: [null, { index: 0, delta: 7 }] },
      { type: 'message_start', message: null },
      { usage: { prompt_tokens: -1 } },
      JSON.parse('{"__proto__":{"polluted":1}}') as Json,
    ];
    for (const kind of ['openai', 'anthropic'] as const) {
      const { usage: _usage, ...rest } = answerTo(kind, odd);
      assert.deepEqual(rest, {
        text: '',
        reasoning: '',
        calls: new Map(),
        model: undefined,
        finishReason: undefined,
        error: undefined,
      });
    }
    assert.equal(({} as { polluted?: unknown }).polluted, undefined);
  });
});

describe('a draft', () => {
  const request: RecordedRequest = {
    api: 'chat',
    model: 'gpt-4o',
    messages: [
      { role: 'system', parts: [{ type: 'text', text: 'Be brief.' }] },
      {
        role: 'user',
        parts: [
          { type: 'text', text: 'Hi' },
          { type: 'media', modality: 'image', data: 'iVBORw0KGgoA' },
        ],
      },
      { role: 'assistant', parts: [{ type: 'tool_call', id: '1', name: 'f', arguments: '{}' }] },
    ],
    tools: [{ name: 'f' }],
    parameters: [
      { name: 'temperature', value: '0.5' },
      { name: 'max_tokens', value: '9' },
    ],
  };
  const unchanged = { model: 'gpt-4o', edits: [], removed: [], withTools: true };

  it('shows texts to edit and the rest as it goes along, without the bytes of pictures', () => {
    const draft = draftOf(request);
    assert.deepEqual(
      draft.messages.map(({ parts }) => parts.map(({ type }) => type)),
      [['text'], ['text', 'fixed'], ['fixed']],
    );
    assert.deepEqual(JSON.parse(draft.parameters.openai), { temperature: 0.5, max_tokens: 9 });
    assert.ok(!JSON.stringify(draft).includes('iVBOR'));
  });

  it('without changes asks for what was recorded', () => {
    assert.deepEqual(
      applyDraft(request, unchanged).messages.map(({ role, parts }) => ({ role, parts })),
      request.messages,
    );
  });

  it('changes texts, leaves messages out, and nothing else', () => {
    const edited = applyDraft(request, {
      ...unchanged,
      edits: [
        { message: 1, part: 0, text: 'Ho' },
        { message: 1, part: 1, text: 'no text' },
        { message: 9, part: 0, text: 'no message' },
      ],
      removed: [0, 77],
      withTools: false,
    });
    assert.deepEqual(
      edited.messages.map(({ role }) => role),
      ['user', 'assistant'],
    );
    assert.deepEqual(edited.messages[0]?.parts, [
      { type: 'text', text: 'Ho' },
      request.messages[1]?.parts[1],
    ]);
    assert.deepEqual(edited.tools, []);
  });

  it('is sent with the user’s parameters, but for what is shown elsewhere', () => {
    const made = draftBody(
      request,
      '{"temperature":1,"model":"other","messages":[],"stream":false,"__proto__":{"a":1}}',
      'openai',
    );
    assert.ok('body' in made);
    assert.equal(made.body['temperature'], 1);
    assert.equal(made.body['model'], 'gpt-4o');
    assert.equal((made.body['messages'] as unknown[]).length, 3);
    assert.equal(made.body['stream'], true);
    const anthropic = draftBody(request, '{"max_tokens":5}', 'anthropic');
    assert.ok(
      'body' in anthropic && anthropic.body['max_tokens'] === 5 && !('stream_options' in anthropic.body),
    );
  });

  it('that cannot be sent says why', () => {
    for (const parameters of ['[]', '{', '7'])
      assert.ok('problem' in draftBody(request, parameters, 'openai'));
    assert.ok('problem' in draftBody({ ...request, model: '' }, '', 'openai'));
    assert.ok('problem' in draftBody({ ...request, messages: [] }, '', 'openai'));
  });
});
