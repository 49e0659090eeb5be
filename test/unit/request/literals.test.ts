import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import vm from 'node:vm';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { parseJson, visibleJson, type Json } from '../../../src/request/json.ts';
import { pythonLiteral, pythonString, shellQuote, typeScriptLiteral } from '../../../src/request/literals.ts';

/** What people and attackers put into prompts. */
const nasty = [
  `'; rm -rf / #`,
  `$(id) \`id\` $HOME \${x} !! !$`,
  `"""\n'''\n\\`,
  '\\u0041 \\\\u{1F600} \\ud83d\\ude00 \\U0001F600',
  '\u202Egnp.exe \u2066x\u2069 \u200b\ufeff\u2028\u2029',
  '😀 👨‍👩‍👧 ❤️ ñ ü 日本語 \u{E0041}\u{E0042}',
  '\u0000\u0001\u001b[31m\u007f\u0085',
  '</script><!-- */ // #',
  '\r\n\t\f\v\b',
  `%s %(x)s {0} {x!r}`,
  '-n',
  '__proto__',
  '\ud83d',
  '\ude00x',
  '\\',
  "\\'",
  '',
];
const wellFormed = nasty.filter((text) => text.isWellFormed());

const sampled = (): string[] =>
  fc.sample(fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' })), 300);

describe('a quoted text', () => {
  it('comes back from a POSIX shell as one word', () => {
    const texts = [...wellFormed, ...sampled()].map((text) => text.replaceAll('\u0000', ''));
    const script = texts.map((text) => `printf '%s\\000' ${shellQuote(text)}`).join('\n');
    const out = execFileSync('sh', [], { input: script }).toString('utf8');
    assert.deepEqual(out.split('\u0000').slice(0, -1), texts);
  });

  it('comes back from Python', () => {
    const texts = [...nasty, ...sampled()];
    const script = `import json\nprint(json.dumps([${texts.map(pythonString).join(',')}]))`;
    const out = execFileSync('python3', ['-'], { input: script }).toString('utf8');
    assert.deepEqual(JSON.parse(out), texts);
  });

  it('comes back from JavaScript', () => {
    const texts = [...nasty, ...sampled()];
    const code = `JSON.stringify(${typeScriptLiteral(texts)})`;
    assert.deepEqual(JSON.parse(vm.runInNewContext(code) as string), texts);
  });

  it('hides nothing from who reads it', () => {
    for (const text of nasty) {
      for (const literal of [visibleJson(text), pythonString(text), typeScriptLiteral(text)])
        assert.doesNotMatch(
          literal,
          /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/,
        );
    }
  });
});

describe('a value as a literal', () => {
  const members = fc.dictionary(
    fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor')),
    fc.jsonValue(),
  );
  const values = (): Json[] => [
    ...fc.sample(fc.jsonValue(), 150).map((value) => JSON.parse(JSON.stringify(value)) as Json),
    ...fc.sample(members, 50).map((value) => JSON.parse(JSON.stringify(value)) as Json),
    JSON.parse('{"__proto__": {"polluted": true}, "a": {"__proto__": 1}}') as Json,
    [1e21, 1.5e-9, 2 ** 53, true, false, null, [], {}],
  ];

  it('comes back from JavaScript, and changes no prototype', () => {
    for (const value of values()) {
      const back = JSON.parse(
        vm.runInNewContext(`JSON.stringify(${typeScriptLiteral(value)})`) as string,
      ) as Json;
      assert.deepEqual(back, JSON.parse(JSON.stringify(value)));
    }
    assert.equal(({} as { polluted?: unknown }).polluted, undefined);
  });

  it('comes back from Python', () => {
    const all = values();
    const script = `import json\nprint(json.dumps(${pythonLiteral(all)}))`;
    const out = execFileSync('python3', ['-'], { input: script, maxBuffer: 1e8 }).toString('utf8');
    assert.deepEqual(JSON.parse(out), JSON.parse(JSON.stringify(all)));
  });

  it('that is nested without end is refused where it comes from', () => {
    assert.equal(parseJson('['.repeat(5000) + ']'.repeat(5000)), undefined);
    assert.equal(parseJson('{"a":'), undefined);
    assert.deepEqual(parseJson('[[1]]'), [[1]]);
  });
});
