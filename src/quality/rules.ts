import { answerTextRules } from './answerText.ts';
import { attemptRules } from './attempts.ts';
import { emptyAnswerRule } from './emptyAnswer.ts';
import { invalidJsonRule } from './invalidJson.ts';
import { judgementRules } from './judgements.ts';
import { measureRules } from './measures.ts';
import { missingRules } from './missing.ts';
import { outcomeRules } from './outcome.ts';
import { defaultLimits, type QualityOptions, type Rule, type RuleLimits, type RuleScope } from './rule.ts';
import { toolRules } from './tools.ts';
import { traceRules } from './trace/traceRules.ts';
import { compileUserRules } from './userRules.ts';

/** All built-in rules, in the order in which their flags are listed on a span. */
export const rules: readonly Rule[] = [
  ...outcomeRules,
  ...answerTextRules,
  emptyAnswerRule,
  ...attemptRules,
  invalidJsonRule,
  ...toolRules,
  ...measureRules,
  ...judgementRules,
  ...traceRules,
  ...missingRules,
];

export interface QualitySettings {
  /** Flag ids that are switched off. */
  readonly disabled?: Iterable<string> | undefined;
  /** Flag ids that are switched on although they are off by default. */
  readonly enabled?: Iterable<string> | undefined;
  /** Hand-written, hence checked. */
  readonly userRules?: readonly unknown[] | undefined;
  readonly limits?: Partial<RuleLimits> | undefined;
}

/** Prepares the rules once; `problems` are sentences about the user's rules that were left out. */
export function prepareQuality(
  settings: QualitySettings = {},
): QualityOptions & { readonly problems: readonly string[] } {
  const disabled = new Set(settings.disabled ?? []);
  const wanted = new Set(settings.enabled ?? []);
  const on = rules.filter(({ id, defaultOn }) => !disabled.has(id) && (defaultOn || wanted.has(id)));
  const of = (scope: RuleScope): readonly Rule[] => on.filter((rule) => rule.scopes.includes(scope));
  const user = compileUserRules(settings.userRules ?? []);
  return {
    call: of('call'),
    tool: of('tool'),
    any: of('any'),
    enabled: new Map(on.map((rule) => [rule.id, rule])),
    userRules: user.rules.filter((rule) => !disabled.has(rule.flagId)),
    limits: { ...defaultLimits, ...settings.limits },
    problems: user.problems,
  };
}
