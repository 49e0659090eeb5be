import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { parseFlattened, unflatten } from '../../../../src/conventions/messages/parseFlattened.ts';
import type { AttributeMap, AttributeValue } from '../../../../src/otlp/types.ts';

function attributes(entries: Record<string, AttributeValue>): AttributeMap {
  return new Map(Object.entries(entries));
}

describe('parseFlattened: OpenInference', () => {
  it('puts messages in numeric order and closes gaps', () => {
    const messages = parseFlattened(
      attributes({
        'llm.input_messages.10.message.content': 'last',
        'llm.input_messages.10.message.role': 'user',
        'llm.input_messages.2.message.role': 'assistant',
        'llm.input_messages.2.message.content': 'middle',
        'llm.input_messages.0.message.content': 'first',
        'llm.input_messages.0.message.role': 'system',
        'llm.input_messages': 'not indexed',
        'llm.input_messages_extra.0.message.content': 'other prefix',
        'llm.output_messages.0.message.content': 'other side',
      }),
      'llm.input_messages',
      'openinference',
    );
    assert.deepEqual(
      messages.map((message) => [message.role, message.parts]),
      [
        ['system', [{ type: 'text', text: 'first' }]],
        ['assistant', [{ type: 'text', text: 'middle' }]],
        ['user', [{ type: 'text', text: 'last' }]],
      ],
    );
  });

  it('reads tool calls, results and multimodal contents', () => {
    const messages = parseFlattened(
      attributes({
        'llm.input_messages.0.message.role': 'user',
        'llm.input_messages.0.message.content': 'See',
        'llm.input_messages.0.message.contents.0.message_content.type': 'text',
        'llm.input_messages.0.message.contents.0.message_content.text': 'See',
        'llm.input_messages.0.message.contents.1.message_content.type': 'image',
        'llm.input_messages.0.message.contents.1.message_content.image.image.url': 'https://e.org/a.png',
        'llm.input_messages.1.message.role': 'assistant',
        'llm.input_messages.1.message.contents.0.message_content.type': 'reasoning',
        'llm.input_messages.1.message.contents.0.message_content.text': 'hm',
        'llm.input_messages.1.message.tool_calls.1.tool_call.function.name': 'g',
        'llm.input_messages.1.message.tool_calls.1.tool_call.function.arguments': '{}',
        'llm.input_messages.1.message.tool_calls.0.tool_call.id': 'c0',
        'llm.input_messages.1.message.tool_calls.0.tool_call.function.name': 'f',
        'llm.input_messages.1.message.tool_calls.0.tool_call.function.arguments': '{"a": 1}',
        'llm.input_messages.2.message.role': 'tool',
        'llm.input_messages.2.message.tool_call_id': 'c0',
        'llm.input_messages.2.message.name': 'f',
        'llm.input_messages.2.message.content': 'sunny',
        'llm.input_messages.3.message.role': 'assistant',
        'llm.input_messages.3.message.function_call_name': 'old',
        'llm.input_messages.3.message.function_call_arguments_json': '{"b":2}',
      }),
      'llm.input_messages',
      'openinference',
    );
    assert.deepEqual(messages, [
      {
        role: 'user',
        parts: [
          { type: 'text', text: 'See' },
          { type: 'media', modality: 'image', uri: 'https://e.org/a.png' },
        ],
      },
      {
        role: 'assistant',
        parts: [
          { type: 'reasoning', text: 'hm' },
          { type: 'tool_call', id: 'c0', name: 'f', arguments: '{"a": 1}' },
          { type: 'tool_call', name: 'g', arguments: '{}' },
        ],
      },
      { role: 'tool', name: 'f', parts: [{ type: 'tool_result', id: 'c0', name: 'f', result: 'sunny' }] },
      { role: 'assistant', parts: [{ type: 'tool_call', name: 'old', arguments: '{"b":2}' }] },
    ]);
  });

  it('reads prompts and completions of the text API', () => {
    const all = attributes({ 'llm.prompts.0.prompt.text': 'Once', 'llm.choices.0.completion.text': 'upon' });
    assert.deepEqual(parseFlattened(all, 'llm.prompts', 'openinference'), [
      { role: 'user', parts: [{ type: 'text', text: 'Once' }] },
    ]);
    assert.deepEqual(parseFlattened(all, 'llm.choices', 'openinference'), [
      { role: 'assistant', parts: [{ type: 'text', text: 'upon' }] },
    ]);
  });
});

describe('parseFlattened: OpenLLMetry', () => {
  it('reads prompts, completions, blocks as JSON text, tool calls and finish reasons', () => {
    const all = attributes({
      'gen_ai.prompt.0.role': 'system',
      'gen_ai.prompt.0.content': 'Sys',
      'gen_ai.prompt.1.role': 'user',
      'gen_ai.prompt.1.content':
        '[{"type": "text", "text": "Look"}, {"type": "image_url", "image_url": {"url": "https://e.org/x"}}]',
      'gen_ai.prompt.2.role': 'tool',
      'gen_ai.prompt.2.tool_call_id': 'c',
      'gen_ai.prompt.2.content': '{"temp": 3}',
      'gen_ai.completion.0.content': '',
      'gen_ai.completion.0.finish_reason': 'tool_calls',
      'gen_ai.completion.0.tool_calls.0.id': 'c',
      'gen_ai.completion.0.tool_calls.0.name': 'f',
      'gen_ai.completion.0.tool_calls.0.arguments': '{"a":1}',
      'gen_ai.completion.1.refusal': 'No.',
      'gen_ai.completion.2.function_call.name': 'g',
      'gen_ai.completion.2.function_call.arguments': '{}',
    });
    assert.deepEqual(parseFlattened(all, 'gen_ai.prompt', 'openllmetry'), [
      { role: 'system', parts: [{ type: 'text', text: 'Sys' }] },
      {
        role: 'user',
        parts: [
          { type: 'text', text: 'Look' },
          { type: 'media', modality: 'image', uri: 'https://e.org/x' },
        ],
      },
      { role: 'tool', parts: [{ type: 'tool_result', id: 'c', result: '{"temp": 3}' }] },
    ]);
    assert.deepEqual(parseFlattened(all, 'gen_ai.completion', 'openllmetry'), [
      {
        role: 'assistant',
        parts: [{ type: 'tool_call', id: 'c', name: 'f', arguments: '{"a":1}' }],
        finishReason: 'tool_calls',
      },
      { role: 'assistant', parts: [{ type: 'refusal', text: 'No.' }] },
      { role: 'assistant', parts: [{ type: 'tool_call', name: 'g', arguments: '{}' }] },
    ]);
  });
});

describe('unflatten', () => {
  it('keeps structured values and hostile names as data', () => {
    const inner = new Map<string, AttributeValue>([['7', 'seven']]);
    const items = unflatten(
      attributes({
        'p.0.__proto__.x': 1,
        'p.0.constructor': 2,
        'p.0.v': inner,
        'p.0.list.3': 'd',
        'p.0.list.1': 'b',
      }),
      'p',
    );
    const item = items[0];
    assert.ok(item);
    assert.equal(item.get('constructor'), 2);
    assert.equal(item.get('v'), inner);
    assert.deepEqual(item.get('list'), ['b', 'd']);
    assert.equal(({} as { x?: unknown }).x, undefined);
  });

  it('makes nothing of huge indices, of odd ones and of endless paths', () => {
    const items = unflatten(
      attributes({
        'p.999999999999999.a': 'far',
        'p.1.a': 'near',
        'p.1e3.a': 'odd',
        'p.-1.a': 'odd',
        'p.99999999999999999999.a': 'too far',
        [`p.2${'.x'.repeat(10_000)}`]: 'deep',
      }),
      'p',
    );
    assert.deepEqual(
      items.map((item) => item.get('a')),
      ['near', undefined, 'far'],
    );
  });

  it('looks at each attribute once', () => {
    let seen = 0;
    const many = new Map<string, AttributeValue>();
    for (let i = 0; i < 30_000; i++) many.set(`p.${i}.content`, 'x');
    const counting = new Map(many);
    counting[Symbol.iterator] = function* (): MapIterator<[string, AttributeValue]> {
      for (const entry of many) {
        seen++;
        yield entry;
      }
    };
    assert.equal(parseFlattened(counting, 'p', 'openllmetry').length, 10_000);
    assert.equal(seen, 30_000);
  });
});
