import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { inertMarkdown } from '../../../src/host/views/inertMarkdown.ts';

describe('text in Markdown', () => {
  it('keeps letters and digits of every script', () => {
    assert.equal(inertMarkdown('Wetter in Zürich 7 天气'), 'Wetter in Zürich 7 天气');
  });

  it('leaves no character that Markdown, its links or HTML could take for markup', () => {
    for (const text of ['https://evil.example/x', '[a](command:b)', '<img onerror=1>', 'www.a.b', 'a@b.c', '$(bug)', '**x**', '&amp;', 'a\nb'])
      assert.match(inertMarkdown(text), /^(?:[\p{L}\p{M}\p{N} ]|&#\d+;)*$/u);
  });
});
