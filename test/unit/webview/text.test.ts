import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { splitChunks } from '../../../webview/kit/chunks.ts';
import { prettyJson } from '../../../webview/kit/prettyJson.ts';
import { matchesQuery } from '../../../webview/kit/search.ts';

describe('JSON as shown', () => {
  it('is indented', () => {
    assert.equal(
      prettyJson('{"a":[1,{"b":null}],"c":{},"d":[ ]}'),
      '{\n  "a": [\n    1,\n    {\n      "b": null\n    }\n  ],\n  "c": {},\n  "d": []\n}',
    );
  });

  it('keeps long numbers, escapes and repeated keys as they were sent', () => {
    const text = '{"id":12345678901234567890,"id":1e400,"s":"a\\"b\\\\","u":"\\u0041"}';
    const pretty = prettyJson(text) ?? '';
    for (const part of ['12345678901234567890', '1e400', '"a\\"b\\\\"', '"\\u0041"'])
      assert.ok(pretty.includes(part), part);
    assert.equal(pretty.match(/"id"/g)?.length, 2);
  });

  it('is the same value as before, for any value', () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        const pretty = prettyJson(json);
        if (/^\s*[[{]/.test(json)) assert.deepEqual(JSON.parse(pretty ?? ''), JSON.parse(json));
        else assert.equal(pretty, undefined);
      }),
    );
  });

  it('is left alone when it is no JSON, or very long', () => {
    for (const text of ['', 'hello', '{a:1}', '[1,', '"text"', '12'])
      assert.equal(prettyJson(text), undefined, text);
    assert.equal(prettyJson(`[${'1,'.repeat(2_000_000)}1]`), undefined);
  });

  it('survives deep nesting', () => {
    const deep = '['.repeat(20_000) + ']'.repeat(20_000);
    assert.equal(prettyJson(deep)?.replace(/\s+/g, ''), deep);
  });
});

describe('a long text in pieces', () => {
  it('is the whole text again when joined, with no character cut in half', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 200 }),
        fc.integer({ min: 2, max: 50 }),
        (text, size) => {
          const chunks = splitChunks(text, size);
          assert.equal(chunks.join(''), text);
          for (const chunk of chunks) {
            assert.ok(chunk.length > 0 && chunk.length <= size);
            if (text.isWellFormed()) assert.ok(chunk.isWellFormed());
          }
        },
      ),
    );
  });

  it('is cut at line ends where there are any', () => {
    assert.deepEqual(splitChunks('aaaa\nbbbb\ncccc', 7), ['aaaa\n', 'bbbb\n', 'cccc']);
    assert.deepEqual(splitChunks('', 7), []);
  });

  it('of five megabytes takes no time to speak of', () => {
    assert.equal(splitChunks('x'.repeat(5_000_000), 40_000).length, 125);
  });
});

describe('a search', () => {
  it('finds all words in any order and case, and takes nothing for a pattern', () => {
    assert.ok(matchesQuery('', ['x']));
    assert.ok(matchesQuery('MODEL gen', ['gen_ai.request.model', 'gpt-4o']));
    assert.ok(!matchesQuery('gen claude', ['gen_ai.request.model', 'gpt-4o']));
    assert.ok(!matchesQuery('.*', ['abc']));
    assert.ok(matchesQuery('(a+)+$', ['x (a+)+$ y']));
  });
});
