import type { Evaluation } from '../model/span.ts';
import { name, quote } from './evidence.ts';
import type { Rule } from './rule.ts';

/** What people and evaluators said about a span, where the span itself carries it. */
export const judgementRules: readonly Rule[] = [
  {
    id: 'low_feedback',
    title: 'Low feedback',
    severity: 'warning',
    defaultOn: true,
    description: 'A user rated the answer badly.',
    scopes: ['any'],
    check: ({ facts }) => firstOf(facts.evaluations, badFeedback),
  },
  {
    id: 'failed_evaluation',
    title: 'Failed evaluation',
    severity: 'warning',
    defaultOn: true,
    description: 'An evaluator judged the answer to have failed.',
    scopes: ['any'],
    check: ({ facts }) => firstOf(facts.evaluations, failedEvaluation),
  },
];

/** A user's bad rating in a sentence, or undefined. Scores are read as thumbs: from 0 down is bad. */
export function badFeedback(evaluation: Evaluation): string | undefined {
  if (evaluation.by !== 'user') return undefined;
  const { label, score } = evaluation;
  const bad = label === undefined ? score !== undefined && score <= 0 : badLabels.has(normal(label));
  return bad ? `A user rated it badly: ${told(evaluation)}.` : undefined;
}

/**
 * A failed evaluation in a sentence, or undefined. A label decides; a score alone only does for names of which more is
 * better, as 0 is bad for `correctness` and good for `toxicity`.
 */
export function failedEvaluation(evaluation: Evaluation): string | undefined {
  if (evaluation.by === 'user') return undefined;
  const { label, score } = evaluation;
  if (label !== undefined && goodLabels.has(normal(label))) return undefined;
  const failedScore =
    score !== undefined && score >= 0 && score < 0.5 && moreIsBetter.has(normal(evaluation.name));
  const failed = label === undefined ? failedScore : failedLabels.has(normal(label)) || failedScore;
  return failed ? `An evaluation failed: ${told(evaluation)}.` : undefined;
}

function firstOf(
  evaluations: readonly Evaluation[],
  judge: (evaluation: Evaluation) => string | undefined,
): string | undefined {
  for (const evaluation of evaluations) {
    // One that judges another span is flagged there.
    if (evaluation.target) continue;
    const reason = judge(evaluation);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

function told({ name: title, label, score, explanation }: Evaluation): string {
  const values = [
    label === undefined ? '' : quote(label),
    score === undefined ? '' : `score ${score}`,
  ].filter((text) => text !== '');
  const why = explanation === undefined || explanation.trim() === '' ? '' : `; ${quote(explanation)}`;
  return `${name(title)} ${values.join(', ')}${why}`;
}

function normal(word: string): string {
  return word
    .trim()
    .toLowerCase()
    .replaceAll(/[\s-]+/g, '_')
    .slice(0, 60);
}

const badLabels: ReadonlySet<string> = new Set(
  'negative bad thumbs_down thumbsdown thumb_down down dislike disliked unhelpful not_helpful poor wrong incorrect no false 👎'.split(
    ' ',
  ),
);
const failedLabels: ReadonlySet<string> = new Set(
  (
    'fail failed failure incorrect wrong unfaithful ungrounded not_grounded hallucinated hallucination irrelevant ' +
    'not_relevant unrelated toxic unsafe harmful rejected bad poor not_passed unacceptable'
  ).split(' '),
);
const goodLabels: ReadonlySet<string> = new Set(
  'pass passed ok good correct faithful grounded relevant safe accepted acceptable factual true yes success'.split(
    ' ',
  ),
);
const moreIsBetter: ReadonlySet<string> = new Set(
  (
    'correctness accuracy faithfulness groundedness relevance relevancy answer_relevancy answer_relevance helpfulness ' +
    'quality pass passed success completeness coherence answer_correctness context_precision context_recall'
  ).split(' '),
);
