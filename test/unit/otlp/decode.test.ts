import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { jsonToProtobuf } from '../../../src/otlp/json.ts';
import { requestToJson } from '../../../src/otlp/protobufToJson.ts';
import type { Signal } from '../../../src/otlp/types.ts';
import { validateRequest } from '../../../src/otlp/validate.ts';
import { logsRequest, metricsRequest, tracesRequest } from './support/arbitraries.ts';
import { allLogRecords, allPoints, allSpans, decodeAll } from './support/decodeAll.ts';
import { logRecordsOf, metricPointsOf, spansOf } from './support/oracleRecords.ts';
import { decodeWithOracle, encodeWithOracle, requestOracles } from './support/protobufOracle.ts';

type Plain = Record<string, unknown>;

function encodeRequest(signal: Signal, request: Plain): Uint8Array {
  return encodeWithOracle(requestOracles[signal], request);
}

function oneSpan(span: Plain): Uint8Array {
  const ids = { traceId: Buffer.alloc(16, 1), spanId: Buffer.alloc(8, 2) };
  return encodeRequest('traces', { resourceSpans: [{ scopeSpans: [{ spans: [{ ...ids, ...span }] }] }] });
}

const requests: readonly [Signal, fc.Arbitrary<Plain>][] = [
  ['traces', tracesRequest],
  ['logs', logsRequest],
  ['metrics', metricsRequest],
];

describe('decoding', () => {
  it('gives the spans that protobufjs gives, and leaves out those without valid ids', () => {
    fc.assert(
      fc.property(tracesRequest, (request) => {
        const bytes = encodeRequest('traces', request);
        const spans = allSpans(bytes);
        assert.deepEqual(spans, spansOf(bytes));
        const { records, rejected } = validateRequest('traces', bytes);
        assert.equal(records - rejected, spans.length);
      }),
      { numRuns: 300 },
    );
  });

  it('gives the log records that protobufjs gives', () => {
    fc.assert(
      fc.property(logsRequest, (request) => {
        const bytes = encodeRequest('logs', request);
        assert.deepEqual(allLogRecords(bytes), logRecordsOf(bytes));
        assert.deepEqual(validateRequest('logs', bytes), {
          records: logRecordsOf(bytes).length,
          rejected: 0,
        });
      }),
      { numRuns: 150 },
    );
  });

  it('gives the metric points that protobufjs gives', () => {
    fc.assert(
      fc.property(metricsRequest, (request) => {
        const bytes = encodeRequest('metrics', request);
        assert.deepEqual(allPoints(bytes), metricPointsOf(bytes));
        assert.deepEqual(validateRequest('metrics', bytes), {
          records: metricPointsOf(bytes).length,
          rejected: 0,
        });
      }),
      { numRuns: 150 },
    );
  });

  for (const [signal, arbitrary] of requests) {
    it(`${signal} go to JSON and back without loss`, () => {
      fc.assert(
        fc.property(arbitrary, (request) => {
          const bytes = encodeRequest(signal, request);
          const back = jsonToProtobuf(signal, requestToJson(signal, bytes));
          assert.deepEqual(
            decodeWithOracle(requestOracles[signal], back),
            decodeWithOracle(requestOracles[signal], bytes),
          );
        }),
        { numRuns: 100 },
      );
    });
  }

  it('reads fields in any order, resource and scope after the spans', () => {
    const resource = Buffer.from([0x0a, 0x05, 0x0a, 0x01, 0x72, 0x12, 0x00]);
    const span = Buffer.concat([
      Buffer.from([0x12, 8]),
      Buffer.alloc(8, 2),
      Buffer.from([0x0a, 16]),
      Buffer.alloc(16, 1),
    ]);
    const scope = Buffer.from([0x0a, 0x03, 0x0a, 0x01, 0x73]);
    const scopeSpans = Buffer.concat([Buffer.from([0x12, span.length]), span, scope]);
    const resourceField = Buffer.concat([Buffer.from([0x0a, resource.length]), resource]);
    const resourceSpans = Buffer.concat([Buffer.from([0x12, scopeSpans.length]), scopeSpans, resourceField]);
    const bytes = Buffer.concat([Buffer.from([0x0a, resourceSpans.length]), resourceSpans]);
    const [found] = allSpans(bytes);
    assert.equal(found?.scope.name, 's');
    assert.deepEqual([...found.resource.attributes.keys()], ['r']);
    assert.equal(found.record.traceId, '01'.repeat(16));
  });

  it('reads a view into a larger buffer', () => {
    const bytes = oneSpan({ name: 'inner' });
    const larger = new Uint8Array(bytes.length + 50).fill(0xff);
    larger.set(bytes, 13);
    const view = larger.subarray(13, 13 + bytes.length);
    assert.deepEqual(allSpans(view), allSpans(bytes));
    assert.deepEqual(validateRequest('traces', view), { records: 1, rejected: 0 });
  });

  it('lets the last of two values for one key win', () => {
    const attributes = ['a', 'b', 'a'].map((key, i) => ({ key, value: { intValue: i } }));
    assert.deepEqual(
      allSpans(oneSpan({ attributes })).map(({ record }) => [...record.attributes]),
      [
        [
          ['a', 2],
          ['b', 1],
        ],
      ],
    );
  });

  it('reads an unknown kind or status as unspecified', () => {
    const [found] = allSpans(oneSpan({ kind: 77, status: { code: 9 } }));
    assert.equal(found?.record.kind, 0);
    assert.equal(found.record.statusCode, 0);
  });

  it('keeps hostile keys as keys and touches no prototype', () => {
    const keys = [
      '__proto__',
      'constructor',
      'prototype',
      'toString',
      'hasOwnProperty',
      'valueOf',
      'then',
      '',
      '1',
    ];
    const values = keys.map((key) => ({ key, value: { stringValue: `of ${key}` } }));
    const attributes = [...values, { key: 'map', value: { kvlistValue: { values } } }];
    const bytes = oneSpan({ attributes, events: [{ attributes }] });
    for (const read of [bytes, jsonToProtobuf('traces', requestToJson('traces', bytes))]) {
      const [found] = allSpans(read);
      assert.deepEqual([...(found?.record.attributes.keys() ?? [])], [...keys, 'map']);
      const map = found?.record.attributes.get('map') as ReadonlyMap<string, string>;
      assert.deepEqual(
        [...map],
        keys.map((key) => [key, `of ${key}`]),
      );
      assert.deepEqual([...(found?.record.events[0]?.attributes.keys() ?? [])], [...keys, 'map']);
    }
    assert.equal(({} as Plain)['x'], undefined);
    assert.deepEqual(Object.keys(Object.prototype), []);
  });

  it('replaces invalid UTF-8 the same way every time, in short and long strings', () => {
    const invalid = [
      [0xff],
      [0xc3],
      [0xe2, 0x82],
      [0xf0, 0x9f, 0x98],
      [0xed, 0xa0, 0x80],
      [0xc0, 0xaf],
      [0x61, 0x80, 0x62],
    ];
    for (const part of invalid) {
      for (const padding of ['', 'pad', 'p'.repeat(30), 'p'.repeat(300)]) {
        const raw = Buffer.concat([Buffer.from(padding), Buffer.from(part), Buffer.from(padding)]);
        const expected = new TextDecoder('utf-8', { ignoreBOM: true }).decode(raw);
        // protobufjs takes strings only, so the bytes go in as `bytes_value` (field 7), then become `string_value` (1).
        const bytes = Buffer.from(oneSpan({ attributes: [{ key: 'k', value: { bytesValue: raw } }] }));
        const at = bytes.indexOf(0x3a, bytes.indexOf('k'));
        bytes[at] = 0x0a;
        for (let again = 0; again < 2; again++)
          assert.equal(allSpans(bytes)[0]?.record.attributes.get('k'), expected);
        assert.deepEqual(validateRequest('traces', bytes), { records: 1, rejected: 0 });
      }
    }
  });

  it('counts spans without valid ids as rejected, and says so', () => {
    const spans = [
      { traceId: Buffer.alloc(16, 1), spanId: Buffer.alloc(8, 1) },
      { traceId: Buffer.alloc(16, 0), spanId: Buffer.alloc(8, 1) },
      { traceId: Buffer.alloc(15, 1), spanId: Buffer.alloc(8, 1) },
      { traceId: Buffer.alloc(16, 1), spanId: Buffer.alloc(8, 0) },
      { traceId: Buffer.alloc(16, 1), spanId: Buffer.alloc(9, 1) },
      {},
    ];
    const bytes = encodeRequest('traces', { resourceSpans: [{ scopeSpans: [{ spans }] }] });
    const result = validateRequest('traces', bytes);
    assert.deepEqual([result.records, result.rejected], [6, 5]);
    assert.match(result.rejectionMessage ?? '', /^5 spans rejected: /);
    assert.equal(allSpans(bytes).length, 1);
  });

  it('reads ids of the wrong length on log records, parents and links as absent', () => {
    const ids = { traceId: Buffer.alloc(4, 1), spanId: Buffer.alloc(16, 1) };
    const logs = encodeRequest('logs', { resourceLogs: [{ scopeLogs: [{ logRecords: [ids] }] }] });
    assert.deepEqual(validateRequest('logs', logs), { records: 1, rejected: 0 });
    const [log] = allLogRecords(logs);
    assert.deepEqual([log?.record.traceId, log?.record.spanId], ['', '']);
    const [span] = allSpans(oneSpan({ parentSpanId: Buffer.alloc(7, 1), links: [ids] }));
    assert.equal(span?.record.parentSpanId, '');
    assert.deepEqual([span.record.links[0]?.traceId, span.record.links[0]?.spanId], ['', '']);
  });

  it('takes an empty request of every signal as a success with nothing in it', () => {
    for (const [signal] of requests) {
      assert.deepEqual(validateRequest(signal, new Uint8Array()), { records: 0, rejected: 0 });
      assert.deepEqual(decodeAll(signal, new Uint8Array()), []);
    }
  });
});
