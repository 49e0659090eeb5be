import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { MessagePart } from '../../../src/model/message.ts';
import { everything, exchange, factsOf, idsOf, message, reasonOf, type Said } from './support.ts';

const failed = { code: 'error', message: 'boom' } as const;

describe('the flag of invalid JSON', () => {
  const asked = { outputType: 'json' } as const;

  it('is set when JSON was asked for and something else came', () => {
    assert.equal(
      reasonOf('invalid_json', factsOf(asked, exchange('Sure! Here it is: {}'))),
      'JSON was asked for, but the answer is not JSON: “Sure! Here it is: {}”.',
    );
    assert.match(
      reasonOf('invalid_json', factsOf(asked, exchange('```json\n{}\n```'))) ?? '',
      /wrapped in a code fence/,
    );
    assert.deepEqual(idsOf(factsOf(asked, exchange('{"a": 1'))), ['invalid_json']);
  });

  it('is not set for JSON, for other requests, tool calls, refusals and texts that an emitter cut', () => {
    assert.deepEqual(idsOf(factsOf(asked, exchange(' {"a": [1]} \n'))), []);
    assert.deepEqual(idsOf(factsOf(asked, exchange('{"a":', ' 1}'))), []);
    assert.deepEqual(idsOf(factsOf({}, exchange('no JSON'))), []);
    assert.deepEqual(idsOf(factsOf({ outputType: 'text' }, exchange('no JSON'))), []);
    assert.deepEqual(idsOf(factsOf(asked, exchange({ type: 'tool_call', name: 'f', arguments: '{}' }))), []);
    assert.ok(
      !idsOf(factsOf(asked, exchange('I cannot.', { type: 'refusal', text: 'I cannot.' }))).includes(
        'invalid_json',
      ),
    );
    assert.deepEqual(idsOf(factsOf(asked, exchange('{"a": "xx...[truncated, original 70000 chars]'))), []);
    assert.deepEqual(idsOf(factsOf({ ...asked, status: failed }, exchange('x'))), ['error']);
  });

  it('reads every answer of several', () => {
    const said = { conversation: { output: [message('assistant', '{}'), message('assistant', 'nope')] } };
    assert.deepEqual(idsOf(factsOf(asked, said)), ['invalid_json']);
  });

  for (const [key, value] of [
    [
      'response_format',
      '{"type":"json_schema","json_schema":{"name":"s","schema":{"type":"object","required":["city"]}}}',
    ],
    ['text', '{"format":{"type":"json_schema","name":"s","schema":{"type":"object","required":["city"]}}}'],
    ['structured_output_schema', '{"type":"object","required":["city"]}'],
    ['response_schema', '{"type":"OBJECT","required":["city"]}'],
  ] as const) {
    it(`holds answers against the schema in ${key}`, () => {
      const facts = (text: string): ReturnType<typeof factsOf> =>
        factsOf({ parameters: new Map([[key, value]]) }, exchange(text));
      assert.equal(
        reasonOf('invalid_json', facts('{}')),
        'The answer does not fit the schema asked for: “$.city is missing”.',
      );
      assert.deepEqual(idsOf(facts('{"city": "Rome"}')), []);
      assert.deepEqual(idsOf(facts('city: Rome')), ['invalid_json']);
    });
  }

  it('knows JSON mode by its many names', () => {
    for (const [key, value] of [
      ['response_format', 'json_object'],
      ['response_format', '{"type": "json_object"}'],
      ['response_mime_type', 'application/json'],
      ['format', 'json'],
    ] as const) {
      assert.deepEqual(
        idsOf(factsOf({ parameters: new Map([[key, value]]) }, exchange('nope'))),
        ['invalid_json'],
        value,
      );
    }
    assert.deepEqual(
      idsOf(factsOf({ parameters: new Map([['response_format', '{"type": "text"}']]) }, exchange('nope'))),
      [],
    );
  });
});

describe('flags of tool calls', () => {
  const weather = {
    name: 'get_weather',
    parameters: '{"type":"object","properties":{"city":{"type":"string"}},"required":["city"]}',
  };
  const calling = (name: string, args: string, tools = [weather]): Said => ({
    ...exchange({ type: 'tool_call', name, arguments: args } satisfies MessagePart),
    tools,
  });
  const flags = (name: string, args: string, tools = [weather]): readonly string[] =>
    idsOf(factsOf({ finishReasons: ['tool_calls'] }, calling(name, args, tools)));

  it('name a tool that was not given', () => {
    assert.deepEqual(flags('get_wether', '{"city":"Rome"}'), ['unknown_tool']);
    assert.deepEqual(flags('get_weather', '{"city":"Rome"}'), []);
    assert.deepEqual(flags('anything', '{}', []), []);
  });

  it('forgive namespaces, and tools that the provider runs itself', () => {
    assert.deepEqual(flags('TravelPlugin-get_weather', '{"city":"Rome"}'), []);
    assert.deepEqual(flags('functions.get_weather', '{"city":"Rome"}'), []);
    assert.deepEqual(flags('web_search', '{"query":"x"}'), []);
  });

  it('name arguments that are no JSON or do not fit', () => {
    const reason = (args: string): string | undefined =>
      reasonOf('invalid_tool_arguments', factsOf({}, calling('get_weather', args)));
    assert.equal(
      reason('{"city": "Ro'),
      'The model calls get_weather with arguments that are not JSON: “{"city": "Ro”.',
    );
    assert.equal(
      reason('{}'),
      'The model calls get_weather with arguments that do not fit its definition: “$.city is missing”.',
    );
    assert.equal(
      reason('{"city": 5}'),
      'The model calls get_weather with arguments that do not fit its definition: “$.city is number, not string”.',
    );
    assert.match(reason('') ?? '', /city is missing/);
    assert.equal(reason('{"city": "Rome"}'), undefined);
    assert.equal(reason('{"city": "Ro...[TRUNCATED: original length 20000]'), undefined);
  });

  it('do without arguments, definitions and readable schemas', () => {
    assert.deepEqual(
      flags('ping', '', [{ name: 'ping', parameters: '{"type":"object","properties":{}}' }]),
      [],
    );
    assert.deepEqual(
      flags('get_weather', '{"city": 5}', [{ name: 'get_weather', parameters: '{broken' }]),
      [],
    );
    assert.deepEqual(flags('get_weather', '{"a": 1}', []), []);
    assert.deepEqual(flags('shell', '"ls -l"', [{ name: 'shell', parameters: '{"type":"object"}' }]), []);
  });

  it('name a tool that failed, on its own span', () => {
    const tool = { name: 'cancel_booking' };
    const facts = factsOf({ kind: 'tool', tool, status: failed, error: { message: 'no such booking' } });
    assert.deepEqual(idsOf(facts), ['error', 'failed_tool']);
    assert.equal(reasonOf('failed_tool', facts), 'cancel_booking failed: “no such booking”.');
    assert.deepEqual(idsOf(facts, { counted: false }), ['error']);
    assert.deepEqual(idsOf(factsOf({ kind: 'tool', tool })), []);
  });
});

describe('flags of what is left out', () => {
  const captured = exchange('Hello');

  it('usage: on calls that ended well only', () => {
    assert.deepEqual(idsOf(factsOf({}, captured), { usage: undefined }, everything), ['usage_missing']);
    assert.match(
      reasonOf('usage_missing', factsOf({ streaming: true }, captured), { usage: undefined }, everything) ??
        '',
      /include_usage/,
    );
    assert.deepEqual(idsOf(factsOf({}, captured), { usage: { input: 5 } }, everything), ['usage_missing']);
    assert.deepEqual(idsOf(factsOf({}, captured), { usage: { input: 5, output: 0 } }, everything), []);
    assert.deepEqual(
      idsOf(factsOf({ kind: 'embedding' }, captured), { usage: { input: 5 } }, everything),
      [],
    );
    assert.deepEqual(idsOf(factsOf({ status: failed }, captured), { usage: undefined }, everything), [
      'error',
    ]);
    assert.deepEqual(idsOf(factsOf({}, captured), { usage: undefined, counted: false }, everything), []);
    assert.deepEqual(idsOf(factsOf({}, captured), { usage: undefined, ended: false }, everything), []);
  });

  it('content: where no message holds anything', () => {
    assert.deepEqual(idsOf(factsOf(), {}, everything), ['content_missing']);
    assert.deepEqual(idsOf(factsOf({}, { conversation: { input: [message('user')] } }), {}, everything), [
      'content_missing',
    ]);
    assert.deepEqual(idsOf(factsOf({}, captured), {}, everything), []);
    assert.deepEqual(idsOf(factsOf({ kind: 'embedding' }), {}, everything), []);
  });
});
