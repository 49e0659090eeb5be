import assert from 'node:assert/strict';
import { calcPrice, waitForUpdate } from '@pydantic/genai-prices';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { join, dirname } from 'node:path';
import type { Usage } from '../../../src/model/usage.ts';
import { priceParts, sumParts } from '../../../src/pricing/rates.ts';
import { levelFor } from '../../../src/pricing/schedule.ts';
import { tableName, tableVersion, tableDate } from '../../../src/pricing/tableVersion.ts';
import { near, table } from './support.ts';

const providers = (await waitForUpdate()) ?? [];
const models = providers.flatMap((provider) =>
  provider.models.map((info) => ({ provider: provider.id, info })),
);

/** The usage in the library's words; only what both know. */
function libraryUsage(usage: Usage): Record<string, number> {
  const entries: [string, number | undefined][] = [
    ['input_tokens', usage.input],
    ['output_tokens', usage.output],
    ['cache_read_tokens', usage.cacheRead],
    ['cache_write_tokens', usage.cacheWrite],
    ['cache_write_1h_tokens', usage.cacheWrite1h],
    ['output_reasoning_tokens', usage.reasoning],
    ['input_audio_tokens', usage.inputAudio],
    ['output_audio_tokens', usage.outputAudio],
    ['cache_audio_read_tokens', usage.cacheReadAudio],
  ];
  return Object.fromEntries(entries.filter((entry): entry is [string, number] => entry[1] !== undefined));
}

const usages = fc
  .record({
    text: fc.nat(400_000),
    cacheText: fc.nat(300_000),
    cacheAudio: fc.nat(5000),
    write: fc.nat(100_000),
    write1h: fc.nat(50_000),
    audio: fc.nat(20_000),
    output: fc.nat(100_000),
    reasoning: fc.nat(50_000),
    outputAudio: fc.nat(5000),
  })
  .map((n): Usage => ({
    input: n.text + n.cacheText + n.cacheAudio + n.write + n.write1h + n.audio,
    cacheRead: n.cacheText + n.cacheAudio,
    cacheReadAudio: n.cacheAudio,
    cacheWrite: n.write + n.write1h,
    cacheWrite1h: n.write1h,
    inputAudio: n.audio + n.cacheAudio,
    output: n.output + n.reasoning + n.outputAudio,
    reasoning: n.reasoning,
    outputAudio: n.outputAudio,
  }));
const times = fc.integer({ min: Date.parse('2024-01-01'), max: Date.parse('2027-06-01') });

describe('parts of a cost', () => {
  it('sum up to what the table’s own calculator says, for every model priced by tokens', () => {
    let compared = 0;
    for (const { provider, info } of models) {
      const found = table.find(provider, info.id);
      // Some entries cannot be reached by their own id: the table itself finds another entry first.
      if (found?.model !== info.id || !found.schedule) continue;
      for (const [usage, time] of fc.sample(fc.tuple(usages, times), { numRuns: 6, seed: 7 + compared })) {
        const level = levelFor(found.schedule, time, usage.input ?? 0);
        assert.ok(level, info.id);
        const parts = priceParts(usage, level.rates, true);
        if ('unknown' in parts) {
          assert.equal(level.rates.output, undefined, `${provider}/${info.id}: ${parts.reason}`);
          continue;
        }
        const expected = calcPrice(libraryUsage(usage), info.id, {
          providerId: provider,
          timestamp: new Date(time),
        });
        assert.ok(expected, info.id);
        const sum = sumParts(parts);
        assert.ok(
          near(sum, expected.total_price),
          `${provider}/${info.id}: ${sum} ≠ ${expected.total_price}`,
        );
        compared++;
      }
    }
    assert.ok(compared > 7000, `${compared} compared`);
  });

  it('charge the tier of the whole input on both sides of every threshold', () => {
    let tiered = 0;
    for (const { provider, info } of models) {
      const found = table.find(provider, info.id);
      if (found?.model !== info.id || !found.schedule) continue;
      const time = Date.parse('2026-09-01T12:00:00Z');
      for (const level of found.schedule.periods.flatMap((period) => period.levels)) {
        if (level.aboveInputTokens < 0) continue;
        for (const input of [
          level.aboveInputTokens - 1,
          level.aboveInputTokens,
          level.aboveInputTokens + 1,
        ]) {
          const usage = { input, output: 1000, cacheRead: 500 };
          const rates = levelFor(found.schedule, time, input)?.rates ?? {};
          const parts = priceParts(usage, rates, true);
          const expected = calcPrice(libraryUsage(usage), info.id, {
            providerId: provider,
            timestamp: new Date(time),
          });
          assert.ok(
            !('unknown' in parts) && expected && near(sumParts(parts), expected.total_price),
            `${info.id} ${input}`,
          );
          tiered++;
        }
      }
    }
    assert.ok(tiered > 100, `${tiered} tiers`);
  });

  it('are tokens × rate, cover every token once, and add up to the sum in their order', () => {
    const rates = {
      input: 3,
      output: 15,
      cacheRead: 0.3,
      cacheWrite: 3.75,
      cacheWrite1h: 6,
      inputAudio: 40,
      outputAudio: 80,
    };
    fc.assert(
      fc.property(usages, (usage) => {
        const parts = priceParts(usage, rates, true);
        assert.ok(!('unknown' in parts));
        let tokens = 0;
        for (const part of parts) {
          assert.ok(part.tokens > 0 && near(part.tokens * part.rate, part.amount));
          tokens += part.tokens;
        }
        assert.equal(tokens, (usage.input ?? 0) + (usage.output ?? 0));
        assert.equal(new Set(parts.map((part) => part.what)).size, parts.length);
        assert.equal(
          sumParts(parts),
          parts.reduce((sum, part) => sum + part.amount, 0),
        );
      }),
    );
  });

  it('charge cached and reasoning tokens at the plain rate where they have none of their own', () => {
    const parts = priceParts(
      { input: 100, cacheRead: 40, output: 50, reasoning: 20 },
      { input: 2, output: 8 },
      true,
    );
    assert.ok(!('unknown' in parts));
    assert.deepEqual(
      parts.map(({ what, tokens, rate }) => [what, tokens, rate * 1e6]),
      [
        ['input', 60, 2],
        ['cacheRead', 40, 2],
        ['output', 30, 8],
        ['reasoning', 20, 8],
      ],
    );
  });

  it('refuse counts that contradict each other instead of inventing tokens', () => {
    const rates = { input: 1, output: 1, cacheRead: 0.1 };
    for (const usage of [
      { input: 17, output: 5, cacheRead: 1920, cacheWrite: 128 },
      { input: 10, output: 5, cacheWrite: 2, cacheWrite1h: 3 },
      { input: 10, output: 5, inputAudio: 11 },
      { input: 10, output: 5, outputAudio: 6 },
      { input: -1, output: 5 },
      { input: Number.NaN, output: 5 },
      { input: Number.POSITIVE_INFINITY, output: 5 },
    ]) {
      const parts = priceParts(usage, rates, true);
      assert.ok('unknown' in parts && parts.unknown === 'usage', JSON.stringify(usage));
    }
  });
});

describe('the price table', () => {
  it('is the one that is installed', () => {
    const entry = createRequire(import.meta.url).resolve(tableName);
    const manifest = JSON.parse(readFileSync(join(dirname(entry), '..', 'package.json'), 'utf8')) as {
      version: string;
    };
    assert.equal(tableVersion, manifest.version, 'adapt tableVersion.ts, its date too, with the package');
    assert.match(tableDate, /^20\d\d-\d\d-\d\d$/);
  });
});
