import type { CallExpr, Expr } from '../syntax/ast.ts';
import { familyOf } from './libraries.ts';
import { optionsOf, union, unknown, type ExternalValue, type Value } from './values.ts';

/** Methods of texts that leave most of it as it is. */
const textKeepers = new Set([
  'strip',
  'lstrip',
  'rstrip',
  'trim',
  'trimStart',
  'trimEnd',
  'toString',
  'normalize',
]);
const textFunctions = new Set(['str', 'String', 'dedent', 'cleandoc', 'indent']);
/** What is given back as it was given. */
const passers = new Set([
  'cast',
  'run',
  'gather',
  'create_task',
  'ensure_future',
  'shield',
  'wait_for',
  'all',
  'resolve',
  'list',
  'tuple',
  'sorted',
]);
const wrappers = /wrap|observe|instrument|patch|from_|trace|withLangfuse|proxy|middleware/i;

/**
 * Calls that mean something without any library: texts, dictionaries, `require`, environment variables, and wrappers
 * around a client, which stay that client.
 *
 * @param required what `require` or `import()` gave, where the call is one
 */
export function builtinCall(
  callee: ExternalValue,
  call: CallExpr,
  evaluate: (expr: Expr) => Value,
  required: Value | undefined,
): Value | undefined {
  if (required) return required;
  const { module, path } = callee;
  const name = path.at(-1) ?? '';
  const [first] = call.args;
  const firstValue = (): Value => (first ? evaluate(first.value) : unknown);
  if (module === '<text>') {
    const [whole] = callee.parts;
    if (whole?.kind !== 'text') return unknown;
    if (textKeepers.has(name)) return whole;
    if (name === 'format') return { ...whole, parts: whole.parts.flatMap((part) => withHoles(part)) };
    if (name === 'replace') return { ...whole, parts: whole.parts.flatMap((part) => withHoles(part)) };
    return unknown;
  }
  if (module === '<list>') {
    const [list] = callee.parts;
    if (list?.kind !== 'list') return unknown;
    if (name === 'copy' || name === 'slice' || name === 'filter') return { ...list, isOpen: true };
    if (name === 'concat' && first) {
      const more = firstValue();
      return more.kind === 'list'
        ? { ...list, items: [...list.items, ...more.items] }
        : { ...list, isOpen: true };
    }
    return unknown;
  }
  if (module === '<dict>') return name === 'get' && first ? unknown : unknown;
  const isPlain =
    module === '' ||
    module === 'textwrap' ||
    module === 'inspect' ||
    module === 'typing' ||
    module === 'asyncio';
  if (isPlain && textFunctions.has(name)) {
    const value = firstValue();
    return value.kind === 'text' ? value : unknown;
  }
  if (module === '' && path.length === 1 && name === 'dict') {
    const entries = new Map<string, Value>();
    let isOpen = false;
    for (const argument of call.args) {
      if (argument.name !== undefined) entries.set(argument.name, evaluate(argument.value));
      else isOpen = true;
    }
    return { kind: 'dict', entries, isOpen };
  }
  if (module === 'functools' && name === 'partial') return firstValue();
  if (isPlain && passers.has(name)) return firstValue();
  if (/^os(?:\.environ)?$/.test(module) && (name === 'getenv' || name === 'get' || name === 'environ')) {
    const fallback = call.args[1];
    return fallback ? union([evaluate(fallback.value), unknown]) : unknown;
  }
  if (wrappers.test(name)) {
    for (const argument of call.args) {
      for (const value of optionsOf(evaluate(argument.value))) {
        if (value.kind === 'external' && familyOf(value.module) && value.path.includes('()'))
          return { ...value, calls: [...value.calls, ...callee.calls] };
        if (value.kind === 'function') return value;
      }
    }
  }
  return undefined;
}

/** `{name}`, `{0}`, `{{ name }}` in a template become holes. */
export function withHoles(part: string | undefined): readonly (string | undefined)[] {
  if (part === undefined || !part.includes('{')) return [part];
  return part
    .split(/\$?\{{1,3}\s*[\w$.[\]'" |()-]{0,60}\s*\}{1,3}/)
    .flatMap((piece, index) => (index === 0 ? [piece] : [undefined, piece]));
}
