import assert from 'node:assert/strict';
import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { FlameTraces } from '../../../src/engine/flameTraces.ts';
import { spanKinds } from '../../../src/model/span.ts';
import type { FlameHead } from '../../../src/protocol/flame.ts';
import { flameBits } from '../../../src/protocol/flame.ts';
import type { IndexedSpan } from '../../../src/store/api.ts';
import { IndexWriter } from '../../../src/store/indexWriter.ts';
import { call, span, spanId, traceId } from '../store/samples.ts';

const view = { axis: 'time', compressIdle: false } as const;
const never = new AbortController().signal;

describe('the thread of the flame chart', () => {
  let folder: string;
  let writer: IndexWriter;
  let traces: FlameTraces;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'llm-traces-flame-test-'));
    writer = IndexWriter.open(path.join(folder, 'traces.db'));
    traces = new FlameTraces(path.join(folder, 'traces.db'));
  });
  afterEach(() => {
    traces.close();
    writer.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 20 });
  });
  const write = (...spans: IndexedSpan[]): void => void writer.writeBatch({ spans });
  const load = async (id = 1): Promise<FlameHead> => {
    const head = await traces.handlers['flame/load']({ traceId: traceId(id), ...view }, never);
    assert.ok(head && !('isSame' in head));
    return head;
  };

  it('reads what the index knows of a trace, in the order of its tree', async () => {
    write(
      call(3, {
        parentSpanId: spanId(1),
        startMicros: 1_790_000_000_002_000,
        timeToFirstTokenMs: 0.2,
        retries: 2,
      }),
      span(1, { startMicros: 1_790_000_000_000_000, durationNanos: 9_000_000, kind: 'agent', name: 'root' }),
      span(2, {
        parentSpanId: spanId(1),
        startMicros: 1_790_000_000_001_000,
        status: { code: 'error', message: 'no' },
        rateLimited: true,
        flags: [{ id: 'loop', severity: 'warning', reason: 'again' }],
      }),
    );
    const { columns, tables, count, name, startMicros } = await load();
    assert.equal(count, 3);
    assert.equal(name, 'root');
    assert.equal(startMicros, 1_790_000_000_000_000);
    assert.deepEqual([...columns.idLow], [1, 2, 3]);
    assert.deepEqual([...columns.parent], [-1, 0, 0]);
    assert.deepEqual([...columns.start], [0, 1000, 2000]);
    assert.deepEqual([...columns.duration], [9000, 500, 500]);
    assert.deepEqual(
      [...columns.kind].map((kind) => spanKinds[kind]),
      ['agent', 'other', 'llm'],
    );
    assert.deepEqual([...columns.bits], [0, flameBits.error | flameBits.rateLimited | flameBits.warning, 0]);
    assert.deepEqual([...columns.retries], [0, 0, 2]);
    assert.equal(columns.cost[2], 0.5);
    assert.equal(columns.tokens[2], 120);
    assert.ok(Number.isNaN(columns.cost[0]));
    assert.equal(Math.round(columns.firstToken[2]!), 200);
    assert.deepEqual(
      [...columns.flags].map((code) => tables.flags[code]),
      ['', 'loop', ''],
    );
    assert.deepEqual(
      [...columns.model].map((code) => tables.models[code]),
      ['', '', 'gpt-4o-2024-08-06'],
    );
    assert.deepEqual(
      [...columns.service].map((code) => tables.services[code]),
      ['agent', 'agent', 'agent'],
    );
  });

  it('knows what it does not know, and counts a call once', async () => {
    write(
      call(1, { cost: { unknown: 'price', reason: 'no price' } }),
      call(2, { usage: undefined, cost: undefined, ownUsage: undefined }),
      call(3, { counted: false, usage: { input: 5, output: 5 }, cost: undefined }),
      call(4, { cost: undefined, status: { code: 'error', message: '' } }),
    );
    const { columns } = await load();
    const { costUnknown, tokensUnknown, notCounted, error } = flameBits;
    assert.deepEqual([...columns.bits], [costUnknown, costUnknown | tokensUnknown, notCounted, error]);
    assert.ok(Number.isNaN(columns.cost[2]) && Number.isNaN(columns.tokens[2]));
    const { layout } = {
      layout: await traces.handlers['flame/layout'](
        { loadId: (await load()).loadId, ...view, axis: 'tokens' },
        never,
      ),
    };
    assert.equal(layout.extent, 240);
  });

  it('reads a small trace of a large store the same way', async () => {
    const ours = Array.from({ length: 40 }, (_, at) =>
      span(at + 1, { parentSpanId: at === 0 ? '' : spanId(1) }),
    );
    write(...ours);
    const before = await load();
    write(...Array.from({ length: 400 }, (_, at) => span(1000 + at, { traceId: traceId(2) })));
    const after = await load();
    assert.deepEqual(after.columns, before.columns);
    assert.equal((await load(2)).count, 400);
  });

  it('answers questions about an older reading with a code of its own', async () => {
    write(span(1));
    const first = await load();
    const second = await load();
    assert.notEqual(first.loadId, second.loadId);
    await assert.rejects(
      traces.handlers['flame/columns']({ loadId: first.loadId, from: 0 }, never) as Promise<unknown>,
      {
        code: 'stale',
      },
    );
    const { layoutId } = second.layout;
    await traces.handlers['flame/layout']({ loadId: second.loadId, ...view, axis: 'cost' }, never);
    await assert.rejects(
      traces.handlers['flame/positions'](
        { loadId: second.loadId, layoutId, from: 0 },
        never,
      ) as Promise<unknown>,
      { code: 'stale' },
    );
    await traces.handlers['flame/forget']({ traceId: traceId(1) }, never);
    await assert.rejects(
      traces.handlers['flame/criticalPath']({ loadId: second.loadId }, never) as Promise<unknown>,
      {
        code: 'stale',
      },
    );
  });

  it('says when there is no such trace, and stops reading for a chart that was closed', async () => {
    assert.equal(await traces.handlers['flame/load']({ traceId: traceId(9), ...view }, never), null);
    write(...Array.from({ length: 12_000 }, (_, at) => span(at + 1)));
    const closed = AbortSignal.abort();
    await assert.rejects(
      traces.handlers['flame/load']({ traceId: traceId(1), ...view }, closed) as Promise<unknown>,
      {
        code: 'aborted',
      },
    );
    assert.equal((await load()).count, 12_000);
  });

  it('reads the same of a trace in the order of the table as in that of the tree', async () => {
    const random = (at: number): number => (at * 7919) % 101;
    const ours = Array.from({ length: 300 }, (_, at) => {
      const parent = {
        parentSpanId: at === 0 ? '' : spanId(1 + (random(at) % at)),
        startMicros: 1_790_000_000_000_000 + at,
      };
      return random(at) % 3 === 0
        ? call(at + 1, { ...parent, retries: random(at) % 4 })
        : span(at + 1, parent);
    });
    const theirs = Array.from({ length: 300 }, (_, at) => call(1000 + at, { traceId: traceId(2) }));
    // Side by side in the table, so that the details of one lie between those of the other.
    write(...ours.flatMap((one, at) => [one, theirs[at] ?? one]));
    const inTableOrder = await load();
    write(...Array.from({ length: 2000 }, (_, at) => span(5000 + at, { traceId: traceId(3) })));
    traces.close();
    traces = new FlameTraces(path.join(folder, 'traces.db'));
    const inTreeOrder = await load();
    // Texts get their numbers in the order in which they are read.
    const plain = ({ columns, tables }: FlameHead): unknown => ({
      ...columns,
      name: [...columns.name].map((code) => tables.names[code]),
      model: [...columns.model].map((code) => tables.models[code]),
    });
    assert.deepEqual(plain(inTreeOrder), plain(inTableOrder));
  });

  describe('asked again', () => {
    const again = (known: number) =>
      traces.handlers['flame/load']({ traceId: traceId(1), known, ...view }, never);

    it('says that nothing has changed, while others change, and what has been read still holds', async () => {
      write(span(1), span(2, { parentSpanId: spanId(1) }));
      const { loadId, layout } = await load();
      write(span(3, { traceId: traceId(2) }));
      assert.deepEqual(await again(loadId), { loadId, isSame: true });
      const { layoutId } = layout;
      const positions = await traces.handlers['flame/positions']({ loadId, layoutId, from: 0 }, never);
      assert.equal(positions.row.length, 2);
    });

    it('tells everything to a page that shows something else', async () => {
      write(span(1));
      const { loadId } = await load();
      const other = await again(loadId + 7);
      assert.ok(other && !('isSame' in other));
      assert.equal(other.count, 1);
    });

    it('sees spans that were added, and ones that are another now', async () => {
      write(span(1));
      const first = await load();
      write(span(2));
      const second = await again(first.loadId);
      assert.ok(second && !('isSame' in second));
      assert.equal(second.count, 2);
      write(span(2, { status: { code: 'error', message: '' } }));
      const third = await again(second.loadId);
      assert.ok(third && !('isSame' in third));
      assert.ok(third.columns.bits.some((bits) => (bits & flameBits.error) !== 0));
    });

    it('sees another index with the same revision', async () => {
      write(span(1));
      const { loadId, revision } = await load();
      const path2 = path.join(folder, 'other.db');
      const other = IndexWriter.open(path2);
      other.writeBatch({ spans: [span(1), span(2)] });
      other.close();
      writer.close();
      for (const end of ['', '-wal', '-shm']) rmSync(path.join(folder, `traces.db${end}`), { force: true });
      renameSync(path2, path.join(folder, 'traces.db'));
      const head = await again(loadId);
      assert.ok(head && !('isSame' in head));
      assert.equal(head.revision, revision);
      assert.equal(head.count, 2);
      writer = IndexWriter.open(path.join(folder, 'traces.db'));
    });

    it('lets what has not ended grow while its program is alive, and no longer', async () => {
      const open = (startMicros: number): IndexedSpan => span(1, { startMicros, durationNanos: undefined });
      const live = Date.now() * 1000 - 5_000_000;
      write(open(live));
      const first = await load();
      await new Promise((resolve) => setTimeout(resolve, 2));
      const second = await again(first.loadId);
      assert.ok(second && !('isSame' in second));
      assert.ok(second.nowMicros > first.nowMicros);
      assert.equal(second.count, 1);
      write(open(live - 3_600e6));
      const dead = await again(second.loadId);
      assert.ok(dead && !('isSame' in dead));
      assert.deepEqual(await again(dead.loadId), { loadId: dead.loadId, isSame: true });
    });
  });
});
