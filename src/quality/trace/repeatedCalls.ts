import { count } from '../evidence.ts';
import type { Finding } from './finding.ts';
import type { TraceSpanView } from './traceView.ts';

/** The same request, whole, after it was answered before: the answer could have been kept. */
export function duplicateCalls(calls: readonly TraceSpanView[]): readonly Finding[] {
  const answered = new Map<number, TraceSpanView>();
  const findings: Finding[] = [];
  const mayRepeat = lookAlikes(calls.filter((call) => call.prompt !== undefined && !call.failed));
  for (const call of mayRepeat) {
    const request = call.prompt?.digest?.request;
    if (request === undefined) continue;
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

/** Those that share model and input tokens with another, in their order: the same request makes the same tokens. */
function lookAlikes(calls: readonly TraceSpanView[]): readonly TraceSpanView[] {
  if (calls.length < 2) return [];
  const models = new Map<string, { uncounted: boolean; byTokens: Map<number, number> }>();
  for (const { model = '', inputTokens } of calls) {
    let known = models.get(model);
    if (!known) models.set(model, (known = { uncounted: false, byTokens: new Map() }));
    if (inputTokens === undefined) known.uncounted = true;
    else known.byTokens.set(inputTokens, (known.byTokens.get(inputTokens) ?? 0) + 1);
  }
  return calls.filter(({ model = '', inputTokens }) => {
    const known = models.get(model);
    // Where one does not tell its tokens, it may repeat any other.
    if (!known || known.uncounted || inputTokens === undefined) return true;
    return (known.byTokens.get(inputTokens) ?? 0) > 1;
  });
}

interface Attempts {
  readonly failed: TraceSpanView;
  readonly attempts: number;
}

/**
 * Retries that are spans of their own: a call fails in a way that passes, and the same request follows under the same
 * parent. Flagged on the last attempt, which says how it ended.
 */
export function siblingRetries(calls: readonly TraceSpanView[]): readonly Finding[] {
  /** By place, the calls from the first one on that failed. */
  const places = new Map<string, TraceSpanView[]>();
  for (const call of calls) {
    if (call.parentSpanId === '') continue;
    const hasFailed = call.failed && call.transient;
    if (!hasFailed && places.size === 0) continue;
    const place = placeOf(call);
    const known = places.get(place);
    if (known) known.push(call);
    else if (hasFailed) places.set(place, [call]);
  }
  return [...places.values()].flatMap((ofPlace) => retriesAmong(lookAlikes(ofPlace)));
}

function retriesAmong(calls: readonly TraceSpanView[]): readonly Finding[] {
  const open = new Map<number, Attempts>();
  const last = new Map<string, { call: TraceSpanView; attempts: number }>();
  for (const call of calls) {
    const hasFailed = call.failed && call.transient;
    const request = call.prompt?.digest?.request;
    if (request === undefined) continue;
    const before = open.get(request);
    const isRetry = before !== undefined && before.failed.endMicros <= call.startMicros;
    const attempts = isRetry ? before.attempts + 1 : 0;
    const first = isRetry ? before.failed.spanId : '';
    last.delete(first);
    if (attempts > 0) last.set(call.spanId, { call, attempts });
    if (hasFailed) open.set(request, { failed: call, attempts });
    else open.delete(request);
  }
  return [...last.values()].map(({ call, attempts }) => ({
    spanId: call.spanId,
    id: 'retried',
    reason: `The call was retried ${attempts === 1 ? 'once' : count(attempts, 'time')} and ${
      call.failed ? 'failed all the same' : 'was answered then'
    }.`,
  }));
}

/** Where a retry stands: beside the call that failed, and it asks the same model. */
function placeOf({ parentSpanId, model }: TraceSpanView): string {
  return `${parentSpanId} ${model ?? ''}`;
}
