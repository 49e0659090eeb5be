import type { Binding, CallExpr } from '../syntax/ast.ts';
import { familyOf } from './libraries.ts';
import { classify } from './verbs.ts';
import { optionsOf, union, unknown, type Environment, type ExternalValue, type Value } from './values.ts';

export function isRequest({ module, path }: ExternalValue, call: CallExpr): boolean {
  const family = familyOf(module);
  if (family === undefined || call.isNew) return false;
  const isObject = call.callee.kind !== 'member' && path.at(-1) === '()';
  return classify(family, isObject ? [...path, '()'] : path)?.isSure === true;
}

export const growers = new Set(['append', 'push', 'extend', 'insert', 'unshift', 'add_message', 'add']);

export function others(value: Value, but: Value): readonly Value[] {
  return optionsOf(value).filter((one) => one !== but);
}

export function isFreeChain(env: Environment): boolean {
  for (let one: Environment | undefined = env; one; one = one.outer) if (one.call || one.given) return false;
  return env.self === undefined || (env.self.kind === 'instance' && env.self.call === undefined);
}

/** The bindings that may hold at an offset: the last one before it that surely does, and those after that one. */
export function holding(bindings: readonly Binding[], position: number | undefined): readonly Binding[] {
  if (position === undefined || position === Infinity) return bindings.slice(-6);
  const before = bindings.filter(({ at }) => at < position);
  if (before.length === 0) return bindings.slice(0, 6);
  const chosen: Binding[] = [];
  for (let i = before.length - 1; i >= 0 && chosen.length < 6; i--) {
    const binding = before[i];
    if (!binding) break;
    chosen.push(binding);
    const surely = binding.how !== 'add' && binding.how !== 'element' && (binding.until ?? 0) >= position;
    if (surely && before[i - 1]?.at !== binding.at) break;
  }
  return chosen;
}

/** What one element of a list may be. */
export function elementOf(value: Value): Value {
  if (value.kind === 'union') return union(value.options.map(elementOf));
  if (value.kind === 'list') return union(value.isOpen ? [...value.items, unknown] : value.items);
  if (value.kind === 'external' && value.module === '<dict>') return unknown;
  return unknown;
}

export function isNothing(value: Value): boolean {
  return value.kind === 'constant' || (value.kind === 'dict' && !value.isOpen);
}

export function isAbsentIn(value: Value, property: string): boolean {
  return (
    (value.kind === 'dict' && !value.isOpen && !value.entries.has(property)) ||
    (value.kind === 'constant' && value.value === null)
  );
}
