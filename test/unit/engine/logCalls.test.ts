import assert from 'node:assert/strict';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { readSpan } from '../../../src/engine/readSpan.ts';
import { explainSpan } from '../../../src/engine/explain.ts';
import { journalDir } from '../../../src/engine/storePaths.ts';
import { isKnownCost } from '../../../src/model/cost.ts';
import type { SpanKey } from '../../../src/model/span.ts';
import { jsonToProtobuf } from '../../../src/otlp/json.ts';
import { IndexReader } from '../../../src/store/indexReader.ts';
import { deleteTraces } from '../../../src/store/retention.ts';
import { fixtures, readRequest } from '../../contract/replay.ts';
import { agent, call, spanIdOf, spans, TestEngine, traceIdOf, type Sent } from './support.ts';

function example(signal: 'traces' | 'logs', name: string): Sent {
  return { signal, payload: readRequest(join(fixtures, 'examples', signal, `${name}.json`), signal).bytes };
}

/** A model call's record of Claude Code in the vocabulary of its logs. */
function claudeLog(record: {
  session?: string;
  trace?: number;
  span?: number;
  request?: string;
  at?: number;
}): Sent {
  const text = (key: string, value: string): unknown => ({ key, value: { stringValue: value } });
  const json = {
    resourceLogs: [
      {
        resource: { attributes: [text('service.name', 'claude-code')] },
        scopeLogs: [
          {
            scope: { name: 'com.anthropic.claude_code.events' },
            logRecords: [
              {
                timeUnixNano: String((1_790_000_000_000n + BigInt(record.at ?? 100)) * 1_000_000n),
                body: { stringValue: 'claude_code.api_request' },
                ...(record.trace === undefined ? {} : { traceId: traceIdOf(record.trace) }),
                ...(record.span === undefined ? {} : { spanId: spanIdOf(record.span) }),
                attributes: [
                  text('event.name', 'api_request'),
                  text('model', 'claude-opus-4-6'),
                  text('input_tokens', '30'),
                  text('output_tokens', '7'),
                  text('cost_usd', '0.25'),
                  text('duration_ms', '50'),
                  ...(record.session ? [text('session.id', record.session)] : []),
                  ...(record.request ? [text('request_id', record.request)] : []),
                ],
              },
            ],
          },
        ],
      },
    ],
  };
  return { signal: 'logs', payload: jsonToProtobuf('logs', JSON.stringify(json)) };
}

describe('calls that only log records tell of', function () {
  this.timeout(60_000);
  let engine: TestEngine;

  beforeEach(async () => {
    engine = await TestEngine.create();
  });
  afterEach(() => engine.dispose());

  const sums = (): unknown => {
    const { modelCalls, toolCalls, usage, cost } = engine.stats();
    return { calls: modelCalls.total, tools: toolCalls.total, input: usage.inputTokens, cost: cost.amount };
  };
  const fromLogs = (): number =>
    [...engine.rows().values()].filter(({ range }) => range.signal === 'logs').length;
  const claudeCode = { calls: 1, tools: 1, input: 26009, cost: 0.0277 };

  it('count with their cost, once however often they come', async () => {
    const logs = example('logs', 'claude-code');
    await engine.receive(logs);
    assert.deepEqual(sums(), claudeCode);
    assert.equal(fromLogs(), 2);
    const places = (): unknown => [...engine.rows().values()].map(({ range }) => range);
    const before = places();
    await engine.receive(logs);
    assert.deepEqual(sums(), claudeCode);
    assert.deepEqual(places(), before);
    engine.restarted();
    await engine.append(logs, logs);
    engine.readAll();
    assert.deepEqual(sums(), claudeCode);
    engine.pipeline.reread();
    engine.readAll();
    assert.deepEqual(sums(), claudeCode);
    engine.pipeline.rebuild();
    engine.readAll();
    assert.deepEqual(sums(), claudeCode);
  });

  for (const [order, signals] of [
    ['after their spans', ['traces', 'logs', 'traces', 'logs']],
    ['before their spans', ['logs', 'logs', 'traces', 'traces', 'logs']],
  ] as const) {
    it(`do not count beside spans of the same calls, ${order}`, async () => {
      for (const signal of signals) await engine.receive(example(signal, 'claude-code'));
      assert.deepEqual(sums(), claudeCode);
      assert.equal(fromLogs(), 0);
      assert.equal(engine.rows().size, 5);
      for (const again of [() => engine.pipeline.reread(), () => engine.pipeline.rebuild()]) {
        again();
        engine.readAll();
        assert.deepEqual(sums(), claudeCode);
        assert.equal(fromLogs(), 0);
      }
    });
  }

  it('do not count beside spans that come in the same batch, nor after a restart in between', async () => {
    await engine.append(example('logs', 'claude-code'), example('traces', 'claude-code'));
    engine.readAll();
    assert.deepEqual(sums(), claudeCode);
    assert.equal(fromLogs(), 0);
    const other = await TestEngine.create();
    try {
      await other.receive(example('logs', 'claude-code'));
      other.restarted();
      await other.receive(example('traces', 'claude-code'));
      assert.equal(other.stats().modelCalls.total, 1);
      assert.equal(other.rows().size, 5);
    } finally {
      await other.dispose();
    }
  });

  it('are Codex CLI’s, without any span: one trace and session', async () => {
    const logs = example('logs', 'codex-cli');
    await engine.receive(logs, logs);
    const stats = engine.stats();
    assert.deepEqual(
      [stats.traces, stats.modelCalls.total, stats.toolCalls.total, stats.sessions],
      [1, 1, 1, ['01-conv']],
    );
    assert.deepEqual([stats.usage.inputTokens, stats.usage.outputTokens], [8210, 402]);
    assert.equal(stats.cost.unknownCalls, 0);
    const row = [...engine.rows().values()].find(({ kind }) => kind === 'llm');
    assert.ok(row?.cost && isKnownCost(row.cost));
    assert.equal(row.cost.source.kind, 'table');
  });

  it('are read again from the journal, with the record itself', async () => {
    await engine.receive(example('logs', 'codex-cli'));
    const reader = IndexReader.open(engine.dbPath);
    assert.ok(reader);
    try {
      const indexer = { reader, interpreter: engine.interpreter };
      const read = (kind: string): NonNullable<ReturnType<typeof readSpan>> => {
        const row = [...engine.rows().values()].find((each) => each.kind === kind);
        const found = row && readSpan(indexer, row);
        assert.ok(found);
        return found;
      };
      const model = read('llm');
      assert.deepEqual(model.item.facts.usage, model.indexed.ownUsage);
      assert.equal(model.item.spanId, model.indexed.spanId);
      const [record] = model.item.input.logs;
      assert.equal(record?.record.attributes.get('tool_token_count'), '8612');
      assert.ok(explainSpan(model.indexed, model.item).values.some(({ field }) => field === 'usage.input'));
      assert.equal(read('tool').item.facts.tool?.result, 'README.md');
    } finally {
      reader.close();
    }
  });

  it('go when a span of the same session is a model call, also when another span names the session', async () => {
    await engine.receive(claudeLog({ session: 's1' }), claudeLog({ session: 's2' }));
    assert.equal(engine.stats().modelCalls.total, 2);
    await engine.receive(spans(call({ id: 1, parent: 2, usage: [30, 7] })));
    assert.equal(engine.stats().modelCalls.total, 3);
    await engine.receive(spans({ id: 2, attributes: { 'session.id': 's1' } }));
    assert.equal(engine.stats().modelCalls.total, 2);
    await engine.receive(claudeLog({ session: 's1', at: 900 }), claudeLog({ session: 's2', at: 900 }));
    assert.deepEqual(
      [...engine.rows().values()].flatMap(({ range, sessionId }) => (range.signal ? [sessionId] : [])),
      ['s2', 's2'],
    );
    // A span that is no call says nothing of the session's calls.
    await engine.receive(spans({ id: 3, trace: 3, attributes: { 'session.id': 's2' } }));
    assert.equal(fromLogs(), 2);
  });

  it('go when a span has the same response, in another trace too', async () => {
    const span = spans(call({ id: 1, usage: [30, 7], attributes: { 'gen_ai.response.id': 'req_1' } }));
    await engine.receive(claudeLog({ request: 'req_1', trace: 9 }), claudeLog({ request: 'req_2' }));
    assert.equal(engine.stats().modelCalls.total, 2);
    await engine.receive(span, claudeLog({ request: 'req_1', trace: 9 }));
    assert.equal(engine.stats().modelCalls.total, 2);
    assert.equal(engine.row(spanIdOf(1)).counted, true);
    assert.equal(fromLogs(), 1);
  });

  it('hang below the span of another kind that their record names, and count instead of its sum', async () => {
    const wrapper = spans(agent({ id: 1, from: 0, to: 1_000, usage: [30, 7] }));
    await engine.receive(wrapper);
    assert.equal(engine.row(spanIdOf(1)).usage?.input, 30);
    await engine.receive(claudeLog({ trace: 1, span: 1 }));
    assert.equal(engine.stats().modelCalls.total, 1);
    assert.equal(engine.stats().usage.inputTokens, 30);
    assert.equal(engine.row(spanIdOf(1)).usage, undefined);
    const other = [...engine.rows().values()].find(({ range }) => range.signal === 'logs') as SpanKey;
    assert.equal(engine.row(other.spanId).parentSpanId, spanIdOf(1));
  });

  it('gives a sum back to the span that tells it when the call below it goes', async () => {
    await engine.receive(spans(agent({ id: 1, from: 0, to: 1_000, usage: [30, 7] })));
    await engine.receive(claudeLog({ trace: 1, span: 1, request: 'req_1' }));
    assert.equal(engine.row(spanIdOf(1)).usage, undefined);
    const own = { 'gen_ai.response.id': 'req_1' };
    await engine.receive(spans(call({ id: 5, trace: 5, usage: [30, 7], attributes: own })));
    assert.equal(fromLogs(), 0);
    assert.equal(engine.row(spanIdOf(1)).usage?.input, 30);
  });

  it('are deleted with their records, which name no trace', async () => {
    await engine.receive(example('logs', 'codex-cli'), claudeLog({ session: 'kept' }));
    const codex = [...engine.rows().values()].find(({ sessionId }) => sessionId === '01-conv');
    assert.ok(codex);
    const currentSegment = await engine.writer.roll();
    engine.readAll();
    await deleteTraces(engine.index, journalDir(engine.dbPath), [codex.traceId], { currentSegment });
    engine.pipeline.forget();
    assert.equal(engine.stats().modelCalls.total, 1);
    engine.pipeline.rebuild();
    engine.readAll();
    assert.deepEqual(engine.stats().sessions, ['kept']);
    assert.equal(engine.stats().modelCalls.total, 1);
  });
});
