import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { callFigures, changeText, traceFigures } from '../../../webview/compare/figures.ts';
import { spanRow, traceRow } from '../host/rows.ts';

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

  it('leave a change of cost out where some costs are not known', () => {
    const known = traceRow({ cost: { known: 1, unknownCalls: 0 } });
    const partial = traceRow({ cost: { known: 2, unknownCalls: 1 } });
    const cost = traceFigures(known, partial).find(({ name }) => name === 'Cost');
    assert.equal(cost?.change, undefined);
    assert.match(cost?.right ?? '', /≥.*unknown/);
    assert.equal(
      traceFigures(known, traceRow({ cost: { known: 2, unknownCalls: 0 } })).find(
        ({ name }) => name === 'Cost',
      )?.change,
      '+100 %',
    );
  });
});
