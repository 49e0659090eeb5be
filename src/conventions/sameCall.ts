import type { AccountingSpan } from './accountingTypes.ts';
import { isEarlier } from './forest.ts';

/**
 * Two instrumentations on one call: do these model-call spans, neither of which is below the other, stand for the same
 * call? Either they name the same response, or one is the provider SDK's own span and both ran in the same process, at
 * the same time, for the same model, with the same outcome, while no two different responses are named.
 *
 * Spans of one instrumentation are different calls, unless they overlap and name the same response.
 */
export function sameCall(a: AccountingSpan, b: AccountingSpan): boolean {
  if (a.kind !== b.kind || (a.traceId === b.traceId && a.spanId === b.spanId)) return false;
  if (a.responseId !== undefined && b.responseId !== undefined) {
    return a.responseId === b.responseId && (a.scope !== b.scope ? areNear(a, b) : overlap(a, b));
  }
  return areTwins(a, b);
}

/** Which of two spans of one call counts: the SDK's own, else the inner one. */
export function countsBefore(a: AccountingSpan, b: AccountingSpan): boolean {
  const nativeA = isNative(a);
  if (nativeA !== isNative(b)) return nativeA;
  const usageA = a.usage !== undefined;
  if (usageA !== (b.usage !== undefined)) return usageA;
  if (contains(a, b) !== contains(b, a)) return contains(b, a);
  return a.traceId !== b.traceId ? a.traceId < b.traceId : a.spanId < b.spanId;
}

/** True for the span that a provider's own SDK makes, closest to the wire. */
export function isNative(span: AccountingSpan): boolean {
  return span.dialect === 'anthropicSdk';
}

function areTwins(a: AccountingSpan, b: AccountingSpan): boolean {
  if (isNative(a) === isNative(b) || a.service !== b.service || a.failed !== b.failed) return false;
  return sameModel(a.model, b.model) && together(a, b);
}

function sameModel(a: string | undefined, b: string | undefined): boolean {
  return a === undefined || b === undefined || a === b || a.startsWith(b) || b.startsWith(a);
}

/** Slack for clocks of whole milliseconds and for what instrumentations do around a call. */
const slackMicros = 20_000;

/** The shorter lies inside the longer, and makes up most of it. */
function together(a: AccountingSpan, b: AccountingSpan): boolean {
  const shared = Math.min(a.endMicros, b.endMicros) - Math.max(a.startMicros, b.startMicros);
  const shorter = Math.min(length(a), length(b));
  const longer = Math.max(length(a), length(b));
  return (
    shared >= shorter - slackMicros &&
    shared >= 0 &&
    longer - shorter <= Math.max(4 * slackMicros, longer / 2)
  );
}

function length(span: AccountingSpan): number {
  return span.endMicros - span.startMicros;
}

function overlap(a: AccountingSpan, b: AccountingSpan): boolean {
  return a.startMicros < b.endMicros && b.startMicros < a.endMicros;
}

/** Instrumentations that make their spans after the fact may be off by a little. */
function areNear(a: AccountingSpan, b: AccountingSpan): boolean {
  return a.startMicros <= b.endMicros + 5_000_000 && b.startMicros <= a.endMicros + 5_000_000;
}

function contains(outer: AccountingSpan, inner: AccountingSpan): boolean {
  return outer.startMicros <= inner.startMicros && outer.endMicros >= inner.endMicros;
}

/** How far apart two spans of one call are: the closest pair belongs together. */
function distance(a: AccountingSpan, b: AccountingSpan): number {
  return Math.abs(a.startMicros - b.startMicros) + Math.abs(a.endMicros - b.endMicros);
}

/** A span that repeats another one's call. */
export interface Twin {
  readonly duplicate: AccountingSpan;
  readonly counts: AccountingSpan;
}

/** A sentence that says why the duplicate does not count. */
export function twinRule({ duplicate, counts }: Twin): string {
  return duplicate.responseId !== undefined && duplicate.responseId === counts.responseId
    ? `The same response (${duplicate.responseId.slice(0, 80)}) is counted in another span of the call.`
    : 'Another instrumentation made a span for the same call at the same time.';
}

/** Most candidates that one span is compared with. */
const maxNeighbours = 64;

/**
 * Finds the spans that repeat another one's call among model-call spans of one or of several traces, whatever their
 * order. Each call of an SDK is matched with at most one span of each instrumentation.
 */
export function findTwins(spans: readonly AccountingSpan[]): readonly Twin[] {
  if (spans.length < 2) return [];
  const twins: Twin[] = [];
  const taken = new Set<AccountingSpan>();
  byResponse(spans, twins, taken);
  if (spans.some(isNative)) byTime(spans, twins, taken);
  return twins;
}

function byResponse(spans: readonly AccountingSpan[], twins: Twin[], taken: Set<AccountingSpan>): void {
  const groups = new Map<string, AccountingSpan[]>();
  for (const span of spans) {
    if (span.responseId === undefined) continue;
    const group = groups.get(span.responseId);
    if (group) group.push(span);
    else groups.set(span.responseId, [span]);
  }
  for (const group of groups.values()) {
    if (group.length < 2) continue;
    group.sort((a, b) => (countsBefore(a, b) ? -1 : 1));
    const counting: AccountingSpan[] = [];
    for (const span of group) {
      const same = counting.find((other) => sameCall(other, span));
      if (!same) {
        if (counting.length < maxNeighbours) counting.push(span);
        continue;
      }
      twins.push({ duplicate: span, counts: same });
      taken.add(span).add(same);
    }
  }
}

/** Without response ids, as on failed and on streamed calls: by process, model and time. */
function byTime(spans: readonly AccountingSpan[], twins: Twin[], taken: Set<AccountingSpan>): void {
  const left = spans.filter((span) => !taken.has(span)).sort((a, b) => (isEarlier(a, b) ? -1 : 1));
  const pairs: { native: AccountingSpan; other: AccountingSpan; apart: number }[] = [];
  for (let i = 0; i < left.length; i++) {
    const a = left[i] as AccountingSpan;
    for (let j = i + 1; j < left.length && j <= i + maxNeighbours; j++) {
      const b = left[j] as AccountingSpan;
      if (b.startMicros > a.endMicros + slackMicros) break;
      if (!sameCall(a, b)) continue;
      const [native, other] = isNative(a) ? [a, b] : [b, a];
      pairs.push({ native, other, apart: distance(a, b) });
    }
  }
  pairs.sort((a, b) => a.apart - b.apart || (isEarlier(a.native, b.native) ? -1 : 1));
  for (const { native, other } of pairs) {
    if (taken.has(native) || taken.has(other)) continue;
    taken.add(native).add(other);
    twins.push({ duplicate: other, counts: native });
  }
}
