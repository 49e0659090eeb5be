import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { Attributes, Context, Tracer } from '@opentelemetry/api';
import { OTLPTraceExporter as GrpcExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtoExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { SpanExporter } from '@opentelemetry/sdk-trace-base';

export type Protocol = 'grpc' | 'http/protobuf' | 'http/json';
export const protocols: readonly Protocol[] = ['grpc', 'http/protobuf', 'http/json'];

export interface Ports {
  readonly grpcPort: number;
  readonly httpPort: number;
}

/** A span to send; times are milliseconds after the trace's start. */
export interface SpanToSend {
  readonly name: string;
  readonly from?: number;
  readonly to?: number;
  readonly attributes?: Attributes;
  readonly error?: string;
  readonly kind?: SpanKind;
  readonly children?: readonly SpanToSend[];
}

function exporterFor(protocol: Protocol, { grpcPort, httpPort }: Ports): SpanExporter {
  const http = `http://127.0.0.1:${httpPort}/v1/traces`;
  switch (protocol) {
    case 'grpc':
      return new GrpcExporter({ url: `http://127.0.0.1:${grpcPort}` });
    case 'http/protobuf':
      return new ProtoExporter({ url: http });
    case 'http/json':
      return new JsonExporter({ url: http });
  }
}

function emit(
  tracer: Tracer,
  { name, from = 0, to = 1000, attributes = {}, error, kind, children = [] }: SpanToSend,
  begun: number,
  context: Context,
): string {
  const span = tracer.startSpan(
    name,
    { startTime: begun + from, attributes, kind: kind ?? SpanKind.INTERNAL },
    context,
  );
  const inner = trace.setSpan(context, span);
  for (const child of children) emit(tracer, child, begun, inner);
  if (error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: error });
  span.end(begun + to);
  return span.spanContext().traceId;
}

/**
 * Sends one trace with the OpenTelemetry SDK, as a program would, and waits until it was acknowledged.
 *
 * @returns the trace's id
 * @throws when the receiver did not take it
 */
export async function sendTrace(
  protocol: Protocol,
  ports: Ports,
  service: string,
  root: SpanToSend,
  begun = Date.now() - 60_000,
): Promise<string> {
  const { ROOT_CONTEXT } = await import('@opentelemetry/api');
  const exporter = exporterFor(protocol, ports);
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': service }),
    spanProcessors: [new BatchSpanProcessor(exporter, { scheduledDelayMillis: 60_000 })],
  });
  const traceId = emit(provider.getTracer('workbench-tests'), root, begun, ROOT_CONTEXT);
  await provider.forceFlush();
  await provider.shutdown();
  return traceId;
}

/** A model call as OpenTelemetry's GenAI conventions write it. */
export function modelCall(options: {
  readonly name?: string;
  readonly model?: string;
  readonly input: number;
  readonly output: number;
  readonly prompt?: string;
  readonly answer?: string;
  readonly finishReason?: string;
  readonly attributes?: Attributes;
}): SpanToSend {
  const {
    model = 'gpt-4o',
    input,
    output,
    prompt = 'Hello?',
    answer = 'Hello!',
    finishReason = 'stop',
  } = options;
  return {
    name: options.name ?? `chat ${model}`,
    kind: SpanKind.CLIENT,
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': model,
      'gen_ai.usage.input_tokens': input,
      'gen_ai.usage.output_tokens': output,
      'gen_ai.response.finish_reasons': [finishReason],
      'gen_ai.input.messages': JSON.stringify([{ role: 'user', parts: [{ type: 'text', content: prompt }] }]),
      'gen_ai.output.messages': JSON.stringify([
        { role: 'assistant', parts: [{ type: 'text', content: answer }], finish_reason: finishReason },
      ]),
      ...options.attributes,
    },
  };
}
