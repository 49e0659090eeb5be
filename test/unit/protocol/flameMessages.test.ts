import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { checkedFlameHandlers, isFlameEvent, isFlameTarget } from '../../../src/protocol/flame.ts';
import type { FlamePageRequests } from '../../../src/protocol/flame.ts';

const spanId = 'ab'.repeat(8);
const traceId = 'cd'.repeat(16);

describe('messages of a flame chart', () => {
  const heard: unknown[] = [];
  const answer = (params: unknown): never => {
    heard.push(params);
    return null as never;
  };
  const handlers = checkedFlameHandlers({
    'flame/ready': answer,
    'flame/load': answer,
    'flame/columns': answer,
    'flame/layout': answer,
    'flame/positions': answer,
    'flame/criticalPath': answer,
    'flame/select': answer,
    'flame/openSource': answer,
    'flame/showDetails': answer,
  });
  const send = (method: keyof FlamePageRequests, params: unknown): unknown =>
    handlers[method]?.(params as never, new AbortController().signal);

  const right: readonly (readonly [keyof FlamePageRequests, unknown])[] = [
    ['flame/ready', {}],
    ['flame/load', { axis: 'cost', compressIdle: false }],
    ['flame/columns', { loadId: 1, from: 0 }],
    [
      'flame/layout',
      {
        axis: 'time',
        compressIdle: true,
        loadId: 3,
        hidden: new Uint8Array(2),
        collapsed: new Uint32Array(1),
      },
    ],
    ['flame/positions', { loadId: 1, layoutId: 2, from: 131072 }],
    ['flame/select', { spanId }],
  ];
  const wrong: readonly (readonly [keyof FlamePageRequests, unknown])[] = [
    ['flame/ready', null],
    ['flame/load', { axis: '__proto__', compressIdle: false }],
    ['flame/load', { axis: 'time', compressIdle: false, traceId }],
    ['flame/columns', { loadId: -1, from: 0 }],
    ['flame/columns', { loadId: 1, from: 1e300 }],
    ['flame/layout', { axis: 'time', compressIdle: true, loadId: 3, hidden: [1] }],
    ['flame/layout', { axis: 'time', compressIdle: true, loadId: 3, collapsed: { length: 5 } }],
    ['flame/positions', { loadId: 1, layoutId: '2', from: 0 }],
    ['flame/select', { spanId: `${spanId}'; DROP TABLE spans` }],
    ['flame/select', { spanId: '../../etc' }],
    ['flame/openSource', { spanId, file: '/etc/passwd' }],
    ['flame/showDetails', []],
  ];

  for (const [method, params] of right)
    it(`pass when they are right: ${method}`, () => {
      send(method, params);
      assert.equal(heard.at(-1), params);
    });

  for (const [method, params] of wrong)
    it(`reach nobody when they are wrong: ${method} ${JSON.stringify(params)}`, () => {
      const before = heard.length;
      assert.throws(() => send(method, params), { code: 'bad-message' });
      assert.equal(heard.length, before);
    });

  it('name a trace and perhaps a span', () => {
    assert.ok(isFlameTarget({ traceId }));
    assert.ok(isFlameTarget({ traceId, spanId }));
    for (const target of [null, {}, { traceId: 'x' }, { traceId, spanId: 'y' }, { traceId, more: 1 }])
      assert.ok(!isFlameTarget(target));
    assert.ok(isFlameEvent('flame/selected', { spanId }));
    assert.ok(!isFlameEvent('flame/changed', { traceId: 5 }));
  });
});
