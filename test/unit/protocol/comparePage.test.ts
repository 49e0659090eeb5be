import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { isComparePair, isComparison } from '../../../src/protocol/comparePage.ts';

const traceId = 'a'.repeat(32);
const spanId = 'b'.repeat(16);

describe('what is compared', () => {
  it('is two calls or two runs, by their ids', () => {
    assert.ok(isComparePair({ left: { traceId }, right: { traceId } }));
    assert.ok(isComparePair({ left: { traceId, spanId }, right: { traceId, spanId } }));
    const wrong = [
      { left: { traceId }, right: { traceId, spanId } },
      { left: { traceId: '../x' }, right: { traceId } },
      { left: { traceId }, right: { traceId }, more: 1 },
      { left: { traceId } },
      { left: null, right: null },
      null,
      [],
      'x',
    ];
    for (const value of wrong) assert.ok(!isComparePair(value), JSON.stringify(value));
  });

  it('is looked at before it is drawn', () => {
    for (const value of [
      null,
      1,
      {},
      { kind: 'calls' },
      { kind: 'calls', calls: { left: {}, right: {} } },
      { kind: 'traces', traces: { pairs: 1 } },
      { kind: 'x' },
    ])
      assert.ok(!isComparison(value), JSON.stringify(value));
    assert.ok(isComparison({ kind: 'traces', traces: { left: {}, right: {}, pairs: [] } }));
  });
});
