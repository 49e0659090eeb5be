import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { jsonToProtobuf } from '../../../src/otlp/json.ts';
import { call, spans, TestEngine, type Sent } from './support.ts';

interface Told {
  readonly name?: string;
  readonly service?: string;
  readonly type: string;
  readonly value: number;
  /** Minutes since the start. */
  readonly minute?: number;
  readonly delta?: boolean;
}

/** Claude Code's way (sum) or OpenTelemetry's (histogram), by the name. */
function metrics(...told: readonly Told[]): Sent {
  const minute = (n: number): string => String((1_790_000_000n + BigInt(n) * 60n) * 1_000_000_000n);
  const json = {
    resourceMetrics: told.map(({ name = 'gen_ai.client.token.usage', service, type, value, ...point }) => {
      const isSum = name !== 'gen_ai.client.token.usage';
      const at = point.minute ?? 1;
      const data = {
        aggregationTemporality: point.delta ? 1 : 2,
        dataPoints: [
          {
            startTimeUnixNano: minute(point.delta ? at - 1 : 0),
            timeUnixNano: minute(at),
            ...(isSum ? { asDouble: value } : { sum: value, count: '1' }),
            attributes: [
              { key: isSum ? 'type' : 'gen_ai.token.type', value: { stringValue: type } },
              {
                key: isSum ? 'model' : 'gen_ai.request.model',
                value: { stringValue: isSum ? 'claude-opus-4-6' : 'gpt-4o' },
              },
            ],
          },
        ],
      };
      return {
        resource: {
          attributes: [{ key: 'service.name', value: { stringValue: service ?? 'silent' } }],
        },
        scopeMetrics: [
          {
            scope: { name: 'meter' },
            metrics: [{ name, unit: 'token', ...(isSum ? { sum: data } : { histogram: data }) }],
          },
        ],
      };
    }),
  };
  return { signal: 'metrics', payload: jsonToProtobuf('metrics', JSON.stringify(json)) };
}

describe('token usage that only metrics tell of', function () {
  this.timeout(60_000);
  let engine: TestEngine;

  beforeEach(async () => {
    engine = await TestEngine.create();
  });
  afterEach(() => engine.dispose());
  const told = (): unknown[] =>
    engine
      .stats()
      .metricsOnly.map(({ service, model, inputTokens, outputTokens }) => [
        service,
        model,
        inputTokens,
        outputTokens,
      ]);

  it('is the last cumulative value, and never part of the sums of spans', async () => {
    const first = metrics({ type: 'input', value: 100 }, { type: 'output', value: 10 });
    const second = metrics(
      { type: 'input', value: 250, minute: 2 },
      { type: 'output', value: 30, minute: 2 },
    );
    await engine.receive(second, first, first, second);
    assert.deepEqual(told(), [['silent', 'gpt-4o', 250, 30]]);
    assert.equal(engine.stats().usage.inputTokens, 0);
    assert.equal(engine.stats().modelCalls.total, 0);
    for (const again of [() => engine.pipeline.reread(), () => engine.pipeline.rebuild()]) {
      again();
      engine.readAll();
      assert.deepEqual(told(), [['silent', 'gpt-4o', 250, 30]]);
    }
  });

  it('adds up Claude Code’s intervals, whose input is without cached tokens', async () => {
    const name = 'claude_code.token.usage';
    const interval = (minute: number): Sent =>
      metrics(
        { name, type: 'input', value: 9, minute, delta: true },
        { name, type: 'cacheRead', value: 100, minute, delta: true },
        { name, type: 'cacheCreation', value: 20, minute, delta: true },
        { name, type: 'output', value: 5, minute, delta: true },
      );
    await engine.receive(interval(1), interval(2), interval(1), interval(2));
    assert.deepEqual(told(), [['silent', 'claude-opus-4-6', 258, 10]]);
    const [usage] = engine.stats().metricsOnly;
    assert.deepEqual(
      [usage?.provider, usage?.cacheReadTokens, usage?.cacheWriteTokens],
      ['anthropic', 200, 40],
    );
  });

  it('is left out for services whose calls spans tell of, whichever comes first', async () => {
    const both = metrics(
      { service: 'a', type: 'input', value: 1 },
      { service: 'b', type: 'input', value: 2 },
      { service: 'c', type: 'input', value: 3 },
    );
    await engine.receive(spans(call({ id: 1, service: 'a', usage: [1, 1] })), both);
    assert.deepEqual(told(), [
      ['b', 'gpt-4o', 2, undefined],
      ['c', 'gpt-4o', 3, undefined],
    ]);
    await engine.receive(
      spans(call({ id: 2, trace: 2, service: 'b', usage: [2, 1] }), { id: 3, service: 'c' }),
    );
    assert.deepEqual(told(), [['c', 'gpt-4o', 3, undefined]]);
  });
});
