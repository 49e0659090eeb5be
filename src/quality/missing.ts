import { hasContent } from './answer.ts';
import type { Rule } from './rule.ts';

/** What the emitter leaves out; nothing is wrong with the call. */
export const missingRules: readonly Rule[] = [
  {
    id: 'usage_missing',
    title: 'Usage missing',
    severity: 'info',
    defaultOn: true,
    description: 'A call that ended well does not say how many tokens it used.',
    scopes: ['call'],
    check({ facts, context }) {
      if (facts.status.code === 'error' || context.ended === false || facts.kind === 'rerank')
        return undefined;
      const { usage } = context;
      if (usage?.input !== undefined && (usage.output !== undefined || facts.kind !== 'llm'))
        return undefined;
      const part =
        usage?.input === undefined && usage?.output === undefined
          ? 'tokens'
          : usage.input === undefined
            ? 'input tokens'
            : 'output tokens';
      const hint =
        facts.streaming === true
          ? ' Streams often tell only when asked to (OpenAI: `stream_options.include_usage`).'
          : '';
      return `The span does not say its ${part}, so its cost is unknown.${hint}`;
    },
  },
  {
    id: 'content_missing',
    title: 'Content missing',
    severity: 'info',
    defaultOn: true,
    description: 'A model call carries no messages; most instrumentations record them only when asked to.',
    scopes: ['call'],
    check({ facts, context, answer }) {
      if (facts.kind !== 'llm' || facts.status.code === 'error' || context.ended === false) return undefined;
      if (answer.output().some(hasContent)) return undefined;
      const { system, input } = answer.conversation();
      if (input.some(hasContent) || system.some(hasContent)) return undefined;
      return 'The span carries neither prompt nor answer: capturing content is off, or this instrumentation has none.';
    },
  },
];
