import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { DamageReport, IndexedSpan } from '../../../src/store/api.ts';
import { StorageError } from '../../../src/store/errors.ts';
import { IndexReader } from '../../../src/store/indexReader.ts';
import { IndexWriter } from '../../../src/store/indexWriter.ts';
import { migrate } from '../../../src/store/migrations.ts';
import { openDatabase } from '../../../src/store/sqlite.ts';
import { call, log, rangeIn, span, spanId, traceId } from './samples.ts';
import { TemporaryFolder } from './temporary.ts';

describe('the index', () => {
  let folder: TemporaryFolder;
  let path: string;
  let writer: IndexWriter;
  let reader: IndexReader;
  beforeEach(() => {
    folder = new TemporaryFolder();
    path = folder.file('traces.db');
    writer = IndexWriter.open(path);
    reader = IndexReader.open(path)!;
  });
  afterEach(() => {
    reader.close();
    writer.close();
    folder.dispose();
  });

  const trace = (n = 1) => reader.tracesById([traceId(n)])[0];

  const full = (): IndexedSpan =>
    call(7, {
      parentSpanId: spanId(3),
      serviceInstance: 'i-1',
      guessed: true,
      status: { code: 'error', message: 'it failed' },
      errorType: 'RateLimitError',
      responseId: 'resp-1',
      ownUsage: { input: 5, reasoning: 2, cacheWrite1h: 1 },
      usage: { input: 100, output: 20, cacheRead: 10, cacheWrite: 3, reasoning: 4, outputAudio: 0 },
      usageIsAggregate: true,
      reportedCost: 0.25,
      reportedCostAttribute: 'gen_ai.usage.cost',
      serviceTier: 'flex',
      countedIn: { traceId: traceId(2), spanId: spanId(9) },
      timeToFirstTokenMs: 12.5,
      finishReasons: ['stop', 'length'],
      flags: [{ id: 'truncated', severity: 'warning', reason: 'finish reason length' }],
      rateLimited: true,
      retries: 2,
      sessionId: 's-1',
      userId: 'u-1',
      toolName: 'lookup',
      toolCallId: 'c-1',
      agentName: 'planner',
      source: {
        file: 'a.py',
        line: 3,
        column: 1,
        function: 'f',
        confidence: 'exact',
        resolver: 'r',
        frames: [],
        candidates: [],
      },
    });

  it('gives a span back as it was written, whatever it has', () => {
    for (const written of [
      span(1),
      full(),
      span(3, { durationNanos: undefined, usage: { output: 3 }, ownUsage: undefined }),
      span(4, { cost: { unknown: 'price', reason: 'no price for x' }, ownUsage: {} }),
      span(5, { parentSpanId: spanId(5) }),
    ]) {
      writer.writeBatch({ spans: [written] });
      const expected = { serviceInstance: undefined, ...written };
      assert.deepEqual(reader.span(written), expected);
      assert.deepEqual(writer.span(written), expected);
    }
    assert.equal(reader.span({ traceId: traceId(1), spanId: 'none' }), undefined);
  });

  it('changes nothing when a span is written again, and replaces it when it differs', () => {
    writer.writeBatch({ spans: [call(1), span(2, { parentSpanId: spanId(1) })] });
    const before = trace();
    const range = rangeIn(2);
    const result = writer.writeBatch({ spans: [call(1, { range })] });
    assert.deepEqual([result.inserted, result.replaced], [0, 1]);
    assert.deepEqual({ ...trace(), revision: 0 }, { ...before, revision: 0 });
    writer.writeBatch({ spans: [call(1, { usage: { input: 1 }, cost: undefined, name: 'renamed', range })] });
    assert.equal(trace()?.name, 'renamed');
    assert.deepEqual(trace()?.inputTokens, { known: 1, unknownCalls: 0 });
    assert.deepEqual(trace()?.outputTokens, { known: undefined, unknownCalls: 1 });
    assert.deepEqual(trace()?.cost, { known: undefined, unknownCalls: 1 });
    assert.equal(trace()?.spans, 2);
  });

  it('sums a trace up, each call once, and tells what is unknown', () => {
    writer.writeBatch({
      spans: [
        span(1, { name: 'root', service: 'front' }),
        call(2, { parentSpanId: spanId(1) }),
        call(3, { parentSpanId: spanId(1), usage: undefined, ownUsage: undefined, cost: undefined }),
        call(4, {
          parentSpanId: spanId(1),
          status: { code: 'error', message: 'x' },
          usage: { input: 7 },
          cost: undefined,
        }),
        call(5, {
          parentSpanId: spanId(2),
          counted: false,
          countedIn: { traceId: traceId(1), spanId: spanId(2) },
        }),
        call(6, { kind: 'embedding', usage: { input: 1000 }, parentSpanId: spanId(1) }),
        call(7, { kind: 'agent', parentSpanId: spanId(1), usage: { input: 1, output: 1 } }),
      ],
    });
    const row = trace()!;
    assert.equal(row.name, 'root');
    assert.equal(row.service, 'front');
    assert.deepEqual([row.spans, row.modelCalls, row.failedCalls, row.errors], [7, 4, 1, 1]);
    assert.deepEqual(row.inputTokens, { known: 108, unknownCalls: 1 });
    assert.deepEqual(row.outputTokens, { known: 21, unknownCalls: 1 });
    assert.deepEqual(row.cost, { known: 1.5, unknownCalls: 1 });
    assert.equal(row.cacheReadTokens, 10);
    const stats = reader.stats();
    assert.deepEqual(stats.modelCalls, { total: 4, failed: 1, retries: 0 });
    assert.deepEqual(stats.embeddings, { total: 1, failed: 0, inputTokens: 1000 });
    assert.deepEqual(stats.usage, {
      inputTokens: 108,
      outputTokens: 21,
      cacheReadTokens: 10,
      cacheWriteTokens: 0,
      reasoningTokens: 0,
      unknownCalls: 1,
    });
    assert.deepEqual(stats.cost, { amount: 1.5, unknownCalls: 1 });
    assert.deepEqual(stats.models, [{ provider: 'openai', model: 'gpt-4o-2024-08-06', calls: 4 }]);
    assert.deepEqual([...stats.finishReasons], [['stop', 4]]);
    assert.deepEqual(reader.totalsSince(0), { modelCalls: 4, cost: { known: 1.5, unknownCalls: 1 } });
  });

  it('arrives at the same sums in whatever order and however often spans come', () => {
    const spans = [1, 2, 3, 4, 5, 6].map((n) =>
      call(n, {
        parentSpanId: n === 1 ? '' : spanId(n >> 1),
        sessionId: n % 2 ? 's-a' : undefined,
        flags: n === 3 ? [{ id: 'empty', severity: 'info', reason: '' }] : [],
        durationNanos: n * 1_000_000,
      }),
    );
    writer.writeBatch({ spans });
    const expected = { ...trace(), revision: 0 };
    for (const order of [
      [5, 4, 3, 2, 1, 0],
      [2, 0, 4, 1, 5, 3, 3, 0, 0],
    ]) {
      writer.clear();
      for (const i of order)
        writer.writeBatch({ spans: [{ ...spans[i]!, durationNanos: 1, name: 'early' }, spans[i]!] });
      assert.deepEqual({ ...trace(), revision: 0 }, expected);
    }
  });

  it('says a trace is running while a span or the root is missing', () => {
    writer.writeBatch({ spans: [span(2, { parentSpanId: spanId(1) })] });
    assert.equal(trace()?.running, true);
    assert.equal(trace()?.name, 'span 2');
    writer.writeBatch({ spans: [span(1, { durationNanos: undefined })] });
    assert.equal(trace()?.running, true);
    assert.equal(trace()?.name, 'span 1');
    writer.writeBatch({ spans: [span(1)] });
    assert.equal(trace()?.running, false);
  });

  it('removes spans, and a trace with its last one', () => {
    writer.writeBatch({ spans: [span(1), call(2, { parentSpanId: spanId(1), sessionId: 's' })] });
    writer.writeBatch({ removed: [call(2)] });
    assert.equal(trace()?.spans, 1);
    assert.deepEqual(reader.filterValues('session'), []);
    assert.deepEqual(trace()?.models, []);
    const { revision } = reader;
    writer.writeBatch({ removed: [span(1), span(99)] });
    assert.equal(trace(), undefined);
    assert.deepEqual(reader.changedSince(revision, 10).all, true);
  });

  it('keeps log records by span, a re-sent one once', () => {
    writer.writeBatch({
      logs: [log(1), log(1, { timeMicros: 5, digest: 3 }), log(2), log(3, { traceId: '' })],
    });
    assert.equal(trace(), undefined, 'a trace of log records alone is not listed');
    writer.writeBatch({ spans: [span(1)], logs: [log(1)] });
    assert.deepEqual(
      reader.logs(span(1)).map((l) => l.timeMicros),
      [5, 1_790_000_000_000_000],
    );
    assert.equal(writer.logs(span(1)).length, 2);
    assert.equal(trace()?.spans, 1);
    assert.equal(trace()?.startMicros, span(1).startMicros);
  });

  it('remembers position, counters and interpretation', () => {
    writer.writeBatch({ position: { segment: 3, offset: 77 }, counters: new Map([['dropped.x', 2]]) });
    writer.writeBatch({
      counters: new Map([
        ['dropped.x', 1],
        ['__proto__', 1],
      ]),
    });
    writer.interpretation = 'v7';
    writer.close();
    writer = IndexWriter.open(path);
    assert.equal(writer.fresh, false);
    assert.deepEqual(writer.position, { segment: 3, offset: 77 });
    assert.deepEqual([...reader.counters()].sort(), [
      ['__proto__', 1],
      ['dropped.x', 3],
    ]);
    assert.equal(writer.interpretation, 'v7');
  });

  it('tells readers what changed', () => {
    const start = reader.revision;
    reader.poll();
    assert.equal(reader.poll(), false);
    writer.writeBatch({ spans: [span(1), span(2, { traceId: traceId(2) })] });
    assert.equal(reader.poll(), true);
    assert.equal(reader.poll(), false);
    assert.deepEqual(reader.changedSince(start, 10).traceIds.sort(), [traceId(1), traceId(2)]);
    assert.equal(reader.changedSince(start, 1).all, true);
    const middle = reader.revision;
    writer.writeBatch({ spans: [span(3)] });
    assert.deepEqual(reader.changedSince(middle, 10), {
      revision: middle + 1,
      traceIds: [traceId(1)],
      all: false,
    });
  });

  it('gives accounting the fields it needs, and the decision as stored', () => {
    writer.writeBatch({ spans: [full(), span(3)] });
    const row = writer.accountingRow(full())!;
    assert.equal(row.service, 'agent\u0000i-1');
    assert.deepEqual(row.usage, full().ownUsage);
    assert.deepEqual(row.decided.countedIn, full().countedIn);
    assert.deepEqual(row.decided.usage, full().usage);
    assert.equal(row.endMicros, row.startMicros + 500);
    assert.equal(row.failed, true);
    assert.equal(writer.accountingRows(traceId(1)).length, 2);
    assert.deepEqual(
      writer.accountingChildren(span(3), 10).map((r) => r.spanId),
      [spanId(7)],
    );
    assert.deepEqual(
      writer.newestCalls(10).map((r) => r.spanId),
      [spanId(7)],
    );
    assert.equal(writer.spanCount(traceId(1)), 2);
    assert.deepEqual([...writer.storedTraces(['none'])], []);
  });

  it('counts texts as one that only differ where they are cut, also those of a new trace', () => {
    const long = 'x'.repeat(511);
    // Half of a pair is all that is left of either sign.
    writer.writeBatch({
      spans: [call(1, { responseModel: `${long}😀` }), call(2, { responseModel: `${long}𝄞` })],
    });
    assert.equal(writer.spanCount(traceId(1)), 2);
  });

  it('writes a batch whole or not at all', () => {
    writer.writeBatch({ spans: [span(1)] });
    const bad = {
      ...span(3),
      get name(): string {
        throw new Error('not today');
      },
    };
    assert.throws(() => writer.writeBatch({ spans: [span(2, { traceId: traceId(5) }), bad] }), /not today/);
    assert.equal(reader.counts().spans, 1);
    writer.writeBatch({ spans: [span(2, { traceId: traceId(5) }), span(3, { traceId: traceId(6) })] });
    assert.deepEqual(reader.counts().traces, 3);
  });

  it('takes numbers no counter can hold', () => {
    const odd = [Number.NaN, Infinity, -Infinity, 2 ** 60, 1.5, -1];
    odd.forEach((value, i) => {
      writer.writeBatch({
        spans: [
          call(i, {
            startMicros: value,
            durationNanos: value,
            usage: { input: value },
            retries: value,
            reportedCost: value,
          }),
        ],
      });
      assert.ok(reader.span(call(i)));
    });
    assert.equal(trace()?.spans, odd.length);
    assert.equal(typeof reader.stats().usage.inputTokens, 'number');
  });

  it('takes over a place in the journal that another span claimed', () => {
    const range = rangeIn(4);
    writer.writeBatch({ spans: [call(1, { range })] });
    writer.writeBatch({ spans: [call(2, { range, traceId: traceId(2) })] });
    assert.equal(trace(1), undefined);
    assert.equal(trace(2)?.modelCalls, 1);
  });

  it('is readable by its owner only', function () {
    if (process.platform === 'win32') return this.skip();
    writer.writeBatch({ spans: [span(1)] });
    for (const name of readdirSync(folder.path))
      assert.equal(statSync(folder.file(name)).mode & 0o777, 0o600, name);
  });

  it('leaves no bytes behind when everything is deleted, and readers see an empty store', () => {
    const secret = 'planted-secret-7391';
    for (let i = 0; i < 20; i++) {
      writer.writeBatch({
        spans: [...Array(100).keys()].map((n) =>
          call(i * 100 + n, { name: `${secret} ${n}`, sessionId: secret, service: secret }),
        ),
      });
    }
    assert.equal(reader.counts().spans, 2000);
    writer.deleteAll({ segment: 9, offset: 0 });
    for (const name of readdirSync(folder.path)) {
      assert.equal(readFileSync(folder.file(name)).includes(secret), false, `${name} still holds it`);
    }
    assert.deepEqual(reader.traces({}, 'newest', { limit: 10 }), { rows: [], next: undefined, total: 0 });
    assert.deepEqual(writer.position, { segment: 9, offset: 0 });
    writer.writeBatch({ spans: [call(1, { service: 'other' })] });
    assert.equal(trace()?.service, 'other');
    assert.equal(reader.span(call(1))?.service, 'other');
  });

  it('sets a corrupt file aside and begins a new one, which open readers find', () => {
    writer.writeBatch({ spans: [span(1)] });
    reader.close();
    writer.close();
    writeFileSync(path, Buffer.alloc(100_000, 'not a database '));
    assert.throws(
      () => IndexReader.open(path),
      (error: unknown) => error instanceof StorageError && error.code === 'corrupt',
    );
    const reports: DamageReport[] = [];
    writer = IndexWriter.open(path, { onDamage: (report) => reports.push(report) });
    assert.equal(writer.fresh, true);
    assert.equal(reports.length, 1);
    assert.ok(existsSync(reports[0]!.setAside!));
    reader = IndexReader.open(path)!;
    assert.equal(reader.counts().spans, 0);
  });

  it('notices damage in the middle of a file', () => {
    for (let i = 0; i < 30; i++)
      writer.writeBatch({ spans: [...Array(100).keys()].map((n) => call(i * 100 + n)) });
    reader.close();
    writer.close();
    const bytes = readFileSync(path);
    bytes.fill(0x99, 8192);
    writeFileSync(path, bytes);
    writer = IndexWriter.open(path);
    assert.throws(
      () => {
        for (let n = 0; n < 3000; n++) writer.writeBatch({ spans: [call(n)] });
      },
      (error: unknown) => error instanceof StorageError && error.code === 'corrupt',
    );
    writer.close();
    assert.ok(existsSync(IndexWriter.setAside(path)));
    writer = IndexWriter.open(path);
    assert.equal(writer.fresh, true);
    reader = IndexReader.open(path)!;
  });

  it('lets an open reader follow to a new file', () => {
    writer.writeBatch({ spans: [span(1)] });
    writer.close();
    IndexWriter.setAside(path);
    assert.equal(reader.poll(), false);
    assert.equal(reader.counts().spans, 1);
    writer = IndexWriter.open(path);
    writer.writeBatch({ spans: [span(1), span(2)] });
    assert.equal(reader.poll(), true);
    assert.equal(reader.counts().spans, 2);
  });

  it('migrates an older version step by step, and refuses a newer one and a stranger', () => {
    const old = openDatabase(folder.file('old.db'));
    old.exec('CREATE TABLE things (a); INSERT INTO things VALUES (1); PRAGMA user_version = 1');
    const steps = new Map([
      [1, 'ALTER TABLE things ADD COLUMN b DEFAULT 2'],
      [2, 'ALTER TABLE things ADD COLUMN c DEFAULT 3'],
    ]);
    assert.equal(migrate(old, steps, 3), false);
    assert.deepEqual({ ...old.prepare('SELECT * FROM things').get() }, { a: 1, b: 2, c: 3 });
    assert.throws(() => migrate(old, new Map([[3, 'ALTER TABLE things ADD COLUMN d; SELECT nonsense']]), 4));
    assert.deepEqual(
      { ...old.prepare('SELECT * FROM things').get() },
      { a: 1, b: 2, c: 3 },
      'a failed step leaves nothing',
    );
    old.exec('PRAGMA user_version = 99');
    old.close();
    const isCode = (code: string) => (error: unknown) => error instanceof StorageError && error.code === code;
    assert.throws(() => IndexWriter.open(folder.file('old.db')), isCode('unsupported'));
    assert.throws(() => IndexReader.open(folder.file('old.db')), isCode('unsupported'));
    const strange = openDatabase(folder.file('strange.db'));
    strange.exec('CREATE TABLE theirs (a)');
    strange.close();
    assert.throws(() => IndexWriter.open(folder.file('strange.db')), isCode('unsupported'));
    assert.equal(IndexReader.open(folder.file('none.db')), undefined);
  });
});
