import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import * as text from '../../../src/host/views/traces/rowText.ts';
import { groupRow, spanRow, traceRow } from './rows.ts';

const nothing = { known: undefined, unknownCalls: 0 };

describe('a row of the tree', () => {
  it('says duration, tokens, cost and flags', () => {
    const flags = [{ id: 'truncated', severity: 'warning', count: 2 }] as const;
    assert.equal(
      text.traceDescription(traceRow({ flags })),
      '1.23 s · 1.2k tok · $0.0123 · ⚠\uFE0E truncated ×2',
    );
  });

  it('says what is unknown, and how much of a sum is', () => {
    const row = traceRow({
      cost: { known: 0.0123, unknownCalls: 2 },
      inputTokens: { known: undefined, unknownCalls: 1 },
      outputTokens: { known: undefined, unknownCalls: 1 },
    });
    assert.equal(text.traceDescription(row), '1.23 s · tokens ? · ≥ $0.0123 (2 unknown)');
    assert.equal(
      text.spanDescription(spanRow({ usage: undefined, cost: undefined })),
      '820 ms · tokens ? · cost ? · gpt-4o-mini',
    );
  });

  it('does not ask after the tokens of a call that failed, of a tool, or of a span that is counted elsewhere', () => {
    const failed = spanRow({ usage: undefined, cost: { unknown: 'usage', reason: 'x' }, status: 'error' });
    assert.equal(text.spanDescription(failed), '820 ms · ✗ error · gpt-4o-mini');
    assert.equal(
      text.spanDescription(
        spanRow({ kind: 'tool', model: undefined, toolName: 'search', usage: undefined, cost: undefined }),
      ),
      'search · 820 ms',
    );
    assert.equal(
      text.spanDescription(spanRow({ counted: false, usage: undefined, cost: undefined })),
      '820 ms · gpt-4o-mini',
    );
    assert.equal(
      text.traceDescription(traceRow({ inputTokens: nothing, outputTokens: nothing, cost: nothing })),
      '1.23 s',
    );
  });

  it('says that a trace still runs', () => {
    assert.match(text.traceDescription(traceRow({ running: true })), /^1\.23 s, running/);
    assert.match(text.spanDescription(spanRow({ durationMs: undefined })), /running/);
  });

  it('names the most severe flags and counts the rest', () => {
    const flag = (id: string, severity: 'error' | 'warning' | 'info') => ({ id, severity, count: 1 });
    const shown = text.flagText([
      flag('d', 'info'),
      flag('c', 'warning'),
      flag('b', 'info'),
      flag('a', 'error'),
      flag('e', 'info'),
    ]);
    assert.deepEqual(shown, ['✗ a', '⚠\uFE0E c', '⚑\uFE0E b', '+2']);
  });

  it('spells everything out for a screen reader, without marks', () => {
    const label = text.traceAccessibleLabel(
      traceRow({
        cost: { known: undefined, unknownCalls: 1 },
        flags: [{ id: 'content_filter', severity: 'warning', count: 1 }],
      }),
    );
    assert.equal(
      label,
      'Trace agent.run, service shop, ok, 1.23 s, 1,234 tokens, cost unknown, 1 flag: warning content filter',
    );
    const failed = text.spanAccessibleLabel(spanRow({ status: 'error', statusMessage: 'too\nlong' }));
    assert.match(failed, /^Model call chat, model gpt-4o-mini, .*failed: too long, 1 flag: error$/);
    for (const mark of '✗⚠⚑≥?') assert.ok(!(label + failed).includes(mark));
  });

  it('shows the cost’s arithmetic and source in the hover', () => {
    const lines = text.spanTooltip(spanRow());
    assert.ok(lines.includes('Input: 500 × $0.15 / 1M = $0.000075'), lines.join('\n'));
    assert.ok(lines.includes('Source: price table @pydantic/genai-prices 0.1.8 of 2026-11-01'));
    assert.ok(
      text
        .spanTooltip(spanRow({ cost: { unknown: 'price', reason: 'no price for x' } }))
        .includes('Cost unknown: no price for x'),
    );
  });

  it('names groups, days relative to today and what has no value', () => {
    const today = new Date(2026, 2, 1);
    assert.equal(text.groupLabel('day', '2026-03-01', today), 'Today');
    assert.equal(text.groupLabel('day', '2026-02-28', today), 'Yesterday');
    assert.equal(text.groupLabel('day', '2026-02-27', today), '2026-02-27');
    assert.equal(text.groupLabel('session', '', today), '(no session)');
    assert.equal(text.groupDescription(groupRow()), '2 traces · 1.2k tok · $0.0123');
  });

  it('is one line without controls or overrides, whatever was received', () => {
    const hostile = '\u202Eevil\n\u0000[x](command:y) $(trash) \u001b[31m' + 'x'.repeat(10_000);
    const outputs = [
      text.traceLabel(traceRow({ name: hostile })),
      text.spanLabel(spanRow({ name: hostile })),
      text.spanDescription(spanRow({ model: hostile, toolName: hostile })),
      ...text.spanTooltip(spanRow({ statusMessage: hostile, status: 'error', service: hostile })),
      ...text.traceTooltip(traceRow({ service: hostile, models: [hostile] })),
      text.spanAccessibleLabel(spanRow({ name: hostile, statusMessage: hostile, status: 'error' })),
    ];
    for (const output of outputs) {
      assert.doesNotMatch(output, /[\u0000-\u001f\u202a-\u202e]/);
      assert.ok(output.length < 2500);
    }
  });
});
