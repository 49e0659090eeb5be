import { lineAt, columnAt, type CallExpr, type FunctionNode, type SourceFile } from './syntax/ast.ts';
import type { SourceParser } from './syntax/cst.ts';
import { grammarOf, readSource } from './syntax/readSource.ts';
import type { Anchor, AnchorFound, CallPlace, FunctionPlace } from './callSite.ts';
import type { SourceIndex } from './callSiteIndexApi.ts';
import { CallGraph } from './index/callGraph.ts';
import { joinPaths, parentOf } from './index/moduleFinder.ts';
import { Program } from './index/program.ts';
import { findRoutes, type Route } from './index/routes.ts';
import { chainOf, findSites, type Site } from './index/sites.ts';
import { findSpanNames, type SpanName } from './index/spanNames.ts';
import { findTools, type ToolPlace } from './index/tools.ts';
import { digest } from './index/digest.ts';
import { originalPlace } from './sourceMap.ts';

/** What is worked out of all files together; made when first asked for after a change. */
export interface Analysis {
  readonly graph: CallGraph;
  readonly sites: readonly Site[];
  readonly tools: readonly ToolPlace[];
  readonly spanNames: readonly SpanName[];
  readonly routes: readonly Route[];
}

interface Entry {
  readonly digest: string;
  /** Undefined where the text is no program that could be read. */
  readonly source: SourceFile | undefined;
  readonly text: string;
}

/** Longest file that is read, in characters. */
const maxFile = 1_000_000;

/** The static index of call sites. Pure: texts are given, the parser is given. */
export class CallSiteIndex implements SourceIndex {
  readonly #parser: SourceParser;
  readonly #program = new Program();
  readonly #entries = new Map<string, Entry>();
  #analysis: Analysis | undefined;
  #revision = 0;

  constructor(parser: SourceParser) {
    this.#parser = parser;
  }

  get revision(): number {
    return this.#revision;
  }

  update(file: string, text: string): boolean {
    const print = digest(text);
    if (this.#entries.get(file)?.digest === print) return false;
    if (file.endsWith('package.json')) this.#package(file, text);
    if (file.endsWith('.map') && text.length <= maxFile) {
      // A map says nothing of calls: the analysis holds.
      this.#entries.set(file, { digest: print, source: undefined, text });
      return true;
    }
    const source =
      grammarOf(file) && text.length <= maxFile ? readSource(this.#parser, file, text) : undefined;
    this.#entries.set(file, { digest: print, source, text: source ? text : '' });
    if (source) this.#program.set(source);
    else this.#program.delete(file);
    this.#changed();
    return true;
  }

  remove(file: string): void {
    if (!this.#entries.delete(file)) return;
    this.#program.delete(file);
    this.#changed();
  }

  rename(from: string, to: string): void {
    const entry = this.#entries.get(from);
    if (!entry) return;
    this.remove(from);
    if (entry.text !== '') this.update(to, entry.text);
  }

  has(file: string): boolean {
    return this.#entries.has(file);
  }

  files(): Iterable<string> {
    return this.#entries.keys();
  }

  /** A place in a generated file as one in a source of the workspace, by the map that lies beside it. */
  original(
    file: string,
    line: number,
    column?: number,
  ): { file: string; line: number; column: number } | undefined {
    const map = this.#entries.get(`${file}.map`)?.text;
    if (map === undefined) return undefined;
    const place = originalPlace(map, line, column);
    const source = place && joinPaths(parentOf(file), place.source);
    return place && source !== undefined && this.#entries.has(source)
      ? { file: source, line: place.line, column: place.column }
      : undefined;
  }

  /** The innermost function around a line; '' at the top level, undefined where the file is not read. */
  functionAt(file: string, line: number): string | undefined {
    const source = this.#entries.get(file)?.source;
    if (!source) return undefined;
    let name = '';
    const visit = (fn: FunctionNode): void => {
      for (const inner of fn.functions) {
        if (lineAt(source, inner.start) > line || lineAt(source, inner.end - 1) < line) continue;
        name = inner.name;
        visit(inner);
      }
    };
    visit(source.module);
    return name;
  }

  /** The sites, tools and names of all files as they are now. */
  analysis(): Analysis {
    if (!this.#analysis) {
      const graph = new CallGraph(this.#program);
      this.#analysis = {
        graph,
        sites: findSites(graph),
        tools: findTools(graph),
        spanNames: findSpanNames(graph),
        routes: findRoutes(graph),
      };
    }
    return this.#analysis;
  }

  functionsOf(file: string): readonly FunctionPlace[] {
    const source = this.#entries.get(file)?.source;
    if (!source) return [];
    const places: FunctionPlace[] = [];
    const visit = (fn: FunctionNode): void => {
      if (fn.kind === 'function')
        places.push({
          name: qualifiedName(fn),
          kind: fn.cls ? 'method' : 'function',
          line: lineAt(source, fn.start),
          endLine: lineAt(source, fn.end - 1),
        });
      for (const cls of fn.classes)
        places.push({
          name: cls.name,
          kind: 'class',
          line: lineAt(source, cls.start),
          endLine: lineAt(source, cls.end - 1),
        });
      for (const inner of fn.functions) visit(inner);
    };
    visit(source.module);
    return places.sort((a, b) => a.line - b.line || b.endLine - a.endLine);
  }

  calls(file: string): readonly CallPlace[] {
    const { sites, spanNames } = this.analysis();
    const places: CallPlace[] = sites
      .filter(({ call }) => call.owner.file.file === file)
      .map(({ call, kind }) => callPlace(call, kind));
    for (const { call, how } of spanNames)
      if (call && how === 'opened' && call.owner.file.file === file) places.push(callPlace(call, 'span'));
    return places.sort((a, b) => a.line - b.line || a.column - b.column);
  }

  anchor(file: string, line: number, column?: number): Anchor | undefined {
    const entry = this.#entries.get(file);
    if (!entry?.source) return undefined;
    const call = callAt(entry.source, line, column);
    if (!call) return undefined;
    const all = this.#anchored(entry, entry.source);
    const own = all.find((one) => one.call === call);
    if (!own) return undefined;
    const inFunction = all.filter((one) => one.function === own.function);
    return {
      text: own.text,
      callee: own.callee,
      function: own.function,
      ordinal: inFunction.filter((one) => one.text === own.text).indexOf(own),
      calleeOrdinal: inFunction.filter((one) => one.callee === own.callee).indexOf(own),
      line: lineAt(entry.source, call.start),
    };
  }

  findAnchor(file: string, anchor: Anchor): AnchorFound {
    const entry = this.#entries.get(file);
    if (!entry?.source) return { line: undefined, endLine: undefined, state: 'gone' };
    const { source } = entry;
    const all = this.#anchored(entry, source);
    const found = (one: { call: CallExpr }, state: 'same' | 'changed'): AnchorFound => ({
      line: lineAt(source, one.call.start),
      endLine: lineAt(source, one.call.end - 1),
      state,
    });
    const inFunction = all.filter((one) => one.function === anchor.function);
    const sameText = inFunction.filter((one) => one.text === anchor.text);
    const same = sameText[anchor.ordinal] ?? sameText.at(-1);
    if (same) return found(same, 'same');
    // The same call in a function that was renamed, or moved to another.
    const elsewhere = all.filter((one) => one.text === anchor.text);
    const nearest = elsewhere.sort((a, b) => distance(source, a, anchor) - distance(source, b, anchor))[0];
    if (nearest) return found(nearest, 'same');
    const sameCallee = inFunction.filter((one) => one.callee === anchor.callee);
    const changed = sameCallee[anchor.calleeOrdinal] ?? sameCallee.at(-1);
    if (changed) return found(changed, 'changed');
    return { line: undefined, endLine: undefined, state: 'gone' };
  }

  #anchored(
    entry: Entry,
    source: SourceFile,
  ): { call: CallExpr; text: string; callee: string; function: string }[] {
    const all: { call: CallExpr; text: string; callee: string; function: string }[] = [];
    const visit = (fn: FunctionNode): void => {
      const name = qualifiedName(fn);
      for (const call of fn.calls)
        all.push({
          call,
          text: digest(withoutSpace(entry.text.slice(call.start, call.end))),
          callee: chainOf(call.callee).join('.'),
          function: name,
        });
      for (const inner of fn.functions) visit(inner);
    };
    visit(source.module);
    return all.sort((a, b) => a.call.start - b.call.start);
  }

  #package(file: string, text: string): void {
    if (text.length > maxFile) return;
    try {
      const name: unknown = (JSON.parse(text) as { name?: unknown } | null)?.name;
      if (typeof name === 'string' && name.length < 300) this.#program.setPackage(name, parentOf(file));
    } catch {
      // Not JSON: a file that is being written, or none of a package.
    }
  }

  #changed(): void {
    this.#revision++;
    this.#analysis = undefined;
  }
}

/** With its class: `Concierge.ask`; '' for the top level. */
export function qualifiedName(fn: FunctionNode): string {
  if (fn.kind === 'module') return '';
  return fn.cls ? `${fn.cls.name}.${fn.name}` : fn.name;
}

function callPlace(call: CallExpr, kind: CallPlace['kind']): CallPlace {
  const { file } = call.owner;
  const { callee } = call;
  return {
    line: lineAt(file, call.start),
    endLine: lineAt(file, call.end - 1),
    column: columnAt(file, callee.kind === 'member' ? callee.nameStart : callee.start),
    callee: chainOf(callee).join('.').slice(0, 200),
    function: qualifiedName(call.owner),
    kind,
  };
}

/** The call that begins at a line, else the innermost that goes over it; of several the one nearest to the column. */
function callAt(source: SourceFile, line: number, column: number | undefined): CallExpr | undefined {
  let best: CallExpr | undefined;
  let bestRank = Infinity;
  const visit = (fn: FunctionNode): void => {
    for (const call of fn.calls) {
      const { callee } = call;
      const at = callee.kind === 'member' ? callee.nameStart : callee.start;
      const nameLine = lineAt(source, at);
      const first = lineAt(source, call.start);
      const last = lineAt(source, call.end - 1);
      if (line < first || line > last) continue;
      const begins = nameLine === line || first === line;
      const off = column === undefined ? 0 : Math.abs(columnAt(source, at) - column);
      // Outer calls first among those that begin here, unless a column tells.
      const rank = begins
        ? column === undefined
          ? 1 - (call.end - call.start) / 1e7
          : off
        : 1e6 + (call.end - call.start);
      if (rank < bestRank) {
        bestRank = rank;
        best = call;
      }
    }
    for (const inner of fn.functions) visit(inner);
  };
  visit(source.module);
  return best;
}

function withoutSpace(text: string): string {
  return text.replace(/\s+/g, '');
}

function distance(source: SourceFile, one: { call: CallExpr }, anchor: Anchor): number {
  return Math.abs(lineAt(source, one.call.start) - anchor.line);
}
