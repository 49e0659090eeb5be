import type { Flag } from '../model/flag.ts';
import type { SpanFacts } from '../model/span.ts';
import { AnswerReader } from './answer.ts';
import { applyUserRules } from './applyUserRules.ts';
import type { QualityOptions, Rule, RuleInput, SpanContext } from './rule.ts';

const none: readonly Flag[] = [];

/** Kinds that stand for a call to a model; others do when they alone carry a call's usage. */
export function isModelCall(facts: SpanFacts, context: SpanContext): boolean {
  if (!context.counted) return false;
  switch (facts.kind) {
    case 'llm':
    case 'embedding':
    case 'rerank':
      return true;
    case 'agent':
    case 'workflow':
    case 'chain':
      return context.usage !== undefined;
    default:
      return false;
  }
}

/**
 * The flags of what one span shows; what only its neighbours show is in {@link flagTrace}.
 *
 * Flags of calls are set on the span that counts, so that a wrapper does not double them; an error is set on each span
 * that failed. Marks that the emitter set itself (`facts.reportedMarks`) add a flag; one that it denies takes none away.
 */
export function flagSpan(facts: SpanFacts, context: SpanContext, options: QualityOptions): readonly Flag[] {
  if (facts.disposition !== 'span') return none;
  const call = isModelCall(facts, context);
  const tool = !call && context.counted && (facts.kind === 'tool' || facts.kind === 'mcp');
  if (!call && !tool && isUneventful(facts) && options.userRules.length === 0) return none;
  const input: RuleInput = {
    facts,
    context,
    answer: new AnswerReader(facts, context.repeatedBy),
    limits: options.limits,
  };
  const flags: Flag[] = [];
  run(options.any, input, flags);
  if (call) run(options.call, input, flags);
  if (tool) run(options.tool, input, flags);
  if (facts.reportedMarks.size > 0 && (call || facts.kind !== 'llm')) addReported(facts, options, flags);
  if (options.userRules.length > 0) applyUserRules(options.userRules, input, flags);
  return flags.length === 0 ? none : flags;
}

/** Nothing that a rule for any span looks at. */
function isUneventful(facts: SpanFacts): boolean {
  return facts.status.code !== 'error' && facts.evaluations.length === 0 && facts.reportedMarks.size === 0;
}

function run(rules: readonly Rule[], input: RuleInput, flags: Flag[]): void {
  for (const { id, severity, check } of rules) {
    const reason = check?.(input);
    if (reason !== undefined) flags.push({ id, severity, reason });
  }
}

function addReported(facts: SpanFacts, options: QualityOptions, flags: Flag[]): void {
  for (const [id, set] of facts.reportedMarks) {
    const rule = options.enabled.get(id);
    if (!set || !rule || flags.some((flag) => flag.id === id)) continue;
    flags.push({
      id,
      severity: rule.severity,
      reason: `The program itself marked this span: ${rule.title.toLowerCase()}.`,
    });
  }
}
