import type { Severity } from './flag.ts';

export const ruleOperators = [
  'exists',
  'missing',
  'equals',
  'notEquals',
  'contains',
  'matches',
  'above',
  'below',
] as const;
export type RuleOperator = (typeof ruleOperators)[number];

/** A flag of the user's own, from the settings. */
export interface UserRule {
  /** Letters, digits, `-` and `_`; shown as `rule.<id>`. */
  readonly id: string;
  /** Attribute key, or a field of the model: `durationMs`, `cost`, `inputTokens`, `outputTokens`, `output`, `name`. */
  readonly attribute: string;
  readonly operator: RuleOperator;
  /** Absent for `exists` and `missing`. `matches` takes a regular expression in RE2 syntax. */
  readonly value?: string | number | boolean | undefined;
  readonly severity: Severity;
  /** What the flag says; a sentence from the rule itself when absent. */
  readonly message?: string | undefined;
}
