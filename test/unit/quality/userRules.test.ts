import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { UserRule } from '../../../src/model/userRule.ts';
import { prepareQuality } from '../../../src/quality/rules.ts';
import { exchange, factsOf, flagsOf, idsOf } from './support.ts';

const attributes = new Map<string, string | number | boolean>([
  ['http.status', 500],
  ['team', 'Search'],
  ['flagged', true],
  ['count', '12'],
]);

function rule(fields: Partial<UserRule>): UserRule {
  return { id: 'r', attribute: 'team', operator: 'exists', severity: 'warning', ...fields };
}

function holds(fields: Partial<UserRule>, answer = 'Hello World'): boolean {
  const options = prepareQuality({
    userRules: [rule(fields)],
    disabled: ['usage_missing', 'content_missing'],
  });
  assert.deepEqual(options.problems, []);
  const ids = idsOf(
    factsOf({}, exchange(answer)),
    {
      name: 'chat gpt-4o',
      durationMs: 1500,
      usage: { input: 100, output: 20 },
      cost: { amount: 0.5, currency: 'USD', parts: [], source: { kind: 'table', name: 't' } },
      attribute: (key) => attributes.get(key),
    },
    options,
  );
  return ids.includes('rule.r');
}

function problems(...rules: unknown[]): readonly string[] {
  return prepareQuality({ userRules: rules }).problems;
}

describe('rules of the user’s', () => {
  it('compare attributes by every operator', () => {
    assert.ok(holds({ operator: 'exists' }) && !holds({ operator: 'exists', attribute: 'nope' }));
    assert.ok(holds({ operator: 'missing', attribute: 'nope' }) && !holds({ operator: 'missing' }));
    assert.ok(
      holds({ operator: 'equals', value: 'Search' }) && !holds({ operator: 'equals', value: 'search' }),
    );
    assert.ok(holds({ operator: 'equals', attribute: 'http.status', value: '500' }));
    assert.ok(holds({ operator: 'equals', attribute: 'flagged', value: true }));
    assert.ok(
      holds({ operator: 'notEquals', value: 'x' }) &&
        !holds({ operator: 'notEquals', attribute: 'nope', value: 'x' }),
    );
    assert.ok(
      holds({ operator: 'contains', value: 'EAR' }) && !holds({ operator: 'contains', value: 'ears' }),
    );
    assert.ok(
      holds({ operator: 'matches', value: '^S.*h$' }) && !holds({ operator: 'matches', value: '^s' }),
    );
    assert.ok(holds({ operator: 'matches', value: '(?i)^s' }));
    assert.ok(holds({ operator: 'above', attribute: 'http.status', value: 499 }));
    assert.ok(!holds({ operator: 'above', attribute: 'http.status', value: 500 }));
    assert.ok(
      holds({ operator: 'below', attribute: 'count', value: 13 }) && !holds({ operator: 'below', value: 13 }),
    );
    assert.ok(!holds({ operator: 'above', attribute: 'nope', value: -1 }));
  });

  it('know the fields of the model', () => {
    assert.ok(holds({ attribute: 'durationMs', operator: 'above', value: 1000 }));
    assert.ok(holds({ attribute: 'cost', operator: 'above', value: 0.1 }));
    assert.ok(holds({ attribute: 'inputTokens', operator: 'equals', value: 100 }));
    assert.ok(holds({ attribute: 'outputTokens', operator: 'below', value: 21 }));
    assert.ok(holds({ attribute: 'name', operator: 'contains', value: 'gpt-4o' }));
    assert.ok(holds({ attribute: 'output', operator: 'matches', value: 'Hello\\s+World' }));
    assert.ok(holds({ attribute: 'output', operator: 'missing' }, ''));
  });

  it('say what they found, in the user’s words where given', () => {
    const said = exchange('x');
    const context = { attribute: () => 'a\u202Eb' };
    const own = prepareQuality({ userRules: [rule({ message: 'Ask the search team.', severity: 'error' })] });
    assert.deepEqual(flagsOf(factsOf({}, said), context, own), [
      { id: 'rule.r', severity: 'error', reason: 'Ask the search team.' },
    ]);
    const plain = prepareQuality({ userRules: [rule({ operator: 'contains', value: 'b' })] });
    assert.deepEqual(
      flagsOf(factsOf({}, said), context, plain).map(({ reason }) => reason),
      ['Your rule: `team` contains “b”: “a⟨U+202E⟩b”.'],
    );
  });

  it('hold for spans of every kind, and can be switched off', () => {
    const options = prepareQuality({
      userRules: [rule({ attribute: 'durationMs', operator: 'above', value: 10 })],
    });
    assert.deepEqual(idsOf(factsOf({ kind: 'other' }), { durationMs: 11, counted: false }, options), [
      'rule.r',
    ]);
    const off = prepareQuality({ userRules: [rule({})], disabled: ['rule.r'] });
    assert.deepEqual(idsOf(factsOf({ kind: 'other' }), { attribute: () => 'x' }, off), []);
  });

  it('are checked one by one, with a sentence that says what to mend', () => {
    const found = problems(
      'x',
      rule({ id: 'has space' }),
      rule({ attribute: '' }),
      { ...rule({}), operator: 'like' },
      { ...rule({}), severity: 'fatal' },
      rule({ operator: 'above', value: 'many' }),
      rule({ operator: 'equals' }),
      rule({ operator: 'matches', value: '(' }),
      rule({ operator: 'matches', value: '(?=a)' }),
      rule({ operator: 'contains', value: '' }),
      rule({ operator: 'matches', value: 'a'.repeat(1001) }),
      rule({ message: 'x'.repeat(501) }),
      rule({ id: 'ok' }),
      rule({ id: 'ok' }),
    );
    assert.equal(found.length, 13);
    assert.match(found[1] ?? '', /^Rule 2 \(has space\): `id` must be/);
    assert.match(found[7] ?? '', /no regular expression in RE2 syntax/);
    assert.match(found[12] ?? '', /another rule has the id `ok`/);
  });

  it('are bounded in number and in the text they read, whatever the expression', () => {
    const many = Array.from({ length: 1200 }, (_, index) => rule({ id: `r${index}` }));
    const options = prepareQuality({ userRules: many });
    assert.equal(options.userRules.length, 1000);
    assert.equal(options.problems.length, 1);
    const started = process.cpuUsage();
    assert.ok(
      !holds(
        { attribute: 'output', operator: 'matches', value: '(a+)+$' },
        `${'a'.repeat(60_000)}!${'b'.repeat(1_000_000)}`,
      ),
    );
    assert.ok(
      !holds({ attribute: 'output', operator: 'contains', value: 'needle' }, `${'a'.repeat(70_000)}needle`),
    );
    assert.ok(process.cpuUsage(started).user < 10_000_000);
  });
});
