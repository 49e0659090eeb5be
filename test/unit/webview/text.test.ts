import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { splitChunks } from '../../../webview/kit/chunks.ts';
import { highlight } from '../../../webview/kit/highlight.ts';
import { childrenOf, jsonRoot, previewOf, type JsonNode } from '../../../webview/kit/jsonTree.ts';
import { matchesQuery } from '../../../webview/kit/search.ts';

/** A tree read node by node, as text again: without blanks, and otherwise as it was. */
function rebuilt(text: string, node: JsonNode): string {
  const own = node.key === undefined ? '' : `${node.key}:`;
  if (node.kind !== 'object' && node.kind !== 'array') return own + text.slice(node.start, node.end);
  const inner = childrenOf(text, node)
    .map((child) => rebuilt(text, child))
    .join(',');
  return own + (node.kind === 'object' ? `{${inner}}` : `[${inner}]`);
}

function tree(text: string): string | undefined {
  const root = jsonRoot(text);
  return root && rebuilt(text, root);
}

describe('JSON as a tree', () => {
  it('has its members in order, whatever blanks stand between them', () => {
    assert.equal(tree(' {"a" : [ 1 , {"b":null}],\n"c":{ },"d":[ ]} '), '{"a":[1,{"b":null}],"c":{},"d":[]}');
  });

  it('keeps long numbers, escapes and repeated keys as they were sent', () => {
    const text = '{"id":12345678901234567890,"id":1e400,"s":"a\\"b\\\\","u":"\\u0041","__proto__":{"x":-0}}';
    assert.equal(tree(text), text);
  });

  it('is the same value as before, for any value', () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom(undefined, 2), (json, indent) => {
        const text = JSON.stringify(JSON.parse(json), undefined, indent);
        const compact = JSON.stringify(JSON.parse(json));
        assert.equal(tree(text), /^[[{]/.test(compact) ? compact : undefined);
      }),
    );
  });

  it('is none when the text is no JSON, or very long', () => {
    for (const text of ['', 'hello', '{a:1}', '[1,', '"text"', '12'])
      assert.equal(tree(text), undefined, text);
    assert.equal(jsonRoot(`[${'1,'.repeat(2_000_000)}1]`), undefined);
  });

  it('is read level by level, however deep it nests', () => {
    const deep = '['.repeat(20_000) + ']'.repeat(20_000);
    let node = jsonRoot(deep);
    for (let depth = 0; depth < 100 && node; depth++) [node] = childrenOf(deep, node);
    assert.equal(node?.start, 100);
    const wide = `[${'{"a":1},'.repeat(50_000)}0]`;
    const root = jsonRoot(wide);
    assert.equal(root && childrenOf(wide, root).length, 50_001);
    assert.ok(root && previewOf(wide, root).length < 80);
  });
});

describe('code in colours', () => {
  const kinds = (code: string, language: string): string[] =>
    highlight(code, language)
      .filter(({ kind }) => kind !== 'plain')
      .map(({ kind, text }) => `${kind} ${text}`);

  it('is the code again when its pieces are joined, in any language', () => {
    const languages = [
      'python',
      'ts',
      'bash',
      'sql',
      'java',
      'json',
      'html',
      'yaml',
      'ruby',
      'diff',
      'klingon',
      '',
    ];
    const code = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc
        .array(
          fc.constantFrom(
            '"',
            "'",
            '`',
            '"""',
            '\\',
            '\n',
            '#',
            '//',
            '/*',
            '*/',
            '<!--',
            'if ',
            '12.5',
            ' f(',
          ),
          { maxLength: 40 },
        )
        .map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(code, fc.constantFrom(...languages), (text, language) => {
        assert.equal(
          highlight(text, language)
            .map((token) => token.text)
            .join(''),
          text,
        );
      }),
    );
  });

  it('tells comments, strings, numbers, keywords and calls', () => {
    assert.deepEqual(kinds('def f(x):  # say "hi"\n    return """a\n# b""" + str(0x1F)', 'py'), [
      'keyword def',
      'name f',
      'comment # say "hi"',
      'keyword return',
      'string """a\n# b"""',
      'name str',
      'number 0x1F',
    ]);
    assert.deepEqual(kinds('SELECT a -- x\nFROM t', 'sql'), [
      'keyword SELECT',
      'comment -- x',
      'keyword FROM',
    ]);
    assert.deepEqual(kinds('echo $# a#b # c', 'sh'), ['keyword echo', 'comment # c']);
    assert.deepEqual(kinds('+a\n-b\n c', 'diff'), ['added +a\n', 'removed -b\n']);
  });

  it('is plain where the language is not known or the code is very long, and reads each sign once', () => {
    assert.deepEqual(kinds('if x', 'klingon'), []);
    assert.deepEqual(kinds('if x', 'constructor'), []);
    assert.equal(highlight('x'.repeat(200_000), 'js').length, 1);
    for (const sign of ['/*', '"', '"""', '<!--', '#', 'a', '\\"']) {
      const code = sign.repeat(Math.floor(100_000 / sign.length));
      assert.equal(
        highlight(code, 'py')
          .map(({ text }) => text)
          .join(''),
        code,
      );
    }
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

  it('of five megabytes is all there', () => {
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
