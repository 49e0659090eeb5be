import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { estimateSpan } from '../../../src/engine/estimate.ts';
import { readSpan } from '../../../src/engine/readSpan.ts';
import { isKnownCost } from '../../../src/model/cost.ts';
import type { CostEstimate } from '../../../src/protocol/details.ts';
import { IndexReader } from '../../../src/store/indexReader.ts';
import { call, spanIdOf, spans, TestEngine, traceIdOf, type SentSpan } from './support.ts';

const message = (role: string, text: string): string =>
  JSON.stringify([{ role, parts: [{ type: 'text', content: text }] }]);
const question = { 'gen_ai.input.messages': message('user', 'a'.repeat(4000)) };
const answer = { 'gen_ai.output.messages': message('assistant', 'b'.repeat(400)) };

describe('an estimate from the lengths of the texts', () => {
  let engine: TestEngine;
  beforeEach(async () => {
    engine = await TestEngine.create();
  });
  afterEach(() => engine.dispose());

  const estimate = async (sent: SentSpan): Promise<CostEstimate | null> => {
    await engine.receive(spans(sent));
    const reader = IndexReader.open(engine.dbPath);
    try {
      const key = { traceId: traceIdOf(1), spanId: spanIdOf(sent.id) };
      const found = readSpan({ reader, interpreter: engine.interpreter }, key);
      assert.ok(found);
      return estimateSpan(found.indexed, found.item, engine.interpreter);
    } finally {
      reader?.close();
    }
  };

  it('is made for a call without usage, is marked, and changes no row and no sum', async () => {
    const made = await estimate(call({ id: 1, attributes: { ...question, ...answer } }));
    assert.ok(made && isKnownCost(made.result));
    assert.equal(made.result.source.kind, 'estimate');
    assert.ok(Math.abs(made.inputTokens - 1000) <= 1 && Math.abs(made.outputTokens - 100) <= 1);
    assert.ok(made.result.amount > 0);
    const { cost } = engine.row(spanIdOf(1));
    assert.ok(cost && !isKnownCost(cost) && cost.unknown === 'usage');
    assert.deepEqual({ ...engine.stats().cost }, { amount: 0, unknownCalls: 1 });
  });

  it('is not made where usage is known', async () => {
    assert.equal(
      await estimate(call({ id: 1, usage: [10, 5], attributes: { ...question, ...answer } })),
      null,
    );
  });

  it('is not made where a text is missing, but for the answer of a failed call', async () => {
    assert.equal(await estimate(call({ id: 1 })), null);
    assert.equal(await estimate(call({ id: 2, attributes: question })), null);
    assert.equal(await estimate(call({ id: 3, attributes: answer })), null);
    assert.equal((await estimate(call({ id: 4, attributes: question, failed: true })))?.outputTokens, 0);
  });

  it('says why there is none for a model without a price', async () => {
    const attributes = { ...question, ...answer, 'gen_ai.request.model': 'nobody-knows-it' };
    const made = await estimate(call({ id: 1, attributes }));
    assert.ok(made && !isKnownCost(made.result));
    assert.ok(made.result.reason.length > 0);
    assert.ok(made.inputTokens > 0);
  });

  it('is not made for spans that are no calls', async () => {
    const attributes = { ...question, ...answer, 'gen_ai.operation.name': 'invoke_agent' };
    assert.equal(await estimate(call({ id: 1, attributes })), null);
  });
});
