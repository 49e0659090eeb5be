import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'mocha';
import { ruleOperators } from '../../../src/model/userRule.ts';
import { flagTable } from './flagTable.ts';
import { rules } from '../../../src/quality/rules.ts';

const page = readFileSync(new URL('../../../docs/flags.md', import.meta.url), 'utf8');

describe('docs/flags.md', () => {
  it('has the table of the flags there are', () => {
    assert.ok(page.includes(flagTable(rules)), `Put this table into docs/flags.md:\n${flagTable(rules)}`);
  });

  it('names every operator of the user’s rules', () => {
    for (const operator of ruleOperators) assert.ok(page.includes(`\`${operator}\``), operator);
  });
});

describe('the registry of flags', () => {
  it('has the ids that settings and other programs rely on, each once', () => {
    assert.deepEqual(rules.map(({ id }) => id).sort(), [
      'apology',
      'cache_miss',
      'contains_code',
      'content_filter',
      'content_missing',
      'cost_mismatch',
      'duplicate_call',
      'empty_answer',
      'error',
      'expensive',
      'failed_evaluation',
      'failed_tool',
      'invalid_json',
      'invalid_tool_arguments',
      'large_context',
      'low_feedback',
      'rate_limited',
      'refusal',
      'repeated_tool_call',
      'retried',
      'slow',
      'slow_first_token',
      'stream_cut',
      'truncated',
      'unknown_tool',
      'usage_missing',
    ]);
  });
});
