import { quote } from './evidence.ts';
import type { Rule, RuleInput } from './rule.ts';
import { containsCode } from './text/containsCode.ts';
import { defaultOn } from './text/defaults.ts';
import type { Finding } from './text/finding.ts';
import { isApology } from './text/isApology.ts';
import { isRefusal } from './text/isRefusal.ts';

/** What the answer's text says of it. */
export const answerTextRules: readonly Rule[] = [
  {
    id: 'refusal',
    title: 'Refusal',
    severity: 'warning',
    defaultOn: defaultOn.refusal,
    description: 'The model declines to answer.',
    scopes: ['call'],
    check(input) {
      if (!answersInWords(input)) return undefined;
      const declined = input.answer.refusal();
      if (declined !== undefined) return `The model declined: ${quote(declined)}.`;
      return judge(input, isRefusal, 'The answer reads like a refusal');
    },
  },
  {
    id: 'apology',
    title: 'Apology',
    severity: 'info',
    defaultOn: defaultOn.apology,
    description: 'The model apologises for what it did or cannot do.',
    scopes: ['call'],
    check: (input) => judge(input, isApology, 'The answer apologises'),
  },
  {
    id: 'contains_code',
    title: 'Contains code',
    severity: 'info',
    defaultOn: defaultOn.code,
    description: 'The answer contains program code.',
    scopes: ['call'],
    check: (input) => judge(input, containsCode, 'The answer contains code'),
  },
];

/** Every answer of the call is judged by itself; the first that shows the sign is named. */
function judge(input: RuleInput, heuristic: (text: string) => Finding, says: string): string | undefined {
  if (!answersInWords(input)) return undefined;
  for (const text of input.answer.messageTexts()) {
    const { found, evidence } = heuristic(text);
    if (found) return evidence === undefined ? `${says}.` : `${says}: ${quote(evidence)}.`;
  }
  return undefined;
}

function answersInWords({ facts }: RuleInput): boolean {
  return facts.kind !== 'embedding' && facts.kind !== 'rerank';
}
