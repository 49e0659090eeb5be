import { count, milliseconds } from './evidence.ts';
import type { Rule } from './rule.ts';

/** Retries and limits, where the span itself or the HTTP spans below it tell; retries as spans of their own are in `trace/`. */
export const attemptRules: readonly Rule[] = [
  {
    id: 'retried',
    title: 'Retried',
    severity: 'warning',
    defaultOn: true,
    description: 'The call was made more than once before it was answered or given up.',
    scopes: ['call'],
    check({ facts, context }) {
      const retries = Math.max(facts.retries ?? 0, context.retries ?? 0);
      if (retries <= 0) return undefined;
      const end = facts.status.code === 'error' ? 'failed all the same' : 'was answered then';
      return `The call was retried ${retries === 1 ? 'once' : count(retries, 'time')} and ${end}.`;
    },
  },
  {
    id: 'rate_limited',
    title: 'Rate limited',
    severity: 'warning',
    defaultOn: true,
    description: 'The provider turned the call away because too many were made (HTTP 429).',
    scopes: ['call'],
    check({ facts, context }) {
      if (!facts.rateLimited && !context.rateLimited && facts.error?.httpStatus !== 429) return undefined;
      const wait =
        facts.retryAfterMs === undefined ? '' : `; it asked to wait ${milliseconds(facts.retryAfterMs)}`;
      return `The provider’s rate limit was hit${wait}.`;
    },
  },
];
