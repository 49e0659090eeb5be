import type { CallExpr, ClassNode, Expr, FunctionNode } from '../syntax/ast.ts';
import { setting } from './arguments.ts';
import type { CallGraph } from './callGraph.ts';
import { calledName } from './program.ts';
import { literalOf, optionsOf, type Environment, type Value } from './values.ts';

/** A function that a model may call under a name. */
export interface ToolPlace {
  readonly name: string;
  readonly fn: FunctionNode;
  /**
   * How sure it is that calls of this name run it: `registered` under that very name, `listed` among tools or kept in
   * a table by that name, or just `named` so.
   */
  readonly how: 'registered' | 'listed' | 'named';
}

const decoratorWords = /tool|kernel_function|ai_function|^action$|^skill$|mcp|^function$|define/i;
const makerWords =
  /^(?:tool|Tool|defineTool|dynamicTool|createTool|registerTool|addTool|add_tool|FunctionTool|StructuredTool|DynamicTool|DynamicStructuredTool|from_function|from_defaults|function_tool|register_function|registerFunction|defineFunction|Function|observe|traceable|wrap|tool_from_function|betaTool|betaZodTool|beta_tool|zodFunction|resource|as_tool)$/;
const nameSettings = ['name', 'id', 'tool_name', 'toolName', 'name_override'];
const functionSettings = [
  'execute',
  'func',
  'fn',
  'function',
  'handler',
  'invoke',
  'callback',
  'run',
  'call',
  'coroutine',
  'async_fn',
  'function_to_call',
];
const listSettings = new Set([
  'tools',
  'functions',
  'toolkit',
  'plugins',
  'actions',
  'available_tools',
  'available_functions',
]);
/** The method of a tool class that does the work. */
const workMethods = [
  'forward',
  '_run',
  '_arun',
  '_call',
  'run',
  'execute',
  'call',
  'invoke',
  '__call__',
  'run_async',
  'func',
  'handler',
  'acall',
];

/** All tools of the program. */
export function findTools(graph: CallGraph): ToolPlace[] {
  const found: ToolPlace[] = [];
  const seen = new Map<FunctionNode, Set<string>>();
  const add = (name: string | undefined, fn: FunctionNode | undefined, how: ToolPlace['how']): void => {
    if (name === undefined || name === '' || name.length > 200 || !fn) return;
    const key = `${how} ${name}`;
    const known = seen.get(fn);
    if (known?.has(key)) return;
    if (known) known.add(key);
    else seen.set(fn, new Set([key]));
    found.push({ name, fn, how });
  };
  const finder = new Finder(graph, add);
  for (const fn of graph.program.tables().allFunctions) finder.visit(fn);
  return found;
}

type Add = (name: string | undefined, fn: FunctionNode | undefined, how: ToolPlace['how']) => void;

class Finder {
  readonly #graph: CallGraph;
  readonly #add: Add;

  constructor(graph: CallGraph, add: Add) {
    this.#graph = graph;
    this.#add = add;
  }

  visit(fn: FunctionNode): void {
    if (fn.kind === 'function' && fn.name !== '<anonymous>') this.#add(fn.name, fn, 'named');
    this.#decorated(fn);
    for (const call of fn.calls) this.#call(call);
    for (const bindings of fn.bindings.values())
      for (const binding of bindings) if (binding.how === 'value') this.#table(binding.value, fn);
    for (const { value, owner } of fn.assignments) this.#table(value, owner);
    for (const target of fn.file.exports.values())
      if (fn.kind === 'module' && target.how === 'value') this.#table(target.value, target.owner);
    for (const [name, bindings] of fn.bindings)
      for (const binding of bindings) if (binding.how === 'value') this.#named(name, binding.value);
    for (const cls of fn.classes) this.#class(cls);
  }

  #decorated(fn: FunctionNode): void {
    for (const decorator of fn.decorators) {
      const call = decorator.kind === 'call' ? decorator : undefined;
      const name = lastName(call ? call.callee : decorator);
      if (!decoratorWords.test(name)) continue;
      const env = this.#free(fn.parent ?? fn);
      this.#add((call && this.#nameIn(call, env, true)) ?? fn.name, fn, 'registered');
    }
  }

  #call(call: CallExpr): void {
    const name = calledName(call);
    const env = this.#free(call.owner);
    const isMaker = makerWords.test(name) || /tool/i.test(name);
    if (isMaker) {
      const fn = this.#functionIn(call, env);
      const given = this.#nameIn(call, env, fn !== undefined);
      if (fn) this.#add(given ?? (fn.name === '<anonymous>' ? undefined : fn.name), fn, 'registered');
    }
    for (const argument of call.args) {
      if (argument.name !== undefined && listSettings.has(argument.name)) this.#list(argument.value, env);
      else if (argument.name === undefined && argument.value.kind === 'dict')
        this.#settings(argument.value, env);
      else if (argument.name === undefined && argument.value.kind === 'list') this.#list(argument.value, env);
      this.#table(argument.value, call.owner);
    }
  }

  #settings(dict: Extract<Expr, { kind: 'dict' }>, env: Environment): void {
    for (const { key, value } of dict.entries) {
      const name = key?.kind === 'string' && key.parts.length === 1 ? key.parts[0] : undefined;
      if (typeof name === 'string' && listSettings.has(name)) this.#list(value, env);
    }
  }

  /** `tools=[get_weather, …]`, `tools: { get_weather, … }` */
  #list(expr: Expr, env: Environment): void {
    const value = this.#graph.evaluator.evaluate(expr, env);
    for (const one of optionsOf(value)) {
      if (one.kind === 'list')
        for (const item of one.items) for (const option of optionsOf(item)) this.#listed(undefined, option);
      if (one.kind === 'dict')
        for (const [name, item] of one.entries)
          for (const option of optionsOf(item)) this.#listed(name, option);
    }
  }

  #listed(name: string | undefined, value: Value): void {
    if (value.kind === 'function') this.#add(name ?? value.fn.name, value.fn, 'listed');
    // A plugin: all of its methods.
    if (value.kind === 'instance')
      for (const method of value.cls.methods.values()) this.#add(method.name, method, 'listed');
    if (value.kind === 'external' && name !== undefined) {
      const made = value.calls.at(-1);
      if (made) this.#add(name, this.#functionIn(made.call, made.env), 'registered');
    }
  }

  /** `{"get_weather": get_weather}`: what a name is looked up in. */
  #table(expr: Expr, owner: FunctionNode): void {
    if (expr.kind !== 'dict') return;
    for (const { key, value } of expr.entries) {
      if (key?.kind !== 'string' || key.parts.length !== 1 || typeof key.parts[0] !== 'string') continue;
      const name = key.parts[0];
      if (value.kind === 'function') {
        if (value.fn.kind === 'function' && !functionSettings.includes(name))
          this.#add(name, value.fn, 'listed');
        continue;
      }
      if (value.kind === 'dict') {
        this.#described(value, name, owner);
        continue;
      }
      if (value.kind !== 'name' && value.kind !== 'member' && value.kind !== 'call') continue;
      for (const one of optionsOf(this.#graph.evaluator.evaluate(value, this.#free(owner)))) {
        if (one.kind === 'function') this.#add(name, one.fn, 'listed');
        else if (one.kind === 'external' && one.calls.length > 0 && value.kind === 'call')
          this.#add(name, this.#functionIn(value, this.#free(owner)), 'listed');
      }
    }
  }

  /** `{ name: 'x', execute: … }`, `x: { description, execute }` */
  #described(dict: Extract<Expr, { kind: 'dict' }>, name: string | undefined, owner: FunctionNode): void {
    const entries = new Map<string, Expr>();
    for (const { key, value } of dict.entries)
      if (key?.kind === 'string' && typeof key.parts[0] === 'string') entries.set(key.parts[0], value);
    const work = functionSettings.map((setting) => entries.get(setting)).find((one) => one !== undefined);
    if (!work) return;
    const fn = this.#functionOf(this.#graph.evaluator.evaluate(work, this.#free(owner)));
    const own = nameSettings.map((setting) => entries.get(setting)).find((one) => one !== undefined);
    const ownName = own && literalOf(this.#graph.evaluator.evaluate(own, this.#free(owner)));
    this.#add(ownName ?? name, fn, 'registered');
  }

  /** `const get_weather = tool({ execute })`, `const weatherTool = { name, execute }` */
  #named(name: string, expr: Expr): void {
    let value = expr;
    while (value.kind === 'wrapper') value = value.value;
    if (value.kind === 'dict') {
      const owner = ownerOf(value);
      if (owner) this.#described(value, undefined, owner);
      return;
    }
    if (value.kind !== 'call' || !(makerWords.test(calledName(value)) || /tool/i.test(calledName(value))))
      return;
    const env = this.#free(value.owner);
    if (this.#nameIn(value, env, true) === undefined)
      this.#add(name, this.#functionIn(value, env), 'registered');
  }

  #class(cls: ClassNode): void {
    const method = workMethods.map((name) => cls.methods.get(name)).find((one) => one !== undefined);
    if (!method) return;
    const env = this.#free(cls.parent);
    for (const key of nameSettings) {
      const field = cls.fields.get(key);
      const name = field && literalOf(this.#graph.evaluator.evaluate(field, env));
      if (name !== undefined) this.#add(name, method, 'registered');
    }
    const isTool = cls.bases.some((base) => /tool/i.test(lastName(base)));
    if (isTool) this.#add(cls.name, method, 'listed');
  }

  #nameIn(call: CallExpr, env: Environment, positional: boolean): string | undefined {
    const evaluate = (expr: Expr): Value => this.#graph.evaluator.evaluate(expr, env);
    for (const key of nameSettings) {
      const value = setting(call, key, evaluate);
      const name = value && literalOf(value);
      if (name !== undefined) return name;
    }
    const [first] = call.args;
    const literal =
      positional && first && first.name === undefined ? literalOf(evaluate(first.value)) : undefined;
    return literal !== undefined && /^[\w.:/-]{1,100}$/.test(literal) ? literal : undefined;
  }

  /** The function that a call makes a tool of: an argument, or one of its settings. */
  #functionIn(call: CallExpr, env: Environment): FunctionNode | undefined {
    const evaluate = (expr: Expr): Value => this.#graph.evaluator.evaluate(expr, env);
    for (const key of functionSettings) {
      const value = setting(call, key, evaluate);
      const fn = value && this.#functionOf(value);
      if (fn) return fn;
    }
    for (let i = call.args.length - 1; i >= 0; i--) {
      const argument = call.args[i];
      if (!argument || argument.name !== undefined) continue;
      const fn = this.#functionOf(evaluate(argument.value));
      if (fn) return fn;
    }
    return undefined;
  }

  #functionOf(value: Value): FunctionNode | undefined {
    for (const one of optionsOf(value)) if (one.kind === 'function') return one.fn;
    return undefined;
  }

  #free(fn: FunctionNode): Environment {
    return this.#graph.evaluator.freeEnvironment(fn);
  }
}

function lastName(expr: Expr): string {
  if (expr.kind === 'name' || expr.kind === 'member') return expr.name;
  return expr.kind === 'call' ? lastName(expr.callee) : '';
}

/** The function an object literal stands in, told by a function among its values. */
function ownerOf(dict: Extract<Expr, { kind: 'dict' }>): FunctionNode | undefined {
  for (const { value } of dict.entries)
    if (value.kind === 'function' && value.fn.kind === 'function') return value.fn.parent;
  return undefined;
}
