import type { CallExpr, Expr, FunctionNode } from '../syntax/ast.ts';
import { type Caller } from './arguments.ts';
import type { Program } from './program.ts';
import { optionsOf, type Environment, type Value } from './values.ts';

import { elementOf } from './bindings.ts';
/** Steps of one evaluation, and how deep it goes; what lies beyond is unknown. */
export const limits = { steps: 4_000, depth: 48, callers: 8, environments: 12 } as const;

/** The environments that expressions are evaluated in. */
export abstract class Environments {
  protected readonly program: Program;
  protected readonly callers: (fn: FunctionNode) => readonly Caller[];
  protected readonly free = new WeakMap<FunctionNode, Environment>();
  /** What is being worked out: asked for again, it is unknown. */
  protected readonly active = new Set<unknown>();
  protected depth = 0;

  constructor(program: Program, callersOf: (fn: FunctionNode) => readonly Caller[]) {
    this.program = program;
    this.callers = callersOf;
  }

  /** Evaluates with a fresh budget, unless one is being used up. */
  abstract evaluate(expr: Expr, env: Environment): Value;

  /** Evaluates as a part of what is being evaluated. */
  abstract value(expr: Expr, env: Environment): Value;

  /** The function as anyone may have called it. */
  freeEnvironment(fn: FunctionNode): Environment {
    const known = this.free.get(fn);
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
    this.free.set(fn, env);
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
      outer: more.outer ?? this.enclosing(fn, caller) ?? free.outer,
      given: more.given,
      via: call,
      depth: caller.depth + 1,
    };
  }

  /** The function as its caller calls it, or hands it to someone who will. */
  environmentFrom(fn: FunctionNode, from: Caller, caller: Environment): Environment {
    if (from.isCall)
      return this.calledEnvironment(fn, from.call, caller, { self: this.receiver(from.call, caller) });
    const env = this.calledEnvironment(fn, from.call, caller, { given: this.givenBy(from, caller) });
    return { ...env, call: undefined };
  }

  /** The object that a method is called on. */
  protected receiver(call: CallExpr, caller: Environment): Value | undefined {
    if (call.callee.kind !== 'member') return undefined;
    const value = this.evaluate(call.callee.object, caller);
    return optionsOf(value).find((one) => one.kind === 'instance');
  }

  /** A closure that is called where it was made: its outer function's environment is on the way. */
  protected enclosing(fn: FunctionNode, caller: Environment): Environment | undefined {
    for (let env: Environment | undefined = caller; env; env = env.caller ?? env.outer)
      if (env.fn === fn.parent) return env;
    return undefined;
  }

  /** For functions handed to `map` and the like: an element of the list is their first argument. */
  givenBy(caller: Caller, env: Environment): Environment['given'] {
    if (!caller.given) return undefined;
    const value = this.value(caller.given.list, env);
    return new Map([[caller.given.index, caller.given.isElement ? elementOf(value) : value]]);
  }
}
