import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { callFigures, changeText, stepChanges, traceFigures } from '../../../webview/compare/figures.ts';
import type { SpanRow, TraceRow } from '../../../src/protocol/rows.ts';
import { spanRow, traceRow } from '../host/rows.ts';

/** Figures of two runs of some spans each; names and both values. */
function runFigures(left: TraceRow, right: TraceRow, spans: readonly (readonly [SpanRow?, SpanRow?])[] = []) {
  const pairs = spans.map(([l, r]) => ({ left: l, right: r, depth: 0 }));
  const rows = traceFigures({ left, right, pairs, isCut: false });
  return new Map(rows.map((row) => [row.name, row]));
}

describe('the figures of a comparison', () => {
  it('tell what changed, as a share or a factor', () => {
    assert.equal(changeText(100, 112), '+12 %');
    assert.equal(changeText(100, 50), '−50 %');
    assert.equal(changeText(100, 100.5), '+0.5 %');
    assert.equal(changeText(100, 320), '× 3.2');
    assert.equal(changeText(1, 500), '× 500');
    for (const [left, right] of [
      [0, 5],
      [5, 5],
      [-1, 5],
    ] as const)
      assert.equal(changeText(left, right), undefined);
  });

  it('show what is not known as unknown, never as 0', () => {
    const side = (usage: object | undefined) => ({
      row: spanRow({ durationMs: undefined }),
      usage,
      finishReasons: [],
    });
    const rows = callFigures(side({ input: 10 }), side({ output: 3 }));
    assert.deepEqual(
      rows.map(({ name, left, right, change }) => [name, left, right, change]),
      [
        ['Input tokens', '10', '?', undefined],
        ['Output tokens', '?', '3', undefined],
      ],
    );
  });

  it('leave a change out where some of the calls are not known', () => {
    const known = traceRow({
      cost: { known: 1, unknownCalls: 0 },
      inputTokens: { known: 100, unknownCalls: 0 },
    });
    const partial = traceRow({
      cost: { known: 2, unknownCalls: 1 },
      inputTokens: { known: 200, unknownCalls: 1 },
    });
    const rows = runFigures(known, partial);
    assert.equal(rows.get('Cost')?.change, undefined);
    assert.match(rows.get('Cost')?.right ?? '', /≥.*unknown/);
    const tokens = rows.get('Input tokens');
    assert.deepEqual([tokens?.left, tokens?.right, tokens?.change], ['100', '≥ 200 (1 unknown)', undefined]);
    const other = traceRow({
      cost: { known: 2, unknownCalls: 0 },
      inputTokens: { known: 200, unknownCalls: 0 },
    });
    assert.equal(runFigures(known, other).get('Cost')?.change, '+100 %');
    assert.equal(runFigures(known, other).get('Input tokens')?.change, '+100 %');
  });

  it('of runs show tokens that no call told of as unknown', () => {
    const nothing = { known: undefined, unknownCalls: 0 };
    const silent = traceRow({ inputTokens: { known: undefined, unknownCalls: 2 }, outputTokens: nothing });
    const rows = runFigures(silent, traceRow({ outputTokens: nothing }));
    assert.equal(rows.get('Input tokens')?.left, '?');
    assert.equal(rows.has('Output tokens'), false);
    // A run without calls has no tokens: that is known.
    const none = runFigures(traceRow({ inputTokens: nothing }), traceRow()).get('Input tokens');
    assert.deepEqual([none?.left, none?.right], ['–', '1,000']);
  });

  it('of runs show what was read from caches only as far as calls tell of it', () => {
    const name = '… read from cache';
    const row = (cacheReadTokens: number): TraceRow => traceRow({ cacheReadTokens });
    const call = (cacheRead?: number): SpanRow => spanRow({ usage: { input: 500, output: 1, cacheRead } });
    const figures = (left: number | undefined, right: number | undefined) => {
      const figure = runFigures(row(left ?? 0), row(right ?? 0), [[call(left), call(right)]]).get(name);
      return figure && [figure.left, figure.right];
    };
    assert.deepEqual(figures(undefined, 300), ['?', '300']);
    assert.deepEqual(figures(300, undefined), ['300', '?']);
    assert.deepEqual(figures(0, 300), ['0', '300']);
    assert.equal(figures(undefined, undefined), undefined);
    assert.equal(figures(0, undefined), undefined);
    assert.equal(figures(0, 0), undefined);
  });
});

describe('the changes of a step', () => {
  it('are those of time and tokens that both sides tell', () => {
    const left = spanRow({ durationMs: 1000, usage: { input: 100, output: 100 } });
    assert.deepEqual(stepChanges(left, spanRow({ durationMs: 2000, usage: { input: 100, output: 300 } })), [
      'time +100 %',
      'tokens +100 %',
    ]);
  });

  it('are none where a side tells nothing, or a part only', () => {
    const left = spanRow({ durationMs: 1000, usage: { input: 100, output: 100 } });
    assert.deepEqual(stepChanges(left, spanRow({ durationMs: undefined, usage: undefined })), []);
    assert.deepEqual(stepChanges(left, spanRow({ durationMs: 1000, usage: { input: 100 } })), []);
  });
});
