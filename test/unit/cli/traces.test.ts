import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { traceJson } from '../../../src/cli/traces.ts';
import { traceRow } from '../host/rows.ts';

describe('a trace on the command line', () => {
  it('has null for what is not known; what calls may leave out is a sum of what they tell', () => {
    const nothing = { known: undefined, unknownCalls: 1 };
    const { usage, cost } = traceJson(
      traceRow({ inputTokens: nothing, outputTokens: nothing, cost: nothing, cacheReadTokens: 0 }),
    );
    assert.deepEqual(usage, {
      inputTokens: null,
      outputTokens: null,
      cacheReadTokens: 0,
      unknownCalls: 1,
    });
    assert.deepEqual(cost, { amount: null, currency: 'USD', unknownCalls: 1 });
    assert.equal(traceJson(traceRow({ cacheReadTokens: 7 })).usage.cacheReadTokens, 7);
  });
});
