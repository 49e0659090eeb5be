import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { pathsOfLine, sumFiles } from '../../../src/annotations/annotate.ts';
import { findProblems } from '../../../src/annotations/problems.ts';
import { Bench } from './support.ts';

const agent = {
  isModel: false,
  isPriced: false,
  input: undefined,
  output: undefined,
  cost: undefined,
} as const;

describe('annotations of lines', () => {
  it('sum the calls at a line', () => {
    const bench = new Bench();
    bench.add(
      {
        id: 1,
        at: [['a.py', 5]],
        durationMs: 100,
        cost: 0.25,
        cacheRead: 40,
        flags: [{ id: 'slow', severity: 'info' }],
      },
      {
        id: 2,
        at: [['a.py', 5]],
        durationMs: 300,
        cost: 0.5,
        failed: true,
        flags: [{ id: 'error', severity: 'error' }],
      },
      { id: 3, at: [['a.py', 5]], durationMs: 200, cost: 1, instance: 'two' },
    );
    const line = bench.line('a.py', 5);
    assert.deepEqual(line?.self, {
      calls: 3,
      modelCalls: 3,
      errors: 1,
      runs: 2,
      lastMs: 200,
      medianMs: 200,
      p95Ms: 300,
      inputTokens: { known: 300, unknownCalls: 0 },
      outputTokens: { known: 30, unknownCalls: 0 },
      cacheReadTokens: 40,
      cost: { known: 1.75, unknownCalls: 0 },
      lastCost: 1,
      flags: [
        { id: 'error', severity: 'error', count: 1 },
        { id: 'slow', severity: 'info', count: 1 },
      ],
      lastMicros: 1_700_000_003e6,
    });
    assert.equal(line.through, undefined);
  });

  it('tell what is not known from what is nothing', () => {
    const bench = new Bench();
    bench.add(
      { id: 1, at: [['a.py', 5]], input: undefined, output: 0, cost: undefined },
      {
        id: 2,
        at: [['a.py', 5]],
        input: undefined,
        output: undefined,
        cost: undefined,
        durationMs: undefined,
      },
    );
    const sums = bench.line('a.py', 5)?.self;
    assert.deepEqual(sums?.inputTokens, { known: undefined, unknownCalls: 1 });
    assert.deepEqual(sums.outputTokens, { known: 0, unknownCalls: 0 });
    assert.deepEqual(sums.cost, { known: undefined, unknownCalls: 1 });
    assert.equal(sums.lastCost, undefined);
    assert.equal(sums.lastMs, 10, 'the last one that ended');
  });

  it('know no time while no call has ended', () => {
    const bench = new Bench();
    bench.add({ id: 1, at: [['a.py', 5]], durationMs: undefined });
    const sums = bench.line('a.py', 5)?.self;
    assert.deepEqual(
      [sums?.calls, sums?.lastMs, sums?.medianMs, sums?.p95Ms],
      [1, undefined, undefined, undefined],
    );
  });

  it('give a helper its sum, each of its callers its share, and totals each call once', () => {
    const bench = new Bench();
    bench.sources.write('app.py', 'def ask():\n  create()\ndef main():\n  ask("a")\n  ask("b")', 0);
    bench.add(
      {
        id: 1,
        at: [
          ['app.py', 2],
          ['app.py', 4],
        ],
        cost: 1,
      },
      {
        id: 2,
        at: [
          ['app.py', 2],
          ['app.py', 5],
        ],
        cost: 2,
      },
      {
        id: 3,
        at: [
          ['app.py', 2],
          ['app.py', 5],
        ],
        cost: 4,
      },
    );
    assert.equal(bench.line('app.py', 2)?.self?.cost.known, 7);
    assert.equal(bench.line('app.py', 2)?.through, undefined);
    assert.equal(bench.line('app.py', 4)?.self, undefined);
    assert.equal(bench.line('app.py', 4)?.through?.cost.known, 1);
    assert.equal(bench.line('app.py', 5)?.through?.cost.known, 6);
    assert.equal(bench.function('app.py', 'main')?.cost.known, 7);
    assert.equal(bench.function('app.py', 'ask')?.cost.known, 7);
    const [file] = sumFiles(bench.parts, 'cost');
    assert.deepEqual([file?.sums.cost.known, file?.sums.calls], [7, 3]);
  });

  it('count a call once per line however often recursion puts the line on its stack', () => {
    const bench = new Bench();
    bench.add({
      id: 1,
      at: [
        ['a.py', 2],
        ['a.py', 4],
        ['a.py', 4],
        ['a.py', 4],
        ['a.py', 9],
      ],
    });
    assert.equal(bench.line('a.py', 4)?.through?.calls, 1);
    bench.add({
      id: 2,
      at: [
        ['a.py', 4],
        ['a.py', 4],
      ],
    });
    assert.equal(bench.line('a.py', 4)?.through?.calls, 2);
    assert.equal(bench.line('a.py', 4)?.self?.calls, 1);
    assert.equal(sumFiles(bench.parts, 'calls')[0]?.sums.calls, 2);
  });

  it('follow the span tree where frames are missing, through spans that are no calls too', () => {
    const bench = new Bench();
    bench.add(
      { id: 1, at: [['main.py', 3]], ...agent },
      { id: 2, parent: 1, isCall: false, ...agent },
      { id: 3, parent: 2, isCall: false, at: [['step.py', 8]], ...agent },
      { id: 4, parent: 3, at: [['llm.py', 5]], cost: 2 },
    );
    assert.equal(bench.line('llm.py', 5)?.self?.cost.known, 2);
    assert.equal(bench.line('step.py', 8)?.through?.cost.known, 2);
    assert.equal(bench.line('main.py', 3)?.self?.calls, 1);
    assert.equal(bench.line('main.py', 3)?.through?.cost.known, 2);
  });

  it('take frames for the way where there are some, not the tree', () => {
    const bench = new Bench();
    bench.add(
      { id: 1, at: [['main.py', 3]], ...agent },
      {
        id: 2,
        parent: 1,
        at: [
          ['llm.py', 5],
          ['other.py', 1],
        ],
      },
    );
    assert.equal(bench.line('main.py', 3)?.through, undefined);
    assert.equal(bench.line('other.py', 1)?.through?.calls, 1);
  });

  it('measure the time of an agent, not of the calls within it, where both stand at one line', () => {
    const bench = new Bench();
    bench.add(
      { id: 1, at: [['main.py', 3]], ...agent, durationMs: 4_000 },
      { id: 2, parent: 1, at: [['main.py', 3]], durationMs: 1_000 },
      { id: 3, parent: 1, at: [['main.py', 3]], durationMs: 1_500 },
    );
    const sums = bench.line('main.py', 3)?.self;
    assert.deepEqual([sums?.calls, sums?.modelCalls, sums?.lastMs, sums?.medianMs], [3, 2, 4_000, 4_000]);
  });

  it('keep two call sites of one line together, and apart once an edit parts them', () => {
    const bench = new Bench();
    bench.sources.write('a.py', 'x = ask(1), tell(2)', 0);
    bench.add(
      { id: 1, at: [['a.py', 1, 5]], cost: 1 },
      { id: 2, at: [['a.py', 1, 13]], cost: 2 },
      {
        id: 3,
        at: [
          ['a.py', 1, 5],
          ['a.py', 1, 13],
        ],
        cost: 4,
      },
    );
    assert.equal(bench.line('a.py', 1)?.self?.calls, 3);
    assert.equal(bench.line('a.py', 1)?.through, undefined);
    bench.edit('a.py', 'x = (\n  ask(1),\n  tell(2))', 1);
    assert.equal(bench.line('a.py', 2)?.self?.cost.known, 5);
    assert.equal(bench.line('a.py', 3)?.self?.cost.known, 2);
    assert.equal(bench.line('a.py', 3)?.through?.cost.known, 6);
  });

  it('hold a loop of 10,000 calls from one line', () => {
    const bench = new Bench();
    bench.add({ id: 1, at: [['a.py', 2]], ...agent, durationMs: 1 });
    for (let i = 0; i < 100; i++) {
      bench.add(
        ...Array.from({ length: 100 }, (_, k) => ({
          id: 2 + i * 100 + k,
          parent: 1,
          at: [['a.py', 7]] as const,
          durationMs: 1 + i,
        })),
      );
    }
    const sums = bench.line('a.py', 7)?.self;
    assert.equal(sums?.calls, 10_000);
    assert.equal(sums.cost.known, 5_000);
    assert.ok(Math.abs((sums.medianMs ?? 0) - 50) <= 0.5, `${sums.medianMs}`);
    assert.ok(Math.abs((sums.p95Ms ?? 0) - 95) <= 0.95, `${sums.p95Ms}`);
    assert.equal(bench.line('a.py', 2)?.through?.calls, 10_001);
  });

  it('are as sure as the least sure call', () => {
    const bench = new Bench();
    bench.add({ id: 1, at: [['a.py', 2]] }, { id: 2, at: [['a.py', 2]], confidence: 'likely' });
    assert.equal(bench.line('a.py', 2)?.confidence, 'likely');
  });

  it('name the newest calls of a line first, at it or through it', () => {
    const bench = new Bench();
    bench.add(
      {
        id: 1,
        at: [
          ['a.py', 2],
          ['a.py', 9],
        ],
        seconds: 3,
      },
      { id: 2, at: [['a.py', 2]], seconds: 5 },
      { id: 3, at: [['a.py', 9]], seconds: 4 },
    );
    const ids = (line: number, through: boolean): number[] =>
      bench.table
        .newestOf(pathsOfLine(bench.parts, 'a.py', line, through), 10)
        .map((slot) => Number.parseInt(bench.table.spanIdAt(slot), 16));
    assert.deepEqual(ids(2, false), [2, 1]);
    assert.deepEqual(ids(9, false), [3]);
    assert.deepEqual(ids(9, true), [3, 1]);
    assert.deepEqual(ids(4, true), []);
  });

  it('list files by what is asked for', () => {
    const bench = new Bench();
    bench.add(
      { id: 1, at: [['a.py', 1]], cost: 1, durationMs: 900, failed: true },
      { id: 2, at: [['b.py', 1]], cost: 5 },
      { id: 3, at: [['c.py', 1]], cost: 1 },
      { id: 4, at: [['c.py', 1]], cost: undefined },
    );
    const order = (sort: Parameters<typeof sumFiles>[1]): string =>
      sumFiles(bench.parts, sort)
        .map(({ file }) => file[0])
        .join('');
    assert.deepEqual((['cost', 'calls', 'p95', 'errors', 'file'] as const).map(order), [
      'bac',
      'cab',
      'abc',
      'abc',
      'abc',
    ]);
  });
});

describe('problems of lines', () => {
  it('are one for each line and flag, with the newest call', () => {
    const bench = new Bench();
    const truncated = { flags: [{ id: 'truncated', severity: 'warning' }] } as const;
    bench.add(
      { id: 1, at: [['a.py', 1]], ...truncated },
      { id: 3, at: [['a.py', 1]], ...truncated },
      { id: 2, at: [['a.py', 1]], flags: [...truncated.flags, { id: 'error', severity: 'error' }] },
      { id: 4, at: [['b.py', 1]], flags: [{ id: 'slow', severity: 'info' }] },
      { id: 5, flags: [{ id: 'error', severity: 'error' }] },
    );
    assert.deepEqual(
      findProblems(bench.parts).map(({ slot, flag, count, file, line }) => [
        flag,
        count,
        file,
        line,
        Number.parseInt(bench.table.spanIdAt(slot), 16),
      ]),
      [
        ['truncated', 3, 'a.py', 1, 3],
        ['error', 1, 'a.py', 1, 2],
      ],
    );
  });

  it('go when a later run does not have them, over the last run', () => {
    const bench = new Bench();
    bench.table.setScope('lastRun', 0);
    bench.add({ id: 1, at: [['a.py', 1]], flags: [{ id: 'error', severity: 'error' }], instance: 'one' });
    assert.equal(findProblems(bench.parts).length, 1);
    bench.add({ id: 2, at: [['a.py', 1]], instance: 'two' });
    assert.equal(findProblems(bench.parts).length, 0);
  });
});
