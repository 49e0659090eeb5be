import { quote } from './evidence.ts';
import type { Rule } from './rule.ts';

/** What the answer's text says of it. */
export const answerTextRules: readonly Rule[] = [
  {
    id: 'refusal',
    title: 'Refusal',
    severity: 'warning',
    defaultOn: true,
    description: 'The model declines to answer.',
    scopes: ['call'],
    check({ facts, answer }) {
      if (facts.kind !== 'llm') return undefined;
      const declined = answer.refusal();
      return declined === undefined ? undefined : `The model declined: ${quote(declined)}.`;
    },
  },
  {
    id: 'apology',
    title: 'Apology',
    severity: 'info',
    defaultOn: true,
    description: 'The model apologises for what it did or cannot do.',
    scopes: ['call'],
  },
  {
    id: 'contains_code',
    title: 'Contains code',
    severity: 'info',
    defaultOn: true,
    description: 'The answer contains program code.',
    scopes: ['call'],
  },
];
