import * as vscode from 'vscode';
import { visibleLabel } from '../../../base/visibleText.ts';
import { webPage } from './webPage.ts';

/** Opens a web page that a message links to, after the user has seen its whole address and agreed. */
export async function openLink(url: string): Promise<void> {
  const page = webPage(url);
  if (!page) {
    void vscode.window.showWarningMessage(
      vscode.l10n.t('LLM Traces opens http and https pages only, not {0}.', visibleLabel(url, 120)),
    );
    return;
  }
  const open = vscode.l10n.t('Open');
  const detail = `${page}\n\n${vscode.l10n.t('The link comes from a trace, not from LLM Traces.')}`;
  const question = vscode.l10n.t('Open this web page in the browser?');
  if ((await vscode.window.showWarningMessage(question, { modal: true, detail }, open)) !== open) return;
  await vscode.env.openExternal(vscode.Uri.parse(page, true));
}
