import type { CallExpr, Expr, FunctionNode, SourceFile } from '../syntax/ast.ts';
import type { CallGraph } from './callGraph.ts';
import { familyOf, isTracing, type Family } from './libraries.ts';
import { classify, classifyChain, classifyUnknown, type CallClass } from './verbs.ts';
import { optionsOf, type ExternalValue } from './values.ts';

/** A call in the sources that may make a request. */
export interface Site extends CallClass {
  readonly call: CallExpr;
  /** The library; undefined where only the chain of names tells. */
  readonly family: Family | undefined;
  /** The called object as far as it is known. */
  readonly value: ExternalValue | undefined;
}

/** All sites of the program. */
export function findSites(graph: CallGraph): Site[] {
  const sites: Site[] = [];
  const relevant = relevantFiles(graph);
  for (const source of graph.program.files.values()) {
    const isRelevant = relevant.has(source);
    const visit = (fn: FunctionNode): void => {
      for (const call of fn.calls) {
        const site = siteOf(call, graph, isRelevant);
        if (site) sites.push(site);
      }
      for (const inner of fn.functions) visit(inner);
    };
    visit(source.module);
  }
  return sites;
}

/** Names a call must have before it is looked at more closely; those of plain data and text are left out. */
function siteOf(call: CallExpr, graph: CallGraph, isRelevant: boolean): Site | undefined {
  const chain = chainOf(call.callee);
  const byChain = chain.length > 1 ? classifyChain(chain) : undefined;
  const byName =
    call.callee.kind === 'member' && call.args.length > 0 && !byChain
      ? classifyUnknown(call.callee.name)
      : undefined;
  if (!isRelevant && !byChain && !byName) return undefined;
  const value = graph.evaluator.evaluate(call.callee, graph.evaluator.freeEnvironment(call.owner));
  let isOurs = false;
  let isUnknown = false;
  for (const one of optionsOf(value)) {
    if (one.kind === 'external') {
      const family = familyOf(one.module);
      if (family === undefined) {
        if (isTracing(one.module) || one.module !== '') isOurs ||= isTracing(one.module);
        continue;
      }
      // What is called: `x.run` by its name, `agent(...)` as the object itself.
      const path = call.callee.kind === 'member' || one.path.at(-1) !== '()' ? one.path : [...one.path, '()'];
      const found = call.isNew ? undefined : classify(family, path);
      if (found) return { ...found, call, family, value: one };
      isOurs = true;
    } else if (one.kind === 'function' || one.kind === 'class') isOurs = true;
    else if (one.kind === 'unknown') isUnknown = true;
  }
  if (byName && isUnknown && !isOurs) return { ...byName, call, family: undefined, value: undefined };
  return byChain && !isOurs ? { ...byChain, call, family: undefined, value: undefined } : undefined;
}

/** The names of `a.b(…).c[0].d`, calls and indexes left out. */
export function chainOf(expr: Expr): string[] {
  const names: string[] = [];
  let one: Expr | undefined = expr;
  while (one && names.length < 12) {
    if (one.kind === 'name' || one.kind === 'member') names.unshift(one.name);
    one =
      one.kind === 'member' || one.kind === 'index'
        ? one.object
        : one.kind === 'call'
          ? one.callee
          : one.kind === 'wrapper'
            ? one.value
            : undefined;
  }
  return names;
}

/** Files that import a library of interest, and those that import such a file, however far away. */
function relevantFiles(graph: CallGraph): ReadonlySet<SourceFile> {
  const importers = new Map<SourceFile, SourceFile[]>();
  const queue: SourceFile[] = [];
  for (const source of graph.program.files.values()) {
    let isRelevant = false;
    for (const module of importsOf(source)) {
      if (familyOf(module) !== undefined) isRelevant = true;
      const target = graph.program.module(source, module);
      if (!target || target === source) continue;
      const known = importers.get(target);
      if (known) known.push(source);
      else importers.set(target, [source]);
    }
    if (isRelevant) queue.push(source);
  }
  const relevant = new Set(queue);
  for (let source = queue.pop(); source; source = queue.pop()) {
    for (const importer of importers.get(source) ?? []) {
      if (relevant.has(importer)) continue;
      relevant.add(importer);
      queue.push(importer);
    }
  }
  return relevant;
}

function importsOf(source: SourceFile): ReadonlySet<string> {
  const found = new Set(source.stars);
  const visit = (fn: FunctionNode): void => {
    for (const bindings of fn.bindings.values())
      for (const binding of bindings) {
        if (binding.how !== 'import') continue;
        found.add(binding.module);
        // `from . import client`, `from travel import client`
        if (binding.name !== undefined && source.language === 'python')
          found.add(
            binding.module.endsWith('.')
              ? binding.module + binding.name
              : `${binding.module}.${binding.name}`,
          );
      }
    for (const call of fn.calls) {
      const [first] = call.args;
      const part = first?.value.kind === 'string' ? first.value.parts[0] : undefined;
      if (
        call.callee.kind === 'name' &&
        (call.callee.name === 'require' || call.callee.name === 'import') &&
        typeof part === 'string'
      )
        found.add(part);
    }
    for (const inner of fn.functions) visit(inner);
  };
  visit(source.module);
  for (const target of source.exports.values()) if (target.how === 'from') found.add(target.module);
  return found;
}
