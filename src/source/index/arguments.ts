import type { CallExpr, Expr, FunctionNode, Parameter } from '../syntax/ast.ts';
import { literalOf, union, unknown, type Value } from './values.ts';

/** A place that calls a function, or hands it to someone who may call it. */
export interface Caller {
  readonly call: CallExpr;
  /** False: the function is an argument of the call. */
  readonly isCall: boolean;
  /** What the one who was handed the function will give to it. */
  readonly given?: { readonly index: number; readonly list: Expr; readonly isElement: boolean } | undefined;
}

/** What a call gives for a parameter; `absent` when it surely gives nothing. */
export function argumentFor(
  param: Parameter,
  fn: FunctionNode,
  call: CallExpr,
  evaluate: (expr: Expr) => Value,
): Value | 'absent' {
  return fn.file.language === 'python'
    ? pythonArgument(param, fn, call, evaluate)
    : scriptArgument(param, call, evaluate);
}

function pythonArgument(
  param: Parameter,
  fn: FunctionNode,
  call: CallExpr,
  evaluate: (expr: Expr) => Value,
): Value | 'absent' {
  // The receiver is not among the arguments; `Class.method(instance, …)` is rare enough to leave out.
  const skipped = fn.cls && !fn.isStatic ? 1 : 0;
  if (param.rest === 'dict') return restOfNames(fn, call, evaluate);
  for (const argument of call.args) if (argument.name === param.name) return evaluate(argument.value);
  const at = param.index - skipped;
  let index = 0;
  let unsure = false;
  const rest: Value[] = [];
  for (const { name, value, spread } of call.args) {
    if (spread === 'dict') {
      const given = evaluate(value);
      if (given.kind === 'dict') {
        const entry = given.entries.get(param.name);
        if (entry) return entry;
        unsure ||= given.isOpen;
      } else unsure ||= given.kind !== 'constant';
    } else if (spread === 'list') {
      const given = evaluate(value);
      if (given.kind === 'list' && !given.isOpen) {
        for (const item of given.items) {
          if (param.rest === 'list' ? index >= at : index === at) {
            if (param.rest !== 'list') return item;
            rest.push(item);
          }
          index++;
        }
      } else unsure = true;
    } else if (name === undefined && !param.keywordOnly) {
      if (param.rest === 'list') {
        if (index >= at) rest.push(evaluate(value));
      } else if (index === at) return evaluate(value);
      index++;
    }
  }
  if (param.rest === 'list') return { kind: 'list', items: rest, isOpen: unsure, isTuple: true };
  return unsure ? union([unknown]) : 'absent';
}

function restOfNames(fn: FunctionNode, call: CallExpr, evaluate: (expr: Expr) => Value): Value {
  const named = new Set(fn.params.map(({ name }) => name));
  const entries = new Map<string, Value>();
  let isOpen = false;
  for (const { name, value, spread } of call.args) {
    if (name !== undefined) {
      if (!named.has(name)) entries.set(name, evaluate(value));
    } else if (spread === 'dict') {
      const given = evaluate(value);
      if (given.kind === 'dict') {
        for (const [key, one] of given.entries) if (!named.has(key)) entries.set(key, one);
        isOpen ||= given.isOpen;
      } else isOpen = true;
    }
  }
  return { kind: 'dict', entries, isOpen };
}

function scriptArgument(param: Parameter, call: CallExpr, evaluate: (expr: Expr) => Value): Value | 'absent' {
  let index = 0;
  const rest: Value[] = [];
  for (const { value, spread } of call.args) {
    if (spread) {
      const given = evaluate(value);
      if (given.kind !== 'list' || given.isOpen) return unknown;
      for (const item of given.items) {
        if (index === param.index && !param.rest) return item;
        if (index >= param.index) rest.push(item);
        index++;
      }
      continue;
    }
    if (index === param.index && !param.rest) return evaluate(value);
    if (index >= param.index && param.rest) rest.push(evaluate(value));
    index++;
  }
  return param.rest ? { kind: 'list', items: rest, isOpen: false, isTuple: false } : 'absent';
}

/** A keyword argument, or the property of that name in an object that is given: how settings are passed. */
export function setting(call: CallExpr, name: string, evaluate: (expr: Expr) => Value): Value | undefined {
  for (const argument of call.args) if (argument.name === name) return evaluate(argument.value);
  for (const argument of call.args) {
    if (argument.name !== undefined) continue;
    const value = evaluate(argument.value);
    if (value.kind === 'dict') {
      const found = value.entries.get(name);
      if (found) return found;
    }
  }
  return undefined;
}

/** The literal text of a setting. */
export function textSetting(
  call: CallExpr,
  name: string,
  evaluate: (expr: Expr) => Value,
): string | undefined {
  const value = setting(call, name, evaluate);
  return value && literalOf(value);
}
