import { SpanStatusCode } from '@opentelemetry/api';
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-http';
import { OTLPTraceExporter as GrpcExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtoExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { SpanExporter } from '@opentelemetry/sdk-trace-base';
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { decodeTraces } from '../../../src/otlp/decodeTraces.ts';
import { BackpressureError } from '../../../src/receiver/errors.ts';
import { closeReceiversAfterEach, startTestReceiver } from './helpers/receiver.ts';
import type { TestReceiver } from './helpers/receiver.ts';

const exporters: readonly (readonly [
  string,
  (receiver: TestReceiver, compression: 'gzip' | 'none') => SpanExporter,
])[] = [
  [
    'gRPC',
    (receiver, compression) =>
      new GrpcExporter({ url: `http://localhost:${receiver.grpcPort}`, compression: compression as never }),
  ],
  [
    'HTTP/protobuf',
    (receiver, compression) =>
      new ProtoExporter({
        url: `http://localhost:${receiver.httpPort}/v1/traces`,
        compression: compression as never,
      }),
  ],
  [
    'HTTP/JSON',
    (receiver, compression) =>
      new JsonExporter({
        url: `http://localhost:${receiver.httpPort}/v1/traces`,
        compression: compression as never,
      }),
  ],
];

async function sendSpans(exporter: SpanExporter, count: number): Promise<string[]> {
  const provider = new BasicTracerProvider({ spanProcessors: [new BatchSpanProcessor(exporter)] });
  const tracer = provider.getTracer('test');
  const ids: string[] = [];
  for (let i = 0; i < count; i++) {
    const span = tracer.startSpan(`span ${i}`, {
      attributes: { 'gen_ai.usage.input_tokens': i, text: 'Zürich 🎉' },
    });
    span.setStatus({ code: SpanStatusCode.ERROR, message: 'as told' });
    ids.push(span.spanContext().spanId);
    span.end();
  }
  await provider.forceFlush();
  await provider.shutdown();
  return ids;
}

function spanIds(receiver: TestReceiver): string[] {
  const ids: string[] = [];
  for (const { payload } of receiver.appended) decodeTraces(payload, ({ spanId }) => void ids.push(spanId));
  return ids;
}

describe("OpenTelemetry's own exporters", () => {
  closeReceiversAfterEach();

  for (const [name, create] of exporters) {
    for (const compression of ['none', 'gzip'] as const) {
      it(`deliver spans over ${name}, compression ${compression}`, async () => {
        const receiver = await startTestReceiver();
        const sent = await sendSpans(create(receiver, compression), 300);
        assert.deepEqual(spanIds(receiver).sort(), sent.sort());
        assert.equal(receiver.dropped.size, 0);
      });
    }
  }

  // The JavaScript exporter for gRPC makes no second attempt.
  for (const [name, create] of exporters.slice(1)) {
    it(`send again over ${name} what was answered as retryable`, async () => {
      let attempts = 0;
      const taken: Uint8Array[] = [];
      const receiver = await startTestReceiver({
        sink: {
          append: (_signal, payload) => {
            if (attempts++ === 0) return Promise.reject(new BackpressureError(10));
            taken.push(payload);
            return Promise.resolve();
          },
        },
      });
      await sendSpans(create(receiver, 'none'), 5);
      assert.equal(attempts, 2);
      assert.equal(taken.length, 1);
      assert.deepEqual([...receiver.dropped], [['backpressure', 1]]);
    });
  }

  it('deliver log records', async () => {
    const receiver = await startTestReceiver();
    const exporter = new OTLPLogExporter({ url: `http://localhost:${receiver.httpPort}/v1/logs` });
    const provider = new LoggerProvider({ processors: [new SimpleLogRecordProcessor({ exporter })] });
    provider.getLogger('test').emit({ eventName: 'gen_ai.choice', body: { message: 'hello' } });
    await provider.forceFlush();
    await provider.shutdown();
    assert.deepEqual(
      receiver.appended.map(({ signal, records }) => [signal, records]),
      [['logs', 1]],
    );
  });
});
