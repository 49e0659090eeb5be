/**
 * The sample's OpenTelemetry: the ordinary SDK with the ordinary OTLP/HTTP exporter, and `traced`, which runs a
 * function in a span that says where in the code it was opened. In dist/ this file is a bundle with the SDK inside.
 */
import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { fileURLToPath } from 'node:url';

/** Where the spans go: OTEL_EXPORTER_OTLP_ENDPOINT, else the usual port of this machine. */
export const endpoint = (process.env.OTEL_EXPORTER_OTLP_ENDPOINT || 'http://127.0.0.1:4318').replace(
  /\/+$/,
  '',
);

let provider;
let tracer;

/** Sets the SDK up. `sessionId` goes on every span, so that the runs of one program belong together. */
export function startTelemetry({ serviceName, sessionId }) {
  const resource = resourceFromAttributes({
    'service.name': process.env.OTEL_SERVICE_NAME || serviceName,
    'service.version': '1.0.0',
    'process.pid': process.pid,
    'process.runtime.name': 'nodejs',
  });
  provider = new NodeTracerProvider({
    resource,
    spanProcessors: [
      {
        onStart: (span) => void span.setAttribute('session.id', sessionId),
        onEnd() {},
        forceFlush: async () => {},
        shutdown: async () => {},
      },
      new BatchSpanProcessor(new OTLPTraceExporter(), { scheduledDelayMillis: 200 }),
    ],
  });
  provider.register();
  tracer = trace.getTracer('sample-agent', '1.0.0');
}

/** Sends what is left. Rejects when the receiver does not take it. */
export async function stopTelemetry() {
  await provider.shutdown();
}

const ownFile = fileURLToPath(import.meta.url);

const frame = /^\s+at (?:async )?(?:(.+?) \()?(file:\/\/.+?|\/.+?|[A-Za-z]:\\.+?):(\d+):(\d+)\)?$/;

/** The innermost caller outside this file and `library`, as the `code.*` attributes of OpenTelemetry. */
function caller(library) {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 16;
  const lines = new Error().stack.split('\n').slice(1);
  Error.stackTraceLimit = limit;
  const frames = lines
    .map((line) => frame.exec(line))
    .filter((match) => match !== null)
    .map(([, name, file, line, column]) => ({
      name,
      file: file.startsWith('file:') ? fileURLToPath(file) : file,
      line,
      column,
    }))
    .filter(({ file }) => file !== ownFile && file !== library && !file.includes('node_modules'));
  const [first] = frames;
  if (first === undefined) return {};
  // An arrow function without a name is told by the function around it.
  const named = frames.find(({ name, file }) => name !== undefined && file === first.file);
  return {
    'code.file.path': first.file,
    'code.line.number': Number(first.line),
    'code.column.number': Number(first.column),
    ...(named && { 'code.function.name': named.name }),
  };
}

/**
 * Runs `work(span)` in a span; an error that it throws is recorded, marks the span and goes on.
 *
 * @param options `attributes`, `client: true` for a call to another process, `library`: the file of a helper whose
 *   frames are not the caller's code, `located: false` for a span that no line of the program stands for
 */
export function traced(name, { attributes = {}, client = false, library, located = true } = {}, work) {
  const where = located ? caller(library) : {};
  const options = {
    kind: client ? SpanKind.CLIENT : SpanKind.INTERNAL,
    attributes: { ...where, ...attributes },
  };
  return tracer.startActiveSpan(name, options, async (span) => {
    try {
      return await work(span);
    } catch (error) {
      span.recordException(error);
      span.setAttribute('error.type', error.name);
      span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
      throw error;
    } finally {
      span.end();
    }
  });
}
