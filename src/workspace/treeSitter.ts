import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as imported from '@vscode/tree-sitter-wasm';
import type { Language, Tree } from '@vscode/tree-sitter-wasm';
import type { Grammar, SourceParser, SyntaxNode } from '../source/syntax/cst.ts';

/** Deeper nesting is nobody's program: what lies below is left out. */
const maxDepth = 500;
/** Nodes of one file. */
const maxNodes = 400_000;
/** A parse that takes longer is given up, in milliseconds. */
const maxParseMs = 2_000;

type TreeSitter = Pick<typeof imported, 'Language' | 'Parser'>;

/** A CommonJS module: its names are known to a bundler, to Node only by the default export. */
const treeSitter: TreeSitter = (imported as unknown as { default?: TreeSitter }).default ?? imported;

interface LoadedGrammar {
  readonly language: Language;
  readonly types: readonly (string | undefined)[];
}

/**
 * Loads tree-sitter and its grammars from `folder` (where the `.wasm` files lie).
 *
 * @throws when a file is missing or WebAssembly is not to be had
 */
export async function loadParser(folder: string): Promise<SourceParser> {
  const { Language, Parser } = treeSitter;
  const bytes = (name: string): Uint8Array<ArrayBuffer> =>
    new Uint8Array(readFileSync(path.join(folder, name)));
  // What emscripten calls the module's bytes; the declaration knows of file names only.
  const options: object = { wasmBinary: bytes('tree-sitter.wasm') };
  await Parser.init(options as Parameters<typeof Parser.init>[0]);
  const grammars = new Map<Grammar, LoadedGrammar>();
  for (const grammar of ['python', 'tsx'] as const) {
    const language = await Language.load(bytes(`tree-sitter-${grammar}.wasm`));
    grammars.set(grammar, { language, types: namedTypes(language) });
  }
  const parser = new Parser();
  return {
    parse(grammar, text) {
      const loaded = grammars.get(grammar);
      if (!loaded) return undefined;
      parser.setLanguage(loaded.language);
      const until = performance.now() + maxParseMs;
      const tree = parser.parse(text, null, { progressCallback: () => performance.now() > until });
      if (!tree) {
        parser.reset();
        return undefined;
      }
      try {
        return { root: copy(tree, loaded.types), errors: tree.rootNode.hasError };
      } finally {
        tree.delete();
      }
    },
  };
}

/** Type names by id, of named nodes only. */
function namedTypes(language: Language): readonly (string | undefined)[] {
  return Array.from({ length: language.nodeTypeCount }, (_, id) =>
    language.nodeTypeIsNamed(id) ? (language.nodeTypeForId(id) ?? undefined) : undefined,
  );
}

/** The named nodes as plain data. A loop, not recursion: a hostile file nests as deep as it likes. */
function copy(tree: Tree, types: readonly (string | undefined)[]): SyntaxNode {
  const cursor = tree.walk();
  const root = { type: cursor.nodeType, field: undefined, start: 0, end: cursor.endIndex, children: [] };
  const stack: { children: SyntaxNode[] }[] = [root];
  let nodes = 0;
  try {
    if (!cursor.gotoFirstChild()) return root;
    for (;;) {
      const type = types[cursor.nodeTypeId] ?? (cursor.nodeIsNamed ? cursor.nodeType : undefined);
      let entered = false;
      if (type !== undefined && type !== 'comment' && ++nodes <= maxNodes) {
        const children: SyntaxNode[] = [];
        const node: SyntaxNode = {
          type,
          field: cursor.currentFieldName ?? undefined,
          start: cursor.startIndex,
          end: cursor.endIndex,
          children,
        };
        stack[stack.length - 1]?.children.push(node);
        if (stack.length < maxDepth && cursor.gotoFirstChild()) {
          stack.push({ children });
          entered = true;
        }
      }
      if (entered) continue;
      while (!cursor.gotoNextSibling()) {
        if (!cursor.gotoParent()) return root;
        stack.pop();
        if (stack.length === 0) return root;
      }
    }
  } finally {
    cursor.delete();
  }
}
