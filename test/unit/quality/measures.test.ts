import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { Cost } from '../../../src/model/cost.ts';
import type { Evaluation } from '../../../src/model/span.ts';
import { spreadOf } from '../../../src/quality/measures.ts';
import { prepareQuality } from '../../../src/quality/rules.ts';
import { exchange, factsOf, idsOf, reasonOf } from './support.ts';

const said = exchange('Hello');
const usualDuration = spreadOf([900, 1000, 1100, 950, 1050, 1000, 980, 1020]);

function costing(amount: number, reported?: number): Cost {
  const source = { kind: 'table', name: 'table' } as const;
  const compared =
    reported === undefined
      ? {}
      : { compared: { amount: reported, source: { kind: 'reported', name: 'x' } as const } };
  return { amount, currency: 'USD', parts: [], source, ...compared };
}

describe('measures out of the ordinary', () => {
  it('a spread is the median and the median deviation from it', () => {
    assert.deepEqual(spreadOf([5, 1, 3]), { samples: 3, median: 3, deviation: 2 });
    assert.deepEqual(spreadOf([4, 1, 2, 3]), { samples: 4, median: 2.5, deviation: 1 });
    assert.deepEqual(spreadOf([]), { samples: 0, median: 0, deviation: 0 });
  });

  it('a call is slow against its own history, given enough of it', () => {
    const of = (durationMs: number, duration = usualDuration): readonly string[] =>
      idsOf(factsOf({}, said), { durationMs, history: { durationMs: duration } });
    assert.deepEqual(of(6000), ['slow']);
    assert.deepEqual(of(1900), []);
    assert.deepEqual(of(6000, spreadOf([1000, 1000, 1000])), []);
    assert.deepEqual(of(6000, spreadOf([100, 9000, 400, 7000, 2000, 6000, 300, 8000])), []);
    assert.deepEqual(of(300, spreadOf([10, 10, 10, 10, 10, 10, 10, 10])), []);
    assert.deepEqual(idsOf(factsOf({}, said), { durationMs: 6000 }), []);
    assert.equal(
      reasonOf('slow', factsOf({}, said), { durationMs: 6000, history: { durationMs: usualDuration } }),
      'Took 6.00 s; the median of the last 8 is 1.00 s.',
    );
  });

  it('a tool can be slow, too', () => {
    const facts = factsOf({ kind: 'tool' });
    assert.deepEqual(idsOf(facts, { durationMs: 6000, history: { durationMs: usualDuration } }), ['slow']);
  });

  it('a first token can be slow', () => {
    const history = { timeToFirstTokenMs: spreadOf([200, 210, 190, 205, 195, 200, 200, 215]) };
    assert.deepEqual(idsOf(factsOf({ timeToFirstTokenMs: 2000 }, said), { history }), ['slow_first_token']);
    assert.deepEqual(idsOf(factsOf({ timeToFirstTokenMs: 400 }, said), { history }), []);
  });

  it('a call can be expensive', () => {
    const history = { cost: spreadOf([0.01, 0.011, 0.009, 0.01, 0.012, 0.01, 0.01, 0.01]) };
    assert.deepEqual(idsOf(factsOf({}, said), { history, cost: costing(0.2) }), ['expensive']);
    assert.deepEqual(idsOf(factsOf({}, said), { history, cost: costing(0.015) }), []);
    assert.deepEqual(idsOf(factsOf({}, said), { history, cost: { unknown: 'price', reason: '' } }), []);
  });

  it('a context is large by its share of the window', () => {
    const of = (input: number, contextWindow?: number): string | undefined =>
      reasonOf('large_context', factsOf({}, said), { usage: { input, output: 1 }, contextWindow });
    assert.equal(
      of(110_000, 128_000),
      'The input of 110,000 tokens fills 86 % of the model’s window of 128,000.',
    );
    assert.equal(of(60_000, 128_000), undefined);
    assert.equal(of(110_000), undefined);
    const strict = prepareQuality({ limits: { largeContextShare: 0.4 } });
    assert.deepEqual(
      idsOf(factsOf({}, said), { usage: { input: 60_000, output: 1 }, contextWindow: 128_000 }, strict),
      ['large_context'],
    );
  });

  it('a reported cost may not fit the tokens', () => {
    assert.equal(
      reasonOf('cost_mismatch', factsOf({}, said), { cost: costing(0.01, 0.02) }),
      'The span reports $0.0200, its tokens make $0.0100: 50 % apart.',
    );
    assert.deepEqual(idsOf(factsOf({}, said), { cost: costing(0.01, 0.0102) }), []);
    assert.deepEqual(idsOf(factsOf({}, said), { cost: costing(0.01) }), []);
  });
});

describe('judgements', () => {
  const judged = (fields: Partial<Evaluation>): readonly string[] =>
    idsOf(factsOf({ kind: 'other', evaluations: [{ name: 'rating', by: 'user', ...fields }] }));

  it('of users are bad by label, or by a score from 0 down', () => {
    for (const bad of [{ label: 'Thumbs-Down' }, { label: 'negative' }, { score: -1 }, { score: 0 }]) {
      assert.deepEqual(judged(bad), ['low_feedback'], JSON.stringify(bad));
    }
    for (const good of [
      { label: 'positive' },
      { score: 1 },
      { score: 4 },
      {},
      { label: 'positive', score: 0 },
    ]) {
      assert.deepEqual(judged(good), [], JSON.stringify(good));
    }
  });

  it('of evaluators fail by label, or by a score where more is better', () => {
    const by = 'evaluator';
    for (const fail of [
      { by, label: 'FAIL' },
      { by, label: 'hallucinated' },
      { by, name: 'correctness', score: 0.2 },
    ] as const) {
      assert.deepEqual(judged(fail), ['failed_evaluation'], JSON.stringify(fail));
    }
    for (const fine of [
      { by, label: 'pass' },
      { by, name: 'toxicity', score: 0 },
      { by, name: 'correctness', score: 0.9 },
      { by, name: 'correctness', label: 'correct', score: 0 },
      { by, name: 'relevance', score: 4 },
    ] as const) {
      assert.deepEqual(judged(fine), [], JSON.stringify(fine));
    }
  });

  it('of another span are not flagged here', () => {
    assert.deepEqual(judged({ label: 'bad', target: { spanId: 'x' } }), []);
  });

  it('say who judged what and why', () => {
    const evaluation: Evaluation = {
      name: 'faithfulness',
      by: 'evaluator',
      label: 'unfaithful',
      score: 0.1,
      explanation: 'made it up',
    };
    assert.equal(
      reasonOf('failed_evaluation', factsOf({ evaluations: [evaluation] }, said)),
      'An evaluation failed: faithfulness “unfaithful”, score 0.1; “made it up”.',
    );
  });
});
