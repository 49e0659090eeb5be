import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { AccountingSpan } from '../../../src/conventions/accountingTypes.ts';
import { RecentCalls } from '../../../src/engine/recentCalls.ts';
import { spanIdOf, traceIdOf } from './support.ts';

function call(id: number, change: Partial<AccountingSpan> = {}): AccountingSpan {
  return {
    traceId: traceIdOf(id),
    spanId: spanIdOf(id),
    parentSpanId: '',
    kind: 'llm',
    dialect: 'otelGenai',
    scope: 'wrapper',
    service: 'agent\u0000',
    name: 'chat',
    startMicros: 0,
    endMicros: 1_000_000,
    model: 'gpt-4o',
    responseId: undefined,
    failed: false,
    usage: undefined,
    usageIsAggregate: false,
    reportedCost: undefined,
    toolName: undefined,
    toolCallId: undefined,
    ...change,
  };
}
const native = (id: number, change: Partial<AccountingSpan> = {}): AccountingSpan =>
  call(id, { dialect: 'anthropicSdk', ...change });
const ids = (calls: readonly AccountingSpan[]): string[] => calls.map(({ spanId }) => spanId).sort();

describe('recent calls', () => {
  it('compares calls of one response in two traces, and none that stand alone', () => {
    const recent = new RecentCalls();
    const [a, b, c] = [
      call(1, { responseId: 'r' }),
      call(2, { responseId: 'r' }),
      call(3, { responseId: 's' }),
    ];
    for (const each of [a, b, c]) recent.add(each);
    assert.deepEqual(ids(recent.candidates([b, c])), ids([a, b]));
    assert.deepEqual(recent.candidates([c]), []);
  });

  it('compares by time where a process has spans of an SDK and of others', () => {
    const recent = new RecentCalls();
    const [a, b] = [call(1), call(2)];
    recent.add(a);
    recent.add(b);
    assert.deepEqual(recent.candidates([b]), []);
    const sdk = native(3);
    const late = native(4, { startMicros: 60_000_000, endMicros: 61_000_000 });
    const elsewhere = native(5, { service: 'another\u0000' });
    for (const each of [sdk, late, elsewhere]) recent.add(each);
    assert.deepEqual(ids(recent.candidates([sdk])), ids([a, b, sdk]));
    assert.deepEqual(recent.candidates([elsewhere]), []);
  });

  it('asks the index for calls of an earlier run', () => {
    const recent = new RecentCalls();
    const fresh = call(1, { responseId: 'r' });
    recent.add(fresh);
    const stored = call(2, { responseId: 'r' });
    const index = { newestCalls: () => [call(3, { responseId: 'other' }), stored] };
    assert.deepEqual(ids(recent.candidates([fresh], index)), ids([fresh, stored]));
  });

  it('names what may pair within one trace', () => {
    const recent = new RecentCalls();
    const traceId = traceIdOf(1);
    const sdk = native(1, { traceId });
    const wrapper = call(2, { traceId });
    recent.add(sdk);
    assert.equal(recent.mayHave(wrapper), false);
    recent.add(call(3));
    assert.equal(recent.mayHave(wrapper), true);
    assert.deepEqual(ids(recent.inTrace(wrapper)), ids([sdk]));
  });

  it('keeps no more than some thousand calls, whatever comes', () => {
    const recent = new RecentCalls();
    for (let i = 1; i <= 60_000; i++) {
      recent.add(call(i, { service: `process ${i % 200}\u0000`, responseId: `response ${i}` }));
    }
    const fresh = Array.from({ length: 200 }, (_, i) =>
      native(100_000 + i, { service: `process ${i}\u0000` }),
    );
    for (const each of fresh) recent.add(each);
    assert.ok(recent.candidates(fresh).length < 41_000);
    // The oldest response is forgotten, the newest is not.
    assert.deepEqual(recent.candidates([call(200_000, { responseId: 'response 1', service: 'x' })]), []);
    assert.equal(
      recent.candidates([call(200_001, { responseId: 'response 60000', service: 'x' })]).length,
      1,
    );
  });
});
