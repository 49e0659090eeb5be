import { existsSync } from 'node:fs';
import path from 'node:path';
import { CallSiteIndex } from '../source/callSiteIndex.ts';
import { PathMap } from '../source/pathMap.ts';
import { SpanResolver } from '../source/resolve/spanResolver.ts';
import type { SourceParser } from '../source/syntax/cst.ts';
import { loadParser } from './treeSitter.ts';
import { walkWorkspace, type WalkOptions } from './walk.ts';

const ignoreCase = process.platform === 'win32' || process.platform === 'darwin';

/** Parsers are loaded once in a thread. */
const parsers = new Map<string, Promise<SourceParser>>();

function parserIn(folder: string): Promise<SourceParser> {
  let parser = parsers.get(folder);
  if (!parser) {
    parser = loadParser(folder);
    parsers.set(folder, parser);
  }
  return parser;
}

/**
 * An empty index, and a resolver on it.
 *
 * @param grammars the folder with the `.wasm` files: of a bundle its own
 * @param mapPath paths of spans as the index's keys; they are taken as they are unless told
 */
export async function openSources(
  grammars: string,
  mapPath?: ConstructorParameters<typeof SpanResolver>[1],
): Promise<{ index: CallSiteIndex; resolver: SpanResolver }> {
  const index = new CallSiteIndex(await parserIn(grammars));
  return { index, resolver: new SpanResolver(index, mapPath) };
}

/** Reads a folder's sources; files are named relative to it. */
export async function readWorkspace(
  folder: string,
  grammars: string,
  options: WalkOptions & {
    readonly mappings?: readonly { readonly from: string; readonly to: string }[];
  } = {},
): Promise<{ index: CallSiteIndex; resolver: SpanResolver; paths: PathMap }> {
  const root = path.resolve(folder);
  const index = new CallSiteIndex(await parserIn(grammars));
  for await (const file of walkWorkspace(root, options)) index.update(file.path, file.text);
  const paths = new PathMap(index.files(), {
    roots: [root.split(path.sep).join('/')],
    mappings: options.mappings ?? [],
    ignoreCase,
    absoluteKeys: false,
  });
  return { index, resolver: new SpanResolver(index, (told) => paths.map(told)), paths };
}

/** Where the grammars lie: beside a bundle, or in the package they come from when the sources run as they are. */
export function grammarsBeside(folder: string): string {
  if (existsSync(path.join(folder, 'tree-sitter.wasm'))) return folder;
  return path.join(folder, '../../node_modules/@vscode/tree-sitter-wasm/wasm');
}
