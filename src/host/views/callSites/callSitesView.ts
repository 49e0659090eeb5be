import * as vscode from 'vscode';
import { DisposableStore } from '../../../base/disposable.ts';
import type { CallSiteRow, SpanRow } from '../../../protocol/rows.ts';
import { visibleLabel } from '../../../base/visibleText.ts';
import { commands, views } from '../../ids.ts';
import type { EngineClient } from '../../services/engineClient.ts';
import type { Log } from '../../services/log.ts';
import { Coalescer } from '../coalescer.ts';
import * as text from '../traces/rowText.ts';
import { plainTooltip, spanIcon } from '../traces/treeItems.ts';

export type CallSiteNode =
  | {
      readonly type: 'file' | 'function' | 'line';
      readonly key: string;
      readonly row: CallSiteRow;
      readonly parent: CallSiteNode | undefined;
    }
  | {
      readonly type: 'span';
      readonly key: string;
      readonly row: SpanRow;
      readonly parent: CallSiteNode | undefined;
    };

/** How many of a line's spans are shown. */
const newestSpans = 20;

/** The view "Calls in Code": files, their functions, the lines that call, and each line's newest spans. */
export class CallSitesView implements vscode.TreeDataProvider<CallSiteNode>, vscode.Disposable {
  readonly #engine: EngineClient;
  readonly #log: Log;
  readonly #view: vscode.TreeView<CallSiteNode>;
  readonly #changed = new vscode.EventEmitter<CallSiteNode | undefined>();
  readonly #disposables = new DisposableStore();
  readonly onDidChangeTreeData = this.#changed.event;
  #isBehind = false;

  constructor(engine: EngineClient, log: Log) {
    this.#engine = engine;
    this.#log = log;
    this.#view = vscode.window.createTreeView(views.callSites, {
      treeDataProvider: this,
      showCollapseAll: true,
    });
    // Sums over all calls change with each of them: twice a second is enough to watch.
    const coalescer = this.#disposables.add(new Coalescer(() => Promise.resolve(this.#refreshIfSeen()), 500));
    this.#disposables.add(this.#changed);
    this.#disposables.add(this.#view);
    this.#disposables.add(
      this.#view.onDidChangeVisibility(({ visible }) => visible && this.#isBehind && this.refresh()),
    );
    this.#disposables.add(engine.onChanged((change) => coalescer.add(change)));
    this.#disposables.add(engine.onReady(() => this.refresh()));
  }

  get selection(): CallSiteNode | undefined {
    return this.#view.selection[0];
  }

  refresh(): void {
    this.#isBehind = false;
    this.#changed.fire(undefined);
  }

  getParent(node: CallSiteNode): CallSiteNode | undefined {
    return node.parent;
  }

  getTreeItem(node: CallSiteNode): vscode.TreeItem {
    return node.type === 'span' ? spanItem(node.key, node.row, node) : siteItem(node);
  }

  async getChildren(parent?: CallSiteNode): Promise<CallSiteNode[]> {
    if (!this.#engine.status || parent?.type === 'span') return [];
    try {
      return await this.#load(parent);
    } catch (error) {
      this.#log.write('debug', `Calls in code could not be listed: ${String(error)}`);
      this.#isBehind = true;
      return [];
    }
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  async #load(parent: Exclude<CallSiteNode, { type: 'span' }> | undefined): Promise<CallSiteNode[]> {
    if (parent?.type === 'line') {
      const { file, line = 1 } = parent.row;
      const spans = await this.#engine.call('callSites/spans', { file, line, limit: newestSpans });
      return spans.map((row) => ({
        type: 'span',
        key: `${parent.key}/${row.traceId}/${row.spanId}`,
        row,
        parent,
      }));
    }
    const type = parent === undefined ? 'file' : parent.type === 'file' ? 'function' : 'line';
    const params = {
      ...(parent ? { file: parent.row.file } : {}),
      ...(parent?.type === 'function' ? { function: parent.row.function ?? '' } : {}),
    };
    const rows = await this.#engine.call('callSites/list', params);
    return rows.map((row) => {
      const own = type === 'file' ? row.file : type === 'function' ? (row.function ?? '') : String(row.line);
      return { type, key: `${parent?.key ?? ''}/${type}:${own}`, row, parent };
    });
  }

  #refreshIfSeen(): void {
    if (this.#view.visible) this.refresh();
    else this.#isBehind = true;
  }
}

function siteItem(node: Exclude<CallSiteNode, { type: 'span' }>): vscode.TreeItem {
  const { row } = node;
  const label = siteLabel(node);
  const item = new vscode.TreeItem(label, vscode.TreeItemCollapsibleState.Collapsed);
  item.id = node.key;
  const folder = node.type === 'file' ? folderOf(row.file) : '';
  item.description = [text.callSiteDescription(row), folder].filter((part) => part !== '').join(' · ');
  item.iconPath = new vscode.ThemeIcon(
    { file: 'file-code', function: 'symbol-method', line: 'location' }[node.type],
  );
  item.contextValue = node.type === 'line' ? 'site source' : 'site';
  item.tooltip = plainTooltip(visibleLabel(row.file, 400), [text.callSiteDescription(row)]);
  item.accessibilityInformation = { label: `${node.type} ${label}, ${text.callSiteDescription(row)}` };
  if (node.type === 'line') {
    item.command = { command: commands.goToSource, title: vscode.l10n.t('Go to Source'), arguments: [node] };
  }
  return item;
}

function siteLabel(node: Exclude<CallSiteNode, { type: 'span' }>): string {
  const { row } = node;
  if (node.type === 'line') return vscode.l10n.t('Line {0}', row.line ?? '?');
  if (node.type === 'function')
    return row.function ? visibleLabel(row.function, 120) : vscode.l10n.t('(top level)');
  return visibleLabel(row.file.slice(separator(row.file) + 1), 120) || visibleLabel(row.file, 120);
}

function folderOf(file: string): string {
  return visibleLabel(file.slice(0, Math.max(0, separator(file))), 120);
}

function separator(file: string): number {
  return Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\'));
}

function spanItem(key: string, row: SpanRow, node: CallSiteNode): vscode.TreeItem {
  const item = new vscode.TreeItem(text.spanLabel(row), vscode.TreeItemCollapsibleState.None);
  item.id = key;
  item.description = text.spanDescription(row);
  item.iconPath = spanIcon(row);
  item.contextValue = row.source ? 'span source' : 'span';
  item.tooltip = plainTooltip(text.spanLabel(row), text.spanTooltip(row));
  item.accessibilityInformation = { label: text.spanAccessibleLabel(row) };
  item.command = { command: commands.showDetails, title: vscode.l10n.t('Show Details'), arguments: [node] };
  return item;
}
