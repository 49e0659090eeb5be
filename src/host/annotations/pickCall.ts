import * as vscode from 'vscode';
import { plural } from '../../protocol/format.ts';
import type { SpanRow } from '../../protocol/rows.ts';
import { visiblePickLabel } from '../../base/visibleText.ts';
import { commands } from '../ids.ts';
import { spanDescription, spanLabel } from '../views/traces/rowText.ts';

interface CallItem extends vscode.QuickPickItem {
  readonly row: SpanRow;
}

/**
 * Lists calls, the newest first. Accepting one shows it and ends the list; its button shows where it stands in its
 * trace, and the list's own button (where there is a `reveal`) the line in "Calls in Code".
 */
export async function pickCall(
  rows: readonly SpanRow[],
  title: string,
  show: (row: SpanRow) => void,
  reveal?: () => Promise<void>,
): Promise<void> {
  const pick = vscode.window.createQuickPick<CallItem>();
  const inTree = { iconPath: new vscode.ThemeIcon('list-tree'), tooltip: vscode.l10n.t('Reveal in Traces') };
  const inCode = {
    iconPath: new vscode.ThemeIcon('location'),
    tooltip: vscode.l10n.t('Reveal in Calls in Code'),
  };
  pick.title = `${title} · ${plural(rows.length, 'call')}`;
  pick.placeholder = vscode.l10n.t('Choose a call to see its details');
  pick.matchOnDescription = true;
  pick.items = rows.map((row) => ({
    row,
    label: visiblePickLabel(spanLabel(row), 80),
    description: visiblePickLabel(
      `${new Date(row.startMicros / 1000).toLocaleTimeString()} · ${spanDescription(row)}`,
    ),
    buttons: [inTree],
  }));
  if (reveal) pick.buttons = [inCode];
  await new Promise<void>((resolve) => {
    pick.onDidAccept(() => {
      const [chosen] = pick.selectedItems;
      pick.hide();
      if (chosen) show(chosen.row);
    });
    pick.onDidTriggerItemButton(({ item: { row } }) => {
      pick.hide();
      const target = { traceId: row.traceId, spanId: row.spanId };
      void vscode.commands.executeCommand(commands.revealSpan, target);
    });
    pick.onDidTriggerButton(() => {
      pick.hide();
      void reveal?.();
    });
    pick.onDidHide(() => {
      pick.dispose();
      resolve();
    });
    pick.show();
  });
}
