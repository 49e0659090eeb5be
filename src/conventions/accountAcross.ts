import type { SpanKey } from '../model/span.ts';
import type { Usage } from '../model/usage.ts';
import { answerRule, keyOf } from './accounting.ts';
import type { AccountingSpan, CountDecision } from './accountingTypes.ts';
import { isLateAnswer, lateAnswers } from './lateAnswers.ts';
import { lendUsage } from './lend.ts';
import { findTwins, twinRule } from './sameCall.ts';

const countsRule = 'Counts for this call, which a span of another instrumentation in another trace repeats.';
const answeredRule = 'A call of a model; its answer came late, in another trace.';

/** True for the rules of spans that count and have taken something from another trace. */
export function isAcrossRule(rule: string): boolean {
  return rule === countsRule || rule === answeredRule;
}

/** A decision that another trace changes. */
export type AcrossDecision = SpanKey & { readonly decision: CountDecision };

/**
 * What changes when spans of other traces are looked at, too. Two instrumentations may start a trace each for the same
 * call (an SDK's own spans beside those of a package), and a streamed call without a parent has its late answer in
 * another trace.
 *
 * Give it spans that lie close in time, several traces together: model calls that count in their own traces, and late
 * answers (`isLateAnswer`). `decisions` tells what was decided in their own traces. The result holds the spans whose
 * decision is another one now. The same for every order of the spans.
 */
export function accountAcross(
  spans: readonly AccountingSpan[],
  decisions: (key: SpanKey) => CountDecision | undefined,
): readonly AcrossDecision[] {
  const changed: AcrossDecision[] = [];
  const calls = spans.filter((span) => isModelCall(span) && decisions(span)?.counted !== false);
  for (const twin of findTwins(calls)) {
    const { duplicate, counts } = twin;
    if (duplicate.traceId === counts.traceId) continue;
    changed.push({
      ...keyOf(duplicate),
      decision: { counted: false, countedIn: keyOf(counts), rule: twinRule(twin) },
    });
    changed.push({ ...keyOf(counts), decision: withLoan(counts, duplicate, countsRule, decisions) });
  }
  for (const [call, answer] of rootAnswers(spans, decisions)) {
    changed.push({
      ...keyOf(answer),
      decision: { counted: false, countedIn: keyOf(call), rule: answerRule },
    });
    changed.push({ ...keyOf(call), decision: withLoan(call, answer, answeredRule, decisions) });
  }
  return changed;
}

/** True for spans that `accountAcross` looks at. */
export function mayPairAcross(span: AccountingSpan): boolean {
  return isModelCall(span) || isLateAnswer(span);
}

function isModelCall({ kind }: AccountingSpan): boolean {
  return kind === 'llm' || kind === 'embedding' || kind === 'rerank';
}

function rootAnswers(
  spans: readonly AccountingSpan[],
  decisions: (key: SpanKey) => CountDecision | undefined,
): readonly (readonly [AccountingSpan, AccountingSpan])[] {
  const roots = spans.filter((span) => {
    if (span.parentSpanId !== '') return false;
    const decision = decisions(span);
    return isLateAnswer(span) ? !decision?.countedIn : decision?.counted !== false && !decision?.usage;
  });
  return lateAnswers(roots).map(([call, answer]) => [
    roots[call] as AccountingSpan,
    roots[answer] as AccountingSpan,
  ]);
}

function withLoan(
  counts: AccountingSpan,
  lender: AccountingSpan,
  rule: string,
  decisions: (key: SpanKey) => CountDecision | undefined,
): CountDecision {
  const own: Usage | undefined = decisions(counts)?.usage ?? counts.usage;
  const lent = lendUsage(own, decisions(lender)?.usage ?? lender.usage);
  const usage = lent ?? own;
  const cost = decisions(counts)?.reportedCost ?? counts.reportedCost ?? lender.reportedCost;
  return {
    counted: true,
    rule,
    ...(usage ? { usage } : {}),
    ...(cost === undefined ? {} : { reportedCost: cost }),
    ...(lent ? { lentBy: keyOf(lender) } : {}),
    contentFrom: keyOf(lender),
  };
}
