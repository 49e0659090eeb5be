import type { Flag } from '../model/flag.ts';
import { quote } from './evidence.ts';
import type { RuleInput } from './rule.ts';
import type { CompiledUserRule, RuleValue } from './userRules.ts';

/** Adds the flags of the user's rules that hold for a span. */
export function applyUserRules(rules: readonly CompiledUserRule[], input: RuleInput, flags: Flag[]): void {
  for (const rule of rules) {
    const value = read(rule.attribute, input);
    if (!rule.holds(value)) continue;
    const evidence = value === undefined ? '' : `: ${quote(String(value).slice(0, 1000))}`;
    const reason = rule.message ?? `Your rule: \`${rule.attribute}\` ${rule.says}${evidence}.`;
    flags.push({ id: rule.flagId, severity: rule.severity, reason });
  }
}

/** A field of the model by its name, else the attribute of that key. */
function read(key: string, { facts, context, answer }: RuleInput): RuleValue | undefined {
  switch (key) {
    case 'name':
      return context.name;
    case 'durationMs':
      return context.durationMs;
    case 'cost':
      return context.cost && 'amount' in context.cost ? context.cost.amount : undefined;
    case 'inputTokens':
      return context.usage?.input;
    case 'outputTokens':
      return context.usage?.output;
    case 'output': {
      if (facts.kind !== 'llm' && facts.kind !== 'agent') return facts.tool?.result;
      const text = answer.text();
      return text === '' ? undefined : text;
    }
    default:
      return context.attribute?.(key);
  }
}
