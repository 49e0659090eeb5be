import type { CountDecision } from '../conventions/accountingTypes.ts';
import { lendUsage } from '../conventions/lend.ts';
import type { Usage } from '../model/usage.ts';
import type { KnownSpan } from './traceStates.ts';

/** The decision as it goes into the index: the trace's own, with what a comparison with other traces makes of it. */
export function combined(own: CountDecision, across: CountDecision | undefined): CountDecision {
  // A span that its own trace does not count any more takes nothing from another trace.
  if (!across || (across.counted && !own.counted)) return own;
  if (!across.counted) return across;
  const usage = completed(own.usage, across.usage);
  return { ...own, ...across, ...(usage ? { usage } : {}) };
}

/**
 * Where only the surroundings of new spans were accounted, a decision about a span that was there before stands as far
 * as they cannot know better: what does not count does not begin to, and nothing that was lent is taken back.
 */
export function withSurroundings(
  decisions: ReadonlyMap<string, CountDecision>,
  before: (spanId: string) => KnownSpan | undefined,
  isFresh: (spanId: string) => boolean,
): Map<string, CountDecision> {
  const result = new Map(decisions);
  for (const [spanId, decision] of decisions) {
    const known = before(spanId);
    const own = known && ownDecision(known);
    if (!own || !decision.counted) continue;
    // A fuller version of a span that repeats a call goes on to repeat it; a notice's span begins to count.
    if (!own.counted && (!isFresh(spanId) || own.countedIn)) result.set(spanId, own);
    else if (own.counted && !isFresh(spanId)) {
      const usage = completed(own.usage, decision.usage);
      result.set(spanId, { ...own, ...decision, ...(usage ? { usage } : {}) });
    }
  }
  return result;
}

function completed(own: Usage | undefined, other: Usage | undefined): Usage | undefined {
  return lendUsage(own, other) ?? own ?? other;
}

/** What the span's own trace says; of a span that another trace took the count from, that it counts. */
export function ownDecision(known: KnownSpan): CountDecision | undefined {
  if (known.own) return known.own;
  const { decided, across } = known;
  return decided && across && !decided.counted ? { counted: true, rule: decided.rule } : decided;
}

/** Whether the row in the index says something else. */
export function isChanged(known: KnownSpan, decision: CountDecision): boolean {
  const before = known.decided;
  if (!before) return true;
  return (
    before.counted !== decision.counted ||
    before.countedIn?.spanId !== decision.countedIn?.spanId ||
    before.countedIn?.traceId !== decision.countedIn?.traceId ||
    before.usage?.input !== decision.usage?.input ||
    before.usage?.output !== decision.usage?.output ||
    before.usage?.cacheRead !== decision.usage?.cacheRead ||
    before.usage?.cacheWrite !== decision.usage?.cacheWrite ||
    before.usage?.reasoning !== decision.usage?.reasoning ||
    (decision.counted && before.reportedCost !== decision.reportedCost) ||
    // The row holds the span's own, too: it never has fewer.
    (decision.retries ?? 0) > (before.retries ?? 0) ||
    (decision.rateLimited === true && !before.rateLimited)
  );
}
