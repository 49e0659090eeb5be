import * as vscode from 'vscode';
import { visibleLabel } from '../../base/visibleText.ts';
import type { DetailsTarget } from '../../protocol/webview.ts';
import { isDetailsTarget } from '../../protocol/webview.ts';
import { explanationDocuments } from '../explain/explanationDocuments.ts';
import { commands } from '../ids.ts';
import { SpanDocuments } from '../services/spanDocuments.ts';
import type { SourceOptions } from '../source/goToSource.ts';
import { goToSource } from '../source/goToSource.ts';
import { openSource } from '../source/openSource.ts';
import type { CallSiteNode } from '../views/callSites/callSiteNodes.ts';
import type { TreeNode } from '../views/traces/nodes.ts';
import type { CommandTable, Services } from './services.ts';

/** What can be done with one trace or span: from a tree's row, its menu, or the details panel. */
export function spanCommands(services: Services): CommandTable {
  const { callSites, code, details, engine, log, traces } = services;
  const node = (argument: unknown): TreeNode | CallSiteNode | undefined =>
    asNode(argument) ?? traces.selection;
  const span = (argument: unknown) => targetOf(services, argument);
  const copy = async (id: string | undefined): Promise<void> => {
    if (id === undefined) return;
    await vscode.env.clipboard.writeText(id);
    vscode.window.setStatusBarMessage(vscode.l10n.t('Copied {0}', id), 4000);
  };
  const toSource = async (argument: unknown, options: SourceOptions): Promise<void> => {
    const at = isDetailsTarget(argument) ? argument : node(argument);
    if (!at) return;
    if (!('type' in at)) {
      const row = (await engine.call('spans/path', at)).at(-1);
      return goToSource(services, at, row?.source, options);
    }
    if (at.type === 'span') {
      const { traceId, spanId, source } = at.row;
      return goToSource(services, { traceId, spanId }, source, options);
    }
    const place = placeOf(at);
    if (!place) return;
    // The line of the file may have moved in its document.
    const now = code.model?.lineOf(place.file, place.line);
    await openSource({ file: place.file, line: now === undefined ? place.line : now + 1 }, log, options);
  };
  return {
    [commands.showDetails]: async (argument) => {
      const target = await span(argument);
      if (target) details.show(target);
    },
    [commands.explainSpan]: async (argument) => {
      const target = await span(argument);
      if (target) await SpanDocuments.open(explanationDocuments, target);
    },
    [commands.revealSpan]: async (argument) => {
      const target = await span(argument);
      if (target) await traces.reveal(target.traceId, target.spanId);
    },
    [commands.copyTraceId]: async (argument) => copy(traceIdOf(argument) ?? traceIdOf(node(argument))),
    [commands.copySpanId]: async (argument) => copy((await span(argument))?.spanId),
    [commands.deleteTrace]: async (argument) => {
      const trace = node(argument);
      if (trace?.type !== 'trace') return;
      const { traceId, name } = trace.row as { traceId: string; name: string };
      const remove = vscode.l10n.t('Delete');
      const question = vscode.l10n.t('Delete the trace {0}?', visibleLabel(name, 80));
      const detail = vscode.l10n.t('It is removed from this machine. This cannot be undone.');
      if ((await vscode.window.showWarningMessage(question, { modal: true, detail }, remove)) !== remove)
        return;
      await engine.call('store/deleteTrace', { traceId }, { timeoutMs: 0 });
      traces.refresh();
    },
    [commands.goToSource]: (argument) => toSource(argument, {}),
    [commands.goToSourceAside]: (argument) => toSource(argument, { isAside: true }),
    [commands.chooseSource]: (argument) => toSource(argument, { isChoice: true }),
    [commands.loadMore]: (argument) => {
      const more = asNode(argument);
      if (more?.type === 'more') traces.loadMore(more);
      if (more?.type === 'moreCalls') callSites.loadMore(more);
    },
  };
}

function asNode(argument: unknown): TreeNode | CallSiteNode | undefined {
  const isNode = typeof argument === 'object' && argument !== null && 'type' in argument && 'key' in argument;
  return isNode ? (argument as TreeNode | CallSiteNode) : undefined;
}

/** The span that is meant: itself, or the first root of a trace. */
async function targetOf({ engine, traces }: Services, argument: unknown): Promise<DetailsTarget | undefined> {
  if (isDetailsTarget(argument)) return argument;
  const node = asNode(argument) ?? traces.selection;
  if (node?.type === 'span') return { traceId: node.row.traceId, spanId: node.row.spanId };
  const traceId = traceIdOf(node);
  if (traceId === undefined) return undefined;
  const { rows } = await engine.call('spans/children', { traceId, parentSpanId: '', page: { limit: 1 } });
  return rows[0] && { traceId, spanId: rows[0].spanId };
}

function traceIdOf(argument: unknown): string | undefined {
  if (isDetailsTarget(argument)) return argument.traceId;
  const node = asNode(argument);
  return node?.type === 'trace' || node?.type === 'span' ? node.row.traceId : undefined;
}

function placeOf(node: TreeNode | CallSiteNode): { file: string; line: number } | undefined {
  if (node.type === 'line') return { file: node.file, line: node.annotation.line };
  if (node.type === 'function' && node.group.line !== undefined)
    return { file: node.file, line: node.group.line };
  return undefined;
}
