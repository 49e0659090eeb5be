import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { CallSiteNode } from '../../../../src/host/views/callSites/callSiteNodes.ts';
import { CallSiteModel } from '../../../../src/host/views/callSites/callSiteModel.ts';
import { groupLines, lineText, sumsText } from '../../../../src/host/views/callSites/callSiteOrder.ts';
import type { CallSums, CodeSort, FileAnnotations } from '../../../../src/protocol/code.ts';
import { spanRow } from '../rows.ts';
import { line, sums } from './sums.ts';

const costing = (known: number | undefined, part: Partial<CallSums> = {}): CallSums =>
  sums({ cost: { known, unknownCalls: known === undefined ? 1 : 0 }, ...part });

const file: FileAnnotations = {
  file: '/ws/app.py',
  functions: [
    { name: 'plan', line: 20, sums: costing(0.5, { calls: 2, p95Ms: 10, errors: 3 }) },
    { name: 'ask', line: 3, sums: costing(0.1, { calls: 9, p95Ms: 900 }) },
    { name: '', line: undefined, sums: costing(undefined, { calls: 1 }) },
  ],
  lines: [
    line({ line: 4, function: 'ask', self: costing(0.02) }),
    line({ line: 6, function: 'ask', self: costing(0.08) }),
    line({ line: 21, function: 'plan', self: undefined, through: costing(0.5) }),
    line({ line: 30, function: '', self: costing(undefined) }),
    line({ line: 40, function: 'gone', self: costing(0.01) }),
  ],
};

describe('Calls in Code', () => {
  const order = (sort: CodeSort) => groupLines(file, sort).map(({ name }) => name);

  it('sorts functions, what is unknown last', () => {
    assert.deepEqual(order('cost'), ['plan', 'ask', '', 'gone']);
    assert.deepEqual(order('calls'), ['ask', 'plan', '', 'gone']);
    assert.deepEqual(order('p95').slice(0, 2), ['ask', '']);
    assert.equal(order('errors')[0], 'plan');
    assert.deepEqual(order('file'), ['ask', 'plan', '', 'gone']);
  });

  it('sorts the lines of a function alike', () => {
    const lines = (sort: CodeSort) =>
      groupLines(file, sort)
        .find(({ name }) => name === 'ask')
        ?.lines.map((one) => one.line);
    assert.deepEqual(lines('cost'), [6, 4]);
    assert.deepEqual(lines('file'), [4, 6]);
  });

  it('says of each row what it took, and what a line’s numbers are worth', () => {
    assert.equal(
      sumsText(sums({ calls: 12, errors: 2, p95Ms: 1200 })),
      '12 calls · $0.0042 · 1.2k tok · p95 1.20 s · ✗ error ×2',
    );
    assert.equal(lineText(line()), '1 call · $0.0042 · 1.2k tok · 840 ms');
    assert.equal(
      lineText(
        line({
          self: undefined,
          through: sums(),
          stale: { state: 'gone', revision: undefined },
          confidence: 'likely',
        }),
      ),
      '↳ 1 call · $0.0042 · 1.2k tok · 840 ms · gone · likely',
    );
  });

  function model(calls: number) {
    const asked: unknown[] = [];
    const rows = Array.from({ length: calls }, (_, index) => spanRow({ spanId: `s${index}` }));
    const made = new CallSiteModel((method, params) => {
      asked.push([method, params]);
      const answers = {
        'code/files': [{ file: file.file, sums: sums() }],
        'code/annotations': file,
        'code/calls': rows.slice(0, (params as { limit?: number }).limit),
      };
      return Promise.resolve(answers[method] as never);
    });
    return { made, asked };
  }
  const types = (nodes: readonly CallSiteNode[]) => nodes.map(({ type }) => type);

  it('goes from files over functions and lines to the newest calls, page by page', async () => {
    const { made, asked } = model(70);
    const [first] = await made.children();
    const [plan, ask] = await made.children(first);
    assert.deepEqual(types([first!, plan!]), ['file', 'function']);
    const [costliest] = await made.children(ask);
    assert.equal(costliest?.type === 'line' && costliest.annotation.line, 6);
    const calls = await made.children(costliest);
    assert.equal(calls.length, 21);
    const more = calls.at(-1);
    assert.ok(more?.type === 'moreCalls' && more.parent === costliest);
    made.loadMore(more.parent);
    const all = await made.children(costliest);
    assert.equal(all.length, 70);
    assert.equal(new Set(all.map(({ key }) => key)).size, 70);
    assert.deepEqual(await made.children(all[0]), []);
    assert.deepEqual(asked.at(-1), [
      'code/calls',
      { file: '/ws/app.py', line: 6, through: false, limit: 121 },
    ]);
  });

  it('lists the calls that were made through a line at that line', async () => {
    const { made, asked } = model(1);
    const [first] = await made.children();
    const [plan] = await made.children(first);
    const [caller] = await made.children(plan);
    await made.children(caller);
    assert.deepEqual(asked.at(-1), [
      'code/calls',
      { file: '/ws/app.py', line: 21, through: true, limit: 21 },
    ]);
  });

  it('finds a line with the way to it, under the keys that the tree has', async () => {
    const { made } = model(1);
    const found = await made.find('/ws/app.py', 21);
    const [first] = await made.children();
    const [plan] = await made.children(first);
    const [caller] = await made.children(plan);
    assert.equal(found?.key, caller?.key);
    assert.deepEqual([found?.parent.key, found?.parent.parent.key], [plan?.key, first?.key]);
    assert.equal(await made.find('/ws/app.py', 5), undefined);
    assert.equal(await made.find('/ws/other.py', 21), undefined);
  });
});
