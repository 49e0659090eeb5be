import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { HintPart } from '../../../../src/host/annotations/lineText.ts';
import {
  badgeText,
  gutterOf,
  heatOf,
  hintParts,
  hintText,
  lensText,
  staleText,
} from '../../../../src/host/annotations/lineText.ts';
import type { LineAnnotation } from '../../../../src/protocol/code.ts';
import { line, sums } from './sums.ts';

const all = new Set(hintParts);
const hint = (part: Partial<LineAnnotation>, parts: ReadonlySet<HintPart> = all) =>
  hintText({ annotation: line(part), stale: undefined }, parts);
const flag = (id: string, severity: 'error' | 'warning' | 'info') => ({ id, severity, count: 1 });

describe('the hint at a line’s end', () => {
  it('has the cost, the tokens and the time of one call', () => {
    assert.equal(hint({}), '$0.0042 · 1.2k tok · 840 ms');
  });

  it('has the sums of several calls, their median time, their number, and a mark for what went wrong', () => {
    const many = sums({ calls: 12, medianMs: 1200, lastMs: 3, errors: 1 });
    assert.equal(hint({ self: many }), '$0.0042 · 1.2k tok · 1.20 s · ×12 ✗');
    const flagged = sums({ calls: 12, medianMs: 1200, flags: [flag('truncated', 'warning')] });
    assert.equal(hint({ self: flagged }), '$0.0042 · 1.2k tok · 1.20 s · ×12 ⚠\uFE0E');
    assert.equal(hint({ self: sums({ flags: [flag('slow', 'info')] }) }), '$0.0042 · 1.2k tok · 840 ms');
  });

  it('never shows what is unknown as zero', () => {
    const unknown = { known: undefined, unknownCalls: 1 };
    const text = hint({
      self: sums({ cost: unknown, inputTokens: unknown, outputTokens: unknown, lastMs: undefined }),
    });
    assert.equal(text, 'cost ? · tok ?');
    assert.equal(
      hint({ self: sums({ cost: { known: 0.01, unknownCalls: 2 } }) })?.split(' · ')[0],
      '≥ $0.0100',
    );
    assert.equal(hint({ self: sums({ cost: { known: 0, unknownCalls: 0 } }) })?.split(' · ')[0], '$0');
  });

  it('leaves out what does not exist: a tool has no tokens', () => {
    const none = { known: undefined, unknownCalls: 0 };
    const tool = sums({ modelCalls: 0, cost: none, inputTokens: none, outputTokens: none });
    assert.equal(hint({ self: tool }), '840 ms');
    assert.equal(hint({ self: { ...tool, lastMs: undefined } }), '1 call');
    assert.equal(hint({ self: { ...tool, lastMs: undefined } }, new Set(['cost'])), undefined);
  });

  it('shows at a caller its own share, marked as called through the line', () => {
    const share = sums({ calls: 3, cost: { known: 0.001, unknownCalls: 0 } });
    assert.equal(hint({ self: undefined, through: share }), '↳ $0.001 · 1.2k tok · 840 ms · ×3');
  });

  it('shows at a line that did both all it cost, and the time of what was called there', () => {
    const agent = sums({ lastMs: 5000, cost: { known: undefined, unknownCalls: 0 } });
    const inside = sums({ calls: 6, medianMs: 700, cost: { known: 0.02, unknownCalls: 0 } });
    assert.equal(hint({ self: agent, through: inside }), '$0.0200 · 1.2k tok · 5.00 s');
  });

  it('says when the numbers are of other code, and nothing where the code is gone', () => {
    const at = (stale: 'edited' | 'changed' | 'gone') => hintText({ annotation: line(), stale }, all);
    assert.equal(at('edited'), '≈ $0.0042 · 1.2k tok · 840 ms');
    assert.equal(at('changed'), '≈ $0.0042 · 1.2k tok · 840 ms');
    assert.equal(at('gone'), undefined);
  });

  it('has the parts that the settings name', () => {
    assert.equal(hint({ self: sums({ calls: 2, errors: 1 }) }, new Set(['cost', 'flags'])), '$0.0042 ✗');
    assert.equal(hint({ self: sums({ errors: 1 }) }, new Set(['flags'])), '✗');
    assert.equal(hint({}, new Set()), undefined);
  });

  it('is not there where nothing was called', () => {
    assert.equal(hint({ self: undefined }), undefined);
    assert.equal(hint({ self: sums({ calls: 0 }) }), undefined);
  });
});

describe('other marks beside the code', () => {
  it('a lens has calls, cost, time and errors', () => {
    assert.equal(
      lensText(sums({ calls: 12, cost: { known: 0.05, unknownCalls: 0 }, p95Ms: 1200, errors: 2 })),
      '12 calls · $0.0500 · p95 1.20 s · 2 errors',
    );
    assert.equal(lensText(sums()), '1 call · $0.0042 · 840 ms');
  });

  it('the gutter marks failures and answers that were cut, nothing else', () => {
    assert.equal(gutterOf(sums({ errors: 1 })), 'error');
    assert.equal(gutterOf(sums({ flags: [flag('rule.mine', 'error')] })), 'error');
    assert.equal(gutterOf(sums({ flags: [flag('truncated', 'warning')] })), 'warning');
    assert.equal(gutterOf(sums({ flags: [flag('stream-cut', 'warning')] })), 'warning');
    assert.equal(gutterOf(sums({ flags: [flag('slow', 'warning')] })), undefined);
    assert.equal(gutterOf(sums()), undefined);
  });

  it('heat is a share of the costliest line; an unknown cost has none', () => {
    assert.equal(heatOf(5, 10), 'high');
    assert.equal(heatOf(1, 10), 'medium');
    assert.equal(heatOf(0.5, 10), 'low');
    for (const cost of [undefined, 0, NaN]) assert.equal(heatOf(cost, 10), undefined);
    assert.equal(heatOf(1, 0), undefined);
  });

  it('a badge has at most two characters', () => {
    const badge = (known: number | undefined, unknownCalls = 0) =>
      badgeText(sums({ cost: { known, unknownCalls } }));
    const costs = [1e-9, 0.004, 0.0094, 0.0096, 0.03, 0.094, 0.096, 0.5, 0.94, 0.96, 4, 9.4, 9.6, 12_345];
    for (const cost of costs) assert.ok((badge(cost) ?? '').length <= 2, `${cost}: ${badge(cost)}`);
    assert.deepEqual(
      [0.004, 0.03, 0.5, 4, 50].map((cost) => badge(cost)),
      ['¢', '3¢', '¢¢', '$4', '$$'],
    );
    assert.equal(badge(undefined, 2), '?');
    assert.equal(badge(undefined), undefined);
  });

  it('stale code is told with the revision it was measured at', () => {
    assert.equal(
      staleText('changed', { revision: '0123456789abcdef0123' }),
      'The code was changed since it was measured, at revision 0123456789ab.',
    );
    assert.equal(staleText(undefined, {}), undefined);
    assert.match(staleText('gone', {}) ?? '', /not in this file any more\.$/);
  });
});
