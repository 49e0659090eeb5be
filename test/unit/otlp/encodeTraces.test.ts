import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { decodeTraces } from '../../../src/otlp/decodeTraces.ts';
import { type SpanGroup, encodeTraces } from '../../../src/otlp/encodeTraces.ts';
import { jsonToProtobuf } from '../../../src/otlp/json.ts';
import {
  logRecordToJson,
  requestToJson,
  resourceToJson,
  scopeToJson,
  spanToJson,
} from '../../../src/otlp/protobufToJson.ts';
import type { AttributeValue, RawSpan } from '../../../src/otlp/types.ts';
import { tracesRequest } from './support/arbitraries.ts';
import { allSpans } from './support/decodeAll.ts';
import { decodeWithOracle, encodeWithOracle, oracleType, requestOracles } from './support/protobufOracle.ts';

const span: RawSpan = {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  parentSpanId: '',
  traceState: 'k=v',
  flags: 0x101,
  name: 'chat',
  kind: 3,
  startTimeUnixNano: 1_700_000_000_123_456_789n,
  endTimeUnixNano: 1_700_000_001_000_000_000n,
  attributes: new Map<string, AttributeValue>([
    ['text', 'ü'],
    ['int', 42],
    ['big', 2n ** 60n],
    ['negative', -1],
    ['double', 0.5],
    ['infinite', -Infinity],
    ['yes', true],
    ['bytes', new Uint8Array([1, 2, 255])],
    ['empty', null],
    ['list', ['a', null, 1, [false]]],
    ['map', new Map<string, AttributeValue>([['__proto__', 'x']])],
  ]),
  droppedAttributesCount: 1,
  events: [{ timeUnixNano: 5n, name: 'e', attributes: new Map([['k', 'v']]), droppedAttributesCount: 2 }],
  droppedEventsCount: 3,
  links: [
    { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceState: 's', attributes: new Map([['l', 1]]) },
  ],
  droppedLinksCount: 4,
  statusCode: 2,
  statusMessage: 'failed',
};
const resource = { attributes: new Map([['service.name', 'svc']]), droppedAttributesCount: 7 };
const scope = { name: 'scope', version: '1.0', attributes: new Map([['s', true]]) };

describe('encodeTraces', () => {
  it('writes decoded spans so that they decode to the same', () => {
    const bytes = encodeTraces([
      { resource, scope, spans: [span, { ...span, spanId: '1'.repeat(16), attributes: new Map() }] },
      { resource: { ...resource, droppedAttributesCount: 0 }, scope, spans: [] },
    ]);
    const found = allSpans(bytes);
    assert.equal(found.length, 2);
    assert.deepEqual(found[0], { record: span, resource, scope });
  });

  it('writes any decoded request so that it decodes to the same', () => {
    fc.assert(
      fc.property(tracesRequest, (request) => {
        const spans = allSpans(encodeWithOracle(requestOracles.traces, request));
        const groups = spans.map(({ record, ...context }): SpanGroup => ({ ...context, spans: [record] }));
        assert.deepEqual(allSpans(encodeTraces(groups)), spans);
      }),
      { numRuns: 100 },
    );
  });

  it('writes raw bodies byte for byte, unknown fields included', () => {
    const original = Buffer.from(encodeTraces([{ resource, scope, spans: [span] }]));
    const groups: SpanGroup[] = [];
    decodeTraces(original, (_span, range, context) => {
      const body = (part: { offset: number; length: number }): Uint8Array =>
        original.subarray(part.offset, part.offset + part.length);
      const withUnknown = Buffer.concat([body(range), Buffer.from([0xa0, 0x06, 0x05])]);
      groups.push({
        resource: body(context.resourceRange),
        scope: body(context.scopeRange),
        spans: [withUnknown],
      });
    });
    const again = Buffer.from(encodeTraces(groups));
    assert.deepEqual(allSpans(again), allSpans(original));
    assert.ok(again.includes(Buffer.from([0xa0, 0x06, 0x05])));
  });
});

describe('OTLP JSON text', () => {
  const expected = {
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId: 'b7ad6b7169203331',
    traceState: 'k=v',
    name: 'chat',
    kind: 3,
    startTimeUnixNano: '1700000000123456789',
    endTimeUnixNano: '1700000001000000000',
    attributes: [
      { key: 'text', value: { stringValue: 'ü' } },
      { key: 'int', value: { intValue: '42' } },
      { key: 'big', value: { intValue: '1152921504606846976' } },
      { key: 'negative', value: { intValue: '-1' } },
      { key: 'double', value: { doubleValue: 0.5 } },
      { key: 'infinite', value: { doubleValue: '-Infinity' } },
      { key: 'yes', value: { boolValue: true } },
      { key: 'bytes', value: { bytesValue: 'AQL/' } },
      { key: 'empty', value: {} },
      {
        key: 'list',
        value: {
          arrayValue: {
            values: [
              { stringValue: 'a' },
              {},
              { intValue: '1' },
              { arrayValue: { values: [{ boolValue: false }] } },
            ],
          },
        },
      },
      { key: 'map', value: { kvlistValue: { values: [{ key: '__proto__', value: { stringValue: 'x' } }] } } },
    ],
    droppedAttributesCount: 1,
    events: [
      {
        timeUnixNano: '5',
        name: 'e',
        attributes: [{ key: 'k', value: { stringValue: 'v' } }],
        droppedAttributesCount: 2,
      },
    ],
    droppedEventsCount: 3,
    links: [
      {
        traceId: 'a'.repeat(32),
        spanId: 'b'.repeat(16),
        traceState: 's',
        attributes: [{ key: 'l', value: { intValue: '1' } }],
      },
    ],
    droppedLinksCount: 4,
    status: { message: 'failed', code: 2 },
    flags: 257,
  };

  it('of a span is canonical: hex ids, 64-bit integers as strings, enums as numbers', () => {
    assert.deepEqual(JSON.parse(spanToJson(span)), expected);
    assert.equal(spanToJson(span, 2), JSON.stringify(expected, undefined, 2));
  });

  it('of a whole request, a resource and a scope has their fields', () => {
    const request = encodeTraces([{ resource, scope, spans: [span] }]);
    const resourceJson = {
      attributes: [{ key: 'service.name', value: { stringValue: 'svc' } }],
      droppedAttributesCount: 7,
    };
    const scopeJson = {
      name: 'scope',
      version: '1.0',
      attributes: [{ key: 's', value: { boolValue: true } }],
    };
    assert.deepEqual(JSON.parse(resourceToJson(resource)), resourceJson);
    assert.deepEqual(JSON.parse(scopeToJson(scope)), scopeJson);
    assert.deepEqual(JSON.parse(requestToJson('traces', request)), {
      resourceSpans: [{ resource: resourceJson, scopeSpans: [{ scope: scopeJson, spans: [expected] }] }],
    });
    assert.deepEqual(jsonToProtobuf('traces', requestToJson('traces', request)), request);
  });

  it('of a raw span keeps 1.0 a double and the sign of -0', () => {
    for (const [doubleValue, written] of [
      [1, 1],
      [-0, '-0'],
      [NaN, 'NaN'],
    ] as const) {
      const body = encodeWithOracle(oracleType('Span'), {
        attributes: [{ key: 'd', value: { doubleValue } }],
      });
      assert.deepEqual(JSON.parse(spanToJson(body)), {
        attributes: [{ key: 'd', value: { doubleValue: written } }],
      });
    }
  });

  it('of a log record has its body', () => {
    const record = { severityNumber: 9, body: { stringValue: 'hello' }, eventName: 'e' };
    const bytes = encodeWithOracle(oracleType('LogRecord'), record);
    assert.deepEqual(JSON.parse(logRecordToJson(bytes)), decodeWithOracle(oracleType('LogRecord'), bytes));
  });

  it('takes the last of two kinds in one AnyValue, as the decoder does', () => {
    const twice = Buffer.concat([
      encodeWithOracle(oracleType('AnyValue'), { stringValue: 'a' }),
      encodeWithOracle(oracleType('AnyValue'), { intValue: 5 }),
    ]);
    const body = Buffer.concat([Buffer.from([0x2a, twice.length]), twice]);
    assert.deepEqual(JSON.parse(logRecordToJson(body)), { body: { intValue: '5' } });
  });
});
