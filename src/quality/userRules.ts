import { RE2JS } from 're2js';
import type { Severity } from '../model/flag.ts';
import { ruleOperators, type RuleOperator, type UserRule } from '../model/userRule.ts';
import { quote } from './evidence.ts';

const mostRules = 1000;
const longestPattern = 1000;
/** Characters of a value that a rule looks at. */
export const longestMatched = 64 * 1024;

/** What a rule compares. */
export type RuleValue = string | number | boolean;

/** A rule of the user's, checked and ready to run. */
export interface CompiledUserRule {
  readonly flagId: string;
  readonly severity: Severity;
  readonly attribute: string;
  readonly message: string | undefined;
  readonly holds: (value: RuleValue | undefined) => boolean;
  /** What the rule asks for, in words. */
  readonly says: string;
}

/**
 * Checks and prepares the user's rules. A faulty one is left out, with a sentence that says what to mend; the others
 * hold. `matches` runs in time linear in the text (RE2), whatever the expression.
 */
export function compileUserRules(values: readonly unknown[]): {
  readonly rules: readonly CompiledUserRule[];
  readonly problems: readonly string[];
} {
  const rules = new Map<string, CompiledUserRule>();
  const problems: string[] = [];
  if (values.length > mostRules)
    problems.push(`Only the first ${mostRules} of ${values.length} rules are used.`);
  values.slice(0, mostRules).forEach((value, index) => {
    const problem = problemOf(value) ?? add(rules, value as UserRule);
    if (problem !== undefined) problems.push(`Rule ${index + 1}${nameOf(value)}: ${problem}`);
  });
  return { rules: [...rules.values()], problems };
}

function add(rules: Map<string, CompiledUserRule>, rule: UserRule): string | undefined {
  if (rules.has(rule.id)) return `another rule has the id \`${rule.id}\`; give each its own.`;
  const compiled = compileOperator(rule);
  if (typeof compiled === 'string') return compiled;
  rules.set(rule.id, {
    flagId: `rule.${rule.id}`,
    severity: rule.severity,
    attribute: rule.attribute,
    message: rule.message,
    ...compiled,
  });
  return undefined;
}

function compileOperator(rule: UserRule): Pick<CompiledUserRule, 'holds' | 'says'> | string {
  const { operator, value = '' } = rule;
  const text = String(value);
  switch (operator) {
    case 'exists':
      return { holds: (found) => found !== undefined, says: 'is present' };
    case 'missing':
      return { holds: (found) => found === undefined, says: 'is missing' };
    case 'equals':
      return { holds: (found) => found !== undefined && String(found) === text, says: `is ${quote(text)}` };
    case 'notEquals':
      return {
        holds: (found) => found !== undefined && String(found) !== text,
        says: `is not ${quote(text)}`,
      };
    case 'contains': {
      const part = text.toLowerCase();
      return {
        holds: (found) => found !== undefined && head(found).toLowerCase().includes(part),
        says: `contains ${quote(text)}`,
      };
    }
    case 'above':
      return { holds: (found) => numberOf(found) > Number(value), says: `is above ${text}` };
    case 'below':
      return { holds: (found) => numberOf(found) < Number(value), says: `is below ${text}` };
    case 'matches': {
      const pattern = compilePattern(text);
      if (typeof pattern === 'string') return pattern;
      return {
        holds: (found) => found !== undefined && pattern.matcher(head(found)).find(),
        says: `matches ${quote(text)}`,
      };
    }
  }
}

function compilePattern(text: string): RE2JS | string {
  try {
    return RE2JS.compile(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return `\`value\` is no regular expression in RE2 syntax (${why}); look-around and back-references are not part of it.`;
  }
}

function head(value: RuleValue): string {
  const text = String(value);
  return text.length > longestMatched ? text.slice(0, longestMatched) : text;
}

/** NaN, which is neither above nor below anything, for what is no number. */
function numberOf(value: RuleValue | undefined): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
}

function problemOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return 'must be an object with `id`, `attribute`, `operator`, `value` and `severity`.';
  }
  const rule = value as Readonly<Record<string, unknown>>;
  const { id, attribute, operator, severity, message } = rule;
  if (typeof id !== 'string' || !/^[A-Za-z0-9_-]{1,64}$/.test(id)) {
    return '`id` must be 1 to 64 letters, digits, `-` or `_`.';
  }
  if (typeof attribute !== 'string' || attribute.trim() === '' || attribute.length > 256) {
    return '`attribute` must be an attribute’s key or a field such as `durationMs` or `output`.';
  }
  if (!ruleOperators.includes(operator as RuleOperator))
    return `\`operator\` must be one of ${ruleOperators.join(', ')}.`;
  if (severity !== 'error' && severity !== 'warning' && severity !== 'info') {
    return '`severity` must be error, warning or info.';
  }
  if (message !== undefined && (typeof message !== 'string' || message.length > 500)) {
    return '`message` must be a text of at most 500 characters.';
  }
  return problemOfValue(operator as RuleOperator, rule['value']);
}

function problemOfValue(operator: RuleOperator, value: unknown): string | undefined {
  if (operator === 'exists' || operator === 'missing') return undefined;
  if (operator === 'above' || operator === 'below') {
    const isNumber = typeof value === 'number' || (typeof value === 'string' && value.trim() !== '');
    return isNumber && Number.isFinite(Number(value))
      ? undefined
      : `\`value\` must be a number for \`${operator}\`.`;
  }
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
    return `\`value\` must be given for \`${operator}\`.`;
  }
  const text = String(value);
  if (text.length > longestPattern) return `\`value\` must be at most ${longestPattern} characters long.`;
  return text === '' && (operator === 'contains' || operator === 'matches')
    ? '`value` must not be empty.'
    : undefined;
}

function nameOf(value: unknown): string {
  if (typeof value !== 'object' || value === null || !('id' in value) || typeof value.id !== 'string')
    return '';
  return ` (${value.id.slice(0, 64)})`;
}
