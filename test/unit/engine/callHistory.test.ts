import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { CallHistories, type Measurement } from '../../../src/engine/callHistory.ts';

const took = (durationMs: number): Measurement => ({
  durationMs,
  timeToFirstTokenMs: undefined,
  cost: undefined,
});

describe('the history of calls from one place', () => {
  it('knows nothing of a place without calls, and keeps places apart', () => {
    const histories = new CallHistories();
    assert.equal(histories.of('a'), undefined);
    for (let i = 0; i < 20; i++) histories.add('a', took(100));
    histories.add('b', took(5));
    assert.equal(histories.of('a')?.durationMs?.median, 100);
    assert.equal(histories.of('b')?.durationMs?.median, 5);
    assert.equal(histories.of('c'), undefined);
  });

  it('does not take what is not known for a measurement', () => {
    const histories = new CallHistories();
    histories.add('a', { durationMs: undefined, timeToFirstTokenMs: undefined, cost: 0.5 });
    const history = histories.of('a');
    assert.equal(history?.durationMs, undefined);
    assert.equal(history?.timeToFirstTokenMs, undefined);
    assert.equal(history?.cost?.median, 0.5);
  });

  it('follows what is measured lately', () => {
    const histories = new CallHistories();
    for (let i = 0; i < 200; i++) histories.add('a', took(100));
    assert.equal(histories.of('a')?.durationMs?.median, 100);
    for (let i = 0; i < 200; i++) histories.add('a', took(900));
    assert.equal(histories.of('a')?.durationMs?.median, 900);
  });

  it('is bounded, though names with ids in them make thousands of places', () => {
    const histories = new CallHistories();
    for (let i = 0; i < 10_000; i++) histories.add(`place ${i}`, took(i));
    const kept = Array.from({ length: 10_000 }, (_, i) => histories.of(`place ${i}`)).filter(Boolean);
    assert.ok(kept.length <= 2_000);
    assert.equal(histories.of('place 9999')?.durationMs?.median, 9_999);
  });
});
