import type { Flag } from '../../model/flag.ts';
import type { QualityOptions, Rule } from '../rule.ts';
import { cacheMisses } from './cacheMisses.ts';
import type { Finding } from './finding.ts';
import { duplicateCalls, siblingRetries } from './repeatedCalls.ts';
import { repeatedToolCalls } from './repeatedTools.ts';
import { targetedJudgements } from './targetedJudgements.ts';
import type { TraceSpanView } from './traceView.ts';

/**
 * The flags that only show in the company of other spans: loops, duplicates, retries as spans of their own, caches that
 * were missed, and judgements that name another span. By span id; spans without such flags are absent. Spans may come
 * in any order. Takes time proportional to the spans, but for sorting them.
 */
export function flagTrace(
  spans: readonly TraceSpanView[],
  options: QualityOptions,
): ReadonlyMap<string, readonly Flag[]> {
  const ordered = [...spans].sort(
    (left, right) => left.startMicros - right.startMicros || left.endMicros - right.endMicros,
  );
  const calls = ordered.filter((span) => span.counted && span.kind === 'llm');
  const findings: Finding[] = [];
  const wants = (...ids: string[]): boolean => ids.some((id) => options.enabled.has(id));
  if (wants('repeated_tool_call')) findings.push(...repeatedToolCalls(ordered));
  if (wants('duplicate_call')) findings.push(...duplicateCalls(calls));
  if (wants('retried')) findings.push(...siblingRetries(calls));
  if (wants('cache_miss')) findings.push(...cacheMisses(calls));
  if (wants('low_feedback', 'failed_evaluation')) findings.push(...targetedJudgements(ordered));
  return bySpan(findings, options.enabled);
}

function bySpan(
  findings: readonly Finding[],
  enabled: ReadonlyMap<string, Rule>,
): ReadonlyMap<string, readonly Flag[]> {
  const flags = new Map<string, Flag[]>();
  for (const { spanId, id, reason } of findings) {
    const rule = enabled.get(id);
    if (!rule) continue;
    const known = flags.get(spanId) ?? [];
    // Each flag once a span; the first reason stands.
    if (!known.some((flag) => flag.id === id)) known.push({ id, severity: rule.severity, reason });
    flags.set(spanId, known);
  }
  return flags;
}
