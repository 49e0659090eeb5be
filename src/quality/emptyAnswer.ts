import { hasContent, type AnswerReader } from './answer.ts';
import { quote } from './evidence.ts';
import { jsonAskedFor } from './invalidJson.ts';
import type { Rule, RuleInput } from './rule.ts';
import { defaultOn } from './text/defaults.ts';
import { isEmptyAnswer } from './text/isEmptyAnswer.ts';

export const emptyAnswerRule: Rule = {
  id: 'empty_answer',
  title: 'Empty answer',
  severity: 'warning',
  defaultOn: defaultOn.empty,
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
  const output = answer.output();
  if (output.some(hasContent)) {
    const nothing = jsonAskedFor(facts) ? undefined : textWithoutContent(answer);
    return nothing === undefined ? undefined : `The answer says nothing: ${quote(nothing)}.`;
  }
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

/** The text of an answer that is nothing but signs: empty brackets, a lone full stop, an empty code block. */
function textWithoutContent(answer: AnswerReader): string | undefined {
  const output = answer.output();
  if (output.some(({ parts }) => parts.some((part) => part.type !== 'text'))) return undefined;
  const texts = answer.messageTexts();
  const [first] = texts;
  return first !== undefined && texts.every((text) => isEmptyAnswer(text).found) ? first : undefined;
}
