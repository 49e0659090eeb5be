import type { CallExpr, Expr, FunctionNode } from '../syntax/ast.ts';
import type { Caller } from './arguments.ts';
import { Evaluator } from './evaluate.ts';
import { calledName, type Program } from './program.ts';
import { optionsOf, type Environment, type Value } from './values.ts';

/** How far out the ways into a function are followed, and how many of them are told apart. */
const limits = { depth: 5, environments: 64 } as const;
/** Most callers of one function that are looked at. */
const maxCallers = 64;
/** A method of a name that so many classes have is not looked for on objects that are not known. */
const commonName = 3;

/**
 * Who calls whom, by name and by what names stand for. Made anew for each state of the program; found out as far as
 * it is asked for.
 */
export class CallGraph {
  readonly program: Program;
  readonly evaluator: Evaluator;
  readonly #callers = new Map<FunctionNode, readonly Caller[]>();
  readonly #environments = new Map<
    FunctionNode,
    { readonly environments: readonly Environment[]; readonly isComplete: boolean }
  >();
  readonly #underWay = new Set<FunctionNode>();

  constructor(program: Program) {
    this.program = program;
    this.evaluator = new Evaluator(program, (fn) => this.callersOf(fn));
  }

  /** The calls of a function, and the calls that it is handed to. */
  callersOf(fn: FunctionNode): readonly Caller[] {
    const known = this.#callers.get(fn);
    if (known) return known;
    // Asked for while it is found out: recursion has no further callers to tell of.
    if (this.#underWay.has(fn) || fn.kind === 'module') return [];
    this.#underWay.add(fn);
    try {
      const found = this.#find(fn);
      this.#callers.set(fn, found);
      return found;
    } finally {
      this.#underWay.delete(fn);
    }
  }

  #find(fn: FunctionNode): readonly Caller[] {
    const found: Caller[] = [];
    if (fn.argumentOf) found.push(handedTo(fn.argumentOf.call, fn.argumentOf.index));
    const tables = this.program.tables();
    const isConstructor = fn.cls !== undefined && (fn.name === '__init__' || fn.name === 'constructor');
    const name = isConstructor ? fn.cls.name : fn.name;
    if (name === '<anonymous>' || name === '') return found;
    const names = [name, ...(tables.aliases.get(name) ?? [])];
    for (const one of names) {
      for (const call of tables.calls.get(one) ?? []) {
        if (found.length >= maxCallers) return found;
        if (this.#means(call.callee, call.owner, fn, isConstructor)) found.push({ call, isCall: true });
      }
      for (const { call, index, expr } of tables.references.get(one) ?? []) {
        if (found.length >= maxCallers) return found;
        if (this.#means(expr, call.owner, fn, isConstructor)) found.push(handedTo(call, index));
      }
    }
    return found;
  }

  #means(expr: Expr, owner: FunctionNode, fn: FunctionNode, isConstructor: boolean): boolean {
    const value = this.evaluator.evaluate(expr, this.evaluator.freeEnvironment(owner));
    for (const one of optionsOf(value)) {
      if (one.kind === 'function' && (one.fn === fn || overrides(this.evaluator, fn, one.fn))) return true;
      if (
        one.kind === 'class' &&
        isConstructor &&
        fn.cls &&
        (one.cls === fn.cls || inherits(this.evaluator, one, fn))
      )
        return true;
      if (one.kind === 'unknown' && expr.kind === 'member' && fn.cls && !isConstructor) {
        const same = this.program.tables().functions.get(fn.name)?.length ?? 0;
        if (same <= commonName) return true;
      }
    }
    return false;
  }

  /** The ways that lead into a function, each with what its parameters stand for; outermost callers may be unknown. */
  environmentsOf(fn: FunctionNode): {
    readonly environments: readonly Environment[];
    readonly isComplete: boolean;
  } {
    const known = this.#environments.get(fn);
    if (known) return known;
    const environments: Environment[] = [];
    const isComplete = this.#lead(fn, [], environments);
    const found = { environments, isComplete };
    this.#environments.set(fn, found);
    return found;
  }

  #lead(fn: FunctionNode, on: readonly FunctionNode[], found: Environment[]): boolean {
    const free = this.evaluator.freeEnvironment(fn);
    if (on.length >= limits.depth || on.includes(fn)) {
      found.push(free);
      return on.includes(fn);
    }
    const callers = this.callersOf(fn).filter(({ call }) => call.owner !== fn);
    if (callers.length === 0) {
      found.push(free);
      return true;
    }
    let isComplete = true;
    for (const caller of callers) {
      const outer: Environment[] = [];
      isComplete = this.#lead(caller.call.owner, [...on, fn], outer) && isComplete;
      for (const env of outer) {
        if (found.length >= limits.environments) return false;
        found.push(this.evaluator.environmentFrom(fn, caller, env));
      }
    }
    return isComplete;
  }

  /** The functions of ours that a call may run. */
  targetsOf(call: CallExpr, env?: Environment): readonly FunctionNode[] {
    const value = this.evaluator.evaluate(call.callee, env ?? this.evaluator.freeEnvironment(call.owner));
    const found = optionsOf(value).flatMap((one): FunctionNode[] => {
      if (one.kind === 'function') return [one.fn];
      if (one.kind === 'class') {
        const made = one.cls.methods.get('__init__') ?? one.cls.methods.get('constructor');
        return made ? [made] : [];
      }
      return [];
    });
    if (found.length === 0 && value.kind === 'unknown' && call.callee.kind === 'member') {
      const named = (this.program.tables().functions.get(calledName(call)) ?? []).filter((fn) => fn.cls);
      if (named.length <= commonName) return named;
    }
    return found;
  }
}

/** A method of a class that takes the place of another's. */
function overrides(evaluator: Evaluator, fn: FunctionNode, called: FunctionNode): boolean {
  if (!fn.cls || !called.cls || fn.name !== called.name || fn.cls === called.cls) return false;
  return evaluator.ancestors(fn.cls).some((one) => one.kind === 'class' && one.cls === called.cls);
}

/** A class that is made by another's constructor. */
function inherits(evaluator: Evaluator, made: Value, fn: FunctionNode): boolean {
  if (made.kind !== 'class' || made.cls.methods.has(fn.name)) return false;
  return evaluator.ancestors(made.cls).some((one) => one.kind === 'class' && one.cls === fn.cls);
}

/** A function that is given to `map`, `submit`, `to_thread`: what it will be called with. */
function handedTo(call: CallExpr, index: number): Caller {
  const name = calledName(call);
  const { callee } = call;
  const isScript = call.owner.file.language === 'javascript';
  if (isScript && index === 0 && callee.kind === 'member' && iterating.has(name))
    return { call, isCall: false, given: { index: 0, list: callee.object, isElement: true } };
  const next = call.args[index + 1];
  if (!isScript && next && next.name === undefined && !next.spread) {
    if (name === 'map' || name === 'imap' || name === 'starmap')
      return { call, isCall: false, given: { index: 0, list: next.value, isElement: true } };
    if (name === 'submit' || name === 'to_thread' || name === 'run_in_executor' || name === 'call_soon')
      return { call, isCall: false, given: { index: 0, list: next.value, isElement: false } };
  }
  return { call, isCall: false };
}

const iterating = new Set(['map', 'flatMap', 'forEach', 'filter', 'find']);
