import * as vscode from 'vscode';
import { visibleLabel } from '../../base/visibleText.ts';
import type { CodeScope } from '../../protocol/code.ts';
import type { SpanRow } from '../../protocol/rows.ts';
import { isDetailsTarget } from '../../protocol/webview.ts';
import { callUri } from '../annotations/callDocuments.ts';
import { readCodeDisplay } from '../annotations/codeSettings.ts';
import type { ShownLine } from '../annotations/documentAnnotations.ts';
import type { LineTarget } from '../annotations/lineTarget.ts';
import { isFunctionTarget, isGutterPlace, isLineTarget } from '../annotations/lineTarget.ts';
import { pickCall } from '../annotations/pickCall.ts';
import type { SettingKey } from '../ids.ts';
import { commands, settings } from '../ids.ts';
import { callSorts } from '../views/callSites/callSiteOrder.ts';
import { sortNames } from '../views/callSites/callSitesView.ts';
import type { CommandTable, Services } from './services.ts';

/** How many calls of a line are listed. */
const listed = 100;

interface Place {
  readonly editor: vscode.TextEditor;
  readonly shown: ShownLine;
}

/** From the code to its calls. */
export function codeCommands(services: Services): CommandTable {
  const { code, engine, details, callSites } = services;

  /** The annotated line that is meant: the cursor's, the gutter's, or the one a link names. */
  const place = (argument: unknown): Place | undefined => {
    const editor = vscode.window.activeTextEditor;
    const annotations = editor && code.model?.get(editor.document);
    if (!annotations) return undefined;
    const line = isGutterPlace(argument) ? argument.lineNumber - 1 : editor.selection.active.line;
    const shown = annotations.at(line) ?? annotations.lines.findLast((one) => covers(one, line));
    return shown && { editor, shown };
  };
  const target = (argument: unknown): LineTarget | undefined => {
    if (isLineTarget(argument)) return argument;
    const found = place(argument);
    return found && { file: found.editor.document.uri.fsPath, line: found.shown.annotation.line };
  };
  const callsAt = ({ file, line }: LineTarget, limit: number): Promise<readonly SpanRow[]> =>
    engine.call('code/calls', { file, line, through: true, limit });
  const show = (row: SpanRow | undefined): void => {
    const wanted = row && { traceId: row.traceId, spanId: row.spanId };
    if (isDetailsTarget(wanted)) details.show(wanted);
  };
  const sayNone = (): void => {
    const message = vscode.l10n.t('No calls were recorded at this line.');
    vscode.window.setStatusBarMessage(message, 4000);
  };

  return {
    [commands.showCallsHere]: async (argument) => {
      const wanted = target(argument);
      const rows = wanted ? await callsAt(wanted, wanted.isNewest ? 1 : listed) : [];
      if (!wanted || rows.length === 0) return sayNone();
      if (wanted.isNewest || rows.length === 1) return show(rows[0]);
      const name = `${vscode.workspace.asRelativePath(wanted.file)}:${wanted.line}`;
      const reveal = (): Promise<void> => callSites.reveal(wanted.file, wanted.line);
      await pickCall(rows, visibleLabel(name, 120), show, reveal);
    },
    [commands.showFunctionCalls]: async (argument) => {
      if (!isFunctionTarget(argument)) return;
      const { file, lines } = argument;
      const found = await Promise.all(lines.map((line) => callsAt({ file, line }, listed)));
      const rows = newestFirst(found.flat());
      const name = visibleLabel(argument.function, 100) || vscode.l10n.t('(top level)');
      if (rows.length === 0) return sayNone();
      await pickCall(rows.slice(0, listed), name, show);
    },
    [commands.peekCalls]: async (argument) => {
      const found = place(argument);
      const rows = found ? await callsAt(target(argument) as LineTarget, 30) : [];
      if (!found || rows.length === 0) return sayNone();
      const start = new vscode.Position(0, 0);
      const locations = rows.map((row) => new vscode.Location(callUri(row), start));
      const { document } = found.editor;
      const at = new vscode.Position(
        found.shown.line,
        document.lineAt(found.shown.line).firstNonWhitespaceCharacterIndex,
      );
      await vscode.commands.executeCommand(
        'editor.action.peekLocations',
        document.uri,
        at,
        locations,
        'peek',
      );
    },
    [commands.nextCallSite]: () => step(services, 1),
    [commands.previousCallSite]: () => step(services, -1),
    [commands.revealCallSite]: async (argument) => {
      const wanted = target(argument);
      if (wanted) await callSites.reveal(wanted.file, wanted.line);
      else sayNone();
    },
    [commands.setCodeScope]: async () => {
      const { scope } = display();
      const items = scopeChoices().map(([value, label, detail]) => ({
        value,
        label,
        detail,
        description: value === scope ? vscode.l10n.t('current') : '',
      }));
      const placeHolder = vscode.l10n.t('Which calls are summed beside the code?');
      const picked = await vscode.window.showQuickPick(items, { placeHolder });
      if (picked) await write(settings.codeScope, picked.value);
    },
    [commands.sortCallSites]: async () => {
      const names = sortNames();
      const items = callSorts.map((value) => ({
        value,
        label: names[value],
        description: value === callSites.sort ? vscode.l10n.t('current') : '',
      }));
      const placeHolder = vscode.l10n.t('Sort Calls in Code by');
      const picked = await vscode.window.showQuickPick(items, { placeHolder });
      if (picked) callSites.setSort(picked.value);
    },
    [commands.toggleCodeHints]: () => write(settings.codeHints, display().hints.size === 0),
    [commands.toggleCodeLenses]: () => write(settings.codeLenses, !display().hasLenses),
    [commands.toggleGutterMarks]: () => write(settings.codeGutterMarks, !display().hasGutterMarks),
  };
}

/** Whether a call over several lines reaches a line. */
function covers({ annotation, line: first }: ShownLine, line: number): boolean {
  const { endLine = annotation.line } = annotation;
  return first <= line && line <= first + (endLine - annotation.line);
}

/** Each call once, though it stands at several of the lines. */
function newestFirst(rows: readonly SpanRow[]): SpanRow[] {
  const once = new Map(rows.map((row) => [`${row.traceId}/${row.spanId}`, row]));
  return [...once.values()].sort((a, b) => b.startMicros - a.startMicros);
}

/** Moves the cursor to the next line that called; behind the last comes the first. */
function step({ code }: Services, direction: 1 | -1): void {
  const editor = vscode.window.activeTextEditor;
  const lines = (editor && code.model?.get(editor.document)?.lines.map(({ line }) => line)) ?? [];
  if (!editor || lines.length === 0) return;
  const at = editor.selection.active.line;
  const next =
    direction === 1
      ? (lines.find((line) => line > at) ?? lines[0])
      : (lines.findLast((line) => line < at) ?? lines.at(-1));
  if (next === undefined) return;
  const column = editor.document.lineAt(next).firstNonWhitespaceCharacterIndex;
  const position = new vscode.Position(next, column);
  editor.selection = new vscode.Selection(position, position);
  editor.revealRange(
    new vscode.Range(position, position),
    vscode.TextEditorRevealType.InCenterIfOutsideViewport,
  );
}

function display() {
  const configuration = vscode.workspace.getConfiguration();
  return readCodeDisplay((key) => configuration.get(key));
}

/** Writes a setting where it is set, so that the change is seen. */
async function write(key: SettingKey, value: unknown): Promise<void> {
  const configuration = vscode.workspace.getConfiguration();
  const isWorkspaces = configuration.inspect(key)?.workspaceValue !== undefined;
  const { Global, Workspace } = vscode.ConfigurationTarget;
  await configuration.update(key, value, isWorkspaces ? Workspace : Global);
}

function scopeChoices(): readonly (readonly [value: CodeScope, label: string, detail: string])[] {
  return [
    ['lastRun', vscode.l10n.t('Last run'), vscode.l10n.t('Calls of the newest run of each program')],
    ['session', vscode.l10n.t('This session'), vscode.l10n.t('Calls since this window was opened')],
    ['all', vscode.l10n.t('All'), vscode.l10n.t('All calls that are stored')],
  ];
}
