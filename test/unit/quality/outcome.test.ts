import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { prepareQuality } from '../../../src/quality/rules.ts';
import { everything, exchange, factsOf, flagsOf, idsOf, message, reasonOf } from './support.ts';

const failed = { code: 'error', message: 'boom' } as const;

describe('flags of how a span ended', () => {
  it('an error is flagged on a span of any kind, counted or not', () => {
    for (const kind of ['llm', 'tool', 'agent', 'other', 'event'] as const) {
      assert.deepEqual(flagsOf(factsOf({ kind, status: failed }), { counted: false }), [
        { id: 'error', severity: 'error', reason: 'Failed: “boom”.' },
      ]);
    }
  });

  it('an error names type, HTTP status and message, made safe to look at and bounded', () => {
    const error = {
      type: 'RateLimitError',
      httpStatus: 429,
      message: `slow \u202Enwod\u0007 ${'x'.repeat(5000)}`,
    };
    const reason = reasonOf('error', factsOf({ status: failed, error })) ?? '';
    assert.match(reason, /^Failed with RateLimitError \(HTTP 429\): “slow ⟨U\+202E⟩nwod␇ x+…”\.$/);
    assert.ok(reason.length < 300);
    assert.equal(reasonOf('error', factsOf({ status: { code: 'error', message: '' } })), 'Failed.');
  });

  it('what is only announced, or patches another span, has no flags', () => {
    assert.deepEqual(idsOf(factsOf({ status: failed, disposition: 'pending' })), []);
    assert.deepEqual(idsOf(factsOf({ status: failed, disposition: 'patch' })), []);
  });

  it('a truncated answer is flagged on the span that counts, and not on its wrapper', () => {
    const facts = factsOf(
      { finishReasons: ['length'], parameters: new Map([['max_tokens', '64']]) },
      exchange('The'),
    );
    assert.equal(
      reasonOf('truncated', facts, { usage: { input: 1, output: 64 } }),
      'The answer was cut off after 64 output tokens (limit 64): finish reason “length”.',
    );
    assert.deepEqual(idsOf(facts, { counted: false }), []);
    assert.deepEqual(idsOf(factsOf({ kind: 'agent', finishReasons: ['length'] }), { usage: undefined }), []);
    assert.deepEqual(idsOf(factsOf({ kind: 'agent', finishReasons: ['length'] }, exchange('x'))), [
      'truncated',
    ]);
  });

  it('a content filter is told by the finish reason or by the error of the refused request', () => {
    assert.deepEqual(idsOf(factsOf({ finishReasons: ['content_filter'] }, exchange(''))), ['content_filter']);
    const error = { message: "Error code: 400 - {'code': 'content_filter', 'status': 400}" };
    assert.deepEqual(idsOf(factsOf({ status: failed, error })), ['error', 'content_filter']);
    assert.deepEqual(idsOf(factsOf({ status: failed, error: { message: 'content filters are off' } })), [
      'error',
    ]);
  });

  it('a stream that fails after it began is cut; one that fails before is an error only', () => {
    const begun = factsOf({ streaming: true, status: failed, timeToFirstTokenMs: 200 });
    assert.deepEqual(idsOf(begun), ['error', 'stream_cut']);
    assert.deepEqual(idsOf(factsOf({ streaming: true, status: failed }), { usage: undefined }), ['error']);
    assert.deepEqual(idsOf(factsOf({ streaming: true, finishReasons: ['error'] }, exchange('Hal'))), [
      'stream_cut',
    ]);
    assert.deepEqual(idsOf(factsOf({ streaming: true, finishReasons: ['stop'] }, exchange('Hello.'))), []);
  });
});

describe('a stream that ends like a success', () => {
  const streamed = { streaming: true, timeToFirstTokenMs: 200 } as const;
  const noUsage = { usage: undefined };

  it('was cut when neither a finish reason nor usage came', () => {
    assert.deepEqual(idsOf(factsOf(streamed, exchange('The weather in')), noUsage), ['stream_cut']);
    assert.deepEqual(
      idsOf(factsOf({ ...streamed, finishReasons: ['stop'] }, exchange('Fine.')), noUsage),
      [],
    );
    assert.deepEqual(idsOf(factsOf(streamed, exchange('Fine.'))), []);
  });

  it('is not blamed while it runs, or where the emitter never tells how streams end', () => {
    assert.deepEqual(idsOf(factsOf(streamed, exchange('The')), { ...noUsage, ended: false }), []);
    assert.deepEqual(
      idsOf(factsOf({ ...streamed, dialect: 'openinference' }, exchange('Fine.')), noUsage),
      [],
    );
  });
});

describe('the flag of an empty answer', () => {
  const done = { finishReasons: ['stop'] } as const;

  it('is set when nothing was said though content is captured', () => {
    const blank = {
      conversation: { input: [message('user', 'Hi')], output: [message('assistant', ' \n ')] },
    };
    assert.deepEqual(idsOf(factsOf(done, blank), { usage: undefined }), ['empty_answer']);
    assert.deepEqual(idsOf(factsOf(done), { usage: { input: 5, output: 0 } }), ['empty_answer']);
    assert.match(
      reasonOf('empty_answer', factsOf(done, blank), { usage: { input: 5, output: 900, reasoning: 900 } }) ??
        '',
      /all 900 output tokens went into reasoning/,
    );
  });

  it('is not set for tool calls, media, refusals, filtered or failed calls', () => {
    const toolCall = { type: 'tool_call', name: 'f', arguments: '{}' } as const;
    const none = { usage: { input: 5, output: 0 } };
    assert.deepEqual(idsOf(factsOf(done, exchange(toolCall)), none), []);
    assert.deepEqual(
      idsOf(factsOf(done, exchange({ type: 'media', modality: 'image', uri: 'https://x/y.png' })), none),
      [],
    );
    assert.deepEqual(idsOf(factsOf({ finishReasons: ['tool_calls'] }), none), []);
    assert.deepEqual(idsOf(factsOf({ finishReasons: ['content_filter'] }, exchange('')), none), [
      'content_filter',
    ]);
    assert.deepEqual(idsOf(factsOf({ status: failed }), none), ['error']);
  });

  it('is not set where the emitter leaves content out', () => {
    const withheld = { conversation: { input: [message('user')], output: [message('assistant')] } };
    assert.deepEqual(idsOf(factsOf(done, withheld)), []);
    assert.deepEqual(idsOf(factsOf(done, { conversation: { output: [message('assistant')] } })), []);
    const hiddenAnswer = { conversation: { input: [message('user', 'Hi')], output: [message('assistant')] } };
    assert.deepEqual(idsOf(factsOf(done, hiddenAnswer), { usage: { input: 3, output: 40 } }), []);
    assert.deepEqual(idsOf(factsOf({ ...done, kind: 'embedding' }), { usage: { input: 3, output: 0 } }), []);
  });
});

describe('flags of attempts', () => {
  it('a retried call says how often and how it ended', () => {
    assert.equal(
      reasonOf('retried', factsOf({ retries: 1 }, exchange('x'))),
      'The call was retried once and was answered then.',
    );
    assert.equal(
      reasonOf('retried', factsOf({ retries: 3, status: failed })),
      'The call was retried 3 times and failed all the same.',
    );
    assert.deepEqual(idsOf(factsOf({ retries: 0 }, exchange('x'))), []);
  });

  it('a rate limit is told by the facts or by HTTP 429', () => {
    assert.equal(
      reasonOf('rate_limited', factsOf({ rateLimited: true, retryAfterMs: 1500 }, exchange('x'))),
      'The provider’s rate limit was hit; it asked to wait 1.50 s.',
    );
    assert.deepEqual(idsOf(factsOf({ status: failed, error: { httpStatus: 429 } })), [
      'error',
      'rate_limited',
    ]);
  });
});

describe('flags', () => {
  it('that are switched off are not set', () => {
    const options = prepareQuality({ disabled: ['error', 'truncated'] });
    assert.deepEqual(idsOf(factsOf({ status: failed, finishReasons: ['length'] }), {}, options), []);
  });

  it('that the program set itself are believed; what it denies is still judged', () => {
    const set = factsOf(
      {
        reportedMarks: new Map([
          ['truncated', true],
          ['nonsense', true],
        ]),
      },
      exchange('x'),
    );
    assert.deepEqual(flagsOf(set), [
      {
        id: 'truncated',
        severity: 'warning',
        reason: 'The program itself marked this span: answer truncated.',
      },
    ]);
    assert.deepEqual(idsOf(set, { counted: false }), []);
    const denied = factsOf(
      { finishReasons: ['length'], reportedMarks: new Map([['truncated', false]]) },
      exchange('x'),
    );
    assert.deepEqual(idsOf(denied), ['truncated']);
    const both = factsOf(
      { finishReasons: ['length'], reportedMarks: new Map([['truncated', true]]) },
      exchange('x'),
    );
    assert.deepEqual(idsOf(both), ['truncated']);
  });

  it('need the messages at most once, and not at all for spans that are no model calls', () => {
    const llm = factsOf({ finishReasons: ['stop'], streaming: true }, exchange('Hello'));
    flagsOf(llm);
    assert.equal(llm.reads.count, 1);
    for (const kind of ['tool', 'chain', 'other', 'retrieval'] as const) {
      const facts = factsOf({ kind });
      flagsOf(facts, { usage: undefined });
      assert.equal(facts.reads.count, 0, kind);
    }
  });

  it('survive messages that cannot be read', () => {
    const broken = factsOf({
      finishReasons: ['length'],
      conversation: () => {
        throw new RangeError('nested too deep');
      },
    });
    assert.deepEqual(idsOf(broken), ['truncated']);
  });
});

describe('a call that two spans tell of', () => {
  const done = { finishReasons: ['stop'] } as const;

  it('is judged by the messages of the one that has them', () => {
    const twin = factsOf({}, exchange(' '));
    assert.deepEqual(idsOf(factsOf(done), { usage: undefined, repeatedBy: () => twin }), ['empty_answer']);
    assert.deepEqual(idsOf(factsOf(), { repeatedBy: () => factsOf({}, exchange('Hello')) }, everything), []);
    assert.deepEqual(idsOf(factsOf(), { repeatedBy: () => undefined }, everything), ['content_missing']);
  });

  it('is not asked of the other while its own messages are there', () => {
    const twin = factsOf({}, exchange('x'));
    idsOf(factsOf(done, exchange('Hello')), { repeatedBy: () => twin });
    assert.equal(twin.reads.count, 0);
  });
});
