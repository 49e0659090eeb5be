import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { FlameTrace } from '../../../src/flame/flameTrace.ts';
import { idleGaps } from '../../../src/flame/idleGaps.ts';
import { plainTime, TimeAxis } from '../../../src/protocol/flameTime.ts';
import { sourceOf } from './support.ts';

const hour = 3600e6;

const anyScale = fc
  .tuple(
    fc.array(fc.tuple(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 1, max: 1000 })), {
      maxLength: 10,
    }),
    fc.integer({ min: 1, max: 50 }),
  )
  .map(([stretches, gapShown]) => {
    const from: number[] = [];
    const to: number[] = [];
    let at = 0;
    for (const [active, idle] of stretches) {
      from.push(at + active);
      to.push(at + active + idle);
      at += active + idle;
    }
    return { gapFrom: Float64Array.from(from), gapTo: Float64Array.from(to), gapShown };
  });

describe('a compressed time axis', () => {
  it('is monotone, and leads back to the time', () => {
    fc.assert(
      fc.property(
        anyScale,
        fc.array(fc.double({ min: 0, max: 20_000, noNaN: true }), { minLength: 2 }),
        (scale, times) => {
          const axis = new TimeAxis(scale);
          times.sort((a, b) => a - b);
          const places = times.map((time) => axis.place(time));
          places.forEach((place, index) => {
            assert.ok(index === 0 || place >= places[index - 1]!);
            assert.ok(Math.abs(axis.time(place) - times[index]!) < 1e-6 * (1 + times[index]!));
          });
        },
      ),
    );
  });

  it('changes nothing outside of idle stretches but where they lie', () => {
    const axis = new TimeAxis({ gapFrom: Float64Array.of(100), gapTo: Float64Array.of(1100), gapShown: 10 });
    assert.deepEqual(
      [50, 100, 1100, 1200].map((time) => axis.place(time)),
      [50, 100, 110, 210],
    );
    assert.equal(new TimeAxis(plainTime).place(77), 77);
  });
});

describe('idle stretches', () => {
  const session = [
    { id: 1, start: 0, duration: 3 * hour },
    { id: 2, parent: 1, start: 0, duration: 10e6 },
    { id: 3, parent: 1, start: hour, duration: 20e6 },
    { id: 4, parent: 1, start: 3 * hour - 5e6, duration: 5e6 },
  ];

  it('are where no span without children ran, also while a workflow was open', () => {
    const { gapFrom, gapTo } = new FlameTrace(sourceOf(session), 0).layout({
      axis: 'time',
      compressIdle: true,
    });
    assert.deepEqual([...gapFrom], [10e6, hour + 20e6]);
    assert.deepEqual([...gapTo], [hour, 3 * hour - 5e6]);
  });

  it('are drawn short, and nothing overlaps for it', () => {
    const trace = new FlameTrace(sourceOf(session), 0);
    const plain = trace.layout({ axis: 'time', compressIdle: false });
    const short = trace.layout({ axis: 'time', compressIdle: true });
    assert.ok(short.extent < plain.extent / 100);
    assert.deepEqual(short.positions.row, plain.positions.row);
    assert.equal(short.positions.right[1]! - short.positions.left[1]!, 10e6);
  });

  it('are none in a trace that is busy, or short', () => {
    const busy = idleGaps(Uint32Array.of(1, 2), Float64Array.of(0, 500), Float64Array.of(400, 900));
    assert.equal(busy.gapFrom.length, 0);
  });
});
