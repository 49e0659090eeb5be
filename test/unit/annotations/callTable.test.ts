import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { Bench, begin, spanId, type Call } from './support.ts';

const at = (line: number) => [['a.py', line]] as const;

/** A small generator of numbers, the same in every run. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** A forest of spans: some with frames, some placed, some that are no calls; parents before children by id. */
function forest(seed: number, size: number): Call[] {
  const next = numbers(seed);
  return Array.from({ length: size }, (_, i) => {
    const id = i + 1;
    const frames = Array.from({ length: next(4) }, () => [`f${next(3)}.py`, 1 + next(6)] as const);
    const isModel = next(3) > 0;
    return {
      id,
      ...(next(4) > 0 && i > 0 ? { parent: 1 + next(i) } : {}),
      at: frames,
      isCall: next(5) > 0,
      isModel,
      isPriced: isModel,
      failed: next(7) === 0,
      cost: isModel && next(3) > 0 ? (1 + next(64)) / 64 : undefined,
      input: isModel && next(3) > 0 ? next(1000) : undefined,
      output: isModel ? next(100) : undefined,
      durationMs: next(6) === 0 ? undefined : 1 + next(5_000),
      seconds: next(100),
      instance: `run-${next(3)}`,
      trace: 1 + next(2),
      flags: next(4) === 0 ? [{ id: 'truncated', severity: 'warning' as const }] : [],
    };
  });
}

function shuffled<T>(items: readonly T[], seed: number): T[] {
  const next = numbers(seed);
  const all = [...items];
  for (let i = all.length - 1; i > 0; i--) {
    const k = next(i + 1);
    [all[i], all[k]] = [all[k] as T, all[i] as T];
  }
  return all;
}

const files = ['f0.py', 'f1.py', 'f2.py', 'a.py'];
const picture = (bench: Bench): unknown => files.map((file) => bench.lines(file));

describe('the table of calls', () => {
  it('changes nothing when a span is sent again', () => {
    const bench = new Bench();
    bench.add({ id: 1, at: at(5) });
    const before = bench.table.revision;
    bench.add({ id: 1, at: at(5) });
    assert.equal(bench.table.revision, before);
    assert.equal(bench.line('a.py', 5)?.self?.calls, 1);
  });

  it('puts a fuller version in the place of an earlier one', () => {
    const bench = new Bench();
    bench.add({
      id: 1,
      at: at(5),
      durationMs: undefined,
      input: undefined,
      output: undefined,
      cost: undefined,
    });
    bench.add({
      id: 1,
      at: at(6),
      durationMs: 70,
      cost: 0.25,
      flags: [{ id: 'truncated', severity: 'warning' }],
    });
    assert.equal(bench.line('a.py', 5), undefined);
    const sums = bench.line('a.py', 6)?.self;
    assert.deepEqual([sums?.calls, sums?.lastMs, sums?.cost.known, sums?.flags[0]?.count], [1, 70, 0.25, 1]);
  });

  it('takes away what another span turns out to count', () => {
    const bench = new Bench();
    bench.add({ id: 1, at: at(5) }, { id: 2, at: at(5) });
    bench.add({
      id: 2,
      at: at(5),
      isCall: false,
      isModel: false,
      isPriced: false,
      input: undefined,
      output: undefined,
      cost: undefined,
    });
    const sums = bench.line('a.py', 5)?.self;
    assert.deepEqual([sums?.calls, sums?.cost.known, sums?.inputTokens.known], [1, 0.5, 100]);
  });

  it('forgets deleted traces and spans, also the newest of a line', () => {
    const bench = new Bench();
    bench.add(
      { id: 1, at: at(5), cost: 1 },
      { id: 2, at: at(5), cost: 2, trace: 2 },
      { id: 3, at: at(5), cost: 4, trace: 2 },
    );
    bench.table.retain(2, new Set([spanId(2)]));
    assert.equal(bench.line('a.py', 5)?.self?.lastCost, 2);
    bench.table.removeTrace(2);
    const sums = bench.line('a.py', 5)?.self;
    assert.deepEqual([sums?.calls, sums?.lastCost, sums?.lastMicros], [1, 1, begin + 1e6]);
    bench.table.removeTrace(1);
    assert.deepEqual(bench.lines('a.py'), []);
    assert.equal(bench.table.spans, 0);
    bench.add({ id: 4, at: at(5) });
    assert.equal(bench.line('a.py', 5)?.self?.calls, 1);
  });

  it('leads no longer through a parent that was removed, and again once it is back', () => {
    const bench = new Bench();
    bench.add({ id: 1, at: at(3), isModel: false }, { id: 2, parent: 1, at: at(5) });
    bench.table.retain(1, new Set([spanId(2)]));
    assert.equal(bench.line('a.py', 3), undefined);
    bench.add({ id: 1, at: at(3), isModel: false });
    assert.equal(bench.line('a.py', 3)?.through?.calls, 2);
  });

  it('follows a span to another parent', () => {
    const bench = new Bench();
    bench.add({ id: 3, parent: 1, at: at(5) });
    bench.add({ id: 3, parent: 2, at: at(5) });
    bench.add({ id: 1, at: at(10) }, { id: 2, at: at(20) });
    assert.equal(bench.line('a.py', 10)?.through, undefined);
    assert.equal(bench.line('a.py', 20)?.through?.calls, 2);
  });

  it('survives rings of parents and spans that are their own', () => {
    const bench = new Bench();
    bench.add(
      { id: 1, parent: 2, at: at(1) },
      { id: 2, parent: 3, at: at(2) },
      { id: 3, parent: 1, at: at(3) },
      { id: 4, parent: 4, at: at(4) },
    );
    bench.add({ id: 2, parent: 3, at: at(2), cost: 9 });
    assert.equal(
      bench.lines('a.py').reduce((sum, line) => sum + (line.self?.calls ?? 0), 0),
      4,
    );
  });

  it('sums the session, the last run or everything', () => {
    const bench = new Bench();
    bench.add(
      { id: 1, at: at(5), instance: 'one', cost: 1 },
      { id: 2, at: at(5), instance: 'two', cost: 2 },
      { id: 3, at: at(5), instance: 'three', service: 'other', cost: 4, seconds: 0 },
    );
    const cost = (): number | undefined => bench.line('a.py', 5)?.self?.cost.known;
    assert.equal(cost(), 7);
    bench.table.setScope('lastRun', 0);
    assert.equal(cost(), 6);
    bench.table.setScope('session', begin + 1.5e6);
    assert.equal(cost(), 2);
    bench.table.setScope('all', 0);
    assert.equal(cost(), 7);
  });

  it('goes back to the run before when the last one is deleted', () => {
    const bench = new Bench();
    bench.table.setScope('lastRun', 0);
    bench.add(
      { id: 1, at: at(5), instance: 'one', cost: 1 },
      { id: 2, at: at(5), instance: 'two', cost: 2, trace: 2 },
    );
    assert.equal(bench.line('a.py', 5)?.self?.cost.known, 2);
    bench.table.removeTrace(2);
    assert.equal(bench.line('a.py', 5)?.self?.cost.known, 1);
  });

  for (const seed of [1, 2, 3, 4, 5]) {
    it(`comes to the same whatever the order of arrival, in batches of any size (seed ${seed})`, () => {
      const calls = forest(seed, 120);
      for (const scope of ['all', 'lastRun'] as const) {
        const once = new Bench();
        once.table.setScope(scope, 0);
        once.add(...calls);
        const expected = picture(once);
        for (let order = 0; order < 6; order++) {
          const bench = new Bench();
          bench.table.setScope(scope, 0);
          const next = numbers(order + 100);
          const mixed = shuffled([...calls, ...shuffled(calls, seed).slice(0, 30)], order + 7);
          while (mixed.length > 0) bench.add(...mixed.splice(0, 1 + next(20)));
          assert.deepEqual(picture(bench), expected);
        }
      }
    });

    it(`keeps the lines' own sums equal to the total, and each line's at most its inclusive one (seed ${seed})`, () => {
      const calls = forest(seed, 200);
      const bench = new Bench();
      bench.add(...calls);
      const placed = calls.filter(({ isCall, at: frames }) => isCall && frames && frames.length > 0);
      const lines = files.flatMap((file) => bench.lines(file));
      const total = (of: (call: Call) => number | undefined): number =>
        placed.reduce((sum, call) => sum + (of(call) ?? 0), 0);
      const sum = (of: (line: NonNullable<(typeof lines)[number]['self']>) => number | undefined): number =>
        lines.reduce((all, { self }) => all + ((self && of(self)) ?? 0), 0);
      assert.equal(
        sum(({ calls: n }) => n),
        placed.length,
      );
      assert.equal(
        sum(({ cost }) => cost.known),
        total(({ cost }) => cost),
      );
      assert.equal(
        sum(({ inputTokens }) => inputTokens.known),
        total(({ input }) => input),
      );
      assert.equal(
        sum(({ errors }) => errors),
        total(({ failed }) => (failed ? 1 : 0)),
      );
      for (const { self, through } of lines) {
        if (!self || !through) continue;
        assert.ok(through.calls > self.calls || through.calls === self.calls);
        assert.ok((through.cost.known ?? 0) >= (self.cost.known ?? 0));
        assert.ok(through.errors >= self.errors);
      }
    });

    it(`is as it was after a removal (seed ${seed})`, () => {
      const calls = forest(seed, 100);
      const kept = calls.filter(({ trace }) => trace === 1);
      const once = new Bench();
      once.add(...kept);
      const bench = new Bench();
      bench.add(...shuffled(calls, seed));
      bench.table.removeTrace(2);
      assert.deepEqual(picture(bench), picture(once));
    });
  }
});
