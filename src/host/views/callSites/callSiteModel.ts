import type { CodeSort, FileAnnotations, FileSums } from '../../../protocol/code.ts';
import type { EngineRequests } from '../../../protocol/engine.ts';
import type { CallSiteNode, FileNode, LineNode } from './callSiteNodes.ts';
import { callNode, fileNode, functionNode, lineNode } from './callSiteNodes.ts';
import { groupLines } from './callSiteOrder.ts';

export type Ask = <M extends 'code/files' | 'code/annotations' | 'code/calls'>(
  method: M,
  params: EngineRequests[M]['params'],
) => Promise<EngineRequests[M]['result']>;

const filesPage = 100;
const callsPage = 20;
/** A line's calls are listed no further. */
const mostCalls = 1000;

/** What "Calls in Code" shows: files, their functions, the lines that call, and each line's newest calls. No `vscode`. */
export class CallSiteModel {
  readonly #ask: Ask;
  /** How many rows are shown below a line, or of the files, where it is more than a page. */
  readonly #limits = new Map<string, number>();
  sort: CodeSort = 'cost';

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  async children(parent?: CallSiteNode): Promise<CallSiteNode[]> {
    switch (parent?.type) {
      case undefined: {
        const files = await this.#ask('code/files', { sort: this.sort });
        return this.#page(undefined, files, (row: FileSums) => fileNode(row));
      }
      case 'file': {
        const annotations = await this.#annotations(parent.file);
        return groupLines(annotations, this.sort).map((group) => functionNode(parent, group));
      }
      case 'function':
        return parent.group.lines.map((annotation) => lineNode(parent, annotation));
      case 'line':
        return this.#calls(parent);
      case 'span':
      case 'moreCalls':
        return [];
    }
  }

  /** Shows more of the rows that a node stands for; the node below which they are, undefined for the files. */
  loadMore(parent: LineNode | undefined): void {
    const key = parent?.key ?? '';
    const page = parent ? callsPage : filesPage;
    this.#limits.set(key, (this.#limits.get(key) ?? page) + page * 5);
  }

  /** The node of a line (1-based), to reveal it; undefined when nothing was called there. */
  async find(file: string, line: number): Promise<LineNode | undefined> {
    const files = await this.#ask('code/files', { sort: this.sort });
    const index = files.findIndex((one) => one.file === file);
    const row = files[index];
    if (!row) return undefined;
    this.#limits.set('', Math.max(this.#limits.get('') ?? filesPage, index + 1));
    const parent: FileNode = fileNode(row);
    for (const group of groupLines(await this.#annotations(file), this.sort)) {
      const found = group.lines.find((annotation) => annotation.line === line);
      if (found) return lineNode(functionNode(parent, group), found);
    }
    return undefined;
  }

  async #annotations(file: string): Promise<FileAnnotations> {
    return (await this.#ask('code/annotations', { file })) ?? { file, lines: [], functions: [] };
  }

  async #calls(parent: LineNode): Promise<CallSiteNode[]> {
    const { file, annotation } = parent;
    const limit = Math.min(mostCalls, this.#limits.get(parent.key) ?? callsPage);
    const through = annotation.through !== undefined;
    const ask = { file, line: annotation.line, through, limit: limit < mostCalls ? limit + 1 : limit };
    const rows = await this.#ask('code/calls', ask);
    return this.#page(parent, rows, (row) => callNode(parent, row));
  }

  #page<T>(parent: LineNode | undefined, rows: readonly T[], make: (row: T) => CallSiteNode): CallSiteNode[] {
    const limit = this.#limits.get(parent?.key ?? '') ?? (parent ? callsPage : filesPage);
    const nodes = rows.slice(0, limit).map(make);
    if (rows.length > limit) nodes.push({ type: 'moreCalls', key: `${parent?.key ?? ''}/more`, parent });
    return nodes;
  }
}
