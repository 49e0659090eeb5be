import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { packDuration, unpackDuration } from '../../../src/annotations/columns.ts';
import { Durations } from '../../../src/annotations/durations.ts';
import { FlagSets } from '../../../src/annotations/flagSets.ts';
import { Runs } from '../../../src/annotations/runs.ts';

const second = 1e6;

describe('durations', () => {
  it('are exact while they are few', () => {
    const durations = new Durations();
    for (const ms of [5, 1, 3, 4, 2]) durations.add(ms);
    assert.deepEqual([durations.quantile(0.5), durations.quantile(0.95), durations.quantile(0)], [3, 5, 1]);
    durations.remove(5);
    assert.equal(durations.quantile(1), 4);
    assert.equal(new Durations().quantile(0.5), undefined);
  });

  it('have quantiles within 1 % when they are many, over nine decades', () => {
    const durations = new Durations();
    const values: number[] = [];
    for (let i = 0; i < 20_000; i++) {
      const ms = 0.001 * 10 ** ((9 * ((i * 7919) % 20_000)) / 20_000);
      values.push(ms);
      durations.add(ms);
    }
    values.sort((a, b) => a - b);
    for (const q of [0.01, 0.25, 0.5, 0.9, 0.95, 0.999]) {
      const exact = values[Math.ceil(q * values.length) - 1] as number;
      const found = durations.quantile(q) as number;
      assert.ok(Math.abs(found - exact) <= exact * 0.0101, `${q}: ${found} for ${exact}`);
    }
  });

  it('add up to the same as one by one', () => {
    const [a, b, all] = [new Durations(), new Durations(), new Durations()];
    for (let i = 1; i <= 300; i++) {
      (i <= 30 ? a : b).add(i);
      all.add(i);
    }
    const sum = new Durations();
    sum.addAll(a);
    sum.addAll(b);
    assert.deepEqual(
      [sum.count, sum.quantile(0.5), sum.quantile(0.95)],
      [300, all.quantile(0.5), all.quantile(0.95)],
    );
  });

  it('are kept in 32 bits, to the microsecond up to half an hour', () => {
    for (const ms of [0, 0.001, 1234.567, 2_147_483.647]) assert.equal(unpackDuration(packDuration(ms)), ms);
    assert.equal(unpackDuration(packDuration(86_400_000.4)), 86_400_000);
    assert.equal(unpackDuration(packDuration(1e15)), 2 ** 31 - 1);
  });
});

describe('runs', () => {
  const at = (runs: Runs, process: Parameters<Runs['of']>[0], from: number, to = from): number => {
    const run = runs.of(process, from * second, to * second);
    runs.count(run, 1);
    return runs.canonical(run);
  };

  it('are processes by their instance id, whatever the pauses', () => {
    const runs = new Runs();
    const [a, b] = [
      { service: 's', instance: 'a' },
      { service: 's', instance: 'b' },
    ];
    const first = at(runs, a, 0);
    assert.equal(at(runs, a, 1e6), first);
    assert.notEqual(at(runs, b, 1), first);
    assert.notEqual(at(runs, { service: 't', instance: 'a' }, 1), first);
  });

  it('end with half an hour without a span where only the process id is known', () => {
    const runs = new Runs();
    const process = { service: 's', pid: '1@box' };
    const first = at(runs, process, 0, 100);
    assert.equal(at(runs, process, 1_800), first);
    assert.notEqual(at(runs, process, 1_800 + 1_801), first);
    assert.ok(runs.isProcess(first));
  });

  it('end with a pause of 30 seconds where only the service is known', () => {
    const runs = new Runs();
    const first = at(runs, { service: 's' }, 0, 60);
    assert.equal(at(runs, { service: 's' }, 89), first);
    assert.notEqual(at(runs, { service: 's' }, 120), first);
    assert.ok(!runs.isProcess(first));
  });

  it('come to the same whatever the order in which spans come', () => {
    const times = [0, 10, 25, 50, 79, 200, 205, 231, 290, 1000];
    const partition = (order: readonly number[]): string => {
      const runs = new Runs();
      const ids = new Map<number, number>();
      for (const time of order) ids.set(time, runs.of({ service: 's' }, time * second, time * second));
      return times
        .map((time) =>
          times.findIndex(
            (other) => runs.canonical(ids.get(other) ?? -1) === runs.canonical(ids.get(time) ?? -1),
          ),
        )
        .join();
    };
    const expected = partition(times);
    assert.equal(expected, '0,0,0,0,0,5,5,5,8,9');
    assert.equal(partition([...times].reverse()), expected);
    assert.equal(partition([50, 0, 1000, 231, 200, 25, 79, 290, 10, 205]), expected);
  });

  it('are the newest with those that were active since the newest began', () => {
    const runs = new Runs();
    const worker = at(runs, { service: 's', instance: 'w1' }, 0, 10);
    const sibling = at(runs, { service: 's', instance: 'w2' }, 1, 9);
    const other = at(runs, { service: 't', instance: 'x' }, 0, 1);
    runs.settle();
    assert.deepEqual(
      [worker, sibling, other].map((run) => runs.isNewest(run)),
      [true, true, true],
    );
    const next = at(runs, { service: 's', instance: 'w3' }, 20, 21);
    assert.equal(runs.settle(), true);
    assert.deepEqual(
      [worker, sibling, next, other].map((run) => runs.isNewest(run)),
      [false, false, true, true],
    );
    assert.equal(runs.settle(), false);
  });

  it('are bounded', () => {
    const runs = new Runs();
    for (let i = 0; i < 66_000; i++) assert.ok(runs.of({ service: 's', instance: `${i}` }, i, i) < 65_536);
  });
});

describe('sets of flags', () => {
  it('are told apart by what is in them, and bounded', () => {
    const sets = new FlagSets();
    const flag = (id: string) => ({ id, severity: 'info' }) as const;
    assert.equal(sets.idOf([]), 0);
    assert.equal(sets.idOf([flag('a'), flag('b')]), sets.idOf([flag('a'), flag('b')]));
    for (let i = 0; i < 70_000; i++) assert.ok(sets.idOf([flag(`rule.${i}`)]) < 65_536);
    assert.deepEqual(sets.at(1), [flag('a'), flag('b')]);
  });
});
