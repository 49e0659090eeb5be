import { name, quote } from './evidence.ts';
import type { Rule } from './rule.ts';

/** How a call or a span ended. */
export const outcomeRules: readonly Rule[] = [
  {
    id: 'error',
    title: 'Error',
    severity: 'error',
    defaultOn: true,
    description: 'The span ended in an error.',
    scopes: ['any'],
    check({ facts }) {
      if (facts.status.code !== 'error') return undefined;
      const { error } = facts;
      const message = error?.message ?? facts.status.message;
      const http = error?.httpStatus === undefined ? '' : ` (HTTP ${error.httpStatus})`;
      const type = error?.type === undefined || error.type === '' ? '' : ` with ${name(error.type)}`;
      return `Failed${type}${http}${message.trim() === '' ? '.' : `: ${quote(message)}.`}`;
    },
  },
  {
    id: 'truncated',
    title: 'Answer truncated',
    severity: 'warning',
    defaultOn: true,
    description: 'The answer ends where the limit of output tokens was reached.',
    scopes: ['call'],
    check({ facts, context }) {
      if (!facts.finishReasons.includes('length')) return undefined;
      const limit = maxTokens(facts.parameters);
      const output = context.usage?.output;
      const after = output === undefined ? '' : ` after ${output.toLocaleString('en-US')} output tokens`;
      const asked = limit === undefined ? '' : ` (limit ${name(limit)})`;
      return `The answer was cut off${after}${asked}: finish reason “length”.`;
    },
  },
  {
    id: 'content_filter',
    title: 'Content filter',
    severity: 'warning',
    defaultOn: true,
    description: 'The provider’s content filter withheld the request or the answer.',
    scopes: ['call'],
    check({ facts }) {
      if (facts.finishReasons.includes('content_filter')) {
        return 'The provider’s content filter ended the answer: finish reason “content_filter”.';
      }
      const type = facts.error?.type?.toLowerCase() ?? '';
      const message = facts.error?.message ?? facts.status.message;
      if (facts.status.code !== 'error') return undefined;
      const told =
        type.includes('content_filter') || type.includes('contentfilter') || filterCode.test(message);
      return told
        ? `The provider’s content filter refused the request: ${quote(message || type)}.`
        : undefined;
    },
  },
  {
    id: 'stream_cut',
    title: 'Stream cut',
    severity: 'warning',
    defaultOn: true,
    description: 'A streamed answer broke off before its end.',
    scopes: ['call'],
    check({ facts, context, answer }) {
      if (facts.streaming !== true || context.ended === false || facts.kind !== 'llm') return undefined;
      if (facts.finishReasons.some((reason) => reason !== 'error')) return undefined;
      const begun =
        facts.timeToFirstTokenMs !== undefined || answer.text() !== '' || (context.usage?.output ?? 0) > 0;
      if (!begun) return undefined;
      if (facts.status.code === 'error' || facts.finishReasons.includes('error')) {
        return 'The stream failed after it had begun: the answer is incomplete.';
      }
      // Without usage and without a reason to finish, the end of the stream never came; with usage it did.
      if (context.usage?.output !== undefined || silentOnFinish.has(facts.dialect)) return undefined;
      return 'The stream ended without a finish reason and without usage: it was cut or left early.';
    },
  },
];

/** Dialects whose emitters leave the finish reason of streams out, so that its absence says nothing. */
const silentOnFinish: ReadonlySet<string> = new Set(['openinference', 'generic']);

/** Codes of Azure's and OpenAI's filters in error messages. */
const filterCode = /\bcontent_filter\b|ResponsibleAIPolicyViolation|content_policy_violation/;

function maxTokens(parameters: ReadonlyMap<string, string>): string | undefined {
  for (const key of [
    'max_tokens',
    'max_output_tokens',
    'max_completion_tokens',
    'maxTokens',
    'maxOutputTokens',
  ]) {
    const value = parameters.get(key);
    if (value !== undefined) return value;
  }
  return undefined;
}
