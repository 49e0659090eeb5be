import type { CallExpr, ClassNode, FunctionNode } from '../syntax/ast.ts';
import { builtinCall } from './builtins.ts';
import { familyOf } from './libraries.ts';
import {
  literalOf,
  optionsOf,
  union,
  unknown,
  type Environment,
  type ExternalValue,
  type InstanceValue,
  type Value,
} from './values.ts';

import { growers, isRequest, others } from './bindings.ts';
import { limits } from './environments.ts';
import { Names } from './names.ts';
/** Members and calls: of instances, classes, modules, and things of libraries. */
export abstract class Objects extends Names {
  override member(value: Value, name: string): Value {
    switch (value.kind) {
      case 'union':
        return union(value.options.map((one) => this.member(one, name)));
      case 'module':
        return (
          this.exported(value.source, name) ??
          this.submodule(value.source, value.source.language === 'python' ? '.' : '', name) ??
          unknown
        );
      case 'dict':
        return (
          value.entries.get(name) ??
          (value.isOpen
            ? unknown
            : { kind: 'external', module: '<dict>', path: [name], calls: [], parts: [value] })
        );
      case 'external':
        return { ...value, path: [...value.path, name] };
      case 'instance':
        return this.instanceMember(value, name) ?? unknown;
      case 'class':
        return this.classMember(value.cls, name, value) ?? unknown;
      case 'text':
      case 'list':
        return {
          kind: 'external',
          module: value.kind === 'text' ? '<text>' : '<list>',
          path: [name],
          calls: [],
          parts: [value],
        };
      case 'function': {
        const tool = this.decoratedAs(value.fn);
        return tool ? { ...tool, path: [...tool.path, '()', name], parts: [value] } : unknown;
      }
      default:
        return unknown;
    }
  }

  /** The library's object that a decorator makes of a function. */
  protected decoratedAs(fn: FunctionNode): ExternalValue | undefined {
    for (const decorator of fn.decorators) {
      const value = this.value(decorator, this.freeEnvironment(fn.parent ?? fn));
      if (value.kind === 'external' && familyOf(value.module)) return value;
    }
    return undefined;
  }

  protected classMember(cls: ClassNode, name: string, self: Value): Value | undefined {
    for (const one of this.ancestors(cls)) {
      if (one.kind === 'external') return { ...one, path: [...one.path, '()', name] };
      if (one.kind !== 'class') continue;
      const method = one.cls.methods.get(name);
      if (method) return { kind: 'function', fn: method, self, env: this.freeEnvironment(one.cls.parent) };
      const field = one.cls.fields.get(name);
      if (field) return this.value(field, this.freeEnvironment(one.cls.parent));
    }
    return undefined;
  }

  /** The class and what it extends, nearest first, at most 8. */
  ancestors(cls: ClassNode): readonly Value[] {
    const found: Value[] = [{ kind: 'class', cls }];
    for (let i = 0; i < found.length && found.length < 8; i++) {
      const one = found[i];
      if (one?.kind !== 'class') continue;
      for (const base of one.cls.bases) {
        if (this.active.has(base)) continue;
        this.active.add(base);
        const value = this.value(base, this.freeEnvironment(one.cls.parent));
        this.active.delete(base);
        if (
          value.kind === 'class' &&
          !found.some((other) => other.kind === 'class' && other.cls === value.cls)
        )
          found.push(value);
        else if (value.kind === 'external') found.push(value);
      }
    }
    return found;
  }

  protected instanceMember(instance: InstanceValue, name: string): Value | undefined {
    const ancestors = this.ancestors(instance.cls);
    for (const one of ancestors) {
      if (one.kind !== 'class') continue;
      const { cls } = one;
      const method = cls.methods.get(name);
      if (method) {
        const bound: Value = {
          kind: 'function',
          fn: method,
          self: instance,
          env: this.freeEnvironment(cls.parent),
        };
        const isProperty = method.decorators.some(
          (decorator) => decorator.kind === 'name' && /property$/.test(decorator.name),
        );
        return isProperty
          ? this.returned(method, { ...this.freeEnvironment(method), self: instance })
          : bound;
      }
      const assigned = cls.assignments.filter((assignment) => assignment.name === name);
      if (assigned.length > 0 && !this.active.has(assigned[0])) {
        this.active.add(assigned[0]);
        const values = assigned.map(({ value, owner }) =>
          this.value(value, this.methodEnvironment(owner, instance)),
        );
        const whole = this.grownAttribute(name, union(values), cls);
        this.active.delete(assigned[0]);
        return whole;
      }
      const field = cls.fields.get(name);
      if (field) {
        const given = this.dataField(instance, cls, name);
        const own = this.grownAttribute(name, this.value(field, this.freeEnvironment(cls.parent)), cls);
        return given ?? own;
      }
      // `constructor(private readonly client: OpenAI)`, a dataclass' or model's fields.
      const constructor = cls.methods.get('constructor');
      const param = constructor?.params.find((other) => other.name === name);
      if (constructor && param) return this.parameter(param, this.methodEnvironment(constructor, instance));
      if (cls.fieldOrder.includes(name)) return this.dataField(instance, cls, name) ?? unknown;
    }
    const base = ancestors.find((one): one is ExternalValue => one.kind === 'external');
    if (!base || !familyOf(base.module)) return undefined;
    const calls = instance.call && instance.env ? [{ call: instance.call, env: instance.env }] : [];
    return { ...base, path: [...base.path, '()', name], calls: [...base.calls, ...calls], parts: [instance] };
  }

  protected grownAttribute(name: string, value: Value, cls: ClassNode): Value {
    const list = optionsOf(value).find((one) => one.kind === 'list');
    if (!list) return value;
    // Something may be appended in any method.
    for (const method of cls.methods.values())
      for (const { callee } of method.calls)
        if (
          callee.kind === 'member' &&
          growers.has(callee.name) &&
          callee.object.kind === 'member' &&
          callee.object.name === name
        )
          return union([{ ...list, isOpen: true }, ...others(value, list)]);
    return value;
  }

  /** A method's environment for an instance: of a constructor, the call that made the instance. */
  protected methodEnvironment(owner: FunctionNode, instance: InstanceValue): Environment {
    const isConstructor = owner.name === '__init__' || owner.name === 'constructor';
    if (isConstructor && instance.call && instance.env && instance.env.depth < limits.environments)
      return this.calledEnvironment(owner, instance.call, instance.env, { self: instance });
    return { ...this.freeEnvironment(owner), self: instance };
  }

  protected dataField(instance: InstanceValue, cls: ClassNode, name: string): Value | undefined {
    const { call, env } = instance;
    if (!call || !env) return undefined;
    const named = call.args.find((argument) => argument.name === name);
    if (named) return this.value(named.value, env);
    const index = cls.fieldOrder.indexOf(name);
    const positional = call.args.filter((argument) => argument.name === undefined && !argument.spread);
    const at = index >= 0 ? positional[index] : undefined;
    return at && this.value(at.value, env);
  }

  protected call(call: CallExpr, env: Environment): Value {
    const callee = this.value(call.callee, env);
    return union(optionsOf(callee).map((one) => this.callOf(one, call, env)));
  }

  protected callOf(callee: Value, call: CallExpr, env: Environment): Value {
    switch (callee.kind) {
      case 'function': {
        if (env.depth >= limits.environments || this.active.has(callee.fn)) return unknown;
        const called = this.calledEnvironment(callee.fn, call, env, {
          ...(callee.self ? { self: callee.self } : {}),
          ...(callee.env?.fn === callee.fn.parent ? { outer: callee.env } : {}),
        });
        return this.returned(callee.fn, called);
      }
      case 'class':
        return { kind: 'instance', cls: callee.cls, call, env };
      case 'instance':
        return this.instanceCall(callee, call, env);
      case 'external':
        // What a request answers is not known, and is nothing of what was asked.
        if (isRequest(callee, call)) return unknown;
        return (
          builtinCall(callee, call, (expr) => this.value(expr, env), this.required(callee, call, env)) ?? {
            ...callee,
            path: [...callee.path, '()'],
            calls: [...callee.calls, { call, env }],
          }
        );
      default:
        return unknown;
    }
  }

  protected instanceCall(instance: InstanceValue, call: CallExpr, env: Environment): Value {
    const method = this.instanceMember(instance, '__call__');
    if (method?.kind === 'function') return this.callOf(method, call, env);
    if (method?.kind === 'external')
      return {
        ...method,
        path: [...method.path.slice(0, -1), '()'],
        calls: [...method.calls, { call, env }],
      };
    return unknown;
  }

  protected returned(fn: FunctionNode, env: Environment): Value {
    if (this.active.has(fn)) return unknown;
    this.active.add(fn);
    const value = union(fn.returns.map((one) => this.value(one, env)));
    this.active.delete(fn);
    return value;
  }

  /** `require('./x')`, `await import('./x')`. */
  protected required(callee: ExternalValue, call: CallExpr, env: Environment): Value | undefined {
    if (callee.module !== '' || callee.path.length !== 1) return undefined;
    if (callee.path[0] !== 'require' && callee.path[0] !== 'import') return undefined;
    const [first] = call.args;
    const specifier = first && literalOf(this.value(first.value, env));
    if (specifier === undefined) return unknown;
    const source = this.program.module(env.fn.file, specifier);
    if (!source) return { kind: 'external', module: specifier, path: [], calls: [], parts: [] };
    const whole = source.exports.get('*');
    return whole?.how === 'value'
      ? this.value(whole.value, this.freeEnvironment(whole.owner))
      : { kind: 'module', source };
  }
}
