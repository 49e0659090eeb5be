import assert from 'node:assert/strict';
import MarkdownIt from 'markdown-it';
import { describe, it } from 'mocha';
import { earlierCall, hoverMarkdown } from '../../../../src/host/annotations/hoverText.ts';
import type { HoverView } from '../../../../src/host/annotations/hoverText.ts';
import { spanRow } from '../rows.ts';
import { line, sums } from './sums.ts';

const markdown = new MarkdownIt({ html: true, linkify: true });
const detailsLink = {
  label: 'Details',
  command: 'test.details',
  argument: { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) },
};
const view = (part: Partial<HoverView> = {}): HoverView => ({
  shown: { annotation: line(), stale: undefined },
  scope: 'lastRun',
  rows: [spanRow()],
  linksOf: () => [detailsLink],
  links: [],
  ...part,
});
const html = (part: Partial<HoverView> = {}): string => markdown.render(hoverMarkdown(view(part)));
const plain = (part: Partial<HoverView> = {}): string =>
  html(part)
    .replace(/<[^>]+>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&');

describe('the hover of a line', () => {
  it('has the sums, and each call with the arithmetic of its cost', () => {
    const many = sums({
      calls: 12,
      runs: 3,
      lastMs: 900,
      medianMs: 840,
      p95Ms: 1200,
      cacheReadTokens: 250,
      errors: 2,
      flags: [{ id: 'truncated', severity: 'warning', count: 1 }],
    });
    const text = plain({ shown: { annotation: line({ self: many }), stale: undefined } });
    assert.match(text, /Called here {1,2}\(newest run\)/);
    assert.match(
      text,
      /12 calls · 3 runs of \$0\.0014 · \$0\.0042 · 1\.2k tok · 25 % of the input from cache/,
    );
    assert.match(text, /cache · last 900 ms · median 840 ms · p95 1\.20 s/);
    assert.match(text, /✗ error ×2 · ⚠\uFE0E truncated/);
    assert.match(text, /820 ms · 512 tokens · \$0\.0009/);
    assert.match(text, /Input: 500 × \$0\.15 \/ 1M = \$0\.000075, Output: 12 × \$0\.6 \/ 1M = \$0\.0000072/);
  });

  it('tells what was called here from what was called through the line', () => {
    const text = plain({
      shown: { annotation: line({ through: sums({ calls: 6 }) }), stale: undefined },
    });
    assert.match(text, /Called here {1,2}\(newest run\)\n1 call/);
    assert.match(text, /↳ Called through this line\n6 calls/);
    const caller = plain({
      shown: { annotation: line({ self: undefined, through: sums({ calls: 6 }) }), stale: undefined },
    });
    assert.doesNotMatch(caller, /Called here/);
    assert.match(caller, /↳ Called through this line {1,2}\(newest run\)/);
  });

  it('says why a cost is unknown, what failed, and never a zero that is none', () => {
    const failed = spanRow({
      usage: undefined,
      cost: { unknown: 'price', reason: 'no price for mystery-1' },
      status: 'error',
      statusMessage: 'rate limit reached',
      durationMs: undefined,
    });
    const text = plain({ rows: [failed] });
    assert.match(text, /running · ✗ error/);
    assert.match(text, /rate limit reached/);
    assert.match(text, /Cost unknown: no price for mystery-1/);
    assert.doesNotMatch(text.slice(text.indexOf('running')), /\$0(?![.\d])|\b0 tokens/);
  });

  it('says when the line is a guess, and when its code has changed', () => {
    const text = plain({
      shown: {
        annotation: line({ confidence: 'likely', stale: { state: 'changed', revision: 'abc' } }),
        stale: 'changed',
      },
    });
    assert.match(text, /It is likely that this is their line\./);
    assert.match(text, /changed since it was measured, at revision abc/);
    assert.doesNotMatch(plain(), /their line/);
  });

  it('compares a call with the newest one like it of an earlier run', () => {
    const row = spanRow({ traceId: 'new', startMicros: 100 });
    const rows = [
      row,
      spanRow({ traceId: 'new', spanId: 'same run', startMicros: 90 }),
      spanRow({ traceId: 'later', startMicros: 120 }),
      spanRow({ traceId: 'old', kind: 'tool', startMicros: 80 }),
      spanRow({ traceId: 'old', name: 'other', startMicros: 70 }),
      spanRow({ traceId: 'old', spanId: 'wanted', startMicros: 60 }),
      spanRow({ traceId: 'older', startMicros: 50 }),
    ];
    assert.equal(earlierCall(row, rows)?.spanId, 'wanted');
    assert.equal(earlierCall(row, rows.slice(0, 5)), undefined);
  });

  it('links to commands with arguments of ours, whatever marks a path holds', () => {
    const links = [
      { label: 'All calls', command: 'test.all', argument: { file: "/a (b)/'c'](x)*.py", line: 4 } },
    ];
    const found = [
      ...html({ links, rows: [] }).matchAll(/<a href="command:([\w.]+)\?([^"]+)">([^<]*)<\/a>/g),
    ];
    assert.deepEqual(
      found.map(([, command, json, label]): unknown[] => [
        command,
        JSON.parse(decodeURIComponent(json ?? '')),
        label,
      ]),
      [['test.all', [links[0]!.argument], 'All calls']],
    );
  });

  it('has no markup, link, picture or command in anything that was received', () => {
    const nasty = [
      '[x](command:workbench.action.terminal.sendSequence?%7B%7D)',
      '![x](https://evil.example/leak)',
      '<img src=x onerror=alert(1)> <a href="command:x">y</a>',
      '$(trash) **bold** `code` https://evil.example www.evil.example me@evil.example',
      '| a | b |\n| - | - |\n\n# heading\n\n1. one\n\n```js\nx\n```',
      '\u202Egpj.exe &lt;b&gt; \\[y\\](command:z)',
    ];
    for (const text of nasty) {
      const row = spanRow({
        name: text,
        status: 'error',
        statusMessage: text,
        cost: { unknown: 'model', reason: text },
        flags: [{ id: text, severity: 'warning', reason: text }],
      });
      const annotation = line({
        function: text,
        self: sums({ flags: [{ id: text, severity: 'error', count: 1 }] }),
        stale: { state: 'changed', revision: text },
      });
      const made = html({ rows: [row], shown: { annotation, stale: 'changed' } });
      const tags = [...made.matchAll(/<\/?([a-z0-9]+)/g)].map(([, tag]) => tag);
      assert.deepEqual(new Set(tags), new Set(['p', 'strong', 'em', 'a', 'br']), made);
      const addresses = [...made.matchAll(/href="([^"]*)"/g)].map(([, address]) => address ?? '');
      assert.ok(
        addresses.every((address) => address.startsWith('command:test.details?')),
        made,
      );
      assert.ok(!made.includes('\u202E'));
    }
  });
});
