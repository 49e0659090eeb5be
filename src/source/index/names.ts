import type { Binding, CallExpr, Parameter, SourceFile } from '../syntax/ast.ts';
import { argumentFor } from './arguments.ts';
import { familyOf } from './libraries.ts';
import { optionsOf, union, unknown, type Environment, type Value } from './values.ts';

import { elementOf, growers, holding, isAbsentIn, others } from './bindings.ts';
import { Environments, limits } from './environments.ts';
/** What names stand for: parameters, bindings, imports, exports. */
export abstract class Names extends Environments {
  /** What a value's member stands for. */
  abstract member(value: Value, name: string): Value;

  protected abstract index(object: Value, index: Value): Value;

  /** What a name stands for at an offset of the environment's function. */
  lookup(name: string, env: Environment, at: number): Value {
    let position: number | undefined = at;
    for (let scope: Environment | undefined = env; scope; scope = scope.outer) {
      const { fn } = scope;
      if ((name === 'this' || name === 'super') && scope.self) return scope.self;
      const param = fn.params.find((one) => one.name === name);
      const bindings = fn.bindings.get(name);
      if (param || bindings) {
        const chosen = bindings ? holding(bindings, position) : [];
        const values = chosen.map((binding) => this.bound(binding, scope));
        const rebound =
          chosen.length > 0 && chosen.some((binding) => (binding.until ?? 0) > (position ?? Infinity));
        if (param && !rebound) values.push(this.parameter(param, scope));
        return this.grown(name, union(values), scope, chosen);
      }
      position = undefined;
    }
    const star = this.star(name, env.fn.file);
    if (star) return star;
    return { kind: 'external', module: '', path: [name], calls: [], parts: [] };
  }

  protected star(name: string, file: SourceFile): Value | undefined {
    for (const module of file.stars) {
      const source = this.program.module(file, module);
      const value = source && source !== file ? this.exported(source, name) : undefined;
      if (value) return value;
    }
    return undefined;
  }

  /** A list that things are appended to, a dictionary that gets further entries: what its name ends up as. */
  protected grown(name: string, value: Value, scope: Environment, chosen: readonly Binding[]): Value {
    if (chosen.some(({ how }) => how === 'add')) {
      return union(
        optionsOf(value).map((one) =>
          one.kind === 'text' ? { ...one, parts: [...one.parts, undefined] } : one,
        ),
      );
    }
    const list = optionsOf(value).find((one) => one.kind === 'list');
    const dict = optionsOf(value).find((one) => one.kind === 'dict');
    if (!list && !dict) return value;
    if (list) {
      const more: Value[] = [];
      let grows = false;
      for (const call of scope.fn.calls) {
        const { callee } = call;
        if (callee.kind !== 'member' || callee.object.kind !== 'name' || callee.object.name !== name)
          continue;
        if (!growers.has(callee.name)) continue;
        grows = true;
        if (more.length < limits.callers) more.push(...this.added(call, callee.name, scope));
      }
      if (grows)
        return union([{ ...list, items: [...list.items, ...more], isOpen: true }, ...others(value, list)]);
    }
    if (dict) {
      const entries = new Map(dict.entries);
      let grows = false;
      for (const { object, name: key, value: given, owner } of scope.fn.assignments) {
        if (owner !== scope.fn || object.kind !== 'name' || object.name !== name) continue;
        grows = true;
        const before = entries.get(key);
        const after = this.value(given, scope);
        entries.set(key, before ? union([before, after]) : after);
      }
      if (grows) return union([{ ...dict, entries, isOpen: true }, ...others(value, dict)]);
    }
    return value;
  }

  protected added(call: CallExpr, grower: string, env: Environment): Value[] {
    return call.args.flatMap((argument) => {
      const value = this.value(argument.value, env);
      if (grower === 'extend' || argument.spread) return value.kind === 'list' ? value.items : [unknown];
      return [value];
    });
  }

  protected bound(binding: Binding, env: Environment): Value {
    if (this.active.has(binding)) return unknown;
    this.active.add(binding);
    try {
      switch (binding.how) {
        case 'value':
        case 'add':
          return this.value(binding.value, env);
        case 'part':
          return this.part(this.value(binding.value, env), binding.path);
        case 'element':
          return this.part(elementOf(this.value(binding.value, env)), binding.path);
        case 'function':
          return { kind: 'function', fn: binding.fn, self: undefined, env };
        case 'class':
          return { kind: 'class', cls: binding.cls };
        case 'import':
          return this.imported(binding.module, binding.name, env.fn.file);
      }
    } finally {
      this.active.delete(binding);
    }
  }

  protected part(value: Value, path: readonly (string | number)[]): Value {
    let result = value;
    for (const step of path)
      result =
        typeof step === 'number'
          ? this.index(result, { kind: 'number', value: step })
          : this.member(result, step);
    return result;
  }

  protected imported(module: string, name: string | undefined, file: SourceFile): Value {
    const source = this.program.module(file, module);
    if (!source) {
      const inside =
        name !== undefined && file.language === 'python' ? this.submodule(file, module, name) : undefined;
      return (
        inside ?? { kind: 'external', module, path: name === undefined ? [] : [name], calls: [], parts: [] }
      );
    }
    if (name === undefined) return { kind: 'module', source };
    return this.exported(source, name) ?? this.submodule(file, module, name) ?? unknown;
  }

  protected submodule(file: SourceFile, module: string, name: string): Value | undefined {
    const source = this.program.module(file, module.endsWith('.') ? `${module}${name}` : `${module}.${name}`);
    return source && { kind: 'module', source };
  }

  /** What a module gives under a name. */
  exported(source: SourceFile, name: string): Value | undefined {
    const key = source.module;
    if (this.depth > limits.depth) return undefined;
    this.depth++;
    try {
      const env = this.freeEnvironment(key);
      if (source.language === 'javascript') {
        const target = source.exports.get(name);
        if (target?.how === 'name') return this.lookup(target.name, env, Infinity);
        if (target?.how === 'value') return this.value(target.value, this.freeEnvironment(target.owner));
        if (target?.how === 'from') {
          const from = this.program.module(source, target.module);
          if (from) return this.exported(from, target.name);
          return { kind: 'external', module: target.module, path: [target.name], calls: [], parts: [] };
        }
        const whole = source.exports.get('*');
        if (whole?.how === 'value') {
          const value = this.value(whole.value, this.freeEnvironment(whole.owner));
          return name === 'default' ? value : this.member(value, name);
        }
        return this.star(name, source);
      }
      if (key.bindings.has(name)) return this.lookup(name, env, Infinity);
      return this.star(name, source);
    } finally {
      this.depth--;
    }
  }

  parameter(param: Parameter, env: Environment): Value {
    const { fn, call, caller } = env;
    // Python's `self`, `cls`.
    if (
      fn.cls &&
      !fn.isStatic &&
      fn.file.language === 'python' &&
      param.index === 0 &&
      param.rest === undefined
    )
      return env.self ?? unknown;
    const given = env.given?.get(param.index);
    if (given) return param.property === undefined ? given : this.member(given, param.property);
    if (call && caller) return this.given(param, env, call, caller);
    if (env.via) return this.typed(param, unknown, env);
    if (this.active.has(param)) return unknown;
    this.active.add(param);
    try {
      const values: Value[] = [];
      for (const one of this.callers(fn).slice(0, limits.callers)) {
        const from = this.freeEnvironment(one.call.owner);
        values.push(this.parameter(param, this.environmentFrom(fn, one, from)));
      }
      if (values.length === 0) {
        if (param.defaultValue) values.push(this.value(param.defaultValue, env));
        values.push(unknown);
      }
      return this.typed(param, union(values), env);
    } finally {
      this.active.delete(param);
    }
  }

  /** Where nothing is known but the type: an instance of it. */
  protected typed(param: Parameter, value: Value, env: Environment): Value {
    if (param.type === undefined || optionsOf(value).some((one) => one.kind !== 'unknown')) return value;
    return this.ofType(param.type, env) ?? value;
  }

  /** An instance of a type as written, where it is a class of ours or of a library of interest. */
  ofType(type: string, env: Environment): Value | undefined {
    const name = /^["']?(?:Optional\[|Annotated\[)?([A-Za-z_$][\w$.]*)/.exec(type)?.[1];
    if (name === undefined) return undefined;
    const [first = '', ...rest] = name.split('.');
    let value = this.lookup(first, env.outer ?? env, Infinity);
    for (const part of rest) value = this.member(value, part);
    if (value.kind === 'class') return { kind: 'instance', cls: value.cls, call: undefined, env: undefined };
    if (value.kind === 'external' && familyOf(value.module)) return { ...value, path: [...value.path, '()'] };
    return undefined;
  }

  protected given(param: Parameter, env: Environment, call: CallExpr, caller: Environment): Value {
    const found = argumentFor(param, env.fn, call, (expr) => this.value(expr, caller));
    if (found === 'absent')
      return param.defaultValue
        ? this.value(param.defaultValue, env.outer ?? env)
        : { kind: 'constant', value: null };
    const value = param.property === undefined ? found : this.member(found, param.property);
    // A property that the caller left out has its default.
    if (param.property !== undefined && param.defaultValue && isAbsentIn(found, param.property))
      return this.value(param.defaultValue, env.outer ?? env);
    return this.typed(param, value, env);
  }
}
