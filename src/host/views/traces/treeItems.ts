import { inertMarkdown } from '../inertMarkdown.ts';
import * as vscode from 'vscode';
import type { SpanKind } from '../../../model/span.ts';
import { formatCount } from '../../../protocol/format.ts';
import { kindIcons } from '../../../protocol/kinds.ts';
import type { SpanRow, TraceRow } from '../../../protocol/rows.ts';
import { visibleLabel } from '../../../base/visibleText.ts';
import { commands } from '../../ids.ts';
import type { GroupNode, MoreNode, SpanNode, TraceNode, TreeNode } from './nodes.ts';
import * as text from './rowText.ts';

const { Collapsed, Expanded, None } = vscode.TreeItemCollapsibleState;

/** How a node is drawn. The hover comes later, see `treeTooltip`. */
export function treeItem(node: TreeNode): vscode.TreeItem {
  switch (node.type) {
    case 'group':
      return groupItem(node);
    case 'trace':
      return traceItem(node);
    case 'span':
      return spanItem(node);
    case 'more':
      return moreItem(node);
    case 'failure': {
      const item = new vscode.TreeItem(
        vscode.l10n.t('Could not be loaded: {0}', visibleLabel(node.message)),
        None,
      );
      item.iconPath = new vscode.ThemeIcon('warning');
      item.command = { command: commands.refresh, title: vscode.l10n.t('Refresh') };
      return item;
    }
  }
}

/** The hover: plain text throughout, so that no span's words become a link, an image, an icon or a command. */
export function treeTooltip(node: TreeNode): vscode.MarkdownString | undefined {
  if (node.type === 'trace') return plainTooltip(text.traceLabel(node.row), text.traceTooltip(node.row));
  if (node.type === 'span') return plainTooltip(text.spanLabel(node.row), text.spanTooltip(node.row));
  return undefined;
}

export function plainTooltip(heading: string, lines: readonly string[]): vscode.MarkdownString {
  const tooltip = new vscode.MarkdownString();
  tooltip.isTrusted = false;
  tooltip.supportHtml = false;
  tooltip.supportThemeIcons = false;
  tooltip.appendMarkdown(`**${inertMarkdown(heading)}**\n\n`);
  for (const line of lines) tooltip.appendMarkdown(`${inertMarkdown(line)}  \n`);
  return tooltip;
}

function groupItem(node: GroupNode): vscode.TreeItem {
  const today = new Date();
  const item = new vscode.TreeItem(text.groupLabel(node.by, node.row.key, today), Collapsed);
  item.id = node.key;
  item.description = text.groupDescription(node.row);
  item.iconPath = new vscode.ThemeIcon(groupIcons[node.by]);
  item.contextValue = 'group';
  item.accessibilityInformation = { label: text.groupAccessibleLabel(node.by, node.row, today) };
  return item;
}

function traceItem(node: TraceNode): vscode.TreeItem {
  const { row } = node;
  const item = new vscode.TreeItem(text.traceLabel(row), row.spans > 0 ? Collapsed : None);
  item.id = node.key;
  item.description = text.traceDescription(row);
  item.iconPath = traceIcon(row);
  item.contextValue = 'trace';
  item.accessibilityInformation = { label: text.traceAccessibleLabel(row) };
  item.command = { command: commands.showDetails, title: vscode.l10n.t('Show Details'), arguments: [node] };
  return item;
}

function spanItem(node: SpanNode): vscode.TreeItem {
  const { row } = node;
  const isCall = row.kind === 'llm' || row.kind === 'embedding';
  // The roots of a trace are unfolded with it: one click shows what the program did.
  const unfolded = node.parent?.type === 'trace' ? Expanded : Collapsed;
  const item = new vscode.TreeItem(text.spanLabel(row), row.childCount > 0 ? unfolded : None);
  item.id = node.key;
  item.description = text.spanDescription(row);
  item.iconPath = spanIcon(row);
  item.contextValue = ['span', ...(row.source ? ['source'] : []), ...(isCall ? ['call'] : [])].join(' ');
  item.accessibilityInformation = { label: text.spanAccessibleLabel(row) };
  item.command = { command: commands.showDetails, title: vscode.l10n.t('Show Details'), arguments: [node] };
  return item;
}

function moreItem(node: MoreNode): vscode.TreeItem {
  const item = new vscode.TreeItem(vscode.l10n.t('Load more…'), None);
  item.id = node.key;
  item.description = vscode.l10n.t('{0} of {1} shown', formatCount(node.loaded), formatCount(node.total));
  item.iconPath = new vscode.ThemeIcon('ellipsis');
  item.command = { command: commands.loadMore, title: vscode.l10n.t('Load More'), arguments: [node] };
  return item;
}

function traceIcon(row: TraceRow): vscode.ThemeIcon {
  if (row.errors > 0) return errorIcon();
  if (row.running) return new vscode.ThemeIcon('loading~spin');
  if (row.flags.some((flag) => flag.severity !== 'info')) return warningIcon('warning');
  return new vscode.ThemeIcon('pass', new vscode.ThemeColor('testing.iconPassed'));
}

export function spanIcon(row: SpanRow): vscode.ThemeIcon {
  if (row.status === 'error') return errorIcon();
  if (row.durationMs === undefined) return new vscode.ThemeIcon('loading~spin');
  const icon = kindIcons[row.kind];
  if (row.flags.some((flag) => flag.severity !== 'info')) return warningIcon(icon);
  const color = kindColors.get(row.kind);
  return color === undefined
    ? new vscode.ThemeIcon(icon)
    : new vscode.ThemeIcon(icon, new vscode.ThemeColor(color));
}

function errorIcon(): vscode.ThemeIcon {
  return new vscode.ThemeIcon('error', new vscode.ThemeColor('list.errorForeground'));
}

function warningIcon(icon: string): vscode.ThemeIcon {
  return new vscode.ThemeIcon(icon, new vscode.ThemeColor('list.warningForeground'));
}

const groupIcons = {
  session: 'comment-discussion',
  service: 'server',
  model: 'sparkle',
  day: 'calendar',
} as const;

const kindColors: ReadonlyMap<SpanKind, string> = new Map([
  ['llm', 'charts.purple'],
  ['embedding', 'charts.purple'],
  ['tool', 'charts.blue'],
  ['mcp', 'charts.blue'],
  ['agent', 'charts.green'],
  ['workflow', 'charts.green'],
  ['retrieval', 'charts.orange'],
  ['rerank', 'charts.orange'],
]);
