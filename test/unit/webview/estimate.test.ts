import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { CostResult } from '../../../src/model/cost.ts';
import type { SpanDetails } from '../../../src/protocol/details.ts';
import { isCostEstimate } from '../../../src/protocol/webview.ts';
import { canEstimate, estimateText } from '../../../webview/details/estimateText.ts';
import { spanRow } from '../host/rows.ts';

const noUsage: CostResult = { unknown: 'usage', reason: 'No usage.' };
const guess: CostResult = {
  amount: 0.0125,
  currency: 'USD',
  parts: [],
  source: { kind: 'estimate', name: 'length of the texts' },
};
const asked = { role: 'user', parts: [{ type: 'text', text: 'hi' }] } as const;

const details = (cost: CostResult, counted = true, input: readonly (typeof asked)[] = [asked]): SpanDetails =>
  ({
    cost,
    row: { ...spanRow(), counted },
    conversation: { system: [], input, output: [] },
  }) as unknown as SpanDetails;

describe('the estimate in the details', () => {
  it('is offered only where usage is missing, the span counts and there are messages', () => {
    assert.equal(canEstimate(details(noUsage)), true);
    assert.equal(canEstimate(details(noUsage, false)), false);
    assert.equal(canEstimate(details(noUsage, true, [])), false);
    assert.equal(canEstimate(details(guess)), false);
    assert.equal(canEstimate(details({ unknown: 'price', reason: 'No price.' })), false);
  });

  it('is marked as one', () => {
    const { head, how } = estimateText({ result: guess, inputTokens: 1000, outputTokens: 10 });
    assert.match(head, /^≈ .*\(estimate\)$/);
    assert.match(how, /about 1,000 tokens in, 10 out; estimated from the length of the text/);
    const none = estimateText({ result: noUsage, inputTokens: 1, outputTokens: 1 });
    assert.equal(none.head, 'No estimate');
    assert.ok(none.how.endsWith('No usage.'));
  });

  it('is taken only in the shape of one', () => {
    assert.ok(isCostEstimate({ result: guess, inputTokens: 1, outputTokens: 1 }));
    for (const wrong of [
      null,
      7,
      {},
      { result: null, inputTokens: 1, outputTokens: 1 },
      { result: {}, inputTokens: 1, outputTokens: 1 },
    ])
      assert.equal(isCostEstimate(wrong), false);
  });
});
