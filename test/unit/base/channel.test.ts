import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { Channel, ChannelError, type Handlers, type Port } from '../../../src/base/channel.ts';

interface Calls {
  add: { params: { a: number; b: number }; result: number };
  never: { params: null; result: null };
  fail: { params: null; result: null };
}
interface Events {
  tick: number;
}
type None = Record<never, never>;

/** Two ports that hand messages over asynchronously, by structured clone. */
function portPair(): [Port, Port] {
  const listeners: ((message: unknown) => void)[] = [];
  const port = (own: number, other: number): Port => ({
    post: (message) => {
      const copy: unknown = structuredClone(message);
      queueMicrotask(() => listeners[other]?.(copy));
    },
    onMessage: (listener) => {
      listeners[own] = listener;
    },
  });
  return [port(0, 1), port(1, 0)];
}

function connect(handlers: Handlers<Calls>): {
  client: Channel<Calls, None, None, Events>;
  server: Channel<None, Calls, Events, None>;
} {
  const [a, b] = portPair();
  return {
    client: new Channel<Calls, None, None, Events>(a, {}),
    server: new Channel<None, Calls, Events, None>(b, handlers),
  };
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.then(
    () => assert.fail('should have been rejected'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof ChannelError);
  return error.code;
}

describe('channel', () => {
  it('answers a request', async () => {
    const { client } = connect({ add: ({ a, b }) => a + b });
    assert.equal(await client.call('add', { a: 1, b: 2 }), 3);
  });

  it('rejects when the handler throws, and keeps the code of a channel error', async () => {
    const { client } = connect({
      fail: () => {
        throw new ChannelError('no-trace', 'There is no such trace');
      },
    });
    assert.equal(await codeOf(client.call('fail', null)), 'no-trace');
  });

  it('rejects an unknown method, also one that every object inherits', async () => {
    const { client } = connect({});
    assert.equal(await codeOf(client.call('add', { a: 1, b: 2 })), 'unknown-method');
    assert.equal(
      await codeOf(
        (client as unknown as Channel<{ toString: Calls['never'] }, None, None, None>).call('toString', null),
      ),
      'unknown-method',
    );
  });

  it('rejects on time-out and tells the other side to stop', async () => {
    let aborted: () => void = () => undefined;
    const stopped = new Promise<void>((resolve) => (aborted = resolve));
    const { client } = connect({
      never: (_, signal) => new Promise(() => signal.addEventListener('abort', () => aborted())),
    });
    assert.equal(await codeOf(client.call('never', null, { timeoutMs: 1 })), 'timeout');
    await stopped;
  });

  it('rejects what is pending when aborted or closed', async () => {
    const { client } = connect({ never: () => new Promise(() => undefined) });
    const controller = new AbortController();
    const first = codeOf(client.call('never', null, { signal: controller.signal }));
    const second = codeOf(client.call('never', null));
    controller.abort();
    assert.equal(await first, 'aborted');
    client.close('gone');
    assert.equal(await second, 'closed');
    assert.equal(await codeOf(client.call('add', { a: 1, b: 2 })), 'closed');
  });

  it('delivers events to listeners until they stop listening', async () => {
    const { client, server } = connect({});
    const seen: number[] = [];
    const stop = client.on('tick', (n) => seen.push(n));
    server.emit('tick', 1);
    await Promise.resolve();
    await Promise.resolve();
    stop();
    server.emit('tick', 2);
    await Promise.resolve();
    await Promise.resolve();
    assert.deepEqual(seen, [1]);
  });

  it('reports a malformed message instead of throwing', () => {
    const reasons: string[] = [];
    let deliver: (message: unknown) => void = () => undefined;
    new Channel<None, None, None, None>({ post: () => undefined, onMessage: (l) => (deliver = l) }, {}, (r) =>
      reasons.push(r),
    );
    deliver(null);
    deliver({ t: 'what' });
    assert.deepEqual(reasons, ['not an object', 'unknown message type what']);
  });
});
