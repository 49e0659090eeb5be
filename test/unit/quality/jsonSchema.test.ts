import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { schemaProblem } from '../../../src/quality/jsonSchema.ts';

const city = {
  type: 'object',
  properties: {
    city: { type: 'string', minLength: 1 },
    days: { type: 'integer', minimum: 1, maximum: 14 },
    unit: { enum: ['C', 'F'] },
    tags: { type: 'array', items: { type: 'string' }, maxItems: 2 },
  },
  required: ['city'],
  additionalProperties: false,
};

const rows: readonly (readonly [
  title: string,
  value: unknown,
  schema: unknown,
  problem: string | undefined,
])[] = [
  ['a fitting object', { city: 'Rome', days: 3, unit: 'C', tags: ['a'] }, city, undefined],
  ['a missing property', { days: 3 }, city, '$.city is missing'],
  ['a wrong type', { city: 7 }, city, '$.city is number, not string'],
  ['a fraction for an integer', { city: 'x', days: 1.5 }, city, '$.days is number, not integer'],
  ['a whole double for an integer', { city: 'x', days: 2.0 }, city, undefined],
  ['a number above its maximum', { city: 'x', days: 15 }, city, '$.days is above 14'],
  ['a value outside its enum', { city: 'x', unit: 'K' }, city, '$.unit is none of the 2 allowed values'],
  ['an unknown property', { city: 'x', extra: 1 }, city, '$.extra is not among the known properties'],
  ['a bad item', { city: 'x', tags: [1] }, city, '$.tags[0] is number, not string'],
  ['too many items', { city: 'x', tags: ['a', 'b', 'c'] }, city, '$.tags has more than 2 items'],
  ['null where null is allowed', null, { type: ['string', 'null'] }, undefined],
  ['null with OpenAPI’s nullable', null, { type: 'string', nullable: true }, undefined],
  [
    'Google’s types in capitals',
    { n: 'x' },
    { type: 'OBJECT', properties: { n: { type: 'NUMBER' } } },
    '$.n is string, not number',
  ],
  ['a type nobody knows', 1, { type: 'decimal' }, undefined],
  [
    'a local reference',
    { a: 1 },
    { properties: { a: { $ref: '#/$defs/S' } }, $defs: { S: { type: 'string' } } },
    '$.a is number, not string',
  ],
  ['a reference elsewhere', 1, { $ref: 'https://example.com/schema' }, undefined],
  ['a reference to nowhere', 1, { $ref: '#/definitions/missing' }, undefined],
  ['one fitting alternative', 1, { anyOf: [{ type: 'string' }, { type: 'number' }] }, undefined],
  [
    'no fitting alternative',
    true,
    { oneOf: [{ type: 'string' }, { type: 'number' }] },
    '$ fits none of its alternatives',
  ],
  ['all of several', 5, { allOf: [{ type: 'number' }, { minimum: 6 }] }, '$ is below 6'],
  ['a denied form', 'x', { not: { type: 'string' } }, '$ is of a form that is not allowed'],
  ['a constant', 'b', { const: 'a' }, '$ is not the one allowed value'],
  ['a constant object', { a: [1] }, { const: { a: [1] } }, undefined],
  ['a pattern', 'abc', { pattern: '^\\d+$' }, '$ does not match its pattern'],
  ['a pattern that RE2 does not know', 'abc', { pattern: '(?=x)abc' }, undefined],
  [
    'a tuple',
    ['a', 'b'],
    { prefixItems: [{ type: 'string' }, { type: 'number' }] },
    '$[1] is string, not number',
  ],
  [
    'an old tuple',
    ['a', 'b', 1],
    { items: [{ type: 'string' }], additionalItems: { type: 'string' } },
    '$[2] is number, not string',
  ],
  [
    'typed additional properties',
    { a: 1, b: 'x' },
    { properties: { a: {} }, additionalProperties: { type: 'number' } },
    '$.b is string, not number',
  ],
  [
    'pattern properties',
    { x1: 'a' },
    { patternProperties: { '^x': { type: 'number' } }, additionalProperties: false },
    '$.x1 is string, not number',
  ],
  ['everything allowed', { a: 1 }, true, undefined],
  ['nothing allowed', 1, false, '$ is not allowed'],
  ['characters counted as people do', '😀😀', { maxLength: 2 }, undefined],
  ['a schema that is none', 1, 'string', undefined],
  [
    'a property called __proto__',
    JSON.parse('{"__proto__": 1}'),
    { properties: {}, additionalProperties: false },
    '$.__proto__ is not among the known properties',
  ],
  [
    'a required property that only the prototype has',
    {},
    { required: ['toString'] },
    '$.toString is missing',
  ],
];

describe('a value against a JSON schema', () => {
  for (const [title, value, schema, problem] of rows) {
    it(`${title}: ${problem ?? 'nothing to say'}`, () => {
      assert.equal(schemaProblem(value, schema), problem);
    });
  }

  it('gives up in bounded time on schemas that branch or turn without end', () => {
    const doubling: Record<string, unknown> = { d40: { type: 'string' } };
    for (let level = 0; level < 40; level++) {
      doubling[`d${level}`] = {
        allOf: [{ $ref: `#/$defs/d${level + 1}` }, { $ref: `#/$defs/d${level + 1}` }],
      };
    }
    const deep = JSON.parse(`${'{"items":'.repeat(5000)}{}${'}'.repeat(5000)}`) as unknown;
    const deepValue = JSON.parse(`${'['.repeat(5000)}${']'.repeat(5000)}`) as unknown;
    const started = process.cpuUsage();
    assert.equal(schemaProblem('x', { $defs: doubling, $ref: '#/$defs/d0' }), undefined);
    assert.equal(schemaProblem('x', { $ref: '#' }), undefined);
    assert.equal(schemaProblem('x', { anyOf: [{ $ref: '#' }, { $ref: '#' }] }), undefined);
    assert.equal(schemaProblem(deepValue, deep), undefined);
    assert.equal(schemaProblem('a'.repeat(9000), { pattern: '^(a+)+$b' }), '$ does not match its pattern');
    assert.equal(
      schemaProblem(
        Array.from({ length: 100_000 }, () => 1),
        { items: { type: 'number' } },
      ),
      undefined,
    );
    assert.ok(process.cpuUsage(started).user < 3_000_000);
  });

  it('never throws, whatever value and schema', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (value, schema) => void schemaProblem(value, schema)),
    );
  });
});
