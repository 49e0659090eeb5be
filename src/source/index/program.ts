import type { CallExpr, ClassNode, Expr, FunctionNode, SourceFile } from '../syntax/ast.ts';
import { ModuleFinder } from './moduleFinder.ts';

/**
 * All files that were read, with what is looked up by name across them. The name tables are made when first asked for
 * after a change: one pass over the files' functions.
 */
export class Program {
  readonly #files = new Map<string, SourceFile>();
  readonly #finder = new ModuleFinder();
  #tables: Tables | undefined;

  get files(): ReadonlyMap<string, SourceFile> {
    return this.#files;
  }

  set(source: SourceFile): void {
    this.#files.set(source.file, source);
    this.#finder.add(source.file);
    this.#tables = undefined;
  }

  delete(file: string): boolean {
    if (!this.#files.delete(file)) return false;
    this.#finder.delete(file);
    this.#tables = undefined;
    return true;
  }

  /** A package of the workspace itself, as its package.json names it; `folder` is where that lies. */
  setPackage(name: string, folder: string): void {
    this.#finder.setPackage(name, folder);
    this.#tables = undefined;
  }

  /** The file that an import in `from` means, where it is one of ours. */
  module(from: SourceFile, specifier: string): SourceFile | undefined {
    const found =
      from.language === 'python'
        ? this.#finder.python(from.file, specifier)
        : this.#finder.javascript(from.file, specifier);
    return found === undefined ? undefined : this.#files.get(found);
  }

  tables(): Tables {
    this.#tables ??= makeTables(this.#files.values());
    return this.#tables;
  }
}

/** What is found by name alone. */
export interface Tables {
  /** Calls by the last name of what they call; '' for those that call no name. */
  readonly calls: ReadonlyMap<string, readonly CallExpr[]>;
  /** Other names that a function is imported under. */
  readonly aliases: ReadonlyMap<string, ReadonlySet<string>>;
  /** Calls that are given something of that name: where functions are handed over. */
  readonly references: ReadonlyMap<string, readonly Reference[]>;
  readonly functions: ReadonlyMap<string, readonly FunctionNode[]>;
  readonly classes: ReadonlyMap<string, readonly ClassNode[]>;
  readonly allFunctions: readonly FunctionNode[];
}

export interface Reference {
  readonly call: CallExpr;
  /** Which argument. */
  readonly index: number;
  readonly expr: Expr;
}

function makeTables(files: Iterable<SourceFile>): Tables {
  const calls = new Map<string, CallExpr[]>();
  const aliases = new Map<string, Set<string>>();
  const references = new Map<string, Reference[]>();
  const functions = new Map<string, FunctionNode[]>();
  const classes = new Map<string, ClassNode[]>();
  const allFunctions: FunctionNode[] = [];
  const visit = (fn: FunctionNode): void => {
    allFunctions.push(fn);
    if (fn.kind === 'function') push(functions, fn.name, fn);
    for (const call of fn.calls) {
      push(calls, calledName(call), call);
      for (const [index, { value }] of call.args.entries()) {
        const items = value.kind === 'list' ? value.items.map((item) => item.value) : [value];
        for (const expr of items)
          if (expr.kind === 'name' || expr.kind === 'member')
            push(references, expr.name, { call, index, expr });
      }
    }
    for (const cls of fn.classes) push(classes, cls.name, cls);
    for (const [local, bindings] of fn.bindings) {
      for (const binding of bindings) {
        if (binding.how !== 'import' || binding.name === undefined || binding.name === local) continue;
        const known = aliases.get(binding.name);
        if (known) known.add(local);
        else aliases.set(binding.name, new Set([local]));
      }
    }
    for (const inner of fn.functions) visit(inner);
  };
  for (const { module } of files) visit(module);
  return { calls, aliases, references, functions, classes, allFunctions };
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const known = map.get(key);
  if (known) known.push(value);
  else map.set(key, [value]);
}

/** The last name of what is called: `create` in `client.chat.completions.create(…)`. */
export function calledName(call: CallExpr): string {
  let callee = call.callee;
  while (callee.kind === 'wrapper') callee = callee.value;
  if (callee.kind === 'name' || callee.kind === 'member') return callee.name;
  return '';
}
