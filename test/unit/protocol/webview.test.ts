import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { Channel, ChannelError } from '../../../src/base/channel.ts';
import type { DetailsRequests } from '../../../src/protocol/webview.ts';
import {
  checkedDetailsHandlers,
  isDetailsEvent,
  isDetailsTarget,
  isSpanDetails,
} from '../../../src/protocol/webview.ts';

const target = { traceId: 'a'.repeat(32), spanId: '0123456789abcdef' };
const draft = {
  target,
  to: 'endpoint x',
  model: 'm',
  edits: [{ message: 0, part: 0, text: 'x' }],
  removed: [1],
  parameters: '{}',
  withTools: true,
  run: 1,
};
type Nothing = Record<never, never>;

/** A panel and a host that are joined by two ports; the panel's side can also post anything at all. */
function pair() {
  const calls: [string, unknown][] = [];
  let toHost: (message: unknown) => void = () => undefined;
  let toPanel: (message: unknown) => void = () => undefined;
  const record = (method: string) => (params: unknown) => {
    calls.push([method, params]);
    return null;
  };
  const handlers = checkedDetailsHandlers({
    'details/ready': record('ready'),
    'details/load': record('load'),
    'details/explain': record('explain'),
    'details/estimate': record('estimate'),
    'details/show': record('show'),
    'tree/reveal': record('reveal'),
    'clipboard/write': record('copy'),
    'source/open': record('source'),
    'source/goto': record('goto'),
    'link/open': record('link'),
    'price/set': record('price'),
    'details/text': record('text'),
    'details/value': record('value'),
    'details/image': record('image'),
    'details/raw': record('raw'),
    'raw/open': record('openRaw'),
    'call/copy': record('copyAs'),
    'call/compare': record('compare'),
    'replay/options': record('options') as () => never,
    'replay/request': record('request'),
    'replay/send': record('send') as () => never,
    'replay/configure': record('configure'),
    'replay/setKey': record('setKey'),
  });
  const host = new Channel<Nothing, DetailsRequests, Nothing, Nothing>(
    { post: (message) => toPanel(message), onMessage: (listener) => (toHost = listener) },
    handlers,
  );
  const panel = new Channel<DetailsRequests, Nothing, Nothing, Nothing>(
    { post: (message) => toHost(message), onMessage: (listener) => (toPanel = listener) },
    {},
  );
  return { calls, panel, host, post: (message: unknown) => toHost(message) };
}

const isBad = (error: unknown): boolean => error instanceof ChannelError && error.code === 'bad-message';

describe('messages of a panel', () => {
  it('that are right reach their handler', async () => {
    const { calls, panel } = pair();
    await panel.call('details/load', target);
    await panel.call('source/open', { file: 'a.py', line: 3 });
    await panel.call('price/set', { model: 'm', provider: 'openai' });
    await panel.call('details/text', { ...target, section: 'input', message: 0, part: 3 });
    await panel.call('replay/send', draft);
    assert.deepEqual(
      calls.map(([method]) => method),
      ['load', 'source', 'price', 'text', 'send'],
    );
  });

  it('that are wrong are refused and reach nothing', async () => {
    const { calls, panel } = pair();
    const wrong: [keyof DetailsRequests, unknown][] = [
      ['details/load', { ...target, spanId: "'; drop table spans --" }],
      ['details/load', { ...target, traceId: '../../../etc/passwd' }],
      ['details/load', { ...target, extra: 1 }],
      ['details/load', null],
      ['details/load', [target]],
      ['details/explain', { traceId: target.traceId }],
      ['details/estimate', { ...target, spanId: 'x' }],
      [
        'details/show',
        JSON.parse(`{"__proto__":{"traceId":"${target.traceId}","spanId":"${target.spanId}"}}`),
      ],
      ['clipboard/write', { text: 1 }],
      ['source/open', { file: 'x'.repeat(5000), line: 1 }],
      ['source/open', { file: 'a', line: NaN }],
      ['source/open', { file: 'a', line: '1' }],
      ['link/open', { url: `https://${'a'.repeat(10_000)}` }],
      ['price/set', { model: 'm', provider: {} }],
      ['details/text', { ...target, section: '__proto__', message: 0, part: 0 }],
      ['details/text', { ...target, section: 'input', message: -1, part: 0 }],
      ['details/image', { ...target, section: 'input', message: 0.5, part: 0 }],
      ['details/value', { ...target, list: 'journal', index: 0, key: 'x' }],
      ['call/copy', { ...target, as: 'powershell' }],
      ['call/compare', { ...target, what: 'all' }],
      ['replay/send', { ...draft, edits: [{ message: 0, part: 0 }] }],
      ['replay/send', { ...draft, to: {} }],
      ['replay/send', { ...draft, removed: [NaN] }],
      ['replay/send', { ...draft, url: 'https://evil.example' }],
      ['replay/setKey', { to: 'x', key: 'y' }],
    ];
    for (const [method, params] of wrong)
      await assert.rejects(
        panel.call(method, params as never),
        isBad,
        JSON.stringify([method, params]).slice(0, 90),
      );
    assert.deepEqual(calls, []);
  });

  it('of an unknown kind, or after the end, do nothing', async () => {
    const { calls, host, post } = pair();
    for (const message of [
      null,
      1,
      'x',
      [],
      { t: 'req', id: 1, method: 'constructor', params: {} },
      { t: 'req', id: 2, method: '__proto__' },
      { t: 'nonsense' },
      { t: 'res', id: 99 },
    ])
      post(message);
    host.close('gone');
    post({ t: 'req', id: 3, method: 'details/load', params: target });
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(calls, []);
  });
});

describe('what reaches a panel', () => {
  it('is checked as well', () => {
    assert.ok(isDetailsTarget(target));
    assert.ok(!isDetailsTarget({ ...target, spanId: '0123456789ABCDEF' }));
    assert.ok(isDetailsEvent('details/changed', { traceId: target.traceId }));
    assert.ok(!isDetailsEvent('details/changed', { traceId: 1 }));
    for (const value of [null, undefined, 1, {}, { row: {} }, { row: { name: 'x' } }])
      assert.ok(!isSpanDetails(value));
  });
});
