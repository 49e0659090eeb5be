import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { decodeSpan } from '../../../src/otlp/decodeOne.ts';
import { maxValueDepth, maxValuesPerRecord } from '../../../src/otlp/limits.ts';
import { OtlpError } from '../../../src/otlp/otlpError.ts';
import { requestToJson } from '../../../src/otlp/protobufToJson.ts';
import { ProtobufWriter } from '../../../src/otlp/protobufWriter.ts';
import type { AttributeValue, Signal } from '../../../src/otlp/types.ts';
import { validateRequest } from '../../../src/otlp/validate.ts';
import { logsRequest, metricsRequest, tracesRequest } from './support/arbitraries.ts';
import { allSpans, decodeAll } from './support/decodeAll.ts';
import { encodeWithOracle, requestOracles } from './support/protobufOracle.ts';

const signals: readonly Signal[] = ['traces', 'logs', 'metrics'];

/** The error's code, or undefined; anything but an OtlpError is a failure. */
function codeOf(run: () => unknown): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    assert.ok(error instanceof OtlpError, String(error));
    return error.code;
  }
}

/** Checks that the validator decides what all readers do; returns its verdict. */
function verdict(signal: Signal, bytes: Uint8Array): string | undefined {
  const code = codeOf(() => validateRequest(signal, bytes));
  const decoded = codeOf(() => decodeAll(signal, bytes));
  const translated = codeOf(() => requestToJson(signal, bytes));
  if (code === undefined) assert.deepEqual([decoded, translated], [undefined, undefined]);
  return code;
}

/** A request of one span whose body is `body` (valid ids are added). */
function request(body: (writer: ProtobufWriter) => void): Uint8Array {
  const writer = new ProtobufWriter();
  const marks = [writer.begin(1), writer.begin(2), writer.begin(2)];
  writer.bytes(1, Buffer.alloc(16, 1));
  writer.bytes(2, Buffer.alloc(8, 1));
  body(writer);
  for (const mark of marks.reverse()) writer.end(mark);
  return writer.finish();
}

/** A request of one span whose body ends in raw bytes. */
function withRaw(...raw: number[]): Uint8Array {
  const wrap = (tag: number, body: Buffer): Buffer => Buffer.concat([Buffer.from([tag, body.length]), body]);
  const ids = [wrap(0x0a, Buffer.alloc(16, 1)), wrap(0x12, Buffer.alloc(8, 1))];
  return wrap(0x0a, wrap(0x12, wrap(0x12, Buffer.concat([...ids, Buffer.from(raw)]))));
}

const rich: Readonly<Record<Signal, Record<string, unknown>>> = {
  traces: {
    resourceSpans: [1, 2].map((n) => ({
      resource: { attributes: [{ key: 'service.name', value: { stringValue: `svc${n}` } }] },
      scopeSpans: [
        {
          scope: { name: 'scope', version: '1' },
          spans: [
            {
              traceId: Buffer.alloc(16, n),
              spanId: Buffer.alloc(8, n),
              name: 'a span with a name long enough for two bytes of length, as its attributes make the message long',
              startTimeUnixNano: '1700000000000000000',
              flags: 257,
              attributes: [
                {
                  key: 'list',
                  value: { arrayValue: { values: [{ intValue: -5 }, { doubleValue: 1.5 }, {}] } },
                },
                {
                  key: 'map',
                  value: { kvlistValue: { values: [{ key: 'k', value: { boolValue: true } }] } },
                },
                { key: 'bytes', value: { bytesValue: Buffer.from('bytes') } },
              ],
              events: [
                { name: 'event', timeUnixNano: '5', attributes: [{ key: 'e', value: { stringValue: 'v' } }] },
              ],
              links: [{ traceId: Buffer.alloc(16, 9), spanId: Buffer.alloc(8, 9) }],
              status: { code: 2, message: 'failed' },
            },
          ],
        },
      ],
    })),
  },
  logs: {
    resourceLogs: [
      {
        scopeLogs: [
          {
            logRecords: [
              {
                body: { kvlistValue: { values: [{ key: 'b', value: { stringValue: 'x' } }] } },
                severityNumber: 9,
                eventName: 'e',
              },
            ],
          },
        ],
      },
    ],
  },
  metrics: {
    resourceMetrics: [
      {
        scopeMetrics: [
          {
            metrics: [
              {
                name: 'h',
                histogram: {
                  dataPoints: [{ count: 3, sum: 1, bucketCounts: [1, 2], explicitBounds: [1, 2] }],
                },
              },
              {
                name: 'e',
                exponentialHistogram: { dataPoints: [{ scale: -2, positive: { bucketCounts: [1, 300] } }] },
              },
              {
                name: 's',
                sum: { isMonotonic: true, aggregationTemporality: 1, dataPoints: [{ asInt: 4 }] },
              },
            ],
          },
        ],
      },
    ],
  },
};

describe('hostile protobuf', () => {
  for (const signal of signals) {
    it(`a ${signal} request cut off at any byte is malformed, or valid where protobufjs says so`, () => {
      const oracle = requestOracles[signal];
      const bytes = encodeWithOracle(oracle, rich[signal]);
      assert.equal(verdict(signal, bytes), undefined);
      for (let end = 0; end < bytes.length; end++) {
        const part = bytes.subarray(0, end);
        let oracleAccepts = true;
        try {
          oracle.decode(part);
        } catch {
          oracleAccepts = false;
        }
        assert.equal(verdict(signal, part), oracleAccepts ? undefined : 'malformed', `cut at ${end}`);
      }
    });

    it(`a ${signal} request with any byte changed is accepted or refused, never a crash`, () => {
      const arbitrary = { traces: tracesRequest, logs: logsRequest, metrics: metricsRequest }[signal];
      const change = fc.record({ at: fc.nat(), byte: fc.nat(255), insert: fc.boolean() });
      fc.assert(
        fc.property(arbitrary, fc.array(change, { minLength: 1, maxLength: 4 }), (plain, changes) => {
          let bytes = Buffer.from(encodeWithOracle(requestOracles[signal], plain));
          for (const { at, byte, insert } of changes) {
            const place = at % (bytes.length + 1);
            const rest = bytes.subarray(insert ? place : place + 1);
            bytes = Buffer.concat([bytes.subarray(0, place), Buffer.from([byte]), rest]);
          }
          verdict(signal, bytes);
        }),
        { numRuns: 300 },
      );
    });

    it(`random bytes as a ${signal} request are accepted or refused, never a crash`, () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void verdict(signal, bytes)),
        { numRuns: 500 },
      );
    });
  }

  const malformed: readonly (readonly [string, readonly number[]])[] = [
    ['field number 0', [0x00, 0x01]],
    ['wire type 6', [0x1e, 0x01]],
    ['wire type 7', [0x1f, 0x01]],
    ['a length of 4 GB', [0x2a, 0xff, 0xff, 0xff, 0xff, 0x0f]],
    ['a length beyond 32 bits', [0x2a, 0x81, 0x80, 0x80, 0x80, 0x80, 0x01]],
    ['a negative length', [0x2a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]],
    ['a varint of 11 bytes', [0x30, ...Array<number>(10).fill(0x80), 0x00]],
    ['a tag of 11 bytes', [...Array<number>(10).fill(0x80), 0x00]],
    ['a tag beyond 32 bits', [0xff, 0xff, 0xff, 0xff, 0x7f, 0x00]],
    ['a varint without an end', [0x30, 0x80]],
    ['a fixed64 cut off', [0x39, 1, 2, 3]],
    ['a fixed32 cut off', [0x85, 0x01, 1, 2]],
    ['a group without an end', [0xa3, 0x06, 0x08, 0x01]],
    ['a group that ends with another number', [0xa3, 0x06, 0xac, 0x06]],
    ['the end of a group that did not start', [0xa4, 0x06]],
    ['a field that goes past the end of a group', [0xa3, 0x06, 0x0a, 0x7f]],
    ['a nested message that is longer than its parent', [0x7a, 0x02, 0x12, 0x05]],
  ];
  for (const [what, raw] of malformed) {
    it(`${what} is malformed`, () => {
      const bytes = withRaw(...raw);
      assert.equal(
        codeOf(() => validateRequest('traces', bytes)),
        'malformed',
      );
      assert.equal(
        codeOf(() => allSpans(bytes)),
        'malformed',
      );
      assert.equal(
        codeOf(() => requestToJson('traces', bytes)),
        'malformed',
      );
    });
  }

  const harmless: readonly (readonly [string, readonly number[]])[] = [
    [
      'unknown fields of every wire type',
      [0xa0, 0x06, 1, 0xa1, 0x06, 1, 2, 3, 4, 5, 6, 7, 8, 0xa2, 0x06, 1, 65, 0xa5, 0x06, 1, 2, 3, 4],
    ],
    ['groups within groups', [0xa3, 0x06, 0xab, 0x06, 0x0a, 0x01, 0x41, 0xac, 0x06, 0xa4, 0x06]],
    ['a known field with another wire type', [0x28, 0x05]],
    ['a tag in more bytes than it needs', [0xaa, 0x80, 0x00, 0x01, 0x41]],
    ['a length in more bytes than it needs', [0x2a, 0x81, 0x80, 0x00, 0x41]],
    ['a varint of 10 bytes', [0x50, ...Array<number>(9).fill(0xff), 0x7f]],
  ];
  for (const [what, raw] of harmless) {
    it(`${what} do no harm`.replace(/^(a .*) do /, '$1 does '), () => {
      assert.equal(verdict('traces', withRaw(...raw)), undefined);
      assert.equal(allSpans(withRaw(...raw)).length, 1);
    });
  }

  it('reads packed and unpacked lists alike', () => {
    const points = [
      [0x32, 16, 1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0],
      [0x31, 1, 0, 0, 0, 0, 0, 0, 0, 0x31, 2, 0, 0, 0, 0, 0, 0, 0],
    ].map((point) => {
      const writer = new ProtobufWriter();
      const marks = [1, 2, 2, 9].map((field) => writer.begin(field));
      writer.bytes(1, Buffer.from(point));
      for (const mark of marks.reverse()) writer.end(mark);
      return writer.finish();
    });
    const [packed, unpacked] = points.map((bytes) => {
      assert.equal(verdict('metrics', bytes), undefined);
      return requestToJson('metrics', bytes);
    });
    assert.match(packed ?? '', /"bucketCounts":\["1","2"\]/);
    assert.equal(packed, unpacked);
  });

  it('refuses a packed list with a part of a number', () => {
    const writer = new ProtobufWriter();
    const marks = [1, 2, 2, 9, 1].map((field) => writer.begin(field));
    writer.bytes(6, Buffer.alloc(9));
    for (const mark of marks.reverse()) writer.end(mark);
    assert.equal(verdict('metrics', writer.finish()), 'malformed');
  });

  for (const [kind, field] of [
    ['arrays', 5],
    ['maps', 6],
  ] as const) {
    const nested = (levels: number): Uint8Array =>
      request((writer) => {
        const marks = [writer.begin(9), writer.begin(2)];
        for (let i = 1; i < levels; i++) {
          marks.push(writer.begin(field), writer.begin(1));
          if (field === 6) marks.push(writer.begin(2));
        }
        for (const mark of marks.reverse()) writer.end(mark);
      });

    it(`takes ${kind} nested ${maxValueDepth} deep, and refuses one more and 10,000 more as too deep`, () => {
      assert.equal(verdict('traces', nested(maxValueDepth)), undefined);
      for (const levels of [maxValueDepth + 1, 10_000]) {
        const bytes = nested(levels);
        assert.equal(verdict('traces', bytes), 'too-deep');
        assert.equal(
          codeOf(() => allSpans(bytes)),
          'too-deep',
        );
        assert.equal(
          codeOf(() => requestToJson('traces', bytes)),
          'too-deep',
        );
      }
    });
  }

  it('refuses groups nested 10,000 deep as too deep', () => {
    const groups = request((writer) => writer.string(3, ''));
    const deep = Buffer.concat([groups, Buffer.alloc(10_000, 0x1b), Buffer.alloc(10_000, 0x1c)]);
    assert.equal(
      codeOf(() => validateRequest('traces', deep)),
      'too-deep',
    );
    assert.equal(
      codeOf(() => allSpans(deep)),
      'too-deep',
    );
  });

  it('keeps so many attributes, events and links of a span as fit, and counts the rest as dropped', () => {
    const many = maxValuesPerRecord + 1000;
    const attributes = request((writer) => {
      for (let i = 0; i < many; i++) {
        const mark = writer.begin(9);
        writer.string(1, `key ${i}`);
        writer.end(mark);
      }
    });
    assert.deepEqual(validateRequest('traces', attributes), { records: 1, rejected: 0 });
    const span = allSpans(attributes)[0]?.record;
    assert.equal(span?.attributes.size, maxValuesPerRecord);
    assert.equal(span.droppedAttributesCount, 1000);
    assert.equal(span.attributes.get('key 7'), null);

    const others = request((writer) => {
      writer.uint(12, 5);
      for (let i = 0; i < many; i++) writer.end(writer.begin(11));
      for (let i = 0; i < 10; i++) writer.end(writer.begin(13));
    });
    const crowded = allSpans(others)[0]?.record;
    assert.equal(crowded?.events.length, maxValuesPerRecord);
    assert.equal(crowded.droppedEventsCount, 1005);
    assert.equal(crowded.droppedLinksCount, 10);

    const list = request((writer) => {
      const marks = [writer.begin(9), writer.begin(2), writer.begin(5)];
      for (let i = 0; i < many; i++) writer.end(writer.begin(1));
      for (const mark of marks.reverse()) writer.end(mark);
    });
    const listed = allSpans(list)[0]?.record;
    assert.equal((listed?.attributes.get('') as readonly AttributeValue[]).length, maxValuesPerRecord - 1);
    assert.equal(listed?.droppedAttributesCount, 1001);
  });

  it('reads a string of 16 MiB', () => {
    const long = 'x'.repeat(16 << 20);
    const bytes = request((writer) => writer.string(5, long));
    assert.deepEqual(validateRequest('traces', bytes), { records: 1, rejected: 0 });
    assert.equal(allSpans(bytes)[0]?.record.name.length, long.length);
  });

  it('says at which byte the format breaks', () => {
    assert.throws(
      () => validateRequest('traces', Buffer.from([0x0a, 0x05, 0x00])),
      /malformed protobuf at byte 0: length 5/,
    );
    assert.throws(
      () => decodeSpan(Buffer.from([0x2a, 0x01, 0x41, 0x1e])),
      /malformed protobuf at byte 3: invalid tag/,
    );
    assert.throws(() => decodeSpan(Buffer.from([0x2a, 0x01, 0x41])), /span without valid ids/);
  });
});
