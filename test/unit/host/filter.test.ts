import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import {
  dayRange,
  describeFilter,
  durationUnits,
  groupFilter,
  isEmptyFilter,
  moneyUnits,
  parseRange,
  without,
  withValues,
} from '../../../src/host/views/traces/filter.ts';

describe('ranges as typed', () => {
  it('are read with either, both or no end', () => {
    const cases: [string, object | undefined][] = [
      ['', {}],
      ['> 0.01', { min: 0.01 }],
      ['>=2', { min: 2 }],
      ['≤ 5', { max: 5 }],
      ['<.5', { max: 0.5 }],
      ['1-3', { min: 1, max: 3 }],
      ['1 to 3', { min: 1, max: 3 }],
      ['$1 – $3', { min: 1, max: 3 }],
      ['2', { min: 2 }],
      ['5ct', { min: 0.05 }],
    ];
    for (const [text, expected] of cases) assert.deepEqual(parseRange(text, moneyUnits), expected, text);
  });

  it('of durations are in milliseconds, a bare number being seconds', () => {
    assert.deepEqual(parseRange('500ms-3s', durationUnits), { min: 500, max: 3000 });
    assert.deepEqual(parseRange('> 2', durationUnits), { min: 2000 });
    assert.deepEqual(parseRange('< 1.5 min', durationUnits), { max: 90_000 });
  });

  it('that make no sense are refused', () => {
    for (const text of [
      'cheap',
      '1-2-3',
      '3-1',
      '> ',
      '-',
      '1 parsec',
      'Infinity',
      'NaN',
      '1e9',
      '9'.repeat(200),
    ]) {
      assert.equal(parseRange(text, moneyUnits), undefined, text);
    }
    assert.equal(parseRange('$2', durationUnits), undefined);
  });
});

describe('filters', () => {
  it('are empty when nothing restricts', () => {
    assert.ok(isEmptyFilter({}));
    assert.ok(isEmptyFilter({ text: '', models: [], onlyErrors: false, minCost: undefined }));
    assert.ok(!isEmptyFilter({ minCost: 0 }));
  });

  it('lose a restriction without the others', () => {
    assert.deepEqual(without({ text: 'a', minCost: 1, maxCost: 2 }, 'minCost', 'maxCost'), { text: 'a' });
    assert.deepEqual(withValues({ models: ['a'] }, 'models', []), {});
    assert.deepEqual(withValues({}, 'flags', ['error']), { flags: ['error'] });
  });

  it('are narrowed to a group', () => {
    assert.deepEqual(groupFilter({ text: 'a' }, 'session', 's'), { text: 'a', sessions: ['s'] });
    assert.deepEqual(groupFilter({ models: ['a', 'b'] }, 'model', 'b'), { models: ['b'] });
    const day = dayRange('2026-03-29');
    assert.ok(day);
    assert.deepEqual(groupFilter({ since: day.since + 5 }, 'day', '2026-03-29'), {
      since: day.since + 5,
      until: day.until,
    });
  });

  it('take a day as it is on the wall, changes of the clock included', () => {
    const day = dayRange('2026-02-28');
    assert.ok(day);
    assert.equal(new Date(day.since).getDate(), 28);
    assert.equal(new Date(day.since).getHours(), 0);
    assert.equal(new Date(day.until + 1).getDate(), 1);
    assert.equal(dayRange('../../etc'), undefined);
  });

  it('are described in a few words, without the tricks of received names', () => {
    assert.equal(
      describeFilter({ text: 'refund', onlyErrors: true, minCost: 0.01, models: ['gpt-4o', 'o1', 'o3'] }),
      '“refund” · errors · gpt-4o, o1 +1 · ≥ $0.0100',
    );
    assert.equal(describeFilter({ minDurationMs: 500, maxDurationMs: 2000 }), '500 ms – 2.00 s');
    assert.ok(!describeFilter({ models: ['a\u202Eb'] }).includes('\u202E'));
  });
});
