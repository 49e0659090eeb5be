import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { MarkdownNode } from '../../../webview/kit/markdownTree.ts';
import { markdownTree } from '../../../webview/kit/markdownTree.ts';

function tree(text: string): readonly MarkdownNode[] {
  const nodes = markdownTree(text);
  assert.ok(nodes);
  return nodes;
}
function flat(nodes: readonly MarkdownNode[]): MarkdownNode[] {
  return nodes.flatMap((node) => [node, ...('children' in node ? flat(node.children) : [])]);
}
const words = (nodes: readonly MarkdownNode[]): string =>
  flat(nodes)
    .map((node) => ('text' in node ? node.text : ''))
    .join('');

describe('Markdown of a message', () => {
  it('becomes elements that are known', () => {
    const nodes = flat(
      tree(
        '# Title\n\nSome *em* and **strong** `code`\n\n- a\n- b\n\n> quote\n\n| x | y |\n|---|---|\n| 1 | 2 |\n\n---\n\n```js\nlet a = 1\n```',
      ),
    );
    const tags = new Set(nodes.flatMap((node) => (node.type === 'element' ? [node.tag] : [])));
    for (const tag of [
      'h1',
      'p',
      'em',
      'strong',
      'ul',
      'li',
      'blockquote',
      'table',
      'tr',
      'th',
      'td',
      'hr',
    ] as const)
      assert.ok(tags.has(tag), tag);
    const code = nodes.find((node) => node.type === 'code' && !node.inline);
    assert.deepEqual(code, { type: 'code', text: 'let a = 1\n', language: 'js', inline: false });
  });

  it('keeps line breaks, since models mean them', () => {
    assert.ok(flat(tree('one\ntwo')).some((node) => node.type === 'element' && node.tag === 'br'));
  });

  it('has no markup of its own: HTML stays text', () => {
    const attack =
      '<img src=x onerror=alert(1)><script>alert(1)</script><svg onload=x> </script> <style>*{}</style>';
    const nodes = tree(attack);
    assert.ok(
      flat(nodes).every(
        (node) => node.type === 'text' || (node.type === 'element' && ['p', 'br'].includes(node.tag)),
      ),
    );
    assert.equal(words(nodes), attack);
  });

  it('names images and keeps addresses of links, following neither', () => {
    const nodes = flat(
      tree('![cat](https://evil.example/leak?x) [x](javascript:alert(1)) [y](command:z) <https://a.example>'),
    );
    assert.deepEqual(
      nodes.filter((node) => node.type === 'image'),
      [{ type: 'image', src: 'https://evil.example/leak?x', text: 'cat' }],
    );
    assert.deepEqual(
      nodes.flatMap((node) => (node.type === 'link' ? [node.href] : [])),
      ['javascript:alert(1)', 'command:z', 'https://a.example'],
    );
  });

  it('ends on nesting without end and on pathological input', () => {
    for (const text of [
      '>'.repeat(20_000),
      '['.repeat(20_000),
      '*a '.repeat(20_000),
      '`'.repeat(30_000),
      '- '.repeat(5000),
      '|'.repeat(20_000),
      '![['.repeat(10_000),
    ]) {
      assert.ok(Array.isArray(markdownTree(text)));
    }
  });
});
