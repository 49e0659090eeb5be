import type { CallExpr, Expr, FunctionNode } from '../syntax/ast.ts';
import { lineAt } from '../syntax/ast.ts';
import { setting } from './arguments.ts';
import { withHoles } from './builtins.ts';
import type { CallGraph } from './callGraph.ts';
import { familyOf, isTracing } from './libraries.ts';
import { calledName } from './program.ts';
import { literalOf, optionsOf, type Environment, type Value } from './values.ts';

/** A place where a span is given its name. */
export interface SpanName {
  /** The name, in parts; undefined is a hole. */
  readonly parts: readonly (string | undefined)[];
  /**
   * `opened`: the call that opens it. `decorated`: the function whose calls it stands for. `given`: a call of a library
   * that is told the name (`runName`, `Agent(name=…)`, `add_node("plan", …)`).
   */
  readonly how: 'opened' | 'decorated' | 'given';
  /** The call at the span's place; of a decorated function undefined. */
  readonly call: CallExpr | undefined;
  /** The function around the call; of a decorated function that function. */
  readonly fn: FunctionNode;
  /** How far the span's block goes: a `with` block, a callback. */
  readonly block: { readonly file: string; readonly start: number; readonly end: number } | undefined;
}

const openers =
  /^(?:start_as_current_span|start_span|startActiveSpan|startSpan|start_as_current_observation|start_observation|start_as_current_generation|start_generation|startActiveObservation|startObservation|startInactiveSpan|startSpanManual|withSpan|with_span|inSpan|span|trace|start_trace|startTrace|start_active_span|begin_span|beginSpan|create_span|createSpan|start_run|use_span|withActiveSpan|withTrace|custom_span|agent_span|function_span|generation_span|workflow_span|task_span|withTask|withWorkflow|withAgent|withTool|trace_llm_call|info_span|start_child|startChild|tracedSpan|withTracing)$/;
const decoratorWords =
  /^(?:observe|traceable|traced?|instrument|span|workflow|task|agent|tool|step|flow|entrypoint|chain|llm|retriever|start_as_current_span|start_span|with_span|track|op|operation|trace_function|aworkflow|atask|aagent|guardrail|session)$/;
const wrapperWords =
  /^(?:observe|traceable|traced?|withSpan|instrument|wrap|track|op|withTracing|defineFlow|defineRetriever|definePrompt|startActiveObservation|task|workflow|run)$/;
const givenSettings = [
  'name',
  'runName',
  'run_name',
  'functionId',
  'trace_name',
  'operation_name',
  'spanName',
  'span_name',
];

export function findSpanNames(graph: CallGraph): SpanName[] {
  const found: SpanName[] = [];
  const { evaluator } = graph;
  for (const fn of graph.program.tables().allFunctions) {
    const env = evaluator.freeEnvironment(fn);
    for (const decorator of fn.decorators) addDecorated(graph, fn, decorator, found);
    for (const call of fn.calls) addCall(graph, call, env, found);
  }
  return found;
}

function addDecorated(graph: CallGraph, fn: FunctionNode, decorator: Expr, found: SpanName[]): void {
  const call = decorator.kind === 'call' ? decorator : undefined;
  const target = call ? call.callee : decorator;
  const word = target.kind === 'name' || target.kind === 'member' ? target.name : '';
  if (!decoratorWords.test(word)) return;
  const env = graph.evaluator.freeEnvironment(fn.parent ?? fn);
  const evaluate = (expr: Expr): Value => graph.evaluator.evaluate(expr, env);
  const names: (readonly (string | undefined)[])[] = [];
  if (call) {
    for (const key of givenSettings) {
      const value = setting(call, key, evaluate);
      if (value?.kind === 'text') names.push(value.parts);
    }
    const [first] = call.args;
    const value = first && first.name === undefined ? evaluate(first.value) : undefined;
    if (value?.kind === 'text') names.push(value.parts.flatMap((part) => withHoles(part)));
  }
  if (names.length === 0) names.push([fn.name], [undefined, `.${fn.name}`]);
  const block = { file: fn.file.file, start: fn.start, end: fn.end };
  for (const parts of names) found.push({ parts, how: 'decorated', call: undefined, fn, block });
}

function addCall(graph: CallGraph, call: CallExpr, env: Environment, found: SpanName[]): void {
  const word = calledName(call);
  const [first] = call.args;
  const isOpener = openers.test(word);
  const evaluate = (expr: Expr): Value => graph.evaluator.evaluate(expr, env);
  if (isOpener && opensSpan(graph, call, env)) {
    if (throughHelpers(graph, call, found)) return;
    for (const parts of namesOf(call, evaluate)) {
      if (parts.some((part) => part !== undefined))
        found.push({ parts, how: 'opened', call, fn: call.owner, block: blockOf(call) });
    }
    return;
  }
  const library = graph.evaluator.evaluate(call.callee, env);
  const external = optionsOf(library).find((one) => one.kind === 'external');
  if (!external || (familyOf(external.module) === undefined && !isTracing(external.module))) return;
  if (wrapperWords.test(word)) {
    const wrapped = call.args
      .map((argument) => optionsOf(evaluate(argument.value)).find((one) => one.kind === 'function'))
      .find((one) => one !== undefined);
    for (const parts of namesOf(call, evaluate)) {
      if (wrapped)
        found.push({
          parts,
          how: word === 'run' ? 'opened' : 'decorated',
          call: word === 'run' ? call : undefined,
          fn: word === 'run' ? call.owner : wrapped.fn,
          block: { file: wrapped.fn.file.file, start: wrapped.fn.start, end: wrapped.fn.end },
        });
      else found.push({ parts, how: 'given', call, fn: call.owner, block: blockOf(call) });
    }
    return;
  }
  for (const key of givenSettings) {
    const value = setting(call, key, evaluate);
    const name = value && literalOf(value);
    if (name !== undefined && name.length > 1)
      found.push({ parts: [name], how: 'given', call, fn: call.owner, block: blockOf(call) });
  }
  if (/^(?:add_node|addNode|add_step|addStep)$/.test(word) && first) {
    const name = literalOf(evaluate(first.value));
    const target =
      call.args[1] && optionsOf(evaluate(call.args[1].value)).find((one) => one.kind === 'function');
    if (name !== undefined && target)
      found.push({
        parts: [name],
        how: 'decorated',
        call: undefined,
        fn: target.fn,
        block: { file: target.fn.file.file, start: target.fn.start, end: target.fn.end },
      });
  }
}

/** Whether a call of an opener's name is one: on a tracer, a tracing library, or something that is not known. */
function opensSpan(graph: CallGraph, call: CallExpr, env: Environment): boolean {
  const value = graph.evaluator.evaluate(call.callee, env);
  return optionsOf(value).some((one) => {
    if (one.kind === 'external')
      return one.module === '' ? false : isTracing(one.module) || familyOf(one.module) !== undefined;
    return one.kind === 'unknown' && call.callee.kind === 'member';
  });
}

function namesOf(call: CallExpr, evaluate: (expr: Expr) => Value): (readonly (string | undefined)[])[] {
  const names: (readonly (string | undefined)[])[] = [];
  for (const key of givenSettings) {
    const value = setting(call, key, evaluate);
    for (const one of value ? optionsOf(value) : []) if (one.kind === 'text') names.push(one.parts);
  }
  const [first] = call.args;
  if (first && first.name === undefined)
    for (const one of optionsOf(evaluate(first.value)))
      if (one.kind === 'text') names.push(one.parts.flatMap((part) => withHoles(part)));
  return names;
}

/** A helper of the program's own that is given the name: the span's place is the helper's call. */
function throughHelpers(graph: CallGraph, call: CallExpr, found: SpanName[]): boolean {
  const helper = call.owner;
  const [first] = call.args;
  const nameExpr = call.args.find((argument) => argument.name === 'name')?.value ?? first?.value;
  if (nameExpr?.kind !== 'name' || !helper.params.some((param) => param.name === nameExpr.name)) return false;
  const before = found.length;
  for (const caller of graph.callersOf(helper)) {
    if (!caller.isCall) continue;
    const outer = graph.evaluator.freeEnvironment(caller.call.owner);
    const value = graph.evaluator.evaluate(nameExpr, graph.evaluator.environmentFrom(helper, caller, outer));
    for (const one of optionsOf(value))
      if (one.kind === 'text' && one.parts.some((part) => part !== undefined))
        found.push({
          parts: one.parts,
          how: 'opened',
          call: caller.call,
          fn: caller.call.owner,
          block: blockOf(caller.call),
        });
  }
  return found.length > before;
}

/** How well attributes that are given where a span is opened fit to those it has. */
export function attributePoints(
  graph: CallGraph,
  { call, fn, block }: SpanName,
  attributes: ReadonlyMap<string, string>,
): number {
  if (!call || attributes.size === 0) return 0;
  const env = graph.evaluator.freeEnvironment(fn);
  const evaluate = (expr: Expr): Value => graph.evaluator.evaluate(expr, env);
  let points = 0;
  const compare = (key: string, value: Value, otherwise: number): void => {
    const written = plain(value);
    const told = attributes.get(key);
    if (written === undefined) return;
    if (told === undefined) points += otherwise;
    else points += told === written || told === written.slice(0, told.length) ? 2 : otherwise * 2;
  };
  const given = setting(call, 'attributes', evaluate);
  if (given?.kind === 'dict') for (const [key, value] of given.entries) compare(key, value, -2);
  for (const one of fn.calls) {
    if (!/^set_?attribute$/i.test(calledName(one))) continue;
    if (block && (one.start < block.start || one.end > block.end)) continue;
    const [key, value] = one.args;
    const name = key && literalOf(evaluate(key.value));
    if (name !== undefined && value) compare(name, evaluate(value.value), -0.5);
  }
  return points;
}

function plain(value: Value): string | undefined {
  if (value.kind === 'number' || value.kind === 'constant') return String(value.value);
  return literalOf(value);
}

/** The block that runs in the span: of a `with` statement, or the callback. */
function blockOf(call: CallExpr): SpanName['block'] {
  const file = call.owner.file.file;
  for (const { value, start, end } of call.owner.blocks)
    if (value.start <= call.start && value.end >= call.end) return { file, start, end };
  const callback = call.args.find(({ value }) => value.kind === 'function');
  if (callback) return { file, start: callback.value.start, end: callback.value.end };
  return undefined;
}

/** Whether a span's name fits, and how many of its characters are known. */
export function fitsName(parts: readonly (string | undefined)[], name: string): number | undefined {
  let at = 0;
  let known = 0;
  let hole = false;
  for (const [index, part] of parts.entries()) {
    if (part === undefined) {
      hole = true;
      continue;
    }
    if (part === '') continue;
    const isLast = index === parts.length - 1;
    const found = hole
      ? isLast
        ? name.lastIndexOf(part)
        : name.indexOf(part, at)
      : name.startsWith(part, at)
        ? at
        : -1;
    if (found < at) return undefined;
    at = found + part.length;
    known += part.length;
    hole = false;
  }
  if (!hole && at !== name.length) return undefined;
  return known > 0 ? known : undefined;
}

export function lineOf(name: SpanName): number {
  return lineAt(name.fn.file, name.call ? name.call.start : name.fn.start);
}
