import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { describe, it } from 'mocha';
import { callFromLog } from '../../../src/conventions/logCalls.ts';
import { usageFromMetric } from '../../../src/conventions/metricUsage.ts';
import { syntheticId } from '../../../src/conventions/syntheticId.ts';
import type { RawMetricPoint } from '../../../src/otlp/types.ts';
import { decode, fixtures, readRequest } from '../../contract/replay.ts';
import { logInput, toMap } from './spans.ts';

describe('Calls that only log records tell of', () => {
  it('are read from Codex CLI: one model call and one tool, one session', () => {
    const path = `${fixtures}examples/logs/codex-cli.json`;
    assert.ok(existsSync(path));
    const calls = decode([readRequest(path, 'logs')]).logs.flatMap((log) => callFromLog(log) ?? []);
    assert.deepEqual(
      calls.map(({ facts }) => facts.kind),
      ['tool', 'llm'],
    );
    const [tool, model] = calls;
    assert.ok(tool && model);
    assert.equal(tool.facts.tool?.name, 'shell');
    assert.equal(tool.facts.tool.result, 'README.md');
    assert.deepEqual(model.facts.usage, { input: 8210, output: 402, cacheRead: 7936, reasoning: 320 });
    assert.deepEqual(
      [model.facts.requestModel, model.facts.provider, model.sessionId],
      ['gpt-5-codex', 'openai', '01-conv'],
    );
    assert.equal(model.key.traceId, tool.key.traceId);
    assert.notEqual(model.key.spanId, tool.key.spanId);
  });

  it('are read from Claude Code, with cost, the cache and the span they belong to', () => {
    const path = `${fixtures}examples/logs/claude-code.json`;
    const calls = decode([readRequest(path, 'logs')]).logs.flatMap((log) => callFromLog(log) ?? []);
    assert.deepEqual(
      calls.map(({ facts }) => facts.kind),
      ['llm', 'tool'],
    );
    const [model] = calls;
    assert.ok(model);
    assert.deepEqual(model.facts.usage, { input: 26009, output: 310, cacheRead: 24800, cacheWrite: 1200 });
    assert.equal(model.facts.reportedCost?.total, 0.0277);
    assert.equal(model.callId, 'req_011');
    assert.equal(model.parent?.spanId, '7e943dcbd7ebc793');
    assert.equal(Math.round(model.endMicros - model.startMicros), 6_400_000);
  });

  it('take an error that will be tried again for no call, a final one for a failed call', () => {
    const error = (status: number): ReturnType<typeof callFromLog> =>
      callFromLog(
        logInput({
          name: 'gemini_cli.api_error',
          scope: 'gemini-cli',
          attributes: { model: 'gemini-2.5-pro', status_code: status, error: 'no' },
        }),
      );
    assert.equal(error(429), undefined);
    assert.equal(error(503), undefined);
    assert.equal(error(400)?.facts.status.code, 'error');
  });

  it('have the same ids however often the record arrives', () => {
    const log = logInput({
      name: 'gemini_cli.api_response',
      scope: 'gemini-cli',
      attributes: {
        model: 'gemini-2.5-pro',
        input_token_count: 10,
        output_token_count: 5,
        thoughts_token_count: 3,
        'session.id': 's',
        duration_ms: 100,
      },
    });
    const first = callFromLog(log);
    assert.ok(first);
    assert.deepEqual(callFromLog(log)?.key, first.key);
    assert.deepEqual(first.facts.usage, { input: 10, output: 8, reasoning: 3 });
    assert.match(first.key.traceId, /^[0-9a-f]{32}$/);
    assert.match(first.key.spanId, /^[0-9a-f]{16}$/);
    assert.notEqual(syntheticId('a', 16), syntheticId('b', 16));
  });

  it('are not made of other records, nor of details that belong to a span', () => {
    assert.equal(callFromLog(logInput({ name: 'gen_ai.user.message', body: 'hi' })), undefined);
    assert.equal(
      callFromLog(logInput({ name: 'gen_ai.client.inference.operation.details', spanId: 'b'.repeat(16) })),
      undefined,
    );
    const alone = callFromLog(
      logInput({
        name: 'gen_ai.client.inference.operation.details',
        attributes: {
          'gen_ai.operation.name': 'chat',
          'gen_ai.request.model': 'gpt-4o',
          'gen_ai.usage.input_tokens': 2,
          'gen_ai.usage.output_tokens': 3,
        },
      }),
    );
    assert.deepEqual(alone?.facts.usage, { input: 2, output: 3 });
  });
});

describe('Token usage in metrics', () => {
  const point = (
    name: string,
    attributes: Record<string, unknown>,
    value: number | undefined = 7,
  ): RawMetricPoint => ({
    name,
    unit: '{token}',
    type: 'histogram',
    temporality: 2,
    isMonotonic: false,
    attributes: toMap(attributes),
    startTimeUnixNano: 1n,
    timeUnixNano: 2n,
    value,
    count: 1,
  });
  const resource = { attributes: toMap({ 'service.name': 'svc' }), droppedAttributesCount: 0 };

  it('has old and new names', () => {
    const old = usageFromMetric(
      point('gen_ai.client.token.usage', {
        'gen_ai.token.type': 'input',
        'gen_ai.request.model': 'gpt-4o',
        'gen_ai.system': 'openai',
      }),
      resource,
    );
    assert.deepEqual(
      [old?.service, old?.provider, old?.model, old?.tokenType, old?.value, old?.temporality],
      ['svc', 'openai', 'gpt-4o', 'input', 7, 'cumulative'],
    );
    assert.equal(
      usageFromMetric(point('gen_ai.client.inference.usage.reasoning.output_tokens', {}), resource)
        ?.tokenType,
      'reasoning',
    );
    assert.equal(
      usageFromMetric(point('claude_code.token.usage', { type: 'cacheCreation' }), resource)?.tokenType,
      'cacheWrite',
    );
  });

  it('is in no other metric, and never unknown or negative', () => {
    assert.equal(usageFromMetric(point('http.client.duration', {}), resource), undefined);
    assert.equal(
      usageFromMetric(point('gen_ai.client.token.usage', { 'gen_ai.token.type': 'weird' }), resource),
      undefined,
    );
    assert.equal(
      usageFromMetric(point('claude_code.token.usage', { type: 'input' }, -1), resource),
      undefined,
    );
    assert.equal(
      usageFromMetric({ ...point('claude_code.token.usage', { type: 'input' }), value: undefined }, resource),
      undefined,
    );
  });
});
