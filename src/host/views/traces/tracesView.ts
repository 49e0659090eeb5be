import * as vscode from 'vscode';
import { DisposableStore } from '../../../base/disposable.ts';
import { plural } from '../../../protocol/format.ts';
import type { TraceFilter } from '../../../protocol/query.ts';
import { views } from '../../ids.ts';
import type { ContextKeys } from '../../services/contextKeys.ts';
import type { EngineClient } from '../../services/engineClient.ts';
import type { Log } from '../../services/log.ts';
import type { SelectionService } from '../../services/selection.ts';
import { Coalescer } from '../coalescer.ts';
import { describeFilter, isEmptyFilter } from './filter.ts';
import type { MoreNode, TreeNode } from './nodes.ts';
import type { Refresh, TreeViewState } from './treeModel.ts';
import { TraceTreeModel } from './treeModel.ts';
import { treeItem, treeTooltip } from './treeItems.ts';

const stateKey = 'llmTraces.tracesView';

/** The view "Traces": a live tree of traces and their spans. */
export class TracesView implements vscode.TreeDataProvider<TreeNode>, vscode.Disposable {
  readonly #engine: EngineClient;
  readonly #log: Log;
  readonly #contextKeys: ContextKeys;
  readonly #memento: vscode.Memento;
  readonly #model: TraceTreeModel;
  readonly #view: vscode.TreeView<TreeNode>;
  readonly #changed = new vscode.EventEmitter<TreeNode | TreeNode[] | undefined>();
  readonly #disposables = new DisposableStore();
  readonly onDidChangeTreeData = this.#changed.event;
  /** True when changes came while nobody looked. */
  #isBehind = false;
  #errorsToday = 0;

  constructor(
    engine: EngineClient,
    log: Log,
    contextKeys: ContextKeys,
    memento: vscode.Memento,
    selection: SelectionService,
  ) {
    this.#engine = engine;
    this.#log = log;
    this.#contextKeys = contextKeys;
    this.#memento = memento;
    this.#model = new TraceTreeModel((method, params) => engine.call(method, params));
    this.#model.setView({ ...readState(memento.get(stateKey)), filter: {} });
    this.#view = vscode.window.createTreeView(views.traces, {
      treeDataProvider: this,
      showCollapseAll: true,
    });
    const tree = this.#disposables.add(new Coalescer((change) => this.#takeIn(change)));
    const badge = this.#disposables.add(new Coalescer(() => this.#countErrors(), 1000));
    this.#disposables.add(this.#changed);
    this.#disposables.add(this.#view);
    this.#disposables.add(
      this.#view.onDidChangeVisibility(({ visible }) => visible && this.#isBehind && this.refresh()),
    );
    this.#disposables.add(this.#view.onDidCollapseElement(({ element }) => this.#model.forget(element)));
    this.#disposables.add(engine.onChanged((change) => tree.add(change)));
    this.#disposables.add(selection.onChanged(({ traceId, spanId }) => void this.#follow(traceId, spanId)));
    this.#disposables.add(engine.onChanged((change) => badge.add(change)));
    this.#disposables.add(
      engine.onReady(() => {
        badge.add({ traceIds: [], all: true });
        this.refresh();
      }),
    );
    this.#showState();
  }

  get state(): TreeViewState {
    return this.#model.view;
  }

  /** The node the user's last click or key selected. */
  get selection(): TreeNode | undefined {
    return this.#view.selection[0];
  }

  getTreeItem(node: TreeNode): vscode.TreeItem {
    return treeItem(node);
  }

  resolveTreeItem(item: vscode.TreeItem, node: TreeNode): vscode.TreeItem {
    item.tooltip = treeTooltip(node);
    return item;
  }

  getParent(node: TreeNode): TreeNode | undefined {
    return node.parent;
  }

  async getChildren(node?: TreeNode): Promise<TreeNode[]> {
    // Without an engine the tree is empty, and the welcome text says why.
    if (!this.#engine.status) return [];
    const children = await this.#model.children(node);
    if (node === undefined) {
      if (isEmptyFilter(this.state.filter)) this.#contextKeys.set('hasTraces', children.length > 0);
      this.#showState();
    }
    return [...children];
  }

  refresh(): void {
    this.#isBehind = false;
    this.#model.invalidate();
    this.#changed.fire(undefined);
  }

  setFilter(filter: TraceFilter): void {
    this.#setState({ ...this.state, filter });
  }

  setGrouping(groupBy: TreeViewState['groupBy']): void {
    this.#setState({ ...this.state, groupBy });
  }

  setSort(sort: TreeViewState['sort']): void {
    this.#setState({ ...this.state, sort });
  }

  loadMore(node: MoreNode): void {
    this.#fire(this.#model.loadMore(node));
  }

  /** Shows a span in the tree, taking away filter and grouping when they hide it. */
  async reveal(traceId: string, spanId: string | undefined): Promise<void> {
    if (!isEmptyFilter(this.state.filter) || this.state.groupBy !== 'none') {
      this.#setState({ ...this.state, filter: {}, groupBy: 'none' });
    }
    const node = await this.#model.locate(traceId, spanId);
    if (!node) return;
    await this.#view.reveal(node, { select: true, focus: true, expand: false });
  }

  /** Selects what was selected elsewhere, where the tree shows such rows as it is; the focus stays where it is. */
  async #follow(traceId: string, spanId: string): Promise<void> {
    if (!this.#view.visible || !isEmptyFilter(this.state.filter) || this.state.groupBy !== 'none') return;
    const [selected] = this.#view.selection;
    if (selected?.type === 'span' && selected.row.traceId === traceId && selected.row.spanId === spanId)
      return;
    try {
      const node = await this.#model.locate(traceId, spanId);
      if (node) await this.#view.reveal(node, { select: true, focus: false, expand: false });
    } catch (error) {
      this.#log.write('debug', `The tree could not follow the selection: ${String(error)}`);
    }
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  #setState(state: TreeViewState): void {
    this.#model.setView(state);
    void this.#memento.update(stateKey, { groupBy: state.groupBy, sort: state.sort });
    this.#showState();
    this.#changed.fire(undefined);
  }

  async #takeIn(change: { traceIds: readonly string[]; all: boolean }): Promise<void> {
    if (!this.#view.visible) {
      this.#isBehind = true;
      return;
    }
    try {
      this.#fire(await this.#model.changed(change));
    } catch (error) {
      this.#log.write('debug', `The tree could not be brought up to date: ${String(error)}`);
      this.#isBehind = true;
    }
  }

  #fire(refresh: Refresh): void {
    if (refresh === 'all') this.#changed.fire(undefined);
    else if (refresh.length > 0) this.#changed.fire([...refresh]);
  }

  async #countErrors(): Promise<void> {
    const now = new Date();
    const since = new Date(now.getFullYear(), now.getMonth(), now.getDate()).getTime();
    try {
      const filter: TraceFilter = { onlyErrors: true, since };
      const { total } = await this.#engine.call('traces/list', {
        filter,
        sort: 'newest',
        page: { limit: 1 },
      });
      if (total === this.#errorsToday) return;
      this.#errorsToday = total;
      const tooltip = vscode.l10n.t('{0} with errors today', plural(total, 'trace'));
      this.#view.badge = total > 0 ? { value: total, tooltip } : undefined;
    } catch (error) {
      this.#log.write('debug', `Errors could not be counted: ${String(error)}`);
    }
  }

  /** What is filtered, grouped and sorted, in the view's title and message. */
  #showState(): void {
    const { filter, groupBy, sort } = this.state;
    const isFiltered = !isEmptyFilter(filter);
    this.#contextKeys.set('filterActive', isFiltered);
    const parts = [
      ...(groupBy === 'none' ? [] : [vscode.l10n.t('by {0}', groupBy)]),
      ...(sort === 'newest' ? [] : [sortNames()[sort]]),
      ...(isFiltered ? [describeFilter(filter)] : []),
    ];
    this.#view.description = parts.join(' · ');
    const { total } = this.#model;
    const isCounted = isFiltered && total !== undefined && total > 0 && groupBy === 'none';
    this.#view.message = isCounted ? vscode.l10n.t('{0} matching the filter', plural(total, 'trace')) : '';
  }
}

export function sortNames(): Readonly<Record<TreeViewState['sort'], string>> {
  return {
    newest: vscode.l10n.t('newest first'),
    cost: vscode.l10n.t('highest cost first'),
    duration: vscode.l10n.t('longest first'),
    tokens: vscode.l10n.t('most tokens first'),
  };
}

function readState(stored: unknown): Omit<TreeViewState, 'filter'> {
  const { groupBy, sort } = (
    typeof stored === 'object' && stored !== null ? stored : {}
  ) as Partial<TreeViewState>;
  const groups = ['none', 'session', 'service', 'model', 'day'] as const;
  const sorts = ['newest', 'cost', 'duration', 'tokens'] as const;
  return {
    groupBy: groups.find((by) => by === groupBy) ?? 'none',
    sort: sorts.find((by) => by === sort) ?? 'newest',
  };
}
