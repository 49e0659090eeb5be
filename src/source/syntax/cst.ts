/** A named node of a syntax tree, as plain data: the parser's own tree is freed at once. */
export interface SyntaxNode {
  readonly type: string;
  /** The grammar's name for its place in the parent. */
  readonly field: string | undefined;
  /** Offsets in the text, in UTF-16 units. */
  readonly start: number;
  readonly end: number;
  readonly children: readonly SyntaxNode[];
}

/** A grammar: `python`, or `tsx` for TypeScript and JavaScript in all their forms. */
export type Grammar = 'python' | 'tsx';

/** The parser, given from outside: it is WebAssembly, and how that is loaded is not this room's matter. */
export interface SourceParser {
  /** The root of the tree; `errors` says that some of the text was not understood. Undefined when given up. */
  parse(grammar: Grammar, text: string): { readonly root: SyntaxNode; readonly errors: boolean } | undefined;
}

export function childOf(node: SyntaxNode, field: string): SyntaxNode | undefined {
  for (const child of node.children) if (child.field === field) return child;
  return undefined;
}

export function childrenOf(node: SyntaxNode, field: string): SyntaxNode[] {
  return node.children.filter((child) => child.field === field);
}

export function childOfType(node: SyntaxNode, type: string): SyntaxNode | undefined {
  for (const child of node.children) if (child.type === type) return child;
  return undefined;
}
