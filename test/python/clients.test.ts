import assert from 'node:assert/strict';
import path from 'node:path';
import { afterEach, before, describe, it } from 'mocha';
import { fromRoot } from '../../scripts/lib/paths.mjs';
import { run } from '../../scripts/lib/processes.mjs';
import { pythonWith } from '../../scripts/lib/python.mjs';
import { json, jsonLines, serve, temporaryFolder } from '../engine/support/serve.ts';

const packages = [
  'opentelemetry-sdk',
  'opentelemetry-exporter-otlp-proto-grpc',
  'opentelemetry-exporter-otlp-proto-http',
];

interface Stats {
  readonly spans: number;
  readonly traces: number;
  readonly modelCalls: { readonly total: number; readonly failed: number };
  readonly toolCalls: { readonly total: number };
  readonly usage: {
    readonly inputTokens: number;
    readonly outputTokens: number;
    readonly unknownCalls: number;
  };
  readonly cost: { readonly amount: number; readonly unknownCalls: number };
}

interface SpanLine {
  readonly name: string;
  readonly service: string;
  readonly kind: string;
  readonly parentSpanId: string | null;
  readonly status: { readonly code: string };
  readonly cost: { readonly amount: number } | null;
  readonly flags: readonly { readonly id: string }[];
}

describe('programs in Python with the OpenTelemetry SDK', function () {
  this.timeout(60_000);
  let python: string;
  let folder: ReturnType<typeof temporaryFolder> | undefined;

  before('Python and its packages', async function () {
    this.timeout(300_000);
    try {
      python = await pythonWith(packages, (line) => console.log(`    ${line}`));
    } catch (error) {
      console.log(`    skipped: ${error instanceof Error ? error.message : String(error)}`);
      this.skip();
    }
  });

  /** Runs a program against a new store and gives what the store then holds. */
  async function traced(
    script: string,
    args: readonly string[],
    env: Record<string, string>,
  ): Promise<{ stats: Stats; spans: SpanLine[] }> {
    folder = temporaryFolder();
    const db = path.join(folder.path, 'traces.db');
    const serving = await serve(db);
    try {
      const endpoints = {
        GRPC: `http://127.0.0.1:${serving.grpc.port}`,
        HTTP: `http://127.0.0.1:${serving.http.port}`,
      };
      const fill = (text: string): string =>
        text.replace('GRPC', endpoints.GRPC).replace('HTTP', endpoints.HTTP);
      const filled = Object.fromEntries(Object.entries(env).map(([key, value]) => [key, fill(value)]));
      await run(python, [script, ...args.map(fill)], {
        env: { ...process.env, ...filled },
        timeoutMs: 40_000,
      });
      return {
        stats: await json<Stats>('stats', '--db', db),
        spans: await jsonLines<SpanLine>('spans', '--db', db),
      };
    } finally {
      await serving.stop();
    }
  }
  afterEach(() => folder?.remove());

  for (const [protocol, endpoint] of [
    ['grpc', 'GRPC'],
    ['http', 'HTTP'],
  ] as const) {
    for (const compression of ['plain', 'gzip'] as const) {
      it(`send over ${protocol} (${compression}), and every number is right`, async () => {
        const env: Record<string, string> = {};
        if (compression === 'gzip') env.OTEL_EXPORTER_OTLP_COMPRESSION = 'gzip';
        const { stats, spans } = await traced(fromRoot('test/python/client.py'), [protocol, endpoint], env);
        assert.equal(stats.spans, 4);
        assert.equal(stats.traces, 1);
        assert.deepEqual([stats.modelCalls.total, stats.modelCalls.failed], [2, 1]);
        assert.equal(stats.toolCalls.total, 1);
        assert.deepEqual(
          [stats.usage.inputTokens, stats.usage.outputTokens, stats.usage.unknownCalls],
          [2000, 500, 0],
        );
        // 2,000 × 2.5 + 500 × 10 millionths of a dollar.
        assert.ok(Math.abs(stats.cost.amount - 0.01) < 1e-9, String(stats.cost.amount));
        assert.equal(stats.cost.unknownCalls, 0);

        const failed = spans.find(({ name }) => name === 'chat gpt-4o-mini');
        assert.equal(failed?.status.code, 'error');
        assert.equal(failed.cost, null);
        const flags = failed.flags.map(({ id }) => id);
        assert.ok(flags.includes('error') && flags.includes('rate_limited'), flags.join(', '));
        assert.ok(spans.every(({ service }) => service === `python-${protocol}`));
      });
    }
  }

  it('run as the sample workspace tells: gRPC, configured by the environment alone', async () => {
    const { stats, spans } = await traced(fromRoot('sample/workspace/python/agent.py'), [], {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'GRPC',
    });
    assert.deepEqual([stats.modelCalls.total, stats.modelCalls.failed, stats.toolCalls.total], [2, 0, 1]);
    assert.equal(stats.cost.unknownCalls, 0);
    assert.ok(stats.cost.amount > 0);
    const names = spans.map(({ name }) => name);
    assert.deepEqual(names, [
      'agent.workflow',
      ...['agent.plan', 'llm.generate'],
      ...['agent.step.0', 'tool.execute'],
      ...['agent.synthesize', 'llm.generate'],
    ]);
  });
});
