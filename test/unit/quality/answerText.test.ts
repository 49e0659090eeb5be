import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { everything, exchange, factsOf, flagsOf, idsOf, message, reasonOf } from './support.ts';

describe('flags of the answer’s text', () => {
  it('a refusal that the provider marks is a refusal, in its own words', () => {
    const facts = factsOf({}, exchange({ type: 'refusal', text: 'I can’t help with that.' }));
    assert.equal(reasonOf('refusal', facts), 'The model declined: “I can’t help with that.”.');
    assert.deepEqual(idsOf(factsOf({}, exchange('Sure.'))), []);
  });

  it('a refusal, an apology and code are read from the text, with the passage that decided', () => {
    assert.deepEqual(idsOf(factsOf({}, exchange("I'm sorry, but I can't help with that request."))), [
      'refusal',
      'apology',
    ]);
    const code = factsOf({}, exchange('Here you are:\n```python\nprint("hello")\n```'));
    assert.deepEqual(idsOf(code), ['contains_code']);
    assert.match(reasonOf('contains_code', code) ?? '', /^The answer contains code: “.*print/);
    assert.deepEqual(
      idsOf(factsOf({}, exchange('The weather in Rome is fine: 24 °C and a light wind.'))),
      [],
    );
  });

  it('only the answer is read, on the span that counts, and not what was asked', () => {
    const said = {
      conversation: {
        input: [message('user', 'Say: I am sorry, I cannot help with that.')],
        output: [message('assistant', 'Done, I said it.')],
      },
    };
    assert.deepEqual(idsOf(factsOf({}, said)), []);
    const sorry = exchange('I am sorry, I cannot help with that.');
    assert.deepEqual(idsOf(factsOf({}, sorry), { counted: false }), []);
    assert.deepEqual(idsOf(factsOf({ kind: 'tool' }, sorry), { usage: undefined }), []);
  });

  it('each of several answers is read by itself', () => {
    const output = [
      message('assistant', 'Sure, here it is.'),
      message('assistant', 'I cannot help with that.'),
    ];
    assert.deepEqual(idsOf(factsOf({}, { conversation: { output } })), ['refusal']);
  });

  it('an answer of empty signs says nothing, unless JSON was asked for', () => {
    assert.equal(reasonOf('empty_answer', factsOf({}, exchange('[]'))), 'The answer says nothing: “[]”.');
    assert.deepEqual(idsOf(factsOf({ outputType: 'json' }, exchange('[]'))), []);
    assert.deepEqual(idsOf(factsOf({}, exchange('7'))), []);
    assert.deepEqual(
      idsOf(factsOf({}, exchange('...', { type: 'tool_call', name: 'f', arguments: '{}' }))),
      [],
    );
  });

  it('marks of the program itself are believed', () => {
    const reportedMarks = new Map([
      ['contains_code', true],
      ['apology', true],
      ['refusal', false],
    ]);
    assert.deepEqual(
      flagsOf(factsOf({ reportedMarks }, exchange('Hello'))).map(({ id, severity }) => [id, severity]),
      [
        ['contains_code', 'info'],
        ['apology', 'info'],
      ],
    );
  });
});

describe('calls that answer in numbers', () => {
  it('have no messages to be read', () => {
    for (const kind of ['embedding', 'rerank'] as const) {
      const facts = factsOf({ kind });
      assert.deepEqual(idsOf(facts, {}, everything), []);
      assert.equal(facts.reads.count, 0);
    }
  });
});
