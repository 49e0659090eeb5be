import * as vscode from 'vscode';
import { DisposableStore } from '../../../base/disposable.ts';
import type { CodeScope, CodeSort } from '../../../protocol/code.ts';
import { settings, views } from '../../ids.ts';
import type { EngineClient } from '../../services/engineClient.ts';
import type { Log } from '../../services/log.ts';
import { readCodeDisplay } from '../../annotations/codeSettings.ts';
import { Coalescer } from '../coalescer.ts';
import { callSiteItem } from './callSiteItems.ts';
import { CallSiteModel } from './callSiteModel.ts';
import type { CallSiteNode, MoreCallsNode } from './callSiteNodes.ts';
import { callSorts } from './callSiteOrder.ts';

const sortKey = 'llmTraces.callSitesSort';

/** The view "Calls in Code": files, their functions, the lines that call, and each line's newest calls. */
export class CallSitesView implements vscode.TreeDataProvider<CallSiteNode>, vscode.Disposable {
  readonly #engine: EngineClient;
  readonly #log: Log;
  readonly #memento: vscode.Memento;
  readonly #model: CallSiteModel;
  readonly #view: vscode.TreeView<CallSiteNode>;
  readonly #changed = new vscode.EventEmitter<CallSiteNode | undefined>();
  readonly #disposables = new DisposableStore();
  readonly onDidChangeTreeData = this.#changed.event;
  #isBehind = false;

  constructor(engine: EngineClient, log: Log, memento: vscode.Memento) {
    this.#engine = engine;
    this.#log = log;
    this.#memento = memento;
    this.#model = new CallSiteModel((method, params) => engine.call(method, params));
    const stored = memento.get(sortKey);
    this.#model.sort = callSorts.find((sort) => sort === stored) ?? 'cost';
    this.#view = vscode.window.createTreeView(views.callSites, {
      treeDataProvider: this,
      showCollapseAll: true,
    });
    // Sums over all calls change with each of them: twice a second is enough to watch.
    const coalescer = new Coalescer(() => Promise.resolve(this.#refreshIfSeen()), 500);
    const all = (): void => coalescer.add({ traceIds: [], all: true });
    for (const item of [
      coalescer,
      this.#changed,
      this.#view,
      this.#view.onDidChangeVisibility(({ visible }) => {
        if (visible && this.#isBehind) this.refresh();
      }),
      engine.onCodeChanged(all),
      engine.onReady(() => this.refresh()),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration(settings.codeScope)) this.#describe();
      }),
    ])
      this.#disposables.add(item);
    this.#describe();
  }

  get selection(): CallSiteNode | undefined {
    return this.#view.selection[0];
  }

  get sort(): CodeSort {
    return this.#model.sort;
  }

  setSort(sort: CodeSort): void {
    this.#model.sort = sort;
    void this.#memento.update(sortKey, sort);
    this.#describe();
    this.refresh();
  }

  refresh(): void {
    this.#isBehind = false;
    this.#changed.fire(undefined);
  }

  loadMore({ parent }: MoreCallsNode): void {
    this.#model.loadMore(parent);
    this.#changed.fire(parent);
  }

  /** Shows a line (1-based) in the view, as far as something was called there. */
  async reveal(file: string, line: number): Promise<void> {
    const node = await this.#model.find(file, line);
    if (node) await this.#view.reveal(node, { select: true, focus: true, expand: true });
  }

  getParent(node: CallSiteNode): CallSiteNode | undefined {
    return node.parent;
  }

  getTreeItem(node: CallSiteNode): vscode.TreeItem {
    return callSiteItem(node);
  }

  async getChildren(parent?: CallSiteNode): Promise<CallSiteNode[]> {
    if (!this.#engine.status) return [];
    try {
      return await this.#model.children(parent);
    } catch (error) {
      this.#log.write('debug', `Calls in code could not be listed: ${String(error)}`);
      this.#isBehind = true;
      return [];
    }
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  #refreshIfSeen(): void {
    if (this.#view.visible) this.refresh();
    else this.#isBehind = true;
  }

  /** Which calls are summed, and in which order, behind the view's title. */
  #describe(): void {
    const configuration = vscode.workspace.getConfiguration();
    const { scope } = readCodeDisplay((key) => configuration.get(key));
    const sort = this.sort === 'cost' ? [] : [sortNames()[this.sort]];
    this.#view.description = [scopeNames()[scope], ...sort].join(' · ');
  }
}

export function sortNames(): Readonly<Record<CodeSort, string>> {
  return {
    cost: vscode.l10n.t('highest cost first'),
    calls: vscode.l10n.t('most calls first'),
    p95: vscode.l10n.t('longest first'),
    errors: vscode.l10n.t('most errors first'),
    file: vscode.l10n.t('by place in the files'),
  };
}

function scopeNames(): Readonly<Record<CodeScope, string>> {
  return {
    lastRun: vscode.l10n.t('last run'),
    session: vscode.l10n.t('this session'),
    all: vscode.l10n.t('all calls'),
  };
}
