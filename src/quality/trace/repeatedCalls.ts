import { count } from '../evidence.ts';
import type { Finding } from './finding.ts';
import type { TraceSpanView } from './traceView.ts';

/** The same request, whole, after it was answered before: the answer could have been kept. */
export function duplicateCalls(calls: readonly TraceSpanView[]): readonly Finding[] {
  const answered = new Map<number, TraceSpanView>();
  const findings: Finding[] = [];
  for (const call of calls) {
    const request = call.prompt?.request;
    if (request === undefined || call.failed) continue;
    const before = answered.get(request);
    if (before === undefined) {
      answered.set(request, call);
    } else if (before.endMicros <= call.startMicros) {
      const seconds = (call.startMicros - before.endMicros) / 1e6;
      const ago = seconds < 120 ? `${seconds.toFixed(1)} s` : `${Math.round(seconds / 60)} min`;
      findings.push({
        spanId: call.spanId,
        id: 'duplicate_call',
        reason: `The same request was answered ${ago} before in this trace (span ${before.spanId}).`,
      });
    }
  }
  return findings;
}

/**
 * Retries that are spans of their own: a call fails in a way that passes, and the same request follows under the same
 * parent. Flagged on the last attempt, which says how it ended.
 */
export function siblingRetries(calls: readonly TraceSpanView[]): readonly Finding[] {
  const open = new Map<string, { failed: TraceSpanView; attempts: number }>();
  const last = new Map<string, { call: TraceSpanView; attempts: number }>();
  for (const call of calls) {
    if (call.prompt?.request === undefined || call.parentSpanId === '') continue;
    const key = `${call.parentSpanId} ${call.prompt.request}`;
    const before = open.get(key);
    const isRetry = before !== undefined && before.failed.endMicros <= call.startMicros;
    const attempts = isRetry ? before.attempts + 1 : 0;
    const first = isRetry ? before.failed.spanId : '';
    last.delete(first);
    if (attempts > 0) last.set(call.spanId, { call, attempts });
    if (call.failed && call.transient) open.set(key, { failed: call, attempts });
    else open.delete(key);
  }
  return [...last.values()].map(({ call, attempts }) => ({
    spanId: call.spanId,
    id: 'retried',
    reason: `The call was retried ${attempts === 1 ? 'once' : count(attempts, 'time')} and ${
      call.failed ? 'failed all the same' : 'was answered then'
    }.`,
  }));
}
