import { badFeedback, failedEvaluation } from '../judgements.ts';
import type { Finding } from './finding.ts';
import type { TraceSpanView } from './traceView.ts';

/** Evaluations and feedback that name the span they judge, by its id or by the id of its response. */
export function targetedJudgements(spans: readonly TraceSpanView[]): readonly Finding[] {
  const judging = spans.filter((span) => span.evaluations.length > 0);
  if (judging.length === 0) return [];
  const ids = new Set(spans.map((span) => span.spanId));
  const byResponse = new Map<string, string>();
  for (const span of spans)
    if (span.counted && span.responseId !== undefined) byResponse.set(span.responseId, span.spanId);
  const findings: Finding[] = [];
  for (const evaluation of judging.flatMap((span) => span.evaluations)) {
    const { spanId, responseId } = evaluation.target ?? {};
    const named = spanId !== undefined && ids.has(spanId) ? spanId : undefined;
    const judged = named ?? (responseId === undefined ? undefined : byResponse.get(responseId));
    if (judged === undefined) continue;
    const low = badFeedback(evaluation);
    if (low !== undefined) findings.push({ spanId: judged, id: 'low_feedback', reason: low });
    const failed = failedEvaluation(evaluation);
    if (failed !== undefined) findings.push({ spanId: judged, id: 'failed_evaluation', reason: failed });
  }
  return findings;
}
