import type { Expr } from '../syntax/ast.ts';
import { familyOf } from './libraries.ts';
import {
  literalOf,
  optionsOf,
  union,
  unknown,
  type DictValue,
  type Environment,
  type ExternalValue,
  type TextValue,
  type Value,
} from './values.ts';

import { isFreeChain, isNothing } from './bindings.ts';
import { limits } from './environments.ts';
import { Objects } from './objects.ts';
/** Says what expressions stand for. Pure; bounded; what it is not sure of is unknown. */
export class Evaluator extends Objects {
  readonly #known = new WeakMap<Expr, Value>();
  #steps = 0;
  #exhausted = false;

  /** Evaluates with a fresh budget, unless one is being used up. */
  override evaluate(expr: Expr, env: Environment): Value {
    if (this.depth > 0) return this.value(expr, env);
    this.#steps = 0;
    this.#exhausted = false;
    this.active.clear();
    return this.value(expr, env);
  }

  override value(expr: Expr, env: Environment): Value {
    const isFree = isFreeChain(env);
    if (isFree) {
      const known = this.#known.get(expr);
      if (known) return known;
    }
    if (++this.#steps > limits.steps || this.depth > limits.depth) {
      this.#exhausted = true;
      return unknown;
    }
    this.depth++;
    const result = this.#valueOf(expr, env);
    this.depth--;
    if (isFree && !this.#exhausted && this.active.size === 0) this.#known.set(expr, result);
    return result;
  }

  #valueOf(expr: Expr, env: Environment): Value {
    switch (expr.kind) {
      case 'string':
        return this.text(expr.parts, env, expr);
      case 'number':
        return { kind: 'number', value: expr.value };
      case 'constant':
        return { kind: 'constant', value: expr.value };
      case 'name':
        return this.lookup(expr.name, env, expr.start);
      case 'member':
        return this.member(this.value(expr.object, env), expr.name);
      case 'index':
        return this.index(this.value(expr.object, env), this.value(expr.index, env));
      case 'call':
        return this.call(expr, env);
      case 'list': {
        const items: Value[] = [];
        let isOpen = false;
        for (const { value, spread } of expr.items) {
          const item = this.value(value, env);
          if (!spread) items.push(item);
          else if (item.kind === 'list') {
            items.push(...item.items);
            isOpen ||= item.isOpen;
          } else isOpen = true;
        }
        return { kind: 'list', items, isOpen, isTuple: expr.isTuple };
      }
      case 'dict': {
        const entries = new Map<string, Value>();
        let isOpen = false;
        for (const { key, value } of expr.entries) {
          const item = this.value(value, env);
          if (key === undefined) {
            const spread = optionsOf(item).find((one): one is DictValue => one.kind === 'dict');
            if (spread) for (const [name, one] of spread.entries) entries.set(name, one);
            if (item.kind !== 'dict' || item.isOpen) isOpen = !isNothing(item);
            continue;
          }
          const name = literalOf(this.value(key, env));
          if (name === undefined) isOpen = true;
          else entries.set(name, item);
        }
        return { kind: 'dict', entries, isOpen };
      }
      case 'function':
        return expr.fn.kind === 'class'
          ? { kind: 'class', cls: expr.fn }
          : { kind: 'function', fn: expr.fn, self: env.self, env };
      case 'choice':
        return union(expr.options.map((one) => this.value(one, env)));
      case 'join':
        return this.join(expr.operator, this.value(expr.left, env), this.value(expr.right, env));
      case 'comprehension':
        return { kind: 'list', items: [this.value(expr.element, env)], isOpen: true, isTuple: false };
      case 'wrapper':
        return this.value(expr.value, env);
      case 'other':
        return unknown;
    }
  }

  protected text(parts: readonly (string | Expr)[], env: Environment, expr: Expr): TextValue {
    const texts: (string | undefined)[] = [];
    for (const part of parts) {
      if (typeof part === 'string') {
        texts.push(part);
        continue;
      }
      const value = this.value(part, env);
      if (value.kind === 'text') texts.push(...value.parts);
      else if (value.kind === 'number') texts.push(String(value.value));
      else texts.push(undefined);
    }
    return { kind: 'text', parts: texts, expr };
  }

  protected join(operator: '+' | '|' | '%', left: Value, right: Value): Value {
    if (operator === '|') {
      const sides = [left, right]
        .flatMap((side) => optionsOf(side))
        .filter((side) => side.kind !== 'unknown');
      const external = sides.find((side): side is ExternalValue => side.kind === 'external');
      if (external)
        return { kind: 'external', module: external.module, path: ['|'], calls: [], parts: sides };
      return unknown;
    }
    if (operator === '+') {
      if (left.kind === 'text' || right.kind === 'text') {
        const side = (value: Value): readonly (string | undefined)[] =>
          value.kind === 'text' ? value.parts : [undefined];
        return {
          kind: 'text',
          parts: [...side(left), ...side(right)],
          ...(left.kind === 'text' ? { expr: left.expr } : {}),
        };
      }
      if (left.kind === 'list' || right.kind === 'list') {
        const items = [left, right].flatMap((side) => (side.kind === 'list' ? side.items : []));
        const isOpen = [left, right].some((side) => side.kind !== 'list' || side.isOpen);
        return { kind: 'list', items, isOpen, isTuple: false };
      }
      return unknown;
    }
    if (left.kind !== 'text') return unknown;
    return {
      kind: 'text',
      expr: left.expr,
      parts: left.parts.flatMap((part) =>
        part === undefined
          ? [part]
          : part
              .split(/%[-+ #0]*\d*(?:\.\d+)?[sdrifxg]|%\(\w+\)[sdrifxg]/)
              .flatMap((one, i) => (i === 0 ? [one] : [undefined, one])),
      ),
    };
  }

  protected override index(object: Value, index: Value): Value {
    if (object.kind === 'union') return union(object.options.map((one) => this.index(one, index)));
    if (object.kind === 'dict') {
      const name = literalOf(index);
      if (name === undefined) return union([...object.entries.values(), unknown]);
      return object.entries.get(name) ?? unknown;
    }
    if (object.kind === 'list') {
      if (index.kind === 'number' && !object.isOpen) return object.items.at(index.value) ?? unknown;
      return union([...object.items, unknown]);
    }
    if (object.kind === 'external' && familyOf(object.module))
      return { ...object, path: [...object.path, '[]'] };
    return unknown;
  }
}
