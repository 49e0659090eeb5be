import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'mocha';
import { containsCode } from '../../../../src/quality/text/containsCode.ts';
import { defaultOn, type TextHeuristic } from '../../../../src/quality/text/defaults.ts';
import type { Finding } from '../../../../src/quality/text/finding.ts';
import { isApology } from '../../../../src/quality/text/isApology.ts';
import { isEmptyAnswer } from '../../../../src/quality/text/isEmptyAnswer.ts';
import { isRefusal } from '../../../../src/quality/text/isRefusal.ts';

interface Answer {
  readonly id: string;
  readonly lang: string;
  /** Heuristics are developed on `dev` only and judged on `test`. */
  readonly split: 'dev' | 'test';
  readonly text: string;
  readonly labels: Readonly<Record<TextHeuristic, boolean>>;
}

const heuristics: Readonly<Record<TextHeuristic, (text: string) => Finding>> = {
  code: containsCode,
  refusal: isRefusal,
  apology: isApology,
  empty: isEmptyAnswer,
};

const answers = readFileSync(new URL('../../../fixtures/answers/answers.jsonl', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as Answer);

function measure(
  name: TextHeuristic,
  split: Answer['split'],
): { precision: number; recall: number; wrong: string[] } {
  let right = 0;
  let found = 0;
  let labelled = 0;
  const wrong: string[] = [];
  for (const answer of answers) {
    if (answer.split !== split) continue;
    const says = heuristics[name](answer.text).found;
    const is = answer.labels[name];
    if (says) found++;
    if (is) labelled++;
    if (says && is) right++;
    if (says && !is) wrong.push(answer.id);
  }
  return { precision: found === 0 ? 0 : right / found, recall: right / labelled, wrong };
}

describe('text heuristics on labelled answers', () => {
  it('are measured on enough answers of enough languages, each label in both halves', () => {
    assert.ok(answers.length >= 240);
    assert.ok(new Set(answers.map((answer) => answer.lang)).size >= 11);
    assert.equal(new Set(answers.map((answer) => answer.id)).size, answers.length);
    assert.equal(new Set(answers.map((answer) => answer.text)).size, answers.length);
    for (const split of ['dev', 'test'] as const) {
      for (const name of Object.keys(heuristics) as TextHeuristic[]) {
        const positives = answers.filter((answer) => answer.split === split && answer.labels[name]).length;
        assert.ok(positives >= 7, `${split} ${name}: ${positives}`);
      }
    }
  });

  for (const name of Object.keys(heuristics) as TextHeuristic[]) {
    it(`${name} is on by default exactly when its precision on the held-back half is 95 % or more`, () => {
      const dev = measure(name, 'dev');
      const test = measure(name, 'test');
      const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
      console.log(
        `      ${name}: held back: precision ${percent(test.precision)}, recall ${percent(test.recall)}; ` +
          `developed on: ${percent(dev.precision)}, ${percent(dev.recall)}`,
      );
      assert.equal(defaultOn[name], test.precision >= 0.95, `wrongly found: ${test.wrong.join(', ')}`);
    });

    it(`${name} gives its evidence, short and only when it found something`, () => {
      for (const answer of answers) {
        const finding = heuristics[name](answer.text);
        if (finding.found)
          assert.ok(finding.evidence !== undefined && finding.evidence.length <= 120, answer.id);
        else assert.equal(finding.evidence, undefined);
      }
    });
  }
});
