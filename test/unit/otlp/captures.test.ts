import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { decodeLogs } from '../../../src/otlp/decodeLogs.ts';
import { decodeMetrics } from '../../../src/otlp/decodeMetrics.ts';
import { decodeLogRecord, decodeResource, decodeScope, decodeSpan } from '../../../src/otlp/decodeOne.ts';
import { decodeTraces } from '../../../src/otlp/decodeTraces.ts';
import { jsonToProtobuf } from '../../../src/otlp/json.ts';
import { requestToJson } from '../../../src/otlp/protobufToJson.ts';
import type {
  ByteRange,
  RawLogRecord,
  RawMetricPoint,
  RawSpan,
  RecordContext,
} from '../../../src/otlp/types.ts';
import { validateRequest } from '../../../src/otlp/validate.ts';
import { readCaptures } from './support/captures.ts';
import { comparable } from './support/decodeAll.ts';
import { type OracleRecord, logRecordsOf, metricPointsOf, spansOf } from './support/oracleRecords.ts';
import { decodeWithOracle, requestOracles } from './support/protobufOracle.ts';

const captures = readCaptures();

function toProtobuf(capture: (typeof captures)[number]): Uint8Array {
  return capture.encoding === 'json' ? jsonToProtobuf(capture.signal, capture.bytes) : capture.bytes;
}

function withContext<T>(record: T, context: RecordContext): OracleRecord<T> {
  return { record, resource: context.resource, scope: context.scope };
}

function slice(bytes: Uint8Array, range: ByteRange): Uint8Array {
  return bytes.subarray(range.offset, range.offset + range.length);
}

describe('requests of real instrumentations', () => {
  it('are there, in both encodings and all signals', () => {
    const kinds = new Set(captures.map((capture) => `${capture.signal} ${capture.encoding}`));
    for (const kind of ['traces protobuf', 'traces json', 'logs protobuf', 'metrics protobuf'])
      assert.ok(kinds.has(kind), kind);
  });

  for (const capture of captures) {
    it(`${capture.name} decodes as protobufjs decodes it`, () => {
      const bytes = toProtobuf(capture);
      if (capture.signal === 'traces') {
        const spans: OracleRecord<RawSpan>[] = [];
        decodeTraces(bytes, (span, range, context) => {
          spans.push(withContext(comparable(span), context));
          assert.deepEqual(comparable(decodeSpan(slice(bytes, range))), comparable(span));
          assert.deepEqual(decodeResource(slice(bytes, context.resourceRange)), context.resource);
          assert.deepEqual(decodeScope(slice(bytes, context.scopeRange)), context.scope);
        });
        assert.deepEqual(spans, spansOf(bytes));
        assert.deepEqual(validateRequest('traces', bytes), { records: spans.length, rejected: 0 });
      } else if (capture.signal === 'logs') {
        const records: OracleRecord<RawLogRecord>[] = [];
        decodeLogs(bytes, (record, range, context) => {
          records.push(withContext(record, context));
          assert.deepEqual(decodeLogRecord(slice(bytes, range)), record);
        });
        assert.deepEqual(records, logRecordsOf(bytes));
        assert.deepEqual(validateRequest('logs', bytes), { records: records.length, rejected: 0 });
      } else {
        const points: OracleRecord<RawMetricPoint>[] = [];
        decodeMetrics(bytes, (point, context) => points.push(withContext(point, context)));
        assert.deepEqual(points, metricPointsOf(bytes));
        assert.deepEqual(validateRequest('metrics', bytes), { records: points.length, rejected: 0 });
      }
    });

    it(`${capture.name} goes to JSON and back without loss`, () => {
      const bytes = toProtobuf(capture);
      const oracle = requestOracles[capture.signal];
      const back = jsonToProtobuf(capture.signal, requestToJson(capture.signal, bytes));
      assert.deepEqual(decodeWithOracle(oracle, back), decodeWithOracle(oracle, bytes));
    });
  }
});
