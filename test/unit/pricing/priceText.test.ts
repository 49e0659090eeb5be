import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { estimateCost, estimateTokens } from '../../../src/pricing/estimate.ts';
import { preparePricing, priceCall } from '../../../src/pricing/priceCall.ts';
import { priceText } from '../../../src/pricing/priceText.ts';
import { tableDate, tableVersion } from '../../../src/pricing/tableVersion.ts';
import { call, known, plain, table, unknown } from './support.ts';

describe('the arithmetic of a cost in words', () => {
  it('shows tokens × rate for every part, the sum and the source', () => {
    const usage = { input: 1200, output: 300, cacheRead: 1000, reasoning: 100 };
    const cost = priceCall(call({ provider: 'openai', requestModel: 'gpt-4o', usage }), plain);
    assert.deepEqual(priceText(cost), [
      '200 input × $2.50/M = $0.0005',
      '1,000 cached input × $1.25/M = $0.00125',
      '200 output × $10.00/M = $0.002',
      '100 reasoning × $10.00/M = $0.001',
      'Total $0.00475',
      `From @pydantic/genai-prices ${tableVersion} of ${tableDate}: openai / gpt-4o`,
    ]);
  });

  it('says what is reported, and whether it agrees with the table', () => {
    const fields = { provider: 'openai', requestModel: 'gpt-4o', usage: { input: 1000, output: 100 } };
    const lines = (total: number): readonly string[] =>
      priceText(priceCall(call({ ...fields, reportedCost: { total, attribute: 'operation.cost' } }), plain));
    assert.deepEqual(lines(0.0035).slice(0, 2), ['Reported $0.0035', 'From operation.cost']);
    assert.match(lines(0.0035)[2] ?? '', /^\$0\.0035 from @pydantic.*\(agrees\)$/);
    assert.match(lines(0.007)[2] ?? '', /\(differs by 50 %\)$/);
  });

  it('says why a cost is unknown, or nothing', () => {
    assert.deepEqual(priceText(priceCall(call({ provider: 'openai', requestModel: 'gpt-4o' }), plain)), [
      'Cost unknown: The span does not say how many tokens it used.',
    ]);
    const local = priceText(priceCall(call({ provider: 'ollama', requestModel: 'llama3' }), plain));
    assert.deepEqual(local, ['Total $0', 'From local model: ollama runs models on your own machines']);
  });

  it('writes fees and very small and large amounts in plain decimals', () => {
    const options = preparePricing({
      table,
      userPrices: [{ model: 'm', input: 0.0001, output: 1000, request: 0.005 }],
    });
    const usage = { input: 1, output: 123_456_789 };
    assert.deepEqual(priceText(priceCall(call({ requestModel: 'm', usage }), options)).slice(0, 3), [
      '1 input × $0.0001/M = $0.0000000001',
      '123,456,789 output × $1000.00/M = $123456.789',
      '1 call × $0.005 = $0.005',
    ]);
  });
});

describe('an estimate', () => {
  it('is near four characters a token for English and near one for Chinese', () => {
    const english = 'The quick brown fox jumps over the lazy dog. '.repeat(100);
    assert.ok(Math.abs(estimateTokens(english) / 1000 - 1) < 0.3, String(estimateTokens(english)));
    const chinese = '天气很好，我们去公园散步吧。'.repeat(10);
    assert.ok(estimateTokens(chinese) > 80 && estimateTokens(chinese) < 160, String(estimateTokens(chinese)));
    assert.equal(estimateTokens(''), 0);
    assert.ok(Math.abs(estimateTokens('a'.repeat(1_000_000)) - 250_000) <= 1);
  });

  it('is marked as such, and made only where nothing but the usage is missing', () => {
    const texts = { input: 'a'.repeat(4000), output: 'b'.repeat(400) };
    const gpt4o = { provider: 'openai', requestModel: 'gpt-4o' };
    const guess = known(estimateCost(call(gpt4o), texts, plain));
    assert.equal(guess.source.kind, 'estimate');
    assert.ok(Math.abs(guess.amount - (1000 * 2.5 + 100 * 10) / 1e6) < 1e-9);
    const exact = known(estimateCost(call({ ...gpt4o, usage: { input: 1, output: 1 } }), texts, plain));
    assert.equal(exact.source.kind, 'table');
    assert.equal(unknown(estimateCost(call({ requestModel: 'nope' }), texts, plain)).unknown, 'model');
  });
});
