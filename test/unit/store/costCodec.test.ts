import assert from 'node:assert/strict';
import { afterEach, before, beforeEach, describe, it } from 'mocha';
import { isKnownCost, type CostResult } from '../../../src/model/cost.ts';
import type { Usage } from '../../../src/model/usage.ts';
import { preparePricing, priceCall } from '../../../src/pricing/priceCall.ts';
import { loadPriceTable } from '../../../src/pricing/priceTable.ts';
import { decodeCost, encodeCost, type CostShape } from '../../../src/store/costCodec.ts';
import { IndexWriter } from '../../../src/store/indexWriter.ts';
import { span } from './samples.ts';
import { TemporaryFolder } from './temporary.ts';

const models = [
  ['openai', 'gpt-4o-mini'],
  ['openai', 'gpt-4.1'],
  ['anthropic', 'claude-sonnet-4-5'],
  ['gcp.gemini', 'gemini-2.5-pro'],
  ['mistral_ai', 'mistral-large-latest'],
] as const;

describe('costs in the index', () => {
  let price: (model: number, usage: Usage, change?: object) => CostResult;
  let folder: TemporaryFolder;
  before(async () => {
    const own = { provider: 'openai', model: 'my-model', prices: { input: 1 / 3, output: 0.7 } };
    const pricing = preparePricing({ table: await loadPriceTable(), userPrices: [own] });
    price = (model, usage, change = {}) =>
      priceCall(
        {
          kind: 'llm',
          provider: models[model]?.[0],
          requestModel: models[model]?.[1],
          usage,
          startMillis: Date.UTC(2026, 0, 1),
          ...change,
        },
        pricing,
      );
  });
  beforeEach(() => (folder = new TemporaryFolder()));
  afterEach(() => folder.dispose());

  const roundTrip = (cost: CostResult): CostResult => {
    const encoded = encodeCost(cost);
    return encoded ? decodeCost(JSON.parse(encoded.shape) as CostShape, encoded.tokens) : cost;
  };

  it('come back exactly, whatever the model and the tokens', () => {
    let short = 0;
    for (let i = 0; i < 2_000; i++) {
      const [input, output] = [(i * 7919) % 300_000, (i * 104_729) % 70_000];
      const cacheRead = i % 3 === 0 ? Math.floor(input / 2) : undefined;
      const cost = price(i % models.length, { input, output, ...(cacheRead ? { cacheRead } : {}) });
      assert.deepEqual(roundTrip(cost), JSON.parse(JSON.stringify(cost)));
      if (encodeCost(cost)) short++;
    }
    assert.ok(short > 1_900, `${short} of 2,000 in the short form`);
  });

  it('share one shape per price and set of parts', () => {
    const shapes = new Set<string>();
    for (let i = 1; i < 100; i++) shapes.add(encodeCost(price(0, { input: i, output: 2 * i }))?.shape ?? '');
    assert.equal(shapes.size, 1);
    assert.notEqual(encodeCost(price(0, { input: 5, output: 0 }))?.shape, [...shapes][0]);
  });

  it('stay whole where the short form would lose something', () => {
    const reported = price(0, { input: 10, output: 5 }, { reportedCost: { total: 0.5, attribute: 'cost' } });
    assert.ok(isKnownCost(reported) && reported.compared);
    assert.equal(encodeCost(reported), undefined);
    assert.equal(encodeCost({ unknown: 'model', reason: 'no such model' }), undefined);
    const known = price(0, { input: 10, output: 5 });
    assert.ok(isKnownCost(known));
    assert.equal(encodeCost({ ...known, amount: known.amount * 1.0000001 }), undefined);
  });

  it('are read from rows of either form', () => {
    const cost = price(1, { input: 1234, output: 567, cacheRead: 1000 });
    const unknown: CostResult = { unknown: 'usage', reason: 'The span does not say.' };
    const index = IndexWriter.open(folder.file('traces.db'));
    try {
      index.writeBatch({ spans: [span(1, { cost }), span(2, { cost: unknown }), span(3, { cost })] });
      const { db } = index.tables;
      const older = db.prepare(
        'UPDATE details SET cost_shape = NULL, cost_tokens = NULL, cost_json = ? WHERE id = ?',
      );
      const [, , third] = db.prepare('SELECT id FROM spans ORDER BY span_id').all();
      older.run(JSON.stringify(cost), third?.['id'] as number);
      assert.deepEqual(index.span(span(1))?.cost, cost);
      assert.deepEqual(index.span(span(2))?.cost, unknown);
      assert.deepEqual(index.span(span(3))?.cost, cost);
    } finally {
      index.close();
    }
  });
});
