/**
 * What two languages have in common, as far as calls and the values that flow into them go. Control flow is left out:
 * a function is its bindings, its calls and what it returns, each in the order of the text.
 */
export interface Place {
  /** Offsets in the file's text, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
}

export type Expr =
  | StringExpr
  | NumberExpr
  | ConstantExpr
  | NameExpr
  | MemberExpr
  | IndexExpr
  | CallExpr
  | ListExpr
  | DictExpr
  | FunctionExpr
  | ChoiceExpr
  | JoinExpr
  | ComprehensionExpr
  | WrapperExpr
  | OtherExpr;

/** A string, f-string or template: text and holes. A tagged template is one, too. */
export interface StringExpr extends Place {
  readonly kind: 'string';
  readonly parts: readonly (string | Expr)[];
}
export interface NumberExpr extends Place {
  readonly kind: 'number';
  readonly value: number;
}
export interface ConstantExpr extends Place {
  readonly kind: 'constant';
  /** `undefined` is null. */
  readonly value: boolean | null;
}
export interface NameExpr extends Place {
  readonly kind: 'name';
  readonly name: string;
}
export interface MemberExpr extends Place {
  readonly kind: 'member';
  readonly object: Expr;
  readonly name: string;
  /** Where the name stands. */
  readonly nameStart: number;
}
export interface IndexExpr extends Place {
  readonly kind: 'index';
  readonly object: Expr;
  readonly index: Expr;
}
export interface Argument {
  /** Of a keyword argument. */
  readonly name?: string | undefined;
  readonly value: Expr;
  /** `*list`, `...list`, `**dict`. */
  readonly spread?: 'list' | 'dict' | undefined;
}
export interface CallExpr extends Place {
  readonly kind: 'call';
  readonly callee: Expr;
  readonly args: readonly Argument[];
  /** The innermost function around it; set when the function is made. */
  owner: FunctionNode;
  readonly isNew: boolean;
  readonly awaited: boolean;
}
export interface ListExpr extends Place {
  readonly kind: 'list';
  readonly items: readonly { readonly value: Expr; readonly spread: boolean }[];
  /** A Python tuple: `("system", "You are …")` is a message in some libraries. */
  readonly isTuple: boolean;
}
export interface DictExpr extends Place {
  readonly kind: 'dict';
  readonly entries: readonly DictEntry[];
}
export interface DictEntry extends Place {
  /** Undefined: another dictionary spread into this one. */
  readonly key: Expr | undefined;
  readonly value: Expr;
}
/** A lambda, an arrow function, a function or class given as a value. */
export interface FunctionExpr extends Place {
  readonly kind: 'function';
  readonly fn: FunctionNode | ClassNode;
}
/** One of several: `a or b`, `a ?? b`, `x if c else y`. */
export interface ChoiceExpr extends Place {
  readonly kind: 'choice';
  readonly options: readonly Expr[];
}
/** `a + b`, `a % b`, `prompt | model`: strings are put together, runnables are chained. */
export interface JoinExpr extends Place {
  readonly kind: 'join';
  readonly operator: '+' | '|' | '%';
  readonly left: Expr;
  readonly right: Expr;
}
/** `[f(x) for x in xs]`; the loop variables are bindings of the function around. */
export interface ComprehensionExpr extends Place {
  readonly kind: 'comprehension';
  readonly element: Expr;
}
/** `await x`, `(x)`, `x!`, `x as T`, `yield x`. */
export interface WrapperExpr extends Place {
  readonly kind: 'wrapper';
  readonly value: Expr;
}
export interface OtherExpr extends Place {
  readonly kind: 'other';
  readonly children: readonly Expr[];
}

export interface Parameter {
  readonly name: string;
  readonly defaultValue?: Expr | undefined;
  /** `*args`, `**kwargs`, `...rest`. */
  readonly rest?: 'list' | 'dict' | undefined;
  /** Which property of the argument a destructured parameter is: `({ city }) => …` → `city`. */
  readonly property?: string | undefined;
  /** Its number among the arguments; several names can stand for parts of one. */
  readonly index: number;
  /** The type's name as written, where one is given. */
  readonly type?: string | undefined;
  /** Python: may only be given by name. */
  readonly keywordOnly?: boolean | undefined;
}

/** How a name gets its value. */
export type Binding = (
  | { readonly how: 'value'; readonly value: Expr }
  /** A part of a value: `const { a: b } = x` → path `['a']`; `[x, y] = z` → path `[0]`. */
  | { readonly how: 'part'; readonly value: Expr; readonly path: readonly (string | number)[] }
  /** Loop variable: an element of the value (or a part of it). */
  | { readonly how: 'element'; readonly value: Expr; readonly path: readonly (string | number)[] }
  | { readonly how: 'function'; readonly fn: FunctionNode }
  | { readonly how: 'class'; readonly cls: ClassNode }
  /** `from module import name`; `name` undefined: the module itself; `default` is JavaScript's default export. */
  | { readonly how: 'import'; readonly module: string; readonly name: string | undefined }
  /** `x += value` */
  | { readonly how: 'add'; readonly value: Expr }
) & {
  /** Offset where it stands. */
  readonly at: number;
  /** End of the innermost block around it: up to there it holds for certain. */
  until?: number;
};

export interface Assignment {
  /** `self.client = value`: object and name. */
  readonly object: Expr;
  readonly name: string;
  readonly value: Expr;
  readonly owner: FunctionNode;
}

export interface FunctionNode extends Place {
  readonly kind: 'function' | 'module';
  /** '' for the module, `<anonymous>` where it has none. */
  readonly name: string;
  readonly file: SourceFile;
  readonly parent: FunctionNode | undefined;
  /** The class whose method it is. */
  readonly cls: ClassNode | undefined;
  readonly isStatic: boolean;
  readonly isAsync: boolean;
  readonly isGenerator: boolean;
  readonly decorators: readonly Expr[];
  readonly params: readonly Parameter[];
  readonly bindings: Map<string, Binding[]>;
  /** In the order of the text, those of inner functions left out. */
  readonly calls: CallExpr[];
  readonly returns: Expr[];
  /** Functions given as values or defined within, directly. */
  readonly functions: FunctionNode[];
  readonly classes: ClassNode[];
  /** `with` statements: the expression and how far its block goes. */
  readonly blocks: { readonly value: Expr; readonly start: number; readonly end: number }[];
  readonly assignments: Assignment[];
  /** Its docstring: some libraries send it as the prompt. */
  doc: StringExpr | undefined;
  /** The call it is an argument of, and which. */
  argumentOf: { readonly call: CallExpr; readonly index: number } | undefined;
}

export interface ClassNode extends Place {
  readonly kind: 'class';
  readonly name: string;
  readonly file: SourceFile;
  readonly parent: FunctionNode;
  readonly bases: readonly Expr[];
  readonly decorators: readonly Expr[];
  readonly methods: Map<string, FunctionNode>;
  /** Class attributes and fields. */
  readonly fields: Map<string, Expr>;
  /** `self.x = value` anywhere in its methods. */
  readonly assignments: Assignment[];
  /** Fields with a type only: parameters of a dataclass. */
  readonly fieldOrder: string[];
  doc: StringExpr | undefined;
}

export interface SourceFile {
  readonly file: string;
  readonly language: 'python' | 'javascript';
  readonly module: FunctionNode;
  /** JavaScript: exported name → the name in the module, or what was exported. */
  readonly exports: Map<string, ExportTarget>;
  /** `export * from`, `from x import *` */
  readonly stars: string[];
  /** Offsets of the lines' first characters. */
  readonly lineStarts: readonly number[];
  readonly textLength: number;
}

export type ExportTarget =
  | { readonly how: 'name'; readonly name: string }
  | { readonly how: 'value'; readonly value: Expr; readonly owner: FunctionNode }
  | { readonly how: 'from'; readonly module: string; readonly name: string };

/** 1-based line of an offset. */
export function lineAt(file: Pick<SourceFile, 'lineStarts'>, offset: number): number {
  const starts = file.lineStarts;
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low + 1;
}

/** 1-based column of an offset, in UTF-16 units. */
export function columnAt(file: Pick<SourceFile, 'lineStarts'>, offset: number): number {
  return offset - (file.lineStarts[lineAt(file, offset) - 1] ?? 0) + 1;
}

export function lineStartsOf(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}
