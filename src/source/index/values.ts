import type { CallExpr, ClassNode, Expr, FunctionNode, SourceFile } from '../syntax/ast.ts';

/**
 * What an expression may stand for, as far as the sources say. A value is a guess with holes: what is not known is
 * `unknown`, never something wrong.
 */
export type Value =
  | TextValue
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'constant'; readonly value: boolean | null }
  | ListValue
  | DictValue
  | FunctionValue
  | { readonly kind: 'class'; readonly cls: ClassNode }
  | InstanceValue
  | { readonly kind: 'module'; readonly source: SourceFile }
  | ExternalValue
  | { readonly kind: 'union'; readonly options: readonly Value[] }
  | { readonly kind: 'unknown' };

export const unknown: Value = { kind: 'unknown' };

/** Text with holes (undefined). */
export interface TextValue {
  readonly kind: 'text';
  readonly parts: readonly (string | undefined)[];
  readonly expr?: Expr | undefined;
}

export interface ListValue {
  readonly kind: 'list';
  readonly items: readonly Value[];
  /** There may be further items. */
  readonly isOpen: boolean;
  readonly isTuple: boolean;
}

export interface DictValue {
  readonly kind: 'dict';
  readonly entries: ReadonlyMap<string, Value>;
  /** There may be further entries, or other values for those known. */
  readonly isOpen: boolean;
}

export interface FunctionValue {
  readonly kind: 'function';
  readonly fn: FunctionNode;
  /** What `self` or `this` is in it. */
  readonly self: Value | undefined;
  /** The environment it was made in. */
  readonly env: Environment | undefined;
}

export interface InstanceValue {
  readonly kind: 'instance';
  readonly cls: ClassNode;
  /** How it was made, where that is known. */
  readonly call: CallExpr | undefined;
  readonly env: Environment | undefined;
}

/** Something of a library: reached from an import by names and calls. */
export interface ExternalValue {
  readonly kind: 'external';
  readonly module: string;
  /** Names on the way, `()` for a call, `[]` for an index, `|` for a chain. */
  readonly path: readonly string[];
  /** The calls on the way: they hold the settings. */
  readonly calls: readonly { readonly call: CallExpr; readonly env: Environment }[];
  /** What else it is made of: both sides of a chain, the client that was wrapped, a decorated function. */
  readonly parts: readonly Value[];
}

/** A function as called from somewhere: what its parameters stand for. */
export interface Environment {
  readonly fn: FunctionNode;
  /** The call that led here, and the environment of that call; undefined where anyone may have called. */
  readonly call: CallExpr | undefined;
  readonly caller: Environment | undefined;
  readonly self: Value | undefined;
  /** The environment of the function around it. */
  readonly outer: Environment | undefined;
  /** Values given otherwise than by a call: an element of the list that a `map` goes over. */
  readonly given?: ReadonlyMap<number, Value> | undefined;
  /** The call on the way here: `call`, or the one that the function was handed to. */
  readonly via?: CallExpr | undefined;
  readonly depth: number;
}

const maxOptions = 12;

export function union(values: readonly Value[]): Value {
  const flat: Value[] = [];
  let holes = false;
  for (const value of values) {
    for (const one of value.kind === 'union' ? value.options : [value]) {
      if (one.kind === 'unknown') holes = true;
      else if (flat.length < maxOptions) flat.push(one);
      else holes = true;
    }
  }
  if (flat.length === 0) return unknown;
  if (holes) flat.push(unknown);
  return flat.length === 1 ? (flat[0] ?? unknown) : { kind: 'union', options: flat };
}

export function optionsOf(value: Value): readonly Value[] {
  return value.kind === 'union' ? value.options : [value];
}

export function text(...parts: (string | undefined)[]): TextValue {
  return { kind: 'text', parts };
}

/** The whole text, where it has no holes. */
export function literalOf(value: Value): string | undefined {
  if (value.kind !== 'text') return undefined;
  let whole = '';
  for (const part of value.parts) {
    if (part === undefined) return undefined;
    whole += part;
  }
  return whole;
}
