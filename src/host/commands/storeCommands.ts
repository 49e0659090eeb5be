import * as vscode from 'vscode';
import { formatBytes, formatCount, plural } from '../../protocol/format.ts';
import { visibleLabel } from '../../base/visibleText.ts';
import { commands, settings as keys } from '../ids.ts';
import { openSettings } from './openSettings.ts';
import type { CommandTable, Services } from './services.ts';

/** What is stored: deleting, rebuilding, prices. */
export function storeCommands(services: Services): CommandTable {
  return {
    [commands.deleteAllTraces]: () => deleteAll(services),
    [commands.rebuildIndex]: () => rebuildIndex(services),
    [commands.setPrice]: (model) => setPrice(services, model),
  };
}

async function deleteAll({ engine, traces }: Services): Promise<void> {
  const store = engine.status?.store;
  const question = store
    ? vscode.l10n.t(
        'Delete all {0} ({1})?',
        plural(store.traces, 'trace'),
        formatBytes(store.journalBytes + store.indexBytes),
      )
    : vscode.l10n.t('Delete all traces?');
  const remove = vscode.l10n.t('Delete All');
  const detail = vscode.l10n.t('They are removed from this machine, for all windows. This cannot be undone.');
  if ((await vscode.window.showWarningMessage(question, { modal: true, detail }, remove)) !== remove) return;
  await engine.call('store/deleteAll', {}, { timeoutMs: 0 });
  traces.refresh();
}

async function rebuildIndex({ engine, traces }: Services): Promise<void> {
  const title = vscode.l10n.t('Rebuilding the index of traces');
  const location = vscode.ProgressLocation.Notification;
  const result = await vscode.window.withProgress(
    { location, title, cancellable: true },
    async (progress, token) => {
      const abort = new AbortController();
      token.onCancellationRequested(() => abort.abort());
      let shown = 0;
      const listening = engine.onProgress(({ doneBytes, totalBytes }) => {
        const percent = totalBytes > 0 ? Math.min(100, (doneBytes / totalBytes) * 100) : 0;
        progress.report({
          increment: percent - shown,
          message: `${formatBytes(doneBytes)} / ${formatBytes(totalBytes)}`,
        });
        shown = percent;
      });
      try {
        return await engine.call('store/rebuildIndex', {}, { timeoutMs: 0, signal: abort.signal });
      } finally {
        listening.dispose();
      }
    },
  );
  traces.refresh();
  void vscode.window.showInformationMessage(
    vscode.l10n.t('The index was rebuilt from {0} spans.', formatCount(result.spans)),
  );
}

/** Asks for a model's prices and adds them to the user's own. */
async function setPrice({ settings }: Services, argument: unknown): Promise<void> {
  const given = (typeof argument === 'object' && argument !== null ? argument : {}) as {
    model?: unknown;
    provider?: unknown;
  };
  const title = vscode.l10n.t('Set a Price for a Model');
  const model =
    typeof given.model === 'string'
      ? given.model
      : await vscode.window.showInputBox({
          title,
          prompt: vscode.l10n.t('Name of the model, as the traces say it'),
        });
  if (model === undefined || model.trim() === '') return;
  const name = visibleLabel(model, 80);
  const input = await askPrice(title, vscode.l10n.t('USD per million input tokens of {0}', name));
  if (input === undefined) return;
  const output = await askPrice(title, vscode.l10n.t('USD per million output tokens of {0}', name));
  if (output === undefined) return;
  const provider = typeof given.provider === 'string' ? { provider: given.provider } : {};
  await settings.write(keys.userPrices, [
    ...settings.list(keys.userPrices),
    { model, ...provider, input, output },
  ]);
  const open = vscode.l10n.t('Open Settings');
  const message = vscode.l10n.t(
    'The price of {0} is set. Cached, reasoning and audio tokens can have prices of their own.',
    name,
  );
  const answer = await vscode.window.showInformationMessage(message, open);
  if (answer === open) await openSettings(keys.userPrices);
}

async function askPrice(title: string, prompt: string): Promise<number | undefined> {
  const isPrice = (text: string): boolean => /^\d{1,9}(?:\.\d{1,9})?$/.test(text.trim());
  const text = await vscode.window.showInputBox({
    title,
    prompt,
    placeHolder: '2.50',
    validateInput: (value) =>
      isPrice(value) ? undefined : vscode.l10n.t('A number such as 2.50; 0 for a free model'),
  });
  return text === undefined ? undefined : Number(text);
}
