import * as vscode from 'vscode';
import { visibleLabel } from '../../../base/visibleText.ts';
import { commands } from '../../ids.ts';
import { sumsOf } from '../../annotations/lineText.ts';
import * as text from '../traces/rowText.ts';
import { plainTooltip, spanIcon } from '../traces/treeItems.ts';
import type { CallNode, CallSiteNode, FileNode, FunctionNode, LineNode } from './callSiteNodes.ts';
import { functionLabel, lineText, sumsLines, sumsText } from './callSiteOrder.ts';

const { Collapsed, None } = vscode.TreeItemCollapsibleState;

/** How a node is drawn; all that was received is text. */
export function callSiteItem(node: CallSiteNode): vscode.TreeItem {
  const item = makeItem(node);
  item.id = node.key;
  return item;
}

function makeItem(node: CallSiteNode): vscode.TreeItem {
  switch (node.type) {
    case 'file':
      return fileItem(node);
    case 'function':
      return functionItem(node);
    case 'line':
      return lineItem(node);
    case 'span':
      return callItem(node);
    case 'moreCalls': {
      const item = new vscode.TreeItem(vscode.l10n.t('Load more…'), None);
      item.iconPath = new vscode.ThemeIcon('ellipsis');
      item.command = { command: commands.loadMore, title: vscode.l10n.t('Load More'), arguments: [node] };
      return item;
    }
  }
}

function fileItem({ file, sums }: FileNode): vscode.TreeItem {
  const at = Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\'));
  const label = visibleLabel(file.slice(at + 1), 120) || visibleLabel(file, 120);
  const item = new vscode.TreeItem(label, Collapsed);
  const shown = sumsText(sums);
  const inside = visibleLabel(vscode.workspace.asRelativePath(file, true), 120);
  const folder = inside.slice(0, Math.max(0, Math.max(inside.lastIndexOf('/'), inside.lastIndexOf('\\'))));
  item.description = [shown, folder].filter((part) => part !== '').join(' · ');
  item.iconPath = new vscode.ThemeIcon('file-code');
  item.contextValue = 'site file';
  item.tooltip = plainTooltip(visibleLabel(file, 400), sumsLines(sums));
  item.accessibilityInformation = { label: `file ${label}, ${shown}` };
  return item;
}

function functionItem({ group, parent }: FunctionNode): vscode.TreeItem {
  const label = functionLabel(group.name) || vscode.l10n.t('(top level)');
  const item = new vscode.TreeItem(label, group.lines.length === 0 ? None : Collapsed);
  const shown = group.sums ? sumsText(group.sums) : '';
  item.description = shown;
  item.iconPath = new vscode.ThemeIcon(group.name === '' ? 'symbol-file' : 'symbol-method');
  item.contextValue = group.line === undefined ? 'site' : 'site source';
  item.tooltip = plainTooltip(label, [
    `${visibleLabel(parent.file, 400)}${group.line === undefined ? '' : `:${group.line}`}`,
    ...(group.sums ? sumsLines(group.sums) : []),
  ]);
  item.accessibilityInformation = { label: `function ${label}, ${shown}` };
  return item;
}

function lineItem(node: LineNode): vscode.TreeItem {
  const { annotation, file } = node;
  const label = vscode.l10n.t('Line {0}', annotation.line);
  const item = new vscode.TreeItem(label, Collapsed);
  const shown = lineText(annotation);
  const sums = sumsOf(annotation);
  item.description = shown;
  item.iconPath = new vscode.ThemeIcon('location');
  item.contextValue = 'site line source';
  item.tooltip = plainTooltip(`${visibleLabel(file, 400)}:${annotation.line}`, sums ? sumsLines(sums) : []);
  item.accessibilityInformation = { label: `${label}, ${shown}` };
  item.command = { command: commands.goToSource, title: vscode.l10n.t('Go to Source'), arguments: [node] };
  return item;
}

function callItem(node: CallNode): vscode.TreeItem {
  const { row } = node;
  const item = new vscode.TreeItem(text.spanLabel(row), None);
  item.description = text.spanDescription(row);
  item.iconPath = spanIcon(row);
  item.contextValue = row.source ? 'span source' : 'span';
  item.tooltip = plainTooltip(text.spanLabel(row), text.spanTooltip(row));
  item.accessibilityInformation = { label: text.spanAccessibleLabel(row) };
  item.command = { command: commands.showDetails, title: vscode.l10n.t('Show Details'), arguments: [node] };
  return item;
}
