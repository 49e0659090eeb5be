import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import {
  formatBytes,
  formatCost,
  formatCount,
  formatDuration,
  formatMoney,
  formatMoneyExact,
  formatPartialCount,
  formatPartialMoney,
  formatPartialTokens,
  formatRate,
  formatTokens,
  formatUsage,
  plural,
} from '../../../src/protocol/format.ts';
import { markInvisible, visibleLabel, visiblePickLabel } from '../../../src/base/visibleText.ts';

function table<T>(format: (value: T) => string, rows: readonly (readonly [T, string])[]): void {
  for (const [value, expected] of rows) assert.equal(format(value), expected, `of ${String(value)}`);
}

describe('numbers as shown', () => {
  it('groups counts by thousands and shows what is not a number as unknown', () => {
    table(formatCount, [
      [0, '0'],
      [999, '999'],
      [1000, '1,000'],
      [1234567, '1,234,567'],
      [-1234, '-1,234'],
      [NaN, '?'],
      [Infinity, '?'],
    ]);
  });

  it('shortens tokens without rounding up to a wrong unit', () => {
    table(formatTokens, [
      [0, '0'],
      [9999, '9,999'],
      [10_000, '10.0k'],
      [999_949, '999.9k'],
      [999_950, '1.00M'],
      [1_234_567, '1.23M'],
    ]);
  });

  it('shows money with the digits that matter', () => {
    table(formatMoney, [
      [0, '$0'],
      [1234.5, '$1,234.50'],
      [1, '$1.00'],
      [0.0123, '$0.0123'],
      [0.5, '$0.5000'],
      [0.00012345, '$0.00012'],
      [0.0000004, '$0.0000004'],
      [-0.02, '-$0.0200'],
      [NaN, '?'],
      [1e-25, '$1.0e-25'],
    ]);
  });

  it('never shows a positive amount as zero', () => {
    for (let exponent = -30; exponent < 16; exponent++) {
      for (const amount of [1, 2.5, 9.99].map((digit) => digit * 10 ** exponent)) {
        assert.notEqual(Number.parseFloat(formatMoney(amount).replace(/[$,]/g, '')), 0, `of ${amount}`);
        assert.notEqual(Number.parseFloat(formatMoneyExact(amount).replace(/[$,]/g, '')), 0, `of ${amount}`);
      }
    }
  });

  it('quotes a rate per million tokens without the noise of floating point', () => {
    table(formatRate, [
      [0.0000025, '$2.5 / 1M'],
      [1.5e-7, '$0.15 / 1M'],
      [3e-6, '$3 / 1M'],
      [0, '$0 / 1M'],
    ]);
  });

  it('names durations by the unit people use', () => {
    table(formatDuration, [
      [0, '0 ms'],
      [0.42, '0.4 ms'],
      [350.4, '350 ms'],
      [999.6, '1.00 s'],
      [1234, '1.23 s'],
      [59_990, '60.0 s'],
      [60_000, '1 min'],
      [125_000, '2 min 5 s'],
      [3_720_000, '1 h 2 min'],
      [86_400_000 * 3, '3 d'],
      [-5, '-5 ms'],
      [NaN, '?'],
    ]);
  });

  it('names sizes', () => {
    table(formatBytes, [
      [512, '512 B'],
      [1500, '1.5 kB'],
      [3_200_000, '3.2 MB'],
      [1.1e9, '1.10 GB'],
    ]);
  });

  it('agrees in number', () => {
    assert.equal(plural(1, 'call'), '1 call');
    assert.equal(plural(0, 'call'), '0 calls');
    assert.equal(plural(1200, 'call'), '1,200 calls');
  });
});

describe('unknown values as shown', () => {
  it('says how many parts of a sum are unknown, and never shows unknown as zero', () => {
    assert.equal(formatPartialMoney({ known: 0.0123, unknownCalls: 0 }), '$0.0123');
    assert.equal(formatPartialMoney({ known: 0.0123, unknownCalls: 2 }), '≥ $0.0123 (2 unknown)');
    assert.equal(formatPartialMoney({ known: undefined, unknownCalls: 3 }), 'cost ?');
    assert.equal(formatPartialMoney({ known: undefined, unknownCalls: 0 }), undefined);
    assert.equal(formatPartialCount({ known: 1234, unknownCalls: 1 }), '≥ 1,234 (1 unknown)');
    assert.equal(formatPartialCount({ known: undefined, unknownCalls: 3 }), '?');
  });

  it('counts a call that lacks both input and output tokens once', () => {
    assert.equal(
      formatPartialTokens({ known: 900, unknownCalls: 1 }, { known: 100, unknownCalls: 1 }),
      '≥ 1,000 tokens (1 unknown)',
    );
    assert.equal(
      formatPartialTokens({ known: undefined, unknownCalls: 1 }, { known: undefined, unknownCalls: 1 }),
      'tokens ?',
    );
    assert.equal(
      formatPartialTokens({ known: 1, unknownCalls: 0 }, { known: 0, unknownCalls: 0 }),
      '1 token',
    );
  });

  it('marks usage of which one side is missing as a lower bound', () => {
    assert.equal(formatUsage({ input: 10, output: 5 }), '15 tokens');
    assert.equal(formatUsage({ input: 10 }), '≥ 10 tokens');
    assert.equal(formatUsage({}), 'tokens ?');
    assert.equal(formatUsage(undefined), 'tokens ?');
  });

  it('shows an unknown cost as a question and a free call as free', () => {
    assert.equal(formatCost(undefined), 'cost ?');
    assert.equal(formatCost({ unknown: 'price', reason: 'no price' }), 'cost ?');
    assert.equal(
      formatCost({ amount: 0, currency: 'USD', parts: [], source: { kind: 'local', name: 'loopback' } }),
      '$0',
    );
  });
});

describe('received text as shown', () => {
  it('makes direction overrides, controls and zero-width characters visible', () => {
    assert.equal(visibleLabel('abc\u202Egpj.exe'), 'abc⟨U+202E⟩gpj.exe');
    assert.equal(visibleLabel('\u001b]8;;http://evil\u0007x'), '␛]8;;http://evil␇x');
    assert.equal(visibleLabel('a\u200bb\ufeff'), 'a⟨U+200B⟩b⟨U+FEFF⟩');
    assert.equal(visibleLabel('a\u0000b'), 'a␀b');
  });

  it('keeps emoji with joiners and right-to-left scripts as they are', () => {
    assert.equal(visibleLabel('👩‍💻 שלום مرحبا'), '👩‍💻 שלום مرحبا');
  });

  it('puts a label on one line and cuts it without breaking a character', () => {
    assert.equal(visibleLabel('a\n\tb   c'), 'a b c');
    const cut = visibleLabel('😀'.repeat(300), 10);
    assert.ok(cut.length <= 10 && cut.endsWith('…') && !/[\ud800-\udbff](?![\udc00-\udfff])/.test(cut));
    assert.equal(visibleLabel('x'.repeat(5_000_000)).length, 200);
  });

  it('keeps lines and tabs of longer text', () => {
    assert.equal(markInvisible('a\r\n\tb\rc'), 'a\n\tb␍c');
  });

  it('lets no name draw an icon in a quick pick', () => {
    assert.ok(!visiblePickLabel('$(trash) delete').includes('$('));
  });
});
