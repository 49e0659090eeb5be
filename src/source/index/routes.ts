import type { CallExpr, Expr, FunctionNode } from '../syntax/ast.ts';
import type { CallGraph } from './callGraph.ts';
import { calledName } from './program.ts';
import { literalOf, type Value } from './values.ts';

/** A function that answers requests to a path. */
export interface Route {
  /** Its parts; undefined stands for a parameter. */
  readonly parts: readonly (string | undefined)[];
  /** `GET`, …; undefined: any. */
  readonly method: string | undefined;
  readonly fn: FunctionNode;
}

const verbs =
  /^(?:get|post|put|patch|delete|del|head|options|all|use|route|api_route|add_api_route|add_url_rule|path|re_path|websocket|on)$/;
const fileRoute = /(?:^|\/)app\/(.*?)\/?route\.[cm]?[jt]sx?$/;
const pagesRoute = /(?:^|\/)pages\/(api\/.+)\.[cm]?[jt]sx?$/;
const methods = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS']);

/** Handlers of HTTP routes: by calls (`app.post('/chat', …)`), decorators (`@app.post("/chat")`), and files' places. */
export function findRoutes(graph: CallGraph): Route[] {
  const found: Route[] = [];
  for (const fn of graph.program.tables().allFunctions) {
    for (const decorator of fn.decorators) {
      if (decorator.kind !== 'call') continue;
      const path = pathOf(decorator, graph);
      if (path !== undefined)
        found.push({ parts: partsOf(path), method: methodOf(calledName(decorator)), fn });
    }
    for (const call of fn.calls) {
      const path = pathOf(call, graph);
      if (path === undefined) continue;
      for (const handler of handlersOf(call, graph))
        found.push({ parts: partsOf(path), method: methodOf(calledName(call)), fn: handler });
    }
    if (fn.kind === 'module') addFileRoutes(fn, graph, found);
  }
  return found;
}

function pathOf(call: CallExpr, graph: CallGraph): string | undefined {
  if (call.callee.kind !== 'member' && calledName(call) !== 'path') return undefined;
  if (!verbs.test(calledName(call))) return undefined;
  const [first] = call.args;
  if (!first || first.name !== undefined) return undefined;
  const path = literalOf(graph.evaluator.evaluate(first.value, graph.evaluator.freeEnvironment(call.owner)));
  return path !== undefined && /^\/[^\s]*$/.test(path) ? path : undefined;
}

/** Functions among the arguments, also those that are wrapped: `wrap(async (req, res) => …)`. */
function handlersOf(call: CallExpr, graph: CallGraph): FunctionNode[] {
  const found: FunctionNode[] = [];
  const look = (expr: Expr, depth: number): void => {
    if (expr.kind === 'function' && expr.fn.kind === 'function') found.push(expr.fn);
    else if (expr.kind === 'call' && depth < 3)
      for (const argument of expr.args) look(argument.value, depth + 1);
    else if (expr.kind === 'name' || expr.kind === 'member') {
      const value: Value = graph.evaluator.evaluate(expr, graph.evaluator.freeEnvironment(call.owner));
      if (value.kind === 'function') found.push(value.fn);
    }
  };
  for (const argument of call.args.slice(1)) look(argument.value, 0);
  return found;
}

/** `app/api/chat/route.ts` exports `POST`; `pages/api/chat.ts` a default. */
function addFileRoutes(module: FunctionNode, graph: CallGraph, found: Route[]): void {
  const { file, exports } = module.file;
  const inApp = fileRoute.exec(file);
  const inPages = pagesRoute.exec(file);
  const path = inApp?.[1] ?? inPages?.[1];
  if (path === undefined) return;
  const parts = partsOf(path.replace(/\([^)]*\)\/?/g, '').replace(/\/?index$/, ''));
  for (const name of exports.keys()) {
    if (inApp ? !methods.has(name) : name !== 'default') continue;
    const value = graph.evaluator.exported(module.file, name);
    if (value?.kind === 'function') found.push({ parts, method: inApp ? name : undefined, fn: value.fn });
  }
}

function methodOf(name: string): string | undefined {
  const upper = name.toUpperCase();
  return methods.has(upper) ? upper : undefined;
}

/** `/trips/:id`, `/trips/{id}`, `/trips/<int:id>`, `/trips/[id]` */
function partsOf(path: string): (string | undefined)[] {
  return path
    .split('/')
    .filter((part) => part !== '')
    .map((part) => (/^(?::|\{|<|\[|\*|\$)/.test(part) ? undefined : part));
}

/**
 * The handlers that a request's path may have reached, best first: the routes with the longest end in common. A router
 * that is mounted elsewhere knows only the end of its paths.
 */
export function matchRoute(
  routes: readonly Route[],
  method: string | undefined,
  path: string,
): readonly Route[] {
  const asked = partsOf(path.split('?')[0] ?? '');
  let best: Route[] = [];
  let most = 0;
  for (const route of routes) {
    if (method !== undefined && route.method !== undefined && route.method !== method) continue;
    if (route.parts.length === 0 || route.parts.length > asked.length) continue;
    const offset = asked.length - route.parts.length;
    const fits = route.parts.every(
      (part, i) => part === undefined || asked[offset + i] === undefined || part === asked[offset + i],
    );
    if (!fits) continue;
    const known = route.parts.filter((part) => part !== undefined).length * 2 + (offset === 0 ? 1 : 0);
    if (known === 0) continue;
    if (known > most) best = [];
    if (known >= most) best.push(route);
    most = Math.max(most, known);
  }
  return best;
}
