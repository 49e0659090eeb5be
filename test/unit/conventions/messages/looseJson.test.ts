import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { claimsJson, parseLoose } from '../../../../src/conventions/messages/looseJson.ts';
import { readLoose } from '../../../../src/conventions/messages/looseReader.ts';
import { field, isRecord } from '../../../../src/conventions/messages/structured.ts';

/** Null-prototype objects compare as plain ones once they went through JSON. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

describe('parseLoose', () => {
  it('reads JSON as it is', () => {
    assert.deepEqual(parseLoose('  {"a": [1, null]}'), { value: { a: [1, null] }, how: 'json' });
    assert.deepEqual(parseLoose('\ufeff[]'), { value: [], how: 'json' });
  });

  it('reads JSON inside a JSON string, as often as it was encoded', () => {
    const once = JSON.stringify({ a: 1 });
    assert.deepEqual(parseLoose(JSON.stringify(once)), { value: { a: 1 }, how: 'json-twice' });
    assert.deepEqual(parseLoose(JSON.stringify(JSON.stringify(once))), {
      value: { a: 1 },
      how: 'json-twice',
    });
    assert.deepEqual(parseLoose('"CHAT_MODEL"'), { value: 'CHAT_MODEL', how: 'json' });
    assert.deepEqual(plain(parseLoose(JSON.stringify("{'a': 1}"))), { value: { a: 1 }, how: 'python' });
  });

  it('leaves plain text alone', () => {
    for (const text of [
      '',
      '   ',
      'Hello',
      'null',
      '12',
      '(see above)',
      "'Tis the season",
      '"Unclosed quotation',
      '[INST] hi [/INST]',
      '[REDACTED]',
      '[Music]',
      '[1] According to the report, …',
      '{name} is a placeholder',
      '{{name}}',
      '[link](https://example.org)',
      '{"a": 1} and then some text',
      '{not json',
      '[see the note',
    ]) {
      assert.equal(parseLoose(text), undefined, text);
    }
  });

  it('reads the repr of Python literals', () => {
    const text =
      `{'a': None, 'b': True, "c": 'it\\'s', 'd': "say \\"hi\\"", 'e': (1, 2.5, -3e2), 'f': {'x', 'y'}, ` +
      `'g': b'raw\\x41', 'h': [], 1: 'one', None: False, 'z': 'caf\\xe9 \\u20ac \\U0001F600',}`;
    const loose = parseLoose(text);
    assert.ok(loose);
    assert.equal(loose.how, 'python');
    assert.deepEqual(plain(loose.value), {
      a: null,
      b: true,
      c: "it's",
      d: 'say "hi"',
      e: [1, 2.5, -300],
      f: ['x', 'y'],
      g: 'rawA',
      h: [],
      1: 'one',
      null: false,
      z: 'café € 😀',
    });
  });

  it('keeps class reprs inside Python data as text', () => {
    const text = `[{'finish_reason': FinishReason.STOP, 'c': Choice(index=0, text=')"]', n=[{'x': 1}]), 'd': <Role.USER: 'user'>}]`;
    assert.deepEqual(plain(parseLoose(text)), {
      how: 'python',
      value: [
        {
          finish_reason: 'FinishReason.STOP',
          c: `Choice(index=0, text=')"]', n=[{'x': 1}])`,
          d: "<Role.USER: 'user'>",
        },
      ],
    });
  });

  it('recovers everything before the place where JSON was cut', () => {
    const whole = JSON.stringify([
      { role: 'user', content: 'one' },
      { role: 'assistant', content: 'two\n"three"', n: 1234 },
    ]);
    const cut = whole.slice(0, whole.indexOf('three') + 2);
    assert.deepEqual(plain(parseLoose(cut)), {
      how: 'truncated-json',
      value: [
        { role: 'user', content: 'one' },
        { role: 'assistant', content: 'two\n"th' },
      ],
    });
  });

  it('drops a number, a word, an escape or a name that the cut may have shortened', () => {
    const cuts: [string, unknown][] = [
      ['{"a": 12', {}],
      ['{"a": 1, "b": tr', { a: 1 }],
      ['{"a": 1, "b', { a: 1 }],
      ['{"a": 1, "b"', { a: 1 }],
      ['{"a": 1, "b":', { a: 1 }],
      ['{"a": "x\\u00', { a: 'x' }],
      ['{"a": "x\\', { a: 'x' }],
      ['{"a": [1, 2], "b": [', { a: [1, 2], b: [] }],
    ];
    for (const [text, value] of cuts) {
      assert.deepEqual(plain(parseLoose(text)), { how: 'truncated-json', value }, text);
    }
  });

  it('names the mark that the emitter left where it cut the text', () => {
    const inString = parseLoose('[{"role":"user","content":"long te...[truncated, original 70000 chars]');
    assert.ok(inString);
    assert.equal(inString.marker, '...[truncated, original 70000 chars]');
    assert.deepEqual(plain(inString.value), [{ role: 'user', content: 'long te' }]);
    const between = parseLoose('[{"role":"user"},...[TRUNCATED: original length 12000]');
    assert.deepEqual(plain(between?.value), [{ role: 'user' }]);
    assert.equal(between?.how, 'truncated-json');
  });

  it('takes JSON with raw line breaks, trailing commas and NaN', () => {
    assert.deepEqual(plain(parseLoose('{"a": "x\ny", "b": [1,],}')), {
      value: { a: 'x\ny', b: [1] },
      how: 'json',
    });
    const value = parseLoose('{"a": NaN, "b": Infinity}')?.value;
    assert.ok(isRecord(value) && Number.isNaN(field(value, 'a')));
  });

  it('survives any prefix of a document without throwing, and never invents values', () => {
    const whole = `{"a": [{"b": "c\\u00e9\\"", "n": -1.5e3}, null, true], "__proto__": {"polluted": 1}, "d": {}}`;
    for (let i = 0; i <= whole.length; i++) {
      const loose = parseLoose(whole.slice(0, i));
      if (i > 0) assert.ok(loose, whole.slice(0, i));
      assert.equal(loose?.how === 'json', i === whole.length);
    }
  });

  it('survives 10,000 and 200,000 levels of nesting, closed or not', () => {
    for (const depth of [10_000, 200_000]) {
      assert.equal(parseLoose('['.repeat(depth) + ']'.repeat(depth))?.how, 'json');
      assert.equal(parseLoose('['.repeat(depth))?.how, 'truncated-json');
      assert.equal(parseLoose("{'a':".repeat(depth))?.how, 'truncated-json');
      assert.equal(parseLoose('[Foo('.repeat(depth))?.how, 'truncated-json');
    }
  });

  it('reads every character a bounded number of times', () => {
    // Text that invites a reader to go back: the counting string reports how often its characters are asked for.
    for (const unit of ['["', "{'a':", '[Foo(', '[<', '\\', "['\\", '[[1],']) {
      const text = `[${unit.repeat(20_000)}`;
      let reads = 0;
      const counted = new Proxy(Object(text) as object, {
        get(target, key) {
          if (key === 'charCodeAt') return (i: number) => (reads++, text.charCodeAt(i));
          if (key === 'indexOf' || key === 'slice') {
            return (...args: [never, never]) => (text[key] as (...a: unknown[]) => unknown)(...args);
          }
          if (key === 'length') return text.length;
          if (typeof key === 'string' && /^\d+$/.test(key)) return (reads++, text[Number(key)]);
          return Reflect.get(target, key) as unknown;
        },
      });
      readLoose(counted as unknown as string);
      assert.ok(reads <= text.length * 8, `${unit}: ${reads} reads of ${text.length}`);
    }
  });

  it('keeps names such as __proto__ as data', () => {
    for (const text of [
      '{"__proto__": {"polluted": 1}, "constructor": 2}',
      "{'__proto__': {'polluted': 1}, 'constructor': 2}",
    ]) {
      const value = parseLoose(text)?.value;
      assert.ok(isRecord(value));
      assert.deepEqual(plain(field(value, '__proto__')), { polluted: 1 });
      assert.equal(field(value, 'constructor'), 2);
      assert.equal(field(value, 'toString'), undefined);
      assert.equal((value as { polluted?: unknown }).polluted, undefined);
    }
    assert.equal(({} as { polluted?: unknown }).polluted, undefined);
  });
});

describe('claimsJson', () => {
  it('tells broken data from text that merely starts with a bracket', () => {
    for (const text of ['{"a": oops}', "{'a' oops", '[{"a" 1}]', '["a" "b"]', '{}x'])
      assert.ok(claimsJson(text), text);
    for (const text of ['[INST]', '{name}', '[1] see', '', 'x', '(', '<a>'])
      assert.ok(!claimsJson(text), text);
  });
});
