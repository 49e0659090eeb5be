import assert from 'node:assert/strict';
import { SpanKind, SpanStatusCode, context, trace } from '@opentelemetry/api';
import {
  JsonLogsSerializer,
  JsonTraceSerializer,
  ProtobufLogsSerializer,
  ProtobufTraceSerializer,
} from '@opentelemetry/otlp-transformer';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { InMemoryLogRecordExporter, LoggerProvider, SimpleLogRecordProcessor } from '@opentelemetry/sdk-logs';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { describe, it } from 'mocha';
import { jsonToProtobuf } from '../../../src/otlp/json.ts';
import { encodeExportResponse } from '../../../src/otlp/response.ts';
import { validateRequest } from '../../../src/otlp/validate.ts';
import { allLogRecords, allSpans } from './support/decodeAll.ts';
import { logRecordsOf, spansOf } from './support/oracleRecords.ts';

const resource = resourceFromAttributes({ 'service.name': 'producer', 'process.pid': 12 });

function makeSpans(): InMemorySpanExporter {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ resource, spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const tracer = provider.getTracer('scope', '1.2.3');
  const parent = tracer.startSpan('parent', {
    kind: SpanKind.SERVER,
    startTime: [1_700_000_000, 123_456_789],
  });
  const child = tracer.startSpan(
    'child ü 😀',
    {
      kind: SpanKind.CLIENT,
      attributes: {
        text: 'v',
        int: 5,
        double: 1.5,
        yes: true,
        list: ['a', 'b'],
        __proto__: 'lost',
        ['constructor']: 'kept',
      },
      links: [{ context: parent.spanContext(), attributes: { link: 1 } }],
    },
    trace.setSpan(context.active(), parent),
  );
  child.addEvent('event', { n: 1 });
  child.recordException(new Error('broken'));
  child.setStatus({ code: SpanStatusCode.ERROR, message: 'broken' });
  child.end();
  parent.end();
  return exporter;
}

describe("the OpenTelemetry SDK's own serializers", () => {
  it('give spans in protobuf and JSON that decode to the same', () => {
    const spans = makeSpans().getFinishedSpans();
    const protobuf = ProtobufTraceSerializer.serializeRequest(spans)!;
    const fromJson = jsonToProtobuf('traces', JsonTraceSerializer.serializeRequest(spans)!);
    assert.deepEqual(validateRequest('traces', protobuf), { records: 2, rejected: 0 });
    const found = allSpans(protobuf);
    assert.deepEqual(found, spansOf(protobuf));
    assert.deepEqual(allSpans(fromJson), found);
    const child = found.find(({ record }) => record.name === 'child ü 😀');
    const parent = found.find(({ record }) => record.name === 'parent');
    assert.ok(child && parent);
    assert.equal(child.record.parentSpanId, parent.record.spanId);
    assert.equal(child.record.statusCode, 2);
    assert.equal(child.record.attributes.get('constructor'), 'kept');
    assert.deepEqual(child.record.attributes.get('list'), ['a', 'b']);
    assert.equal(child.record.events[1]?.attributes.get('exception.message'), 'broken');
    assert.equal(parent.record.startTimeUnixNano, 1_700_000_000_123_456_789n);
    assert.equal(parent.resource.attributes.get('service.name'), 'producer');
    assert.equal(parent.scope.version, '1.2.3');
  });

  it('give log records in protobuf and JSON that decode to the same', () => {
    const exporter = new InMemoryLogRecordExporter();
    const provider = new LoggerProvider({
      resource,
      processors: [new SimpleLogRecordProcessor({ exporter })],
    });
    const body = { role: 'user', content: 'hi', parts: [{ n: 1 }, 'x', null] };
    provider.getLogger('scope').emit({
      body,
      eventName: 'gen_ai.choice',
      severityText: 'INFO',
      attributes: { a: [1, 2] },
    });
    const records = exporter.getFinishedLogRecords();
    assert.equal(records.length, 1);
    const protobuf = ProtobufLogsSerializer.serializeRequest(records)!;
    const found = allLogRecords(protobuf);
    assert.deepEqual(found, logRecordsOf(protobuf));
    assert.deepEqual(
      allLogRecords(jsonToProtobuf('logs', JsonLogsSerializer.serializeRequest(records)!)),
      found,
    );
    assert.equal(found[0]?.record.eventName, 'gen_ai.choice');
    assert.equal((found[0].record.body as ReadonlyMap<string, unknown>).get('role'), 'user');
  });

  it('understand our responses', () => {
    const partial = { rejected: 2, message: 'two rejected' };
    const fromProtobuf = ProtobufTraceSerializer.deserializeResponse(
      encodeExportResponse('traces', 'protobuf', partial),
    );
    assert.equal(Number(fromProtobuf.partialSuccess?.rejectedSpans), 2);
    assert.equal(fromProtobuf.partialSuccess?.errorMessage, 'two rejected');
    const fromJson = JsonTraceSerializer.deserializeResponse(encodeExportResponse('traces', 'json', partial));
    assert.equal(Number(fromJson.partialSuccess?.rejectedSpans), 2);
    assert.equal(
      ProtobufTraceSerializer.deserializeResponse(encodeExportResponse('traces', 'protobuf')).partialSuccess,
      undefined,
    );
  });
});
