import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { before, describe, it } from 'mocha';
import { decode, fixtures, interpret, type ReplayedSpan, readRequest } from './replay.ts';

interface Expected {
  readonly spans: number;
  readonly kinds: Readonly<Record<string, readonly string[]>>;
  readonly tokens: Readonly<Record<string, number>>;
  readonly counted: readonly string[];
  readonly aggregateOnly: readonly string[];
  readonly reportedCostUsd: number | null;
  readonly models: readonly string[];
  readonly errorSpans: readonly string[];
  readonly orphanRoots: readonly string[];
}

const root = `${fixtures}examples`;
const expected = JSON.parse(readFileSync(`${root}/expected.json`, 'utf8')) as Record<string, Expected>;

for (const file of readdirSync(`${root}/traces`)) {
  const truth = expected[file] as Expected;
  describe(`The example ${file}`, () => {
    let spans: ReplayedSpan[];
    before(() => {
      spans = interpret(decode([readRequest(`${root}/traces/${file}`, 'traces')])).filter(isWork);
    });

    it('has its spans by kind', () => {
      assert.equal(spans.length, truth.spans);
      const kinds: Record<string, string[]> = {};
      for (const { facts, input } of spans) (kinds[facts.kind] ??= []).push(input.span.name);
      for (const names of Object.values(kinds)) names.sort();
      assert.deepEqual(
        kinds,
        Object.fromEntries(Object.entries(truth.kinds).map(([kind, names]) => [kind, [...names].sort()])),
      );
    });

    it('counts each call once', () => {
      const withUsage = spans.filter(({ decision }) => decision.counted && decision.usage);
      assert.deepEqual(names(withUsage), [...truth.counted].sort());
      const repeating = spans.filter(({ facts, decision }) => facts.usage && !decision.counted);
      assert.deepEqual(names(repeating), [...truth.aggregateOnly].sort());
    });

    it('has its tokens and the models they went to', () => {
      const counting = spans.filter(({ decision }) => decision.counted);
      const sums: Record<string, number> = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, reasoning: 0 };
      for (const { decision } of counting) {
        for (const key of Object.keys(sums)) {
          sums[key] =
            (sums[key] ?? 0) + ((decision.usage as Readonly<Record<string, number>> | undefined)?.[key] ?? 0);
        }
      }
      assert.deepEqual(sums, truth.tokens);
      const models = counting.filter(({ decision }) => decision.usage).map(({ view }) => view.model);
      assert.deepEqual([...new Set(models)].sort(), [...truth.models].sort());
    });

    it('has the costs that it reports', () => {
      const cost = spans.reduce((sum, { decision }) => sum + (decision.reportedCost ?? 0), 0);
      assert.equal(Number(cost.toPrecision(9)), truth.reportedCostUsd ?? 0);
    });

    it('has its failures and its parents that never arrive', () => {
      assert.deepEqual(names(spans.filter(({ view }) => view.failed)), [...truth.errorSpans].sort());
      const ids = new Set(spans.map(({ view }) => view.spanId));
      const orphans = spans.filter(({ view }) => view.parentSpanId !== '' && !ids.has(view.parentSpanId));
      assert.deepEqual(names(orphans), [...truth.orphanRoots].sort());
    });
  });
}

describe('Examples with log records', () => {
  it('takes what Claude Code paid from its log', () => {
    const file = 'claude-code.json';
    assert.ok(existsSync(`${root}/logs/${file}`));
    for (const order of [0, 1]) {
      const requests = [
        readRequest(`${root}/traces/${file}`, 'traces'),
        readRequest(`${root}/logs/${file}`, 'logs'),
      ];
      if (order === 1) requests.reverse();
      const spans = interpret(decode(requests));
      assert.equal(
        spans.reduce((sum, { decision }) => sum + (decision.reportedCost ?? 0), 0),
        0.0277,
      );
    }
  });

  it('reads messages from log records', () => {
    const file = 'otel-openai-v2-retry.json';
    const requests = [
      readRequest(`${root}/logs/${file}`, 'logs'),
      readRequest(`${root}/traces/${file}`, 'traces'),
    ];
    const [call] = interpret(decode(requests)).filter(({ decision }) => decision.usage);
    const conversation = call?.facts.conversation();
    assert.ok(conversation && conversation.input.length + conversation.system.length > 0);
    assert.equal(conversation.output[0]?.role, 'assistant');
    assert.equal(call?.decision.retries, 1);
    assert.equal(call.decision.rateLimited, true);
  });
});

function isWork({ facts }: ReplayedSpan): boolean {
  return facts.disposition === 'span' || (facts.disposition === 'patch' && facts.kind !== 'event');
}

function names(spans: readonly ReplayedSpan[]): string[] {
  return spans.map(({ input }) => input.span.name).sort();
}
