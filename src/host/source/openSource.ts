import { realpath } from 'node:fs/promises';
import * as vscode from 'vscode';
import type { SourceFrame } from '../../model/source.ts';
import { visibleLabel } from '../../base/visibleText.ts';
import type { Log } from '../services/log.ts';
import { clampPosition, isInside, judgePath } from './sourcePath.ts';

const style = process.platform === 'win32' ? 'win32' : 'posix';

/**
 * Opens a line that a span names, after the user clicked it. A file within the workspace opens at once, judged by its
 * real path, so that a link cannot lead out; another file of this machine only when the user agrees; nothing else.
 */
export async function openSource(
  frame: Pick<SourceFrame, 'file' | 'line' | 'column'>,
  log: Log,
  { isAside = false }: { readonly isAside?: boolean } = {},
): Promise<void> {
  const folders = (vscode.workspace.workspaceFolders ?? []).filter((folder) => folder.uri.scheme === 'file');
  const verdict = judgePath(
    frame.file,
    folders.map((folder) => folder.uri.fsPath),
    style,
  );
  const shown = visibleLabel(frame.file, 120);
  if (verdict.kind === 'refused') {
    log.write('info', `A source path was refused: ${verdict.reason}`);
    void vscode.window.showWarningMessage(
      vscode.l10n.t('LLM Traces does not open {0}: {1}.', shown, verdict.reason),
    );
    return;
  }
  const realFolders = (await Promise.all(folders.map((folder) => real(folder.uri.fsPath)))).filter(
    (path) => path !== undefined,
  );
  for (const candidate of verdict.kind === 'candidates' ? verdict.paths : [verdict.path]) {
    const path = await real(candidate);
    if (path === undefined) continue;
    const inside = realFolders.some((folder) => isInside(path, folder, style));
    // The real path is what counts: a link may lead to a device or a pipe.
    if (!inside && judgePath(path, [], style).kind === 'refused') continue;
    if (!inside && !(await confirmOutside(path))) return;
    await show(inside ? candidate : path, frame, isAside);
    return;
  }
  void vscode.window.showWarningMessage(
    vscode.l10n.t('LLM Traces cannot find {0} in this workspace.', shown),
  );
}

async function confirmOutside(path: string): Promise<boolean> {
  const open = vscode.l10n.t('Open File');
  const detail = vscode.l10n.t('A trace names this file. It lies outside of the workspace.');
  const message = vscode.l10n.t('Open {0}?', visibleLabel(path, 300));
  return (await vscode.window.showWarningMessage(message, { modal: true, detail }, open)) === open;
}

async function show(
  path: string,
  frame: Pick<SourceFrame, 'line' | 'column'>,
  isAside: boolean,
): Promise<void> {
  const document = await vscode.workspace.openTextDocument(vscode.Uri.file(path));
  const line = clampPosition(frame.line, document.lineCount - 1);
  const column = clampPosition(frame.column, document.lineAt(line).text.length);
  const position = new vscode.Position(line, column);
  const viewColumn = isAside ? vscode.ViewColumn.Beside : columnOf(document.uri);
  await vscode.window.showTextDocument(document, {
    selection: new vscode.Range(position, position),
    ...(viewColumn === undefined ? {} : { viewColumn }),
  });
}

/** Where the document is shown already, or some editor that is no panel of ours. */
function columnOf(uri: vscode.Uri): vscode.ViewColumn | undefined {
  const shown = vscode.window.visibleTextEditors.filter(({ document }) => document.uri.scheme === 'file');
  const same = shown.find(({ document }) => document.uri.toString() === uri.toString());
  return (same ?? shown[0])?.viewColumn;
}

async function real(path: string): Promise<string | undefined> {
  try {
    return await realpath(path);
  } catch {
    return undefined;
  }
}
