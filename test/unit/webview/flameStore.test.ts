import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { Channel } from '../../../src/base/channel.ts';
import type { Handlers } from '../../../src/base/channel.ts';
import { FlameTrace } from '../../../src/flame/flameTrace.ts';
import type { FlameHead, FlamePageEvents, FlamePageRequests } from '../../../src/protocol/flame.ts';
import { flameChunk } from '../../../src/protocol/flame.ts';
import type { FlameState } from '../../../webview/flame/flameStore.ts';
import { FlameStore } from '../../../webview/flame/flameStore.ts';
import type { FlameChannel } from '../../../webview/flame/loader.ts';
import { readArrangement } from '../../../webview/flame/savedState.ts';
import { sourceOf } from '../flame/support.ts';

type Nothing = Record<never, never>;
const traceId = 'a'.repeat(32);

/** The editor's side of the page: one trace, whatever `trace` is now. */
class Host {
  trace: FlameTrace;
  loadId = 1;
  loads = 0;
  sent = 0;
  layoutsToFail = 0;
  readonly page: FlameChannel;
  readonly #channel: Channel<Nothing, FlamePageRequests, FlamePageEvents, Nothing>;

  constructor(trace: FlameTrace) {
    this.trace = trace;
    const listeners: ((message: unknown) => void)[] = [];
    const port = (own: number) => ({
      post: (message: unknown) => {
        const copy: unknown = structuredClone(message);
        setImmediate(() => listeners[1 - own]?.(copy));
      },
      onMessage: (listener: (message: unknown) => void) => {
        listeners[own] = listener;
      },
    });
    this.#channel = new Channel(port(0), this.#handlers());
    this.page = new Channel(port(1), {});
  }

  change(trace: FlameTrace): void {
    this.trace = trace;
    this.loadId++;
  }

  tellChanged(): void {
    this.#channel.emit('flame/changed', { traceId });
  }

  close(): void {
    this.#channel.close('The test has ended');
    (this.page as { close(reason: string): void }).close('The test has ended');
  }

  #handlers(): Handlers<FlamePageRequests> {
    return {
      'flame/ready': () => ({ traceId }),
      'flame/load': ({ known, ...view }) => {
        this.loads++;
        if (known === this.loadId) return { loadId: this.loadId, isSame: true };
        this.sent++;
        return this.#head(view);
      },
      // The later stretch is there first.
      'flame/columns': async ({ from }) => {
        await new Promise((resolve) => setTimeout(resolve, from === flameChunk ? 20 : 1));
        return this.trace.columns(from);
      },
      'flame/positions': async ({ layoutId, from }) => {
        await new Promise((resolve) => setTimeout(resolve, from === flameChunk ? 20 : 1));
        const positions = this.trace.positions(layoutId, from);
        if (!positions) throw new Error('There is no such layout');
        return positions;
      },
      'flame/layout': (query) => {
        if (this.layoutsToFail-- > 0) throw new Error('Not now');
        return this.trace.layout(query);
      },
      'flame/select': () => null,
    };
  }

  #head(view: { axis: 'time' | 'cost' | 'tokens'; compressIdle: boolean }): FlameHead {
    const { trace, loadId } = this;
    return {
      loadId,
      traceId,
      name: 'trace',
      count: trace.count,
      running: false,
      revision: loadId,
      startMicros: trace.startMicros,
      nowMicros: trace.nowMicros,
      tables: { names: [''], models: [''], services: [''], flags: [''] },
      columns: trace.columns(0),
      layout: trace.layout(view),
    };
  }
}

/** Spans one after the other below one root. */
function chain(count: number): FlameTrace {
  return new FlameTrace(
    sourceOf(
      Array.from({ length: count }, (_, at) =>
        at === 0 ? { id: 1, duration: count * 10 } : { id: at + 1, parent: 1, start: at * 10, duration: 10 },
      ),
    ),
    0,
  );
}

describe('what the page of the chart holds', () => {
  let host: Host;
  let store: FlameStore;

  const until = (isSo: (state: FlameState) => boolean): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (!isSo(store.state)) return;
        stop();
        resolve();
      };
      const stop = store.listen(look);
      look();
    });
  const start = async (trace: FlameTrace): Promise<void> => {
    host = new Host(trace);
    store = new FlameStore(host.page, readArrangement(undefined));
    await store.start();
  };
  beforeEach(() => start(chain(5)));
  afterEach(() => {
    store.dispose();
    host.close();
  });

  it('is put together of stretches, in whatever order they come', async () => {
    store.dispose();
    host.close();
    const count = 3 * flameChunk + 5;
    await start(chain(count));
    const { shown } = store.state;
    assert.ok(shown);
    assert.equal(shown.data.filled, count);
    assert.equal(shown.layout.span.length, count);
    for (const at of [1, flameChunk, flameChunk + 1, 2 * flameChunk, 3 * flameChunk, count - 1]) {
      assert.equal(shown.data.columns.start[at], at * 10);
      assert.equal(shown.data.columns.idLow[at], at + 1);
      assert.deepEqual(shown.layout.edges(at), { left: at * 10, right: at * 10 + 10, row: 1 });
    }
  });

  it('stays as it is when nothing has changed', async () => {
    const { shown } = store.state;
    host.tellChanged();
    await until(({ isBusy }) => isBusy);
    await until(({ isBusy }) => !isBusy);
    assert.equal(host.loads, 2);
    assert.equal(host.sent, 1);
    assert.equal(store.state.shown, shown);
  });

  it('is another when the trace is, with the selection where it was', async () => {
    const spanId = '0000000000000003';
    store.select(store.state.shown?.data.indexOf(spanId) ?? -1);
    host.change(chain(9));
    host.tellChanged();
    await until(({ shown }) => shown?.data.count === 9);
    assert.equal(store.state.shown?.data.spanId(store.state.shown.selected), spanId);
    assert.equal(host.sent, 2);
  });

  it('gets the layout that was asked for while it was looked whether anything has changed', async () => {
    host.tellChanged();
    await until(({ isBusy }) => isBusy);
    store.arrange({ collapsed: ['0000000000000001'] });
    await until(({ shown, isBusy }) => !isBusy && shown?.layout.span.length === 1);
    assert.equal(host.sent, 1);
  });

  it('gets the layout in the end that could not be had at first', async () => {
    host.layoutsToFail = 1;
    store.arrange({ collapsed: ['0000000000000001'] });
    await until(({ status }) => status === 'failed');
    await until(({ shown, status }) => status === 'shown' && shown?.layout.span.length === 1);
    assert.equal(host.sent, 1);
  });
});
