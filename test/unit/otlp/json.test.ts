import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { decodeTraces } from '../../../src/otlp/decodeTraces.ts';
import { jsonToProtobuf } from '../../../src/otlp/json.ts';
import { maxJsonContainers, maxValueDepth } from '../../../src/otlp/limits.ts';
import { OtlpError } from '../../../src/otlp/otlpError.ts';
import type { AttributeValue, RawSpan, Signal } from '../../../src/otlp/types.ts';
import { validateRequest } from '../../../src/otlp/validate.ts';
import { allLogRecords, allPoints, allSpans } from './support/decodeAll.ts';
import { decodeWithOracle, requestOracles } from './support/protobufOracle.ts';

const ids = '"traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174"';

/** A request of one span with these members, as JSON text. */
function withSpan(members: string): string {
  return `{"resourceSpans":[{"scopeSpans":[{"spans":[{${ids}${members === '' ? '' : `,${members}`}}]}]}]}`;
}

function readSpan(members: string): RawSpan {
  const spans = allSpans(jsonToProtobuf('traces', withSpan(members)));
  assert.equal(spans.length, 1);
  return spans[0]!.record;
}

function readValue(anyValue: string): AttributeValue | undefined {
  return readSpan(`"attributes":[{"key":"k","value":${anyValue}}]`).attributes.get('k');
}

function refused(text: string | Uint8Array, message: RegExp, signal: Signal = 'traces'): void {
  assert.throws(
    () => jsonToProtobuf(signal, text),
    (error) => {
      assert.ok(error instanceof OtlpError, String(error));
      assert.match(error.message, message);
      return true;
    },
  );
}

describe('OTLP JSON', () => {
  it('takes ids in hex of either case and in base64', () => {
    for (const [traceId, spanId, parentSpanId] of [
      ['5b8efff798038103d269b633813fc60c', 'eee19b7ec3c1b174', 'eee19b7ec3c1b173'],
      ['5B8EFFF798038103D269B633813FC60C', 'EEE19B7EC3C1B174', 'EEE19B7EC3C1B173'],
      ['W47/95gDgQPSabYzgT/GDA==', '7uGbfsPBsXQ=', '7uGbfsPBsXM='],
      ['W47_95gDgQPSabYzgT_GDA', '7uGbfsPBsXQ', '7uGbfsPBsXM'],
    ]) {
      const span = JSON.stringify({ traceId, spanId, parentSpanId });
      const [found] = allSpans(
        jsonToProtobuf('traces', `{"resourceSpans":[{"scopeSpans":[{"spans":[${span}]}]}]}`),
      );
      assert.equal(found?.record.traceId, '5b8efff798038103d269b633813fc60c');
      assert.equal(found.record.spanId, 'eee19b7ec3c1b174');
      assert.equal(found.record.parentSpanId, 'eee19b7ec3c1b173');
    }
  });

  it('rejects a span with ids of the wrong length or all zero alone, not its request', () => {
    const spans = [
      { traceId: 'abcd', spanId: 'eee19b7ec3c1b174' },
      { traceId: '0'.repeat(32), spanId: 'eee19b7ec3c1b174' },
      { traceId: '5b8efff798038103d269b633813fc60c', spanId: '' },
      { traceId: '5b8efff798038103d269b633813fc60c', spanId: 'eee19b7ec3c1b174' },
    ];
    const bytes = jsonToProtobuf('traces', JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] }));
    const { records, rejected } = validateRequest('traces', bytes);
    assert.deepEqual([records, rejected, allSpans(bytes).length], [4, 3, 1]);
  });

  it('refuses ids that are neither hex nor base64, and says where', () => {
    refused(
      '{"resourceSpans":[{},{"scopeSpans":[{"spans":[{},{"traceId":"not an id"}]}]}]}',
      /^resourceSpans\[1\]\.scopeSpans\[0\]\.spans\[1\]\.traceId: expected 32 hex digits$/,
    );
  });

  it('takes 64-bit integers as string or number, exactly, even written as long JSON numbers', () => {
    for (const text of ['"1700000000123456789"', '1700000000123456789', ' 1700000000123456789 ']) {
      assert.equal(readSpan(`"startTimeUnixNano":${text}`).startTimeUnixNano, 1700000000123456789n);
    }
    assert.equal(readSpan('"startTimeUnixNano":12').startTimeUnixNano, 12n);
    assert.equal(readSpan('"startTimeUnixNano":"18446744073709551615"').startTimeUnixNano, 2n ** 64n - 1n);
    assert.equal(readValue('{"intValue":"-9223372036854775808"}'), -(2n ** 63n));
    assert.equal(readValue('{"intValue":-9223372036854775808}'), -(2n ** 63n));
    assert.equal(readValue('{"intValue":9223372036854775807}'), 2n ** 63n - 1n);
    assert.equal(readValue('{"intValue":"42"}'), 42);
    assert.equal(readValue('{"intValue":-42}'), -42);
    assert.equal(readValue('{"intValue":5.0}'), 5);
    assert.equal(readValue('{"intValue":1e3}'), 1000);
  });

  it('leaves long digits alone in strings, fractions and exponents', () => {
    assert.equal(
      readSpan('"name":"id 12345678901234567890 \\"98765432109876543210\\" "').name,
      'id 12345678901234567890 "98765432109876543210" ',
    );
    assert.equal(readValue('{"doubleValue":0.12345678901234567890}'), Number('0.12345678901234567890'));
    assert.equal(readValue('{"doubleValue":12345678901234567890.5}'), Number('12345678901234567890.5'));
    assert.equal(readValue('{"doubleValue":12345678901234567890e-5}'), Number('12345678901234567890e-5'));
    assert.equal(readValue('{"doubleValue":1e-0000000000000000005}'), Number('1e-0000000000000000005'));
    assert.equal(readValue('{"doubleValue":-12345678901234567890}'), Number('-12345678901234567890'));
    refused(withSpan('"startTimeUnixNano":01700000000123456789'), /invalid JSON/);
  });

  it('refuses integers that are none, or out of range, and says where', () => {
    const place = 'resourceSpans\\[0\\]\\.scopeSpans\\[0\\]\\.spans\\[0\\]\\.';
    const value = `${place}attributes\\[0\\]\\.value\\.intValue: `;
    for (const text of ['1.5', '"1.5"', '"x"', '""', '" "', 'true', '[]', '{}', '"NaN"', '"0x10"']) {
      refused(
        withSpan(`"attributes":[{"key":"k","value":{"intValue":${text}}}]`),
        new RegExp(`^${value}expected an integer`),
      );
    }
    for (const text of ['9223372036854775808', '"9223372036854775808"', '-9223372036854775809', '1e300']) {
      refused(
        withSpan(`"attributes":[{"key":"k","value":{"intValue":${text}}}]`),
        new RegExp(`^${value}integer out of range`),
      );
    }
    refused(withSpan('"endTimeUnixNano":-1'), new RegExp(`^${place}endTimeUnixNano: integer out of range`));
    refused(withSpan('"flags":4294967296'), new RegExp(`^${place}flags: integer out of range`));
  });

  it('takes enums as numbers or names', () => {
    assert.equal(readSpan('"kind":3').kind, 3);
    assert.equal(readSpan('"kind":"3"').kind, 3);
    assert.equal(readSpan('"kind":"SPAN_KIND_CLIENT"').kind, 3);
    assert.equal(readSpan('"status":{"code":"STATUS_CODE_ERROR"}').statusCode, 2);
    const logs =
      '{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"severityNumber":"SEVERITY_NUMBER_WARN2"}]}]}]}';
    assert.equal(allLogRecords(jsonToProtobuf('logs', logs))[0]?.record.severityNumber, 14);
    const metrics =
      '{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"m","sum":{"dataPoints":[{"asInt":"5"}],' +
      '"aggregationTemporality":"AGGREGATION_TEMPORALITY_DELTA","isMonotonic":true}}]}]}]}';
    const [point] = allPoints(jsonToProtobuf('metrics', metrics));
    assert.deepEqual(
      [point?.record.temporality, point?.record.isMonotonic, point?.record.value],
      [1, true, 5],
    );
    refused(withSpan('"kind":"CLIENT"'), /kind: unknown enum value/);
  });

  it('takes snake_case names, and the camelCase one where both are there', () => {
    const text =
      '{"resource_spans":[{"scope_spans":[{"schema_url":"s","spans":[{"trace_id":"5b8efff798038103d269b633813fc60c",' +
      '"span_id":"eee19b7ec3c1b174","start_time_unix_nano":"5","endTimeUnixNano":7,"end_time_unix_nano":8,' +
      '"attributes":[{"key":"k","value":{"string_value":"v"}},' +
      '{"key":"l","value":{"kvlist_value":{"values":[]}}}]}]}]}]}';
    const [found] = allSpans(jsonToProtobuf('traces', text));
    assert.equal(found?.record.startTimeUnixNano, 5n);
    assert.equal(found.record.endTimeUnixNano, 7n);
    assert.equal(found.record.attributes.get('k'), 'v');
  });

  it('ignores unknown fields, takes null as absent and a byte order mark as nothing', () => {
    const members =
      '"unknown":{"deep":[1,{"x":2}]},"name":null,"attributes":null,"kind":null,"status":null,"links":[]';
    assert.equal(readSpan(members).name, '');
    for (const text of [`\ufeff${withSpan('"name":"n"')}`, Buffer.from(`\ufeff${withSpan('"name":"n"')}`)]) {
      assert.equal(allSpans(jsonToProtobuf('traces', text))[0]?.record.name, 'n');
    }
    assert.equal(readValue('null'), null);
    assert.equal(readValue('{}'), null);
    assert.equal(readValue('{"stringValue":null}'), null);
    assert.deepEqual(readValue('{"arrayValue":{"values":[null,{"intValue":1}]}}'), [null, 1]);
  });

  it('takes doubles as numbers and strings, with NaN and the infinities', () => {
    assert.equal(readValue('{"doubleValue":"1.5"}'), 1.5);
    assert.equal(readValue('{"doubleValue":"NaN"}'), Number.NaN);
    assert.equal(readValue('{"doubleValue":"Infinity"}'), Infinity);
    assert.equal(readValue('{"doubleValue":"-Infinity"}'), -Infinity);
    assert.ok(Object.is(readValue('{"doubleValue":-0}'), -0));
    for (const text of ['1e400', '"1e400"', '"abc"', '""', 'true', '"0x10"', '"Infinit"']) {
      refused(
        withSpan(`"attributes":[{"key":"k","value":{"doubleValue":${text}}}]`),
        /doubleValue: (expected a number|number out of range)/,
      );
    }
    for (const text of ['NaN', 'Infinity', '-Infinity']) refused(withSpan(`"x":${text}`), /invalid JSON/);
  });

  it('turns lone surrogates into U+FFFD and keeps NUL and pairs', () => {
    assert.equal(readSpan('"name":"a\\ud800b\\udc00c"').name, 'a\ufffdb\ufffdc');
    assert.equal(readSpan('"name":"a\\u0000b\\ud83d\\ude00"').name, 'a\0b😀');
    assert.equal(readSpan(`"name":"${'\\ud800'.repeat(100)}"`).name, '\ufffd'.repeat(100));
  });

  it('replaces invalid UTF-8 of the text itself', () => {
    const text = Buffer.from(withSpan('"name":"a?b"'));
    text[text.indexOf('?')] = 0xff;
    assert.equal(allSpans(jsonToProtobuf('traces', text))[0]?.record.name, 'a\ufffdb');
  });

  it('takes bytes in base64 of either alphabet, padded or not', () => {
    for (const text of ['+/8=', '-_8=', '-_8']) {
      assert.deepEqual(readValue(`{"bytesValue":"${text}"}`), new Uint8Array([0xfb, 0xff]));
    }
    refused(
      withSpan('"attributes":[{"key":"k","value":{"bytesValue":"a b"}}]'),
      /bytesValue: expected base64/,
    );
  });

  it('lets the last of duplicate keys win', () => {
    assert.equal(readSpan('"name":"first","name":"second"').name, 'second');
  });

  it('keeps hostile names apart: as fields unknown, as attribute keys ordinary', () => {
    const text = withSpan(
      '"__proto__":{"name":"evil","x":1},"constructor":{"prototype":{"x":1}},"hasOwnProperty":1,"toString":2,' +
        '"attributes":[{"key":"__proto__","value":{"stringValue":"v","__proto__":{"intValue":1}}},' +
        '{"__proto__":{"key":"evil"}}]',
    );
    const [found] = allSpans(jsonToProtobuf('traces', text));
    assert.equal(found?.record.name, '');
    assert.deepEqual(
      [...found.record.attributes],
      [
        ['__proto__', 'v'],
        ['', null],
      ],
    );
    assert.equal(({} as Record<string, unknown>)['x'], undefined);
  });

  it('refuses what is not JSON or not a request', () => {
    for (const text of [
      '',
      ' ',
      '{',
      '[',
      '{"a":1,}',
      '[1,]',
      'nope',
      '{"a":\u00a01}',
      "{'a':1}",
      '{"a":"\n"}',
      '"unended',
      '{}{}',
    ]) {
      refused(text, /^invalid JSON: /);
    }
    for (const text of ['[]', '1', '"text"', 'null', 'true']) refused(text, /^request: expected an object$/);
    refused('{"resourceSpans":{}}', /^resourceSpans: expected an array$/);
    refused('{"resourceSpans":[[]]}', /^resourceSpans\[0\]: expected an object$/);
    refused('{"resourceSpans":[null]}', /^resourceSpans\[0\]: expected an object$/);
    refused(withSpan('"name":5'), /spans\[0\]\.name: expected a string$/);
    refused(
      withSpan('"attributes":[{"key":"k","value":{"boolValue":"true"}}]'),
      /boolValue: expected true or false$/,
    );
  });

  it('takes an empty request of every signal', () => {
    for (const signal of ['traces', 'logs', 'metrics'] as const) {
      assert.equal(jsonToProtobuf(signal, '{}').length, 0);
      assert.equal(jsonToProtobuf(signal, new TextEncoder().encode(' {"resourceSpans":null} ')).length, 0);
    }
  });

  it(`takes values nested ${maxValueDepth} deep and refuses deeper ones, up to a million levels, as too deep`, () => {
    const list = (levels: number): string =>
      '{"arrayValue":{"values":['.repeat(levels - 1) + '{}' + ']}}'.repeat(levels - 1);
    const map = (levels: number): string =>
      '{"kvlistValue":{"values":[{"key":"k","value":'.repeat(levels - 1) + '{}' + '}]}}'.repeat(levels - 1);
    for (const nest of [list, map]) {
      const spanText = (levels: number): string =>
        withSpan(`"attributes":[{"key":"k","value":${nest(levels)}}]`);
      assert.equal(validateRequest('traces', jsonToProtobuf('traces', spanText(maxValueDepth))).records, 1);
      for (const levels of [maxValueDepth + 1, 10_000]) {
        assert.throws(() => jsonToProtobuf('traces', spanText(levels)), {
          name: 'OtlpError',
          code: 'too-deep',
        });
      }
    }
    for (const text of [
      '['.repeat(1_000_000),
      '{"a":'.repeat(10_000),
      `${'['.repeat(10_000)}${']'.repeat(10_000)}`,
    ]) {
      assert.throws(() => jsonToProtobuf('traces', text), { name: 'OtlpError', code: 'too-deep' });
    }
    const brackets = '['.repeat(10_000);
    assert.equal(readSpan(`"name":"${brackets}"`).name, brackets);
    assert.equal(readSpan(`"name":"\\\\\\"${brackets}\\\\"`).name, `\\"${brackets}\\`);
  });

  it('refuses more objects and arrays than fit into memory', () => {
    refused(`{"x":[${'{},'.repeat(maxJsonContainers)}{}]}`, /^JSON with too many objects and arrays$/);
  });

  it('takes 100,000 attributes on a span', () => {
    const attributes = Array.from({ length: 100_000 }, (_, i) => `{"key":"k${i}","value":{"intValue":${i}}}`);
    assert.equal(readSpan(`"attributes":[${attributes.join(',')}]`).attributes.size, 100_000);
  });

  it('agrees with JSON.parse about what is JSON, for any text', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '{',
        '}',
        '[',
        ']',
        '"',
        ',',
        ':',
        '\\',
        '1',
        '-',
        '.',
        'e',
        '0',
        'null',
        '"a"',
        '12345678901234567890',
        ' ',
      ),
      fc.string({ maxLength: 3 }),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.json(),
          fc.array(piece, { maxLength: 12 }).map((parts) => parts.join('')),
        ),
        (text) => {
          let isObject: boolean;
          try {
            const parsed: unknown = JSON.parse(text);
            isObject = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed);
          } catch {
            refused(text, /^invalid JSON/);
            return;
          }
          if (isObject) assert.equal(jsonToProtobuf('traces', text).length, 0);
          else refused(text, /^request: expected an object$/);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('gives a valid request or an OtlpError for any values in any known field', () => {
    const names = [
      'resourceSpans',
      'scopeSpans',
      'spans',
      'traceId',
      'kind',
      'attributes',
      'key',
      'value',
      'arrayValue',
      'values',
    ];
    const key = fc.constantFrom(
      ...names,
      'intValue',
      'doubleValue',
      'bytesValue',
      'startTimeUnixNano',
      'status',
      'flags',
    );
    const { node } = fc.letrec<{ node: unknown }>((tie) => ({
      node: fc.oneof(
        { maxDepth: 4, depthSize: 'small' },
        fc.constantFrom<unknown>(
          null,
          true,
          0,
          -1,
          1.5,
          1e21,
          '',
          'x',
          '12',
          '5b8efff798038103d269b633813fc60c',
        ),
        fc.array(tie('node'), { maxLength: 3 }),
        fc.dictionary(key, tie('node'), { maxKeys: 4 }),
      ),
    }));
    const span = fc.dictionary(key, node, { maxKeys: 6 });
    const request = fc
      .array(span, { maxLength: 3 })
      .map((spans) => ({ resourceSpans: [{ scopeSpans: [{ spans, attributes: spans }] }] }));
    fc.assert(
      fc.property(request, (plain) => {
        let bytes: Uint8Array;
        try {
          bytes = jsonToProtobuf('traces', JSON.stringify(plain));
        } catch (error) {
          assert.ok(error instanceof OtlpError, String(error));
          return;
        }
        validateRequest('traces', bytes);
        decodeTraces(bytes, () => undefined);
        decodeWithOracle(requestOracles.traces, bytes);
      }),
      { numRuns: 300 },
    );
  });
});
