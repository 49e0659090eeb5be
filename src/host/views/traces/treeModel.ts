import type { EngineEvents, EngineRequests } from '../../../protocol/engine.ts';
import type { GroupBy, Page, TraceFilter, TraceSort } from '../../../protocol/query.ts';
import type { GroupRow, SpanRow, TraceRow } from '../../../protocol/rows.ts';
import { groupFilter, isEmptyFilter } from './filter.ts';
import type { FailureNode, GroupNode, MoreNode, SpanNode, TraceNode, TreeNode } from './nodes.ts';
import { isOnPath } from './nodes.ts';

export type Query = <
  M extends 'traces/list' | 'traces/groups' | 'traces/get' | 'spans/children' | 'spans/path',
>(
  method: M,
  params: EngineRequests[M]['params'],
) => Promise<EngineRequests[M]['result']>;

export interface TreeViewState {
  readonly filter: TraceFilter;
  readonly groupBy: GroupBy;
  readonly sort: TraceSort;
}

/** Which nodes to draw anew; `all` for the whole tree. */
export type Refresh = 'all' | readonly TreeNode[];

export const pageSize = 100;
const largestPage = 500;
/** More nodes than this are not loaded below one parent: a filter finds what scrolling would not. */
const mostLoaded = 5000;

interface LoadedList {
  nodes: TreeNode[];
  next: string | undefined;
  total: number;
  /** How many rows the user has asked for. */
  wanted: number;
  isStale: boolean;
  loading: Promise<readonly TreeNode[]> | undefined;
}

/**
 * The tree of traces as pages of rows. It holds what is on show, asks the engine for the rest, and tells the smallest
 * part that has to be drawn again after a change. Nodes keep their identity as long as their row is on show.
 */
export class TraceTreeModel {
  readonly #query: Query;
  readonly #lists = new Map<string, LoadedList>();
  readonly #nodes = new Map<string, TreeNode>();
  #view: TreeViewState = { filter: {}, groupBy: 'none', sort: 'newest' };

  constructor(query: Query) {
    this.#query = query;
  }

  get view(): TreeViewState {
    return this.#view;
  }

  /** Traces (or groups) that match; undefined before the first answer. */
  get total(): number | undefined {
    return this.#lists.get(rootKey)?.total;
  }

  setView(view: TreeViewState): void {
    this.#view = view;
    this.#lists.clear();
    this.#nodes.clear();
  }

  /** Makes everything be asked for again, keeping what was unfolded and how far it was loaded. */
  invalidate(): void {
    for (const list of this.#lists.values()) list.isStale = true;
  }

  /** Forgets the rows below a node that was folded. */
  forget(node: TreeNode): void {
    for (const child of this.#lists.get(node.key)?.nodes ?? []) {
      this.forget(child);
      this.#nodes.delete(child.key);
    }
    this.#lists.delete(node.key);
  }

  /** The children on show. A failure becomes a node that says so, never an exception. */
  async children(parent: TreeNode | undefined): Promise<readonly TreeNode[]> {
    const key = parent?.key ?? rootKey;
    const list = this.#lists.get(key) ?? newList();
    this.#lists.set(key, list);
    if (list.isStale) {
      // What is on its way may be older than the change that made the list stale: ask again behind it.
      list.isStale = false;
      const loading = (list.loading ?? Promise.resolve())
        .then(() => this.#load(key, parent, list))
        .finally(() => {
          if (list.loading === loading) list.loading = undefined;
        });
      list.loading = loading;
    }
    return list.loading ?? this.#withMore(key, parent, list);
  }

  /** Asks for one more page below the parent of a "more" node; returns what to draw again. */
  loadMore(node: MoreNode): Refresh {
    const list = this.#lists.get(node.parent?.key ?? rootKey);
    if (!list) return [];
    list.wanted = Math.min(mostLoaded, list.wanted + pageSize);
    list.isStale = true;
    return node.parent ? [node.parent] : 'all';
  }

  /** Takes in a change of the store. */
  async changed(change: EngineEvents['store/changed']): Promise<Refresh> {
    const isSimple =
      this.#view.groupBy === 'none' && this.#view.sort === 'newest' && isEmptyFilter(this.#view.filter);
    const known = change.traceIds
      .map((id) => this.#nodes.get(traceKey(undefined, id)))
      .filter((node) => node !== undefined);
    if (change.all || !isSimple || known.length < change.traceIds.length) {
      const changed = new Set(change.traceIds);
      for (const [key, list] of this.#lists) {
        const traceId = this.#traceIdOf(key);
        if (change.all || traceId === undefined || changed.has(traceId)) list.isStale = true;
      }
      return 'all';
    }
    const rows = await this.#query('traces/get', { traceIds: change.traceIds });
    for (const row of rows) {
      const node = this.#nodes.get(traceKey(undefined, row.traceId));
      if (node?.type === 'trace') node.row = row;
    }
    for (const node of known) this.#staleBelow(node);
    return known;
  }

  /** The node of a span with its ancestors, for revealing it; undefined when the store has no such span. */
  async locate(traceId: string, spanId: string | undefined): Promise<TreeNode | undefined> {
    const [row] = await this.#query('traces/get', { traceIds: [traceId] });
    if (!row) return undefined;
    let node: TreeNode = this.#traceNode(undefined, row);
    if (spanId === undefined) return node;
    for (const span of await this.#query('spans/path', { traceId, spanId })) {
      if (!isOnPath(node, span.spanId)) node = this.#spanNode(node, span);
    }
    return node;
  }

  async #load(key: string, parent: TreeNode | undefined, list: LoadedList): Promise<readonly TreeNode[]> {
    try {
      const before = new Set(list.nodes);
      const { nodes, next, total } = await this.#loadPages(parent, list.wanted);
      // The view changed meanwhile: what came belongs to another tree.
      if (this.#lists.get(key) !== list) return key === rootKey ? await this.children(undefined) : [];
      list.nodes = nodes;
      list.next = next;
      list.total = total;
      for (const node of nodes) before.delete(node);
      for (const gone of before) {
        this.forget(gone);
        if (this.#nodes.get(gone.key) === gone) this.#nodes.delete(gone.key);
      }
      return this.#withMore(key, parent, list);
    } catch (error) {
      list.isStale = true;
      const message = error instanceof Error ? error.message : String(error);
      const failure: FailureNode = { type: 'failure', key: `${key}/failure`, parent, message };
      return [...list.nodes, failure];
    }
  }

  async #loadPages(
    parent: TreeNode | undefined,
    wanted: number,
  ): Promise<{ nodes: TreeNode[]; next?: string | undefined; total: number }> {
    const nodes = new Map<string, TreeNode>();
    let cursor: string | undefined;
    let total: number;
    do {
      const limit = Math.min(largestPage, wanted - nodes.size);
      const page = await this.#page(parent, { limit, ...(cursor === undefined ? {} : { cursor }) });
      total = page.total;
      for (const node of page.rows) nodes.set(node.key, node);
      // A page that brings nothing new must not make the loop endless.
      cursor = page.rows.length > 0 ? page.next : undefined;
    } while (cursor !== undefined && nodes.size < wanted);
    return { nodes: [...nodes.values()], next: cursor, total };
  }

  async #page(
    parent: TreeNode | undefined,
    page: { limit: number; cursor?: string },
  ): Promise<Page<TreeNode>> {
    const { filter, groupBy, sort } = this.#view;
    if (parent === undefined && groupBy !== 'none') {
      const groups = await this.#query('traces/groups', { by: groupBy, filter, page });
      return { ...groups, rows: groups.rows.map((row) => this.#groupNode(groupBy, row)) };
    }
    if (parent === undefined || parent.type === 'group') {
      const narrowed = parent ? groupFilter(filter, parent.by, parent.row.key) : filter;
      const traces = await this.#query('traces/list', { filter: narrowed, sort, page });
      return { ...traces, rows: traces.rows.map((row) => this.#traceNode(parent, row)) };
    }
    if (parent.type !== 'trace' && parent.type !== 'span') return { rows: [], total: 0 };
    const { traceId } = parent.row;
    const parentSpanId = parent.type === 'span' ? parent.row.spanId : '';
    const spans = await this.#query('spans/children', { traceId, parentSpanId, page });
    return {
      ...spans,
      rows: spans.rows
        .filter((row) => !isOnPath(parent, row.spanId))
        .map((row) => this.#spanNode(parent, row)),
    };
  }

  #withMore(key: string, parent: TreeNode | undefined, list: LoadedList): readonly TreeNode[] {
    if (list.next === undefined || list.nodes.length >= mostLoaded) return list.nodes;
    const more: MoreNode = {
      type: 'more',
      key: `${key}/more`,
      parent,
      loaded: list.nodes.length,
      total: list.total,
    };
    return [...list.nodes, more];
  }

  #groupNode(by: GroupNode['by'], row: GroupRow): GroupNode {
    const key = `group:${by}:${row.key}`;
    return this.#keep<GroupNode>({ type: 'group', key, parent: undefined, by, row });
  }

  #traceNode(parent: TreeNode | undefined, row: TraceRow): TraceNode {
    return this.#keep<TraceNode>({ type: 'trace', key: traceKey(parent, row.traceId), parent, row });
  }

  #spanNode(parent: TreeNode, row: SpanRow): SpanNode {
    let trace: TreeNode = parent;
    while (trace.type === 'span' && trace.parent) trace = trace.parent;
    return this.#keep<SpanNode>({ type: 'span', key: `${trace.key}/${row.spanId}`, parent, row });
  }

  /** The node already on show for the same row below the same parent, with the new row; else the new node. */
  #keep<T extends GroupNode | TraceNode | SpanNode>(node: T): T {
    const known = this.#nodes.get(node.key);
    if (known?.type === node.type && known.parent === node.parent) {
      (known as T).row = node.row;
      return known as T;
    }
    this.#nodes.set(node.key, node);
    return node;
  }

  #staleBelow(node: TreeNode): void {
    const list = this.#lists.get(node.key);
    if (!list) return;
    list.isStale = true;
    for (const child of list.nodes) this.#staleBelow(child);
  }

  /** The trace whose spans a list holds; undefined for lists of traces and groups. */
  #traceIdOf(listKey: string): string | undefined {
    const node = this.#nodes.get(listKey);
    return node?.type === 'trace' || node?.type === 'span' ? node.row.traceId : undefined;
  }
}

const rootKey = '';

function traceKey(parent: TreeNode | undefined, traceId: string): string {
  return parent ? `${parent.key}/${traceId}` : traceId;
}

function newList(): LoadedList {
  return { nodes: [], next: undefined, total: 0, wanted: pageSize, isStale: true, loading: undefined };
}
