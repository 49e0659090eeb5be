import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { explanationText } from '../../../src/host/explain/explanationText.ts';
import { pageHtml } from '../../../src/host/panels/pageHtml.ts';
import { webPage } from '../../../src/host/panels/details/webPage.ts';

describe('the page of the details panel', () => {
  const html = pageHtml({
    cspSource: 'https://csp',
    nonce: 'NONCE',
    scriptUri: 'https://csp/a.js',
    styleUri: 'https://csp/a.css',
    title: 'LLM Call',
  });
  const policy = /Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1]?.split('; ') ?? [];

  it('may load one script by its nonce, our styles and font, and nothing else', () => {
    assert.deepEqual(policy, [
      "default-src 'none'",
      "script-src 'nonce-NONCE'",
      'style-src https://csp',
      'font-src https://csp',
      "connect-src 'none'",
      "base-uri 'none'",
      "form-action 'none'",
    ]);
    assert.doesNotMatch(html, /unsafe|style=|onload|<img/);
    assert.equal([...html.matchAll(/<script/g)].length, 1);
  });

  it('may show pictures that it holds itself, where it is said to', () => {
    const parts = { cspSource: 'https://csp', nonce: 'N', scriptUri: 's', styleUri: 'c', title: 't' };
    const policies = pageHtml({ ...parts, showsImages: true }).match(/img-src [^;"]*/g);
    assert.deepEqual(policies, ['img-src data:']);
  });
});

describe('a link in a message', () => {
  it('is a web page or nothing', () => {
    assert.equal(webPage('https://example.com/a?b#c'), 'https://example.com/a?b#c');
    const others = [
      'command:workbench.action.quit',
      'vscode://x/y',
      'file:///etc/passwd',
      '\\\\host\\share',
      'javascript:alert(1)',
      'data:text/html,x',
      'ms-word:x',
      'https://user:secret@host',
      '//host/x',
      'example.com',
      '',
      ' ',
      `https://${'a'.repeat(9000)}`,
    ];
    for (const url of others) assert.equal(webPage(url), undefined, url.slice(0, 40));
  });

  it('shows a look-alike host name as what it is', () => {
    assert.equal(webPage('https://аpple.com/'), 'https://xn--pple-43d.com/');
  });
});

describe('an explanation as text', () => {
  const base = {
    traceId: 'a'.repeat(32),
    spanId: 'b'.repeat(16),
    dialect: 'genai',
    guessed: false,
    ignored: ['x.y'],
    values: [{ field: 'usage.input', value: '12', from: ['gen_ai.usage.input_tokens'], dialect: 'genai' }],
    counting: { counted: true, rule: 'it is a call of its own' },
    pricing: 'table: 12 × $1',
  };

  it('tells the dialect, where each value came from, what counts and what was not read', () => {
    const text = explanationText(base);
    for (const part of [
      'Read as: genai',
      'usage.input',
      '← gen_ai.usage.input_tokens',
      'Counted: it is a call of its own',
      'table: 12 × $1',
      'nothing was read from (1)',
      '  x.y',
    ]) {
      assert.ok(text.includes(part), part);
    }
  });

  it('stays readable whatever a value holds', () => {
    const value = `\u202E\u0000\n${'x'.repeat(100_000)}`;
    const text = explanationText({ ...base, values: [{ field: 'f', value, from: [], dialect: 'genai' }] });
    assert.ok(text.length < 3000);
    assert.doesNotMatch(text, /[\u0000\u202E]/);
    assert.ok(text.includes('(derived)'));
  });
});
