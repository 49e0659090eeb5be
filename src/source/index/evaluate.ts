import type {
  Binding,
  CallExpr,
  ClassNode,
  Expr,
  FunctionNode,
  Parameter,
  SourceFile,
} from '../syntax/ast.ts';
import { argumentFor, type Caller } from './arguments.ts';
import { builtinCall } from './builtins.ts';
import { familyOf } from './libraries.ts';
import type { Program } from './program.ts';
import { classify } from './verbs.ts';
import {
  literalOf,
  optionsOf,
  union,
  unknown,
  type DictValue,
  type Environment,
  type ExternalValue,
  type InstanceValue,
  type TextValue,
  type Value,
} from './values.ts';

/** Steps of one evaluation, and how deep it goes; what lies beyond is unknown. */
const limits = { steps: 4_000, depth: 48, callers: 8, environments: 12 } as const;

/** Says what expressions stand for. Pure; bounded; what it is not sure of is unknown. */
export class Evaluator {
  readonly #program: Program;
  readonly #callersOf: (fn: FunctionNode) => readonly Caller[];
  readonly #free = new WeakMap<FunctionNode, Environment>();
  readonly #known = new WeakMap<Expr, Value>();
  #steps = 0;
  #depth = 0;
  #exhausted = false;
  readonly #active = new Set<unknown>();

  constructor(program: Program, callersOf: (fn: FunctionNode) => readonly Caller[]) {
    this.#program = program;
    this.#callersOf = callersOf;
  }

  /** Evaluates with a fresh budget, unless one is being used up. */
  evaluate(expr: Expr, env: Environment): Value {
    if (this.#depth > 0) return this.value(expr, env);
    this.#steps = 0;
    this.#exhausted = false;
    this.#active.clear();
    return this.value(expr, env);
  }

  /** The function as anyone may have called it. */
  freeEnvironment(fn: FunctionNode): Environment {
    const known = this.#free.get(fn);
    if (known) return known;
    const env: Environment = {
      fn,
      call: undefined,
      caller: undefined,
      self:
        fn.cls && !fn.isStatic
          ? { kind: 'instance', cls: fn.cls, call: undefined, env: undefined }
          : undefined,
      outer: fn.parent && this.freeEnvironment(fn.parent),
      depth: 0,
    };
    this.#free.set(fn, env);
    return env;
  }

  /** The function as called by `call`, which stands in `caller`. */
  calledEnvironment(
    fn: FunctionNode,
    call: CallExpr,
    caller: Environment,
    more: { self?: Value | undefined; outer?: Environment | undefined; given?: Environment['given'] } = {},
  ): Environment {
    const free = this.freeEnvironment(fn);
    return {
      fn,
      call,
      caller,
      self: more.self ?? free.self,
      outer: more.outer ?? this.#enclosing(fn, caller) ?? free.outer,
      given: more.given,
      via: call,
      depth: caller.depth + 1,
    };
  }

  /** The function as its caller calls it, or hands it to someone who will. */
  environmentFrom(fn: FunctionNode, from: Caller, caller: Environment): Environment {
    if (from.isCall)
      return this.calledEnvironment(fn, from.call, caller, { self: this.#receiver(from.call, caller) });
    const env = this.calledEnvironment(fn, from.call, caller, { given: this.givenBy(from, caller) });
    return { ...env, call: undefined };
  }

  /** The object that a method is called on. */
  #receiver(call: CallExpr, caller: Environment): Value | undefined {
    if (call.callee.kind !== 'member') return undefined;
    const value = this.evaluate(call.callee.object, caller);
    return optionsOf(value).find((one) => one.kind === 'instance');
  }

  /** A closure that is called where it was made: its outer function's environment is on the way. */
  #enclosing(fn: FunctionNode, caller: Environment): Environment | undefined {
    for (let env: Environment | undefined = caller; env; env = env.caller ?? env.outer)
      if (env.fn === fn.parent) return env;
    return undefined;
  }

  value(expr: Expr, env: Environment): Value {
    const isFree = isFreeChain(env);
    if (isFree) {
      const known = this.#known.get(expr);
      if (known) return known;
    }
    if (++this.#steps > limits.steps || this.#depth > limits.depth) {
      this.#exhausted = true;
      return unknown;
    }
    this.#depth++;
    const result = this.#value(expr, env);
    this.#depth--;
    if (isFree && !this.#exhausted && this.#active.size === 0) this.#known.set(expr, result);
    return result;
  }

  #value(expr: Expr, env: Environment): Value {
    switch (expr.kind) {
      case 'string':
        return this.#text(expr.parts, env, expr);
      case 'number':
        return { kind: 'number', value: expr.value };
      case 'constant':
        return { kind: 'constant', value: expr.value };
      case 'name':
        return this.lookup(expr.name, env, expr.start);
      case 'member':
        return this.member(this.value(expr.object, env), expr.name);
      case 'index':
        return this.#index(this.value(expr.object, env), this.value(expr.index, env));
      case 'call':
        return this.#call(expr, env);
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
        return this.#join(expr.operator, this.value(expr.left, env), this.value(expr.right, env));
      case 'comprehension':
        return { kind: 'list', items: [this.value(expr.element, env)], isOpen: true, isTuple: false };
      case 'wrapper':
        return this.value(expr.value, env);
      case 'other':
        return unknown;
    }
  }

  #text(parts: readonly (string | Expr)[], env: Environment, expr: Expr): TextValue {
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

  #join(operator: '+' | '|' | '%', left: Value, right: Value): Value {
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

  #index(object: Value, index: Value): Value {
    if (object.kind === 'union') return union(object.options.map((one) => this.#index(one, index)));
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
        const values = chosen.map((binding) => this.#bound(binding, scope));
        const rebound =
          chosen.length > 0 && chosen.some((binding) => (binding.until ?? 0) > (position ?? Infinity));
        if (param && !rebound) values.push(this.parameter(param, scope));
        return this.#grown(name, union(values), scope, chosen);
      }
      position = undefined;
    }
    const star = this.#star(name, env.fn.file);
    if (star) return star;
    return { kind: 'external', module: '', path: [name], calls: [], parts: [] };
  }

  #star(name: string, file: SourceFile): Value | undefined {
    for (const module of file.stars) {
      const source = this.#program.module(file, module);
      const value = source && source !== file ? this.exported(source, name) : undefined;
      if (value) return value;
    }
    return undefined;
  }

  /** A list that things are appended to, a dictionary that gets further entries: what its name ends up as. */
  #grown(name: string, value: Value, scope: Environment, chosen: readonly Binding[]): Value {
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
        if (more.length < limits.callers) more.push(...this.#added(call, callee.name, scope));
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

  #added(call: CallExpr, grower: string, env: Environment): Value[] {
    return call.args.flatMap((argument) => {
      const value = this.value(argument.value, env);
      if (grower === 'extend' || argument.spread) return value.kind === 'list' ? value.items : [unknown];
      return [value];
    });
  }

  #bound(binding: Binding, env: Environment): Value {
    if (this.#active.has(binding)) return unknown;
    this.#active.add(binding);
    try {
      switch (binding.how) {
        case 'value':
        case 'add':
          return this.value(binding.value, env);
        case 'part':
          return this.#part(this.value(binding.value, env), binding.path);
        case 'element':
          return this.#part(elementOf(this.value(binding.value, env)), binding.path);
        case 'function':
          return { kind: 'function', fn: binding.fn, self: undefined, env };
        case 'class':
          return { kind: 'class', cls: binding.cls };
        case 'import':
          return this.#imported(binding.module, binding.name, env.fn.file);
      }
    } finally {
      this.#active.delete(binding);
    }
  }

  #part(value: Value, path: readonly (string | number)[]): Value {
    let result = value;
    for (const step of path)
      result =
        typeof step === 'number'
          ? this.#index(result, { kind: 'number', value: step })
          : this.member(result, step);
    return result;
  }

  #imported(module: string, name: string | undefined, file: SourceFile): Value {
    const source = this.#program.module(file, module);
    if (!source) {
      const inside =
        name !== undefined && file.language === 'python' ? this.#submodule(file, module, name) : undefined;
      return (
        inside ?? { kind: 'external', module, path: name === undefined ? [] : [name], calls: [], parts: [] }
      );
    }
    if (name === undefined) return { kind: 'module', source };
    return this.exported(source, name) ?? this.#submodule(file, module, name) ?? unknown;
  }

  #submodule(file: SourceFile, module: string, name: string): Value | undefined {
    const source = this.#program.module(
      file,
      module.endsWith('.') ? `${module}${name}` : `${module}.${name}`,
    );
    return source && { kind: 'module', source };
  }

  /** What a module gives under a name. */
  exported(source: SourceFile, name: string): Value | undefined {
    const key = source.module;
    if (this.#depth > limits.depth) return undefined;
    this.#depth++;
    try {
      const env = this.freeEnvironment(key);
      if (source.language === 'javascript') {
        const target = source.exports.get(name);
        if (target?.how === 'name') return this.lookup(target.name, env, Infinity);
        if (target?.how === 'value') return this.value(target.value, this.freeEnvironment(target.owner));
        if (target?.how === 'from') {
          const from = this.#program.module(source, target.module);
          if (from) return this.exported(from, target.name);
          return { kind: 'external', module: target.module, path: [target.name], calls: [], parts: [] };
        }
        const whole = source.exports.get('*');
        if (whole?.how === 'value') {
          const value = this.value(whole.value, this.freeEnvironment(whole.owner));
          return name === 'default' ? value : this.member(value, name);
        }
        return this.#star(name, source);
      }
      if (key.bindings.has(name)) return this.lookup(name, env, Infinity);
      return this.#star(name, source);
    } finally {
      this.#depth--;
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
    if (call && caller) return this.#given(param, env, call, caller);
    if (env.via) return this.#typed(param, unknown, env);
    if (this.#active.has(param)) return unknown;
    this.#active.add(param);
    try {
      const values: Value[] = [];
      for (const one of this.#callersOf(fn).slice(0, limits.callers)) {
        const from = this.freeEnvironment(one.call.owner);
        values.push(this.parameter(param, this.environmentFrom(fn, one, from)));
      }
      if (values.length === 0) {
        if (param.defaultValue) values.push(this.value(param.defaultValue, env));
        values.push(unknown);
      }
      return this.#typed(param, union(values), env);
    } finally {
      this.#active.delete(param);
    }
  }

  /** For functions handed to `map` and the like: an element of the list is their first argument. */
  givenBy(caller: Caller, env: Environment): Environment['given'] {
    if (!caller.given) return undefined;
    const value = this.value(caller.given.list, env);
    return new Map([[caller.given.index, caller.given.isElement ? elementOf(value) : value]]);
  }

  /** Where nothing is known but the type: an instance of it. */
  #typed(param: Parameter, value: Value, env: Environment): Value {
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

  #given(param: Parameter, env: Environment, call: CallExpr, caller: Environment): Value {
    const found = argumentFor(param, env.fn, call, (expr) => this.value(expr, caller));
    if (found === 'absent')
      return param.defaultValue
        ? this.value(param.defaultValue, env.outer ?? env)
        : { kind: 'constant', value: null };
    const value = param.property === undefined ? found : this.member(found, param.property);
    // A property that the caller left out has its default.
    if (param.property !== undefined && param.defaultValue && isAbsentIn(found, param.property))
      return this.value(param.defaultValue, env.outer ?? env);
    return this.#typed(param, value, env);
  }

  member(value: Value, name: string): Value {
    switch (value.kind) {
      case 'union':
        return union(value.options.map((one) => this.member(one, name)));
      case 'module':
        return (
          this.exported(value.source, name) ??
          this.#submodule(value.source, value.source.language === 'python' ? '.' : '', name) ??
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
        return this.#instanceMember(value, name) ?? unknown;
      case 'class':
        return this.#classMember(value.cls, name, value) ?? unknown;
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
        const tool = this.#decoratedAs(value.fn);
        return tool ? { ...tool, path: [...tool.path, '()', name], parts: [value] } : unknown;
      }
      default:
        return unknown;
    }
  }

  /** The library's object that a decorator makes of a function. */
  #decoratedAs(fn: FunctionNode): ExternalValue | undefined {
    for (const decorator of fn.decorators) {
      const value = this.value(decorator, this.freeEnvironment(fn.parent ?? fn));
      if (value.kind === 'external' && familyOf(value.module)) return value;
    }
    return undefined;
  }

  #classMember(cls: ClassNode, name: string, self: Value): Value | undefined {
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
        if (this.#active.has(base)) continue;
        this.#active.add(base);
        const value = this.value(base, this.freeEnvironment(one.cls.parent));
        this.#active.delete(base);
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

  #instanceMember(instance: InstanceValue, name: string): Value | undefined {
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
          ? this.#returned(method, { ...this.freeEnvironment(method), self: instance })
          : bound;
      }
      const assigned = cls.assignments.filter((assignment) => assignment.name === name);
      if (assigned.length > 0 && !this.#active.has(assigned[0])) {
        this.#active.add(assigned[0]);
        const values = assigned.map(({ value, owner }) =>
          this.value(value, this.#methodEnvironment(owner, instance)),
        );
        const whole = this.#grownAttribute(name, union(values), cls);
        this.#active.delete(assigned[0]);
        return whole;
      }
      const field = cls.fields.get(name);
      if (field) {
        const given = this.#dataField(instance, cls, name);
        const own = this.#grownAttribute(name, this.value(field, this.freeEnvironment(cls.parent)), cls);
        return given ?? own;
      }
      // `constructor(private readonly client: OpenAI)`, a dataclass' or model's fields.
      const constructor = cls.methods.get('constructor');
      const param = constructor?.params.find((other) => other.name === name);
      if (constructor && param) return this.parameter(param, this.#methodEnvironment(constructor, instance));
      if (cls.fieldOrder.includes(name)) return this.#dataField(instance, cls, name) ?? unknown;
    }
    const base = ancestors.find((one): one is ExternalValue => one.kind === 'external');
    if (!base || !familyOf(base.module)) return undefined;
    const calls = instance.call && instance.env ? [{ call: instance.call, env: instance.env }] : [];
    return { ...base, path: [...base.path, '()', name], calls: [...base.calls, ...calls], parts: [instance] };
  }

  #grownAttribute(name: string, value: Value, cls: ClassNode): Value {
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
  #methodEnvironment(owner: FunctionNode, instance: InstanceValue): Environment {
    const isConstructor = owner.name === '__init__' || owner.name === 'constructor';
    if (isConstructor && instance.call && instance.env && instance.env.depth < limits.environments)
      return this.calledEnvironment(owner, instance.call, instance.env, { self: instance });
    return { ...this.freeEnvironment(owner), self: instance };
  }

  #dataField(instance: InstanceValue, cls: ClassNode, name: string): Value | undefined {
    const { call, env } = instance;
    if (!call || !env) return undefined;
    const named = call.args.find((argument) => argument.name === name);
    if (named) return this.value(named.value, env);
    const index = cls.fieldOrder.indexOf(name);
    const positional = call.args.filter((argument) => argument.name === undefined && !argument.spread);
    const at = index >= 0 ? positional[index] : undefined;
    return at && this.value(at.value, env);
  }

  #call(call: CallExpr, env: Environment): Value {
    const callee = this.value(call.callee, env);
    return union(optionsOf(callee).map((one) => this.#callOf(one, call, env)));
  }

  #callOf(callee: Value, call: CallExpr, env: Environment): Value {
    switch (callee.kind) {
      case 'function': {
        if (env.depth >= limits.environments || this.#active.has(callee.fn)) return unknown;
        const called = this.calledEnvironment(callee.fn, call, env, {
          ...(callee.self ? { self: callee.self } : {}),
          ...(callee.env?.fn === callee.fn.parent ? { outer: callee.env } : {}),
        });
        return this.#returned(callee.fn, called);
      }
      case 'class':
        return { kind: 'instance', cls: callee.cls, call, env };
      case 'instance':
        return this.#instanceCall(callee, call, env);
      case 'external':
        // What a request answers is not known, and is nothing of what was asked.
        if (isRequest(callee, call)) return unknown;
        return (
          builtinCall(callee, call, (expr) => this.value(expr, env), this.#required(callee, call, env)) ?? {
            ...callee,
            path: [...callee.path, '()'],
            calls: [...callee.calls, { call, env }],
          }
        );
      default:
        return unknown;
    }
  }

  #instanceCall(instance: InstanceValue, call: CallExpr, env: Environment): Value {
    const method = this.#instanceMember(instance, '__call__');
    if (method?.kind === 'function') return this.#callOf(method, call, env);
    if (method?.kind === 'external')
      return {
        ...method,
        path: [...method.path.slice(0, -1), '()'],
        calls: [...method.calls, { call, env }],
      };
    return unknown;
  }

  #returned(fn: FunctionNode, env: Environment): Value {
    if (this.#active.has(fn)) return unknown;
    this.#active.add(fn);
    const value = union(fn.returns.map((one) => this.value(one, env)));
    this.#active.delete(fn);
    return value;
  }

  /** `require('./x')`, `await import('./x')`. */
  #required(callee: ExternalValue, call: CallExpr, env: Environment): Value | undefined {
    if (callee.module !== '' || callee.path.length !== 1) return undefined;
    if (callee.path[0] !== 'require' && callee.path[0] !== 'import') return undefined;
    const [first] = call.args;
    const specifier = first && literalOf(this.value(first.value, env));
    if (specifier === undefined) return unknown;
    const source = this.#program.module(env.fn.file, specifier);
    if (!source) return { kind: 'external', module: specifier, path: [], calls: [], parts: [] };
    const whole = source.exports.get('*');
    return whole?.how === 'value'
      ? this.value(whole.value, this.freeEnvironment(whole.owner))
      : { kind: 'module', source };
  }
}

function isRequest({ module, path }: ExternalValue, call: CallExpr): boolean {
  const family = familyOf(module);
  if (family === undefined || call.isNew) return false;
  const isObject = call.callee.kind !== 'member' && path.at(-1) === '()';
  return classify(family, isObject ? [...path, '()'] : path)?.isSure === true;
}

const growers = new Set(['append', 'push', 'extend', 'insert', 'unshift', 'add_message', 'add']);

function others(value: Value, but: Value): readonly Value[] {
  return optionsOf(value).filter((one) => one !== but);
}

function isFreeChain(env: Environment): boolean {
  for (let one: Environment | undefined = env; one; one = one.outer) if (one.call || one.given) return false;
  return env.self === undefined || (env.self.kind === 'instance' && env.self.call === undefined);
}

/** The bindings that may hold at an offset: the last one before it that surely does, and those after that one. */
function holding(bindings: readonly Binding[], position: number | undefined): readonly Binding[] {
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

function isNothing(value: Value): boolean {
  return value.kind === 'constant' || (value.kind === 'dict' && !value.isOpen);
}

function isAbsentIn(value: Value, property: string): boolean {
  return (
    (value.kind === 'dict' && !value.isOpen && !value.entries.has(property)) ||
    (value.kind === 'constant' && value.value === null)
  );
}
