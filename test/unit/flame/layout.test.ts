import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { FlameTrace } from '../../../src/flame/flameTrace.ts';
import type { LayoutOptions } from '../../../src/flame/flameTrace.ts';
import { flameBits, flameChunk, noRow } from '../../../src/protocol/flame.ts';
import type { FlameColumns, FlameLayoutHead } from '../../../src/protocol/flame.ts';
import { anySpans, sourceOf } from './support.ts';
import type { Draft } from './support.ts';

const now = 2e15;
const traceOf = (drafts: readonly Draft[], at = now): FlameTrace => new FlameTrace(sourceOf(drafts), at);
const layoutOf = (
  drafts: readonly Draft[],
  options: Partial<LayoutOptions> = {},
): { layout: FlameLayoutHead; columns: FlameColumns } => {
  const trace = traceOf(drafts);
  return {
    layout: trace.layout({ axis: 'time', compressIdle: false, ...options }),
    columns: trace.columns(0),
  };
};
/** Rows by span id. */
const rowsOf = (drafts: readonly Draft[], options?: Partial<LayoutOptions>): Map<number, number> => {
  const { layout, columns } = layoutOf(drafts, options);
  return new Map([...columns.idLow].map((id, place) => [id, layout.positions.row[place]!]));
};

const anyOptions = fc.record({
  axis: fc.constantFrom('time', 'cost', 'tokens' as const),
  compressIdle: fc.boolean(),
  hidden: fc.uint8Array({ maxLength: 8 }),
  collapsed: fc.array(fc.nat(70), { maxLength: 5 }).map((places) => Uint32Array.from(places)),
});

describe('a layout', () => {
  it('lets nothing overlap in a row, keeps the order there, and puts children below their parents', () => {
    fc.assert(
      fc.property(anySpans, anyOptions, (drafts, options) => {
        const { layout, columns } = layoutOf(drafts, options);
        const { left, right, row } = layout.positions;
        const ends = new Map<number, number>();
        for (let place = 0; place < drafts.length; place++) {
          const at = row[place]!;
          if (at === noRow) continue;
          assert.ok(at < layout.rows);
          assert.ok(right[place]! >= left[place]!, 'no negative width');
          assert.ok(left[place]! >= (ends.get(at) ?? -Infinity), 'an overlap, or another order');
          ends.set(at, right[place]!);
          assert.ok(right[place]! <= layout.extent);
          let above = columns.parent[place]!;
          while (above >= 0 && row[above] === noRow) above = columns.parent[above]!;
          if (above >= 0) assert.ok(row[above]! < at, 'a child above its parent');
        }
      }),
      { numRuns: 500 },
    );
  });

  it('uses every row', () => {
    fc.assert(
      fc.property(anySpans, anyOptions, (drafts, options) => {
        const { rows, positions } = layoutOf(drafts, options).layout;
        const used = new Set([...positions.row].filter((row) => row !== noRow));
        assert.equal(used.size, rows);
      }),
    );
  });

  it('gives spans that follow each other one row, also where clocks make them overlap a little', () => {
    const rows = rowsOf([
      { id: 1, duration: 100_000 },
      { id: 2, parent: 1, start: 0, duration: 50_300 },
      { id: 3, parent: 1, start: 50_000, duration: 50_000 },
    ]);
    assert.deepEqual([...rows.values()], [0, 1, 1]);
  });

  it('gives branches that run side by side rows of their own, for all below them', () => {
    const rows = rowsOf([
      { id: 1, duration: 100_000 },
      { id: 2, parent: 1, start: 0, duration: 90_000 },
      { id: 3, parent: 2, start: 10_000, duration: 20_000 },
      { id: 4, parent: 1, start: 20_000, duration: 60_000 },
      { id: 5, parent: 4, start: 30_000, duration: 10_000 },
      { id: 6, parent: 1, start: 92_000, duration: 5_000 },
    ]);
    assert.deepEqual(Object.fromEntries(rows), { 1: 0, 2: 1, 3: 2, 4: 3, 5: 4, 6: 1 });
  });

  it('leaves out what lies below a collapsed span and gives its rows to others', () => {
    const drafts = [
      { id: 1, duration: 100_000 },
      { id: 2, parent: 1, duration: 90_000 },
      { id: 3, parent: 2, duration: 80_000 },
      { id: 4, parent: 1, start: 1000, duration: 50_000 },
    ];
    const rows = rowsOf(drafts, { collapsed: Uint32Array.of(1) });
    assert.deepEqual(Object.fromEntries(rows), { 1: 0, 2: 1, 3: noRow, 4: 2 });
  });

  it('moves children of hidden spans up', () => {
    const drafts = [
      { id: 1, duration: 100_000 },
      { id: 2, parent: 1, duration: 90_000 },
      { id: 3, parent: 2, duration: 80_000 },
    ];
    const rows = rowsOf(drafts, { hidden: Uint8Array.of(0b010) });
    assert.deepEqual(Object.fromEntries(rows), { 1: 0, 2: noRow, 3: 1 });
  });

  it('stays fast with very many branches side by side', () => {
    const many = 200_000;
    const drafts = Array.from({ length: many }, (_, at) => ({ id: at + 1, start: at, duration: 1e9 }));
    const { layout } = layoutOf(drafts);
    assert.equal(layout.rows, many);
  });

  it('comes in stretches that fit together', () => {
    const many = flameChunk + 10;
    const trace = traceOf(
      Array.from({ length: many }, (_, at) => ({ id: at + 1, start: at * 10, duration: 5 })),
    );
    const { layoutId, positions } = trace.layout({ axis: 'time', compressIdle: false });
    assert.equal(positions.row.length, flameChunk);
    const rest = trace.positions(layoutId, flameChunk);
    assert.equal(rest?.row.length, 10);
    assert.equal(trace.columns(flameChunk).idLow[0], flameChunk + 1);
    trace.layout({ axis: 'cost', compressIdle: false });
    assert.equal(trace.positions(layoutId, 0), undefined, 'of an older layout');
  });
});

describe('times that contradict each other', () => {
  const bitsOf = (drafts: readonly Draft[]): number[] => [...traceOf(drafts).columns(0).bits];

  it('draw a span that began before its parent from the parent’s start, with its length, and say so', () => {
    const drafts = [
      { id: 1, start: 1_000_000, duration: 500_000, service: 1 },
      { id: 2, parent: 1, start: 900_000, duration: 100_000, service: 2 },
      { id: 3, parent: 2, start: 950_000, duration: 20_000, service: 2 },
    ];
    const { layout } = layoutOf(drafts);
    assert.deepEqual([...layout.positions.left], [100_000, 100_000, 150_000]);
    assert.deepEqual([...layout.positions.right], [600_000, 200_000, 170_000]);
    assert.deepEqual(bitsOf(drafts), [0, flameBits.skewed, 0]);
  });

  it('say nothing of a millisecond', () => {
    assert.deepEqual(
      bitsOf([
        { id: 1, start: 1000, duration: 5000 },
        { id: 2, parent: 1, start: 400, duration: 10 },
      ]),
      [0, 0],
    );
  });

  it('keep the time of work that went on after its parent', () => {
    const drafts = [
      { id: 1, duration: 10_000 },
      { id: 2, parent: 1, start: 5000, duration: 100_000 },
    ];
    assert.equal(layoutOf(drafts).layout.positions.right[1], 105_000);
    assert.deepEqual(bitsOf(drafts), [0, flameBits.outlives]);
  });

  it('make no negative width of an end before the start', () => {
    const { layout } = layoutOf([{ id: 1, start: 5, duration: -3 }]);
    assert.equal(layout.positions.right[0], layout.positions.left[0]);
  });

  it('draw what has not ended up to now while the trace is live, and up to its last moment when it is not', () => {
    const drafts = [
      { id: 1, start: 1e15, duration: undefined },
      { id: 2, parent: 1, start: 1e15 + 1000, duration: 500 },
    ];
    const live = traceOf(drafts, 1e15 + 60_000_000);
    assert.equal(live.layout({ axis: 'time', compressIdle: false }).positions.right[0], 60_000_000);
    const dead = traceOf(drafts, 1e15 + 48 * 3600e6);
    assert.equal(dead.layout({ axis: 'time', compressIdle: false }).positions.right[0], 1500);
    assert.deepEqual([...dead.columns(0).bits], [flameBits.unfinished, 0]);
  });
});

describe('self time', () => {
  const selfOf = (drafts: readonly Draft[]): number[] => [...traceOf(drafts).columns(0).self];

  it('is what no child covers, each moment once', () => {
    assert.deepEqual(
      selfOf([
        { id: 1, duration: 100 },
        { id: 2, parent: 1, start: 10, duration: 30 },
        { id: 3, parent: 1, start: 20, duration: 40 },
        { id: 4, parent: 1, start: 90, duration: 50 },
      ]),
      [40, 30, 40, 50],
    );
  });

  it('is never negative and never more than the duration', () => {
    fc.assert(
      fc.property(anySpans, (drafts) => {
        const trace = traceOf(drafts);
        const { positions } = trace.layout({ axis: 'time', compressIdle: false });
        trace.columns(0).self.forEach((self, place) => {
          assert.ok(self >= -1e-3 * Math.abs(positions.right[place]!));
        });
      }),
    );
  });
});
