import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { encodeExportResponse, encodeStatus } from '../../../src/otlp/response.ts';
import type { Signal } from '../../../src/otlp/types.ts';
import { decodeWithOracle, oracleType } from './support/protobufOracle.ts';

const responses: readonly [Signal, string, string][] = [
  ['traces', 'ExportTraceServiceResponse', 'rejectedSpans'],
  ['logs', 'ExportLogsServiceResponse', 'rejectedLogRecords'],
  ['metrics', 'ExportMetricsServiceResponse', 'rejectedDataPoints'],
];

function parse(json: Uint8Array): unknown {
  return JSON.parse(Buffer.from(json).toString());
}

describe('export responses', () => {
  for (const [signal, type, rejectedName] of responses) {
    it(`of ${signal}: full success leaves partial success unset`, () => {
      assert.equal(encodeExportResponse(signal, 'protobuf').length, 0);
      assert.deepEqual(parse(encodeExportResponse(signal, 'json')), {});
    });

    it(`of ${signal}: partial success tells how many were rejected and why`, () => {
      const partial = { rejected: 300, message: '300 rejected' };
      const expected = { partialSuccess: { [rejectedName]: '300', errorMessage: '300 rejected' } };
      const protobuf = encodeExportResponse(signal, 'protobuf', partial);
      assert.deepEqual(decodeWithOracle(oracleType(type), protobuf), expected);
      assert.deepEqual(parse(encodeExportResponse(signal, 'json', partial)), expected);
    });
  }

  it('of a warning has a message and nothing rejected', () => {
    const warning = { rejected: 0, message: 'deprecated' };
    const expected = { partialSuccess: { errorMessage: 'deprecated' } };
    const protobuf = encodeExportResponse('traces', 'protobuf', warning);
    assert.deepEqual(decodeWithOracle(oracleType('ExportTraceServiceResponse'), protobuf), expected);
    assert.deepEqual(parse(encodeExportResponse('traces', 'json', warning)), expected);
  });

  it('stay small whatever the message', () => {
    const message = '€'.repeat(5_000_000);
    assert.ok(encodeExportResponse('traces', 'protobuf', { rejected: 1, message }).length < 4096);
    assert.ok(encodeStatus({ code: 3, message }, 'protobuf').length < 4096);
    assert.ok(encodeStatus({ code: 3, message }, 'json').length < 4096);
  });
});

describe('google.rpc.Status', () => {
  it('carries code and message in both encodings', () => {
    const status = { code: 3, message: 'malformed “request”' };
    assert.deepEqual(decodeWithOracle(oracleType('RpcStatus'), encodeStatus(status, 'protobuf')), status);
    assert.deepEqual(parse(encodeStatus(status, 'json')), status);
  });

  for (const [retryDelayMs, text, duration] of [
    [1500, '1.500s', { seconds: '1', nanos: 500_000_000 }],
    [2000, '2s', { seconds: '2' }],
    [50.2, '0.051s', { nanos: 51_000_000 }],
    [0, '0s', {}],
  ] as const) {
    it(`tells to retry after ${text}`, () => {
      const protobuf = encodeStatus({ code: 14, message: 'busy', retryDelayMs }, 'protobuf');
      const status = decodeWithOracle(oracleType('RpcStatus'), protobuf) as {
        details: { typeUrl: string; value: string }[];
      };
      const [detail] = status.details;
      assert.equal(detail?.typeUrl, 'type.googleapis.com/google.rpc.RetryInfo');
      const retryInfo = decodeWithOracle(oracleType('RetryInfo'), Buffer.from(detail.value, 'base64'));
      assert.deepEqual(retryInfo, { retryDelay: duration });
      assert.deepEqual(parse(encodeStatus({ code: 14, message: 'busy', retryDelayMs }, 'json')), {
        code: 14,
        message: 'busy',
        details: [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: text }],
      });
    });
  }
});
