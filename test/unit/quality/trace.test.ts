import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import type { Message } from '../../../src/model/message.ts';
import type { SpanFacts } from '../../../src/model/span.ts';
import type { QualityOptions } from '../../../src/quality/rule.ts';
import { prepareQuality } from '../../../src/quality/rules.ts';
import { flagTrace } from '../../../src/quality/trace/flagTrace.ts';
import { Prompt } from '../../../src/quality/trace/promptDigest.ts';
import { traceView, type TracePosition, type TraceSpanView } from '../../../src/quality/trace/traceView.ts';
import { all, factsOf, message, type TestFacts } from './support.ts';

const second = 1_000_000;
const failed = { code: 'error', message: 'overloaded' } as const;

function at(spanId: string, start: number, fields: Partial<TracePosition> = {}): TracePosition {
  return {
    spanId,
    parentSpanId: 'root',
    startMicros: start * second,
    endMicros: (start + 1) * second,
    counted: true,
    ...fields,
  };
}

function tool(
  spanId: string,
  start: number,
  args: string | undefined,
  fields: Partial<TracePosition> = {},
  name = 'search',
): TraceSpanView {
  return traceView(factsOf({ kind: 'tool', tool: { name, arguments: args } }), at(spanId, start, fields));
}

function llm(
  spanId: string,
  start: number,
  input: readonly Message[],
  fields: Partial<SpanFacts> = {},
  position: Partial<TracePosition> = {},
): TraceSpanView {
  return traceView(
    factsOf({ requestModel: 'gpt-4o', ...fields }, { conversation: { input } }),
    at(spanId, start, position),
  );
}

function found(spans: readonly TraceSpanView[], options: QualityOptions = all): readonly string[] {
  return [...flagTrace(spans, options)]
    .flatMap(([spanId, flags]) => flags.map((flag) => `${spanId} ${flag.id}`))
    .sort();
}

describe('a tool called in a loop', () => {
  it('is flagged from the third identical call in a row on', () => {
    const spans = [1, 2, 3, 4].map((n) => tool(`t${n}`, n * 2, '{"q":"x"}'));
    const flags = flagTrace(spans, all);
    assert.deepEqual([...flags.keys()], ['t3', 't4']);
    assert.equal(
      flags.get('t3')?.[0]?.reason,
      'search is called with the same arguments for the 3rd time in a row; 2 identical calls came before.',
    );
  });

  it('is none when arguments differ, another tool comes between, or arguments are unknown', () => {
    assert.deepEqual(found([1, 2, 3].map((n) => tool(`t${n}`, n * 2, `{"q":${n}}`))), []);
    assert.deepEqual(found([1, 2, 3].map((n) => tool(`t${n}`, n * 2, undefined))), []);
    const mixed = [
      tool('a', 1, '{}'),
      tool('b', 3, '{}'),
      tool('c', 5, '{}', {}, 'other'),
      tool('d', 7, '{}'),
    ];
    assert.deepEqual(found(mixed), []);
  });

  it('is counted per caller, and each call once though two spans tell of it', () => {
    const agents = ['a1', 'a2', 'a3'].map((id) => traceView(factsOf({ kind: 'agent' }), at(id, 0)));
    const calls = ['a1', 'a2', 'a3'].map((parentSpanId, n) => tool(`t${n}`, n + 1, '{}', { parentSpanId }));
    assert.deepEqual(found([...agents, ...calls]), []);
    const doubled = [1, 2].flatMap((n) => [
      tool(`t${n}`, n, '{}'),
      tool(`m${n}`, n, '{}', { counted: false }),
    ]);
    assert.deepEqual(found(doubled), []);
    const [agent] = agents;
    const chain = traceView(factsOf({ kind: 'chain' }), at('c', 0, { parentSpanId: 'a1' }));
    const nested = [1, 2, 3].map((n) => tool(`n${n}`, n, '{}', { parentSpanId: n === 2 ? 'a1' : 'c' }));
    assert.ok(agent);
    assert.deepEqual(found([agent, chain, ...nested]), ['n3 repeated_tool_call']);
  });

  it('is found whatever parents the spans claim', () => {
    const circular = [
      tool('x', 1, '{}', { parentSpanId: 'y' }),
      tool('y', 2, '{}', { parentSpanId: 'x' }),
      tool('z', 3, '{}', { parentSpanId: 'z' }),
    ];
    assert.equal(found(circular).length, 1);
  });
});

describe('a request made twice', () => {
  const question = [message('system', 'Be brief.'), message('user', 'What is the capital of France?')];

  it('is flagged on the later call, with how long before it was answered', () => {
    const flags = flagTrace([llm('a', 0, question), llm('b', 10, question)], all);
    assert.deepEqual([...flags.keys()], ['b']);
    assert.equal(
      flags.get('b')?.[0]?.reason,
      'The same request was answered 9.0 s before in this trace (span a).',
    );
  });

  it('is none when model, parameters, tools or messages differ, when the first failed, or when both ran at once', () => {
    const first = llm('a', 0, question);
    assert.deepEqual(found([first, llm('b', 10, question, { requestModel: 'gpt-4o-mini' })]), []);
    assert.deepEqual(found([first, llm('b', 10, question, { parameters: new Map([['seed', '2']]) })]), []);
    assert.deepEqual(found([first, llm('b', 10, [...question, message('user', 'Well?')])]), []);
    assert.deepEqual(found([first, llm('b', 0.5, question)]), []);
    assert.deepEqual(found([first, llm('b', 10, question, {}, { counted: false })]), []);
    assert.deepEqual(found([llm('a', 0, []), llm('b', 10, [])]), []);
    const picture = [
      message('user', { type: 'media', modality: 'image', inlineBytes: 500 }, 'What is this?'),
    ];
    assert.deepEqual(found([llm('a', 0, picture), llm('b', 10, picture)]), []);
  });
});

describe('the messages of a trace', () => {
  const usage = (input: number, cacheRead?: number): Partial<TracePosition> => ({
    usage: { input, ...(cacheRead === undefined ? {} : { cacheRead }) },
  });

  it('are parsed only where another call may have made the same request', () => {
    const asked = (text: string): TestFacts =>
      factsOf({ requestModel: 'gpt-4o' }, { conversation: { input: [message('user', text)] } });
    const calls = ['one', 'two', 'three', 'three'].map((text) => asked(text));
    const [first, second, third, again] = calls as [TestFacts, TestFacts, TestFacts, TestFacts];
    const spans = [
      traceView(first, at('a', 0, usage(10))),
      traceView(second, at('b', 2, usage(11))),
      traceView(third, at('c', 4, usage(12))),
    ];
    assert.deepEqual(found(spans), []);
    assert.deepEqual(
      calls.map(({ reads }) => reads.count),
      [0, 0, 0, 0],
    );
    spans.push(traceView(again, at('d', 6, usage(12))));
    for (let round = 0; round < 2; round++) assert.deepEqual(found(spans), ['d duplicate_call']);
    assert.deepEqual(
      calls.map(({ reads }) => reads.count),
      [0, 0, 1, 1],
    );
  });

  it('are compared with all others of the model where one does not tell its tokens', () => {
    const question = [message('user', 'What is the capital of France?')];
    const silent = llm('b', 2, question);
    assert.deepEqual(found([llm('a', 0, question, {}, usage(10)), silent]), ['b duplicate_call']);
    assert.deepEqual(found([llm('a', 0, question, {}, usage(10)), llm('b', 2, question, {}, usage(11))]), []);
  });

  it('are read again where they were let go meanwhile', () => {
    const question = [message('user', 'What is the capital of France?')];
    const first = llm('a', 0, question, {}, usage(10));
    let reads = 0;
    const facts = factsOf({ requestModel: 'gpt-4o' }, { conversation: { input: question } });
    const again = new Prompt(facts);
    again.release(() => {
      reads++;
      return facts;
    });
    const spans = [{ ...first, prompt: again }, llm('b', 2, question, {}, usage(10))];
    for (let round = 0; round < 2; round++) assert.deepEqual(found(spans), ['b duplicate_call']);
    assert.equal(reads, 1);
  });
});

describe('retries that are spans of their own', () => {
  const question = [message('user', 'Hi')];
  const limited = { status: failed, rateLimited: true, error: { httpStatus: 429 } } as const;

  it('are flagged on the last attempt', () => {
    const answered = [llm('a', 0, question, limited), llm('b', 2, question, limited), llm('c', 4, question)];
    const flags = flagTrace(answered, all);
    assert.deepEqual(
      [...flags].map(([id, [flag]]) => [id, flag?.id, flag?.reason]),
      [['c', 'retried', 'The call was retried 2 times and was answered then.']],
    );
    const givenUp = [llm('a', 0, question, limited), llm('b', 2, question, limited)];
    assert.equal(
      flagTrace(givenUp, all).get('b')?.[0]?.reason,
      'The call was retried once and failed all the same.',
    );
  });

  it('are none for other requests, under other parents, after errors that do not pass, or at the same time', () => {
    const other = [message('user', 'Bye')];
    assert.deepEqual(found([llm('a', 0, question, limited), llm('b', 2, other)]), []);
    assert.deepEqual(
      found([llm('a', 0, question, limited), llm('b', 2, question, {}, { parentSpanId: 'elsewhere' })]),
      [],
    );
    assert.deepEqual(
      found([llm('a', 0, question, { status: failed, error: { httpStatus: 400 } }), llm('b', 2, question)]),
      [],
    );
    assert.deepEqual(found([llm('a', 0, question, limited), llm('b', 0.5, question)]), []);
  });
});

describe('a missed cache', () => {
  const long = message('system', 'handbook '.repeat(2000));
  const usage = { input: 5000, output: 10, cacheRead: 0 };
  const ask = (
    id: string,
    start: number,
    text: string,
    position: Partial<TracePosition> = { usage },
  ): TraceSpanView => llm(id, start, [long, message('user', text)], { provider: 'openai' }, position);

  it('is flagged when a long prefix repeats and the provider reports 0 cached tokens', () => {
    const flags = flagTrace([ask('a', 0, 'One?'), ask('b', 60, 'Two?')], all);
    assert.deepEqual([...flags.keys()], ['b']);
    assert.match(flags.get('b')?.[0]?.reason ?? '', /^About 4,99\d tokens at the beginning repeat/);
  });

  it('is none when something was read, nothing is reported, too little repeats, or too much time passed', () => {
    const first = ask('a', 0, 'One?');
    assert.deepEqual(found([first, ask('b', 60, 'Two?', { usage: { ...usage, cacheRead: 4096 } })]), []);
    assert.deepEqual(found([first, ask('b', 60, 'Two?', { usage: { input: 5000, output: 10 } })]), []);
    assert.deepEqual(found([first, ask('b', 60, 'Two?', { usage: { ...usage, input: 1000 } })]), []);
    assert.deepEqual(found([first, ask('b', 302, 'Two?')]), []);
    assert.deepEqual(
      found([first, llm('b', 60, [message('system', 'x'), long], { provider: 'openai' }, { usage })]),
      [],
    );
  });
});

describe('a judgement of another span', () => {
  it('is flagged on the span that it names, by id or by the id of its response', () => {
    const judged = traceView(factsOf({ responseId: 'resp-1' }), at('call', 0));
    const evaluations = [
      { name: 'correctness', by: 'evaluator', label: 'incorrect', target: { responseId: 'resp-1' } },
      { name: 'thumbs', by: 'user', score: 0, target: { spanId: 'call' } },
      { name: 'thumbs', by: 'user', score: 0, target: { spanId: 'nowhere' } },
    ] as const;
    const judge = traceView(factsOf({ kind: 'evaluator', evaluations }), at('judge', 5));
    assert.deepEqual(found([judge, judged]), ['call failed_evaluation', 'call low_feedback']);
  });
});

describe('flags over a trace', () => {
  it('do not depend on the order of arrival', () => {
    const question = [message('user', 'Hi')];
    const spans = [
      ...[1, 2, 3].map((n) => tool(`t${n}`, n * 2, '{}')),
      llm('a', 0, question, { status: failed, rateLimited: true }),
      llm('b', 20, question),
      llm('c', 30, question),
    ];
    const expected = found(spans);
    assert.deepEqual(expected, ['b retried', 'c duplicate_call', 't3 repeated_tool_call']);
    fc.assert(
      fc.property(fc.shuffledSubarray(spans, { minLength: spans.length }), (shuffled) =>
        assert.deepEqual(found(shuffled), expected),
      ),
    );
  });

  it('can be switched off', () => {
    const spans = [1, 2, 3].map((n) => tool(`t${n}`, n * 2, '{}'));
    assert.deepEqual(found(spans, prepareQuality({ disabled: ['repeated_tool_call'] })), []);
  });

  it('take time proportional to the spans, even in one deep chain', () => {
    const deep = Array.from({ length: 50_000 }, (_, n) =>
      tool(`s${n}`, n, `${n}`, { parentSpanId: `s${n - 1}` }),
    );
    const started = process.cpuUsage();
    assert.deepEqual(found(deep), []);
    assert.ok(process.cpuUsage(started).user < 5_000_000);
  });
});
