import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { IndexedMetric, MetricsOnlyUsage } from '../../../src/store/api.ts';
import { IndexReader } from '../../../src/store/indexReader.ts';
import { IndexWriter } from '../../../src/store/indexWriter.ts';
import { removeSegmentsBelow } from '../../../src/store/pruning.ts';
import { openDatabase } from '../../../src/store/sqlite.ts';
import { call, rangeIn, span, spanId, traceId } from './samples.ts';
import { TemporaryFolder } from './temporary.ts';

/** The `minute`th point of a cumulative series of input tokens. */
function point(minute: number, value: number, change: Partial<IndexedMetric> = {}): IndexedMetric {
  return {
    service: 'agent',
    provider: 'openai',
    model: 'gpt-4o',
    metric: 'gen_ai.client.token.usage',
    tokenType: 'input',
    isBeside: false,
    value,
    isDelta: false,
    series: 'one',
    startMicros: 1_000,
    timeMicros: 1_000 + minute * 60_000_000,
    segment: 1,
    ...change,
  };
}

const nothing = {
  inputTokens: undefined,
  outputTokens: undefined,
  cacheReadTokens: undefined,
  cacheWriteTokens: undefined,
  reasoningTokens: undefined,
};

describe('token usage that metrics tell of', () => {
  let folder: TemporaryFolder;
  let path: string;
  let writer: IndexWriter;

  beforeEach(() => {
    folder = new TemporaryFolder();
    path = folder.file('traces.db');
    writer = IndexWriter.open(path);
  });
  afterEach(() => {
    writer.close();
    folder.dispose();
  });
  const usage = (): readonly MetricsOnlyUsage[] => {
    const reader = IndexReader.open(path);
    assert.ok(reader);
    try {
      return reader.stats().metricsOnly;
    } finally {
      reader.close();
    }
  };

  it('is the last value of a cumulative series, whatever the order, and the sum of its starts', () => {
    writer.writeBatch({ metrics: [point(2, 200), point(1, 100), point(2, 200)] });
    writer.writeBatch({ metrics: [point(1, 7, { startMicros: 9_000 })] });
    assert.deepEqual(usage(), [
      { ...nothing, service: 'agent', provider: 'openai', model: 'gpt-4o', inputTokens: 207 },
    ]);
  });

  it('is the sum of intervals, each once', () => {
    const minutes = [1, 2, 3].map((minute) =>
      point(minute, 10, { isDelta: true, startMicros: 1_000 + (minute - 1) * 60_000_000 }),
    );
    writer.writeBatch({ metrics: minutes });
    writer.writeBatch({ metrics: minutes.toReversed() });
    assert.equal(usage()[0]?.inputTokens, 30);
  });

  it('adds parts that are counted beside the whole, and no others', () => {
    const parts = (service: string, isBeside: boolean): IndexedMetric[] => [
      point(1, 9, { service, series: 'input' }),
      point(1, 100, { service, series: 'read', tokenType: 'cacheRead', isBeside }),
      point(1, 20, { service, series: 'write', tokenType: 'cacheWrite', isBeside }),
      point(1, 5, { service, series: 'output', tokenType: 'output' }),
      point(1, 3, { service, series: 'thought', tokenType: 'reasoning', isBeside }),
    ];
    writer.writeBatch({ metrics: [...parts('a', true), ...parts('b', false)] });
    const sums = usage().map(({ service, inputTokens, outputTokens, cacheReadTokens }) => [
      service,
      inputTokens,
      outputTokens,
      cacheReadTokens,
    ]);
    assert.deepEqual(sums, [
      ['a', 129, 8, 100],
      ['b', 9, 5, 100],
    ]);
  });

  it('counts tokens once that two metrics tell of', () => {
    const name = (part: string): string => `gen_ai.client.inference.usage.${part}`;
    writer.writeBatch({
      metrics: [
        point(1, 100, { series: 'old in' }),
        point(1, 10, { series: 'old out', tokenType: 'output' }),
        point(1, 100, { series: 'new in', metric: name('input_tokens') }),
        point(1, 10, { series: 'new out', metric: name('output_tokens'), tokenType: 'output' }),
        point(1, 50, { series: 'cache', metric: name('cache_read.input_tokens'), tokenType: 'cacheRead' }),
      ],
    });
    const [only, ...others] = usage();
    assert.deepEqual(others, []);
    assert.deepEqual([only?.inputTokens, only?.outputTokens], [100, 10]);
  });

  it('is not told of services whose model calls are known', () => {
    writer.writeBatch({ metrics: [point(1, 100), point(1, 5, { service: 'other' })] });
    writer.writeBatch({ spans: [span(1, { service: 'other' }), call(2)] });
    assert.deepEqual(
      usage().map(({ service }) => service),
      ['other'],
    );
  });

  it('takes no value that is no number, and goes with its segment and with everything', async () => {
    const wrong = point(1, Number.POSITIVE_INFINITY, { series: 'wrong' });
    writer.writeBatch({ metrics: [wrong, point(1, 1), point(1, 2, { series: 'two', segment: 2 })] });
    assert.equal(usage()[0]?.inputTokens, 3);
    await removeSegmentsBelow(writer, 2);
    assert.equal(usage()[0]?.inputTokens, 2);
    writer.deleteAll({ segment: 3, offset: 0 });
    assert.deepEqual(usage(), []);
  });
});

describe('rows made from log records', () => {
  let folder: TemporaryFolder;

  beforeEach(() => (folder = new TemporaryFolder()));
  afterEach(() => folder.dispose());

  it('are told apart from spans, and found by parent, response and session', () => {
    const path = folder.file('traces.db');
    const writer = IndexWriter.open(path);
    const { logCalls } = writer;
    assert.equal(logCalls.hasAny(), false);
    const own = { responseId: 'resp', sessionId: 's', parentSpanId: spanId(9) };
    const fromLog = call(1, { ...own, range: { ...rangeIn(1), signal: 'logs' } });
    writer.writeBatch({ spans: [fromLog] });
    assert.deepEqual(writer.span(fromLog)?.range, fromLog.range);
    const key = { traceId: traceId(1), spanId: spanId(1) };
    assert.equal(logCalls.hasAny(), true);
    assert.deepEqual(logCalls.standInsBelow({ traceId: traceId(1), spanId: spanId(9) }, 'llm'), [key]);
    assert.deepEqual(logCalls.standInsBelow({ traceId: traceId(1), spanId: spanId(9) }, 'tool'), []);
    assert.deepEqual(logCalls.standInsOfResponse('resp'), [key]);
    assert.deepEqual(logCalls.standInsOfSession('s'), [key]);
    assert.equal(logCalls.receivedKind(key), undefined);
    assert.equal(logCalls.hasResponse('resp'), false);
    assert.equal(logCalls.hasModelCall('s'), false);
    assert.deepEqual(logCalls.trace(traceId(1)), { session: 's', hasModelCall: false });
    writer.writeBatch({ removed: [key], spans: [call(2, own)] });
    assert.equal(logCalls.hasAny(), false);
    assert.equal(logCalls.receivedKind({ traceId: traceId(1), spanId: spanId(2) }), 'llm');
    assert.equal(logCalls.hasResponse('resp'), true);
    assert.equal(logCalls.hasModelCall('s'), true);
    assert.deepEqual(logCalls.standInsOfResponse('resp'), []);
    writer.close();
  });

  it('have their place in an index made by the version before', () => {
    const path = folder.file('traces.db');
    const schemaOf = (): unknown[] => {
      const db = openDatabase(path);
      const rows = db.prepare('SELECT name, sql FROM sqlite_schema ORDER BY name').all();
      db.close();
      return rows;
    };
    const writer = IndexWriter.open(path);
    writer.writeBatch({ spans: [call(1)] });
    writer.close();
    const today = schemaOf();
    const old = openDatabase(path);
    old.exec(`DROP INDEX spans_from_logs; DROP TABLE metric_usage;
      ALTER TABLE details DROP COLUMN cost_tokens; ALTER TABLE details DROP COLUMN cost_shape;
      CREATE INDEX details_response ON details (response_id) WHERE response_id IS NOT NULL; PRAGMA user_version = 1`);
    old.close();
    assert.notDeepEqual(schemaOf(), today);
    const migrated = IndexWriter.open(path);
    assert.equal(migrated.fresh, false);
    assert.equal(migrated.spanCount(traceId(1)), 1);
    migrated.close();
    assert.deepEqual(schemaOf(), today);
  });
});
