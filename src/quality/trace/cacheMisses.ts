import { count } from '../evidence.ts';
import type { Finding } from './finding.ts';
import type { TraceSpanView } from './traceView.ts';

/** Shortest prefix that providers cache. */
const leastTokens = 1024;
/** Caches are kept for five minutes at least. */
const keptMicros = 5 * 60 * 1e6;

/**
 * Calls whose prompt begins with at least 1,024 tokens of the last call's to the same model, within five minutes, and
 * that report 0 cached tokens. The tokens of the common part are its share of characters. A call that does not report
 * cached tokens at all says nothing.
 */
export function cacheMisses(calls: readonly TraceSpanView[]): readonly Finding[] {
  const hasMiss = calls.some(
    ({ cacheRead, inputTokens = 0 }) => cacheRead === 0 && inputTokens >= leastTokens,
  );
  if (!hasMiss) return [];
  const earlierOf = new Map<string, TraceSpanView[]>();
  const findings: Finding[] = [];
  for (const call of calls) {
    if (call.failed || call.prompt === undefined) continue;
    const key = `${call.provider ?? ''}\n${call.model ?? ''}`;
    const earlier = earlierOf.get(key) ?? [];
    const before = call.cacheRead === 0 ? lastWithPrompt(earlier, call) : undefined;
    earlier.push(call);
    earlierOf.set(key, earlier);
    if (!before || before.endMicros > call.startMicros) continue;
    if (call.startMicros - before.endMicros > keptMicros) continue;
    const tokens = commonTokens(before, call);
    if (tokens < leastTokens) continue;
    findings.push({
      spanId: call.spanId,
      id: 'cache_miss',
      reason: `About ${count(tokens, 'token')} at the beginning repeat the last call’s prompt, but none was read from the cache.`,
    });
  }
  return findings;
}

/** The last one with a captured prompt; those without one are dropped from the list. */
function lastWithPrompt(earlier: TraceSpanView[], call: TraceSpanView): TraceSpanView | undefined {
  if ((call.inputTokens ?? 0) < leastTokens || !call.prompt?.digest) return undefined;
  while (earlier.length > 0 && !earlier[earlier.length - 1]?.prompt?.digest) earlier.pop();
  return earlier[earlier.length - 1];
}

function commonTokens(before: TraceSpanView, call: TraceSpanView): number {
  const [left, right] = [before.prompt?.digest, call.prompt?.digest];
  if (!left || !right || call.inputTokens === undefined) return 0;
  let common = 0;
  while (common < left.prefixes.length && left.prefixes[common] === right.prefixes[common]) common++;
  const characters = right.characters[common - 1] ?? 0;
  const all = right.characters[right.characters.length - 1] ?? 0;
  return all === 0 ? 0 : Math.floor((call.inputTokens * characters) / all);
}
