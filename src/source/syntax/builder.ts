import type {
  Argument,
  Binding,
  CallExpr,
  ClassNode,
  Expr,
  FunctionNode,
  Parameter,
  SourceFile,
} from './ast.ts';
import { lineStartsOf } from './ast.ts';

/** What a function is made of; the rest starts out empty. */
interface FunctionParts {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly parent: FunctionNode;
  readonly cls?: ClassNode | undefined;
  readonly isAsync?: boolean;
  readonly isGenerator?: boolean;
  readonly isStatic?: boolean;
  readonly decorators?: readonly Expr[];
  readonly params?: readonly Parameter[];
}

/** An empty file whose module takes what the grammar's reader finds. */
export function newFile(file: string, language: SourceFile['language'], text: string): SourceFile {
  const result = {
    file,
    language,
    exports: new Map(),
    stars: [],
    lineStarts: lineStartsOf(text),
    textLength: text.length,
  } as Omit<SourceFile, 'module'> as SourceFile & { module: FunctionNode };
  const module: FunctionNode = {
    kind: 'module',
    name: '',
    file: result,
    parent: undefined,
    cls: undefined,
    isStatic: false,
    isAsync: false,
    isGenerator: false,
    decorators: [],
    params: [],
    bindings: new Map(),
    calls: [],
    returns: [],
    functions: [],
    classes: [],
    blocks: [],
    assignments: [],
    start: 0,
    end: text.length,
    doc: undefined,
    argumentOf: undefined,
  };
  (result as { module: FunctionNode }).module = module;
  return result;
}

export function newFunction(parts: FunctionParts): FunctionNode {
  const fn: FunctionNode = {
    kind: 'function',
    name: parts.name,
    file: parts.parent.file,
    parent: parts.parent,
    cls: parts.cls,
    isStatic: parts.isStatic ?? false,
    isAsync: parts.isAsync ?? false,
    isGenerator: parts.isGenerator ?? false,
    decorators: parts.decorators ?? [],
    params: parts.params ?? [],
    bindings: new Map(),
    calls: [],
    returns: [],
    functions: [],
    classes: [],
    blocks: [],
    assignments: [],
    start: parts.start,
    end: parts.end,
    doc: undefined,
    argumentOf: undefined,
  };
  parts.parent.functions.push(fn);
  return fn;
}

export function newClass(
  name: string,
  parent: FunctionNode,
  place: { start: number; end: number },
  bases: readonly Expr[],
  decorators: readonly Expr[],
): ClassNode {
  const cls: ClassNode = {
    kind: 'class',
    name,
    file: parent.file,
    parent,
    bases,
    decorators,
    methods: new Map(),
    fields: new Map(),
    fieldOrder: [],
    assignments: [],
    start: place.start,
    end: place.end,
    doc: undefined,
  };
  parent.classes.push(cls);
  return cls;
}

export function bind(scope: FunctionNode, name: string, binding: Binding, until?: number): void {
  if (until !== undefined) binding.until = until;
  const known = scope.bindings.get(name);
  if (known) known.push(binding);
  else scope.bindings.set(name, [binding]);
}

/** Makes a call, and tells functions among its arguments whose they are. */
export function newCall(
  owner: FunctionNode,
  callee: Expr,
  args: readonly Argument[],
  place: { start: number; end: number },
  more: { isNew?: boolean; awaited?: boolean } = {},
): CallExpr {
  const call: CallExpr = {
    kind: 'call',
    callee,
    args,
    owner,
    isNew: more.isNew ?? false,
    awaited: more.awaited ?? false,
    start: place.start,
    end: place.end,
  };
  for (const [index, { value }] of args.entries()) {
    if (value.kind === 'function' && value.fn.kind === 'function') value.fn.argumentOf = { call, index };
  }
  owner.calls.push(call);
  return call;
}

/** Backslash escapes of both languages. */
export function unescape(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(
    /\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(\r\n|[\s\S]))/g,
    (
      _whole,
      braced: string | undefined,
      four: string | undefined,
      two: string | undefined,
      one: string | undefined,
    ) => {
      const code = braced ?? four ?? two;
      if (code !== undefined) return codePoint(Number.parseInt(code, 16));
      return simple.get(one ?? '') ?? one ?? '';
    },
  );
}

const simple = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['r', '\r'],
  ['\n', ''],
  ['\r\n', ''],
  ['0', '\0'],
]);

function codePoint(code: number): string {
  return code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd';
}
