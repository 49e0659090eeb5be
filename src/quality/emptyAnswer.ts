import type { RuleInput, Rule } from './rule.ts';
import { hasContent } from './answer.ts';

export const emptyAnswerRule: Rule = {
  id: 'empty_answer',
  title: 'Empty answer',
  severity: 'warning',
  defaultOn: true,
  description: 'The call ended well, but its answer holds no text, no tool call and nothing else.',
  scopes: ['call'],
  check: emptyAnswer,
};

/**
 * An answer is called empty when its content was captured and there is none, or when the model says that it made no
 * token. Where nothing was captured, nothing is known.
 */
function emptyAnswer({ facts, context, answer }: RuleInput): string | undefined {
  if (facts.kind !== 'llm' || facts.status.code === 'error' || context.ended === false) return undefined;
  if (
    facts.finishReasons.some(
      (reason) => reason === 'tool_calls' || reason === 'content_filter' || reason === 'error',
    )
  ) {
    return undefined;
  }
  const { output } = answer.conversation();
  if (output.some(hasContent)) return undefined;
  const tokens = context.usage?.output;
  if (tokens === 0 && facts.finishReasons.includes('stop'))
    return 'The model finished without a single output token.';
  if (output.length === 0 || !answer.captured()) return undefined;
  if (tokens === undefined || tokens === 0) return 'The answer holds no text and no tool call.';
  const reasoning = context.usage?.reasoning;
  if (reasoning !== undefined && reasoning >= tokens) {
    return `The answer is empty: all ${tokens.toLocaleString('en-US')} output tokens went into reasoning.`;
  }
  // Tokens were made, but the emitter shows none of them: it may have left the content out.
  return facts.finishReasons.includes('length')
    ? 'The answer holds no text: the token limit was reached before it began.'
    : undefined;
}
