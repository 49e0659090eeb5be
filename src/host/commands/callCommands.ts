import * as vscode from 'vscode';
import type { SpanKey } from '../../model/span.ts';
import type { CopyKind } from '../../protocol/webview.ts';
import { copyKinds } from '../../protocol/webview.ts';
import { conversationMarkdown } from '../../request/markdown.ts';
import { requestCode } from '../../request/code.ts';
import { commands } from '../ids.ts';
import { rawDocuments } from '../otlp/rawDocuments.ts';
import type { Endpoint } from '../replay/endpoints.ts';
import { SpanDocuments } from '../services/spanDocuments.ts';
import { itemOf } from './items.ts';
import type { CommandTable, Services } from './services.ts';

/** What can be done with one call: copy it as a program, look at its bytes, send it again. */
export function callCommands(services: Services): CommandTable {
  const span = async (argument: unknown): Promise<SpanKey | undefined> => {
    const side = itemOf(services, argument);
    if (side?.spanId !== undefined) return { traceId: side.traceId, spanId: side.spanId };
    if (side) {
      const page = { traceId: side.traceId, parentSpanId: '', page: { limit: 1 } };
      const [root] = (await services.engine.call('spans/children', page)).rows;
      return root && { traceId: side.traceId, spanId: root.spanId };
    }
    void vscode.window.showInformationMessage(vscode.l10n.t('Select a call in the traces first.'));
    return undefined;
  };
  const copy = async (argument: unknown, as: CopyKind): Promise<void> => {
    const target = await span(argument);
    if (target) await copyCall(services, target, as);
  };
  return {
    [commands.copyAs]: async (argument) => {
      const names = copyNames();
      const items = copyKinds.map((as) => ({ as, label: names[as] }));
      const picked = await vscode.window.showQuickPick(items, {
        placeHolder: vscode.l10n.t('Copy the call as'),
      });
      if (picked) await copy(argument, picked.as);
    },
    [commands.copyAsCurl]: (argument) => copy(argument, 'curl'),
    [commands.copyAsPython]: (argument) => copy(argument, 'python'),
    [commands.copyAsTypeScript]: (argument) => copy(argument, 'typescript'),
    [commands.copyAsMarkdown]: (argument) => copy(argument, 'markdown'),
    [commands.openRaw]: async (argument) => {
      const target = await span(argument);
      if (target) await SpanDocuments.open(rawDocuments, target);
    },
    [commands.replayCall]: async (argument) => {
      const target = await span(argument);
      if (target) services.details.show(target, 'replay');
    },
    [commands.setApiKey]: async () => {
      const endpoint = await pickEndpoint(services, vscode.l10n.t('Set the API key of'));
      if (endpoint && (await services.replay.setKey(endpoint)))
        vscode.window.setStatusBarMessage(vscode.l10n.t('The key of {0} is set.', endpoint.name), 4000);
    },
    [commands.deleteApiKey]: async () => {
      const endpoint = await pickEndpoint(services, vscode.l10n.t('Delete the API key of'));
      if (!endpoint) return;
      await services.replay.deleteKey(endpoint);
      vscode.window.setStatusBarMessage(vscode.l10n.t('The key of {0} is deleted.', endpoint.name), 4000);
    },
  };
}

function copyNames(): Readonly<Record<CopyKind, string>> {
  return {
    curl: vscode.l10n.t('curl command (POSIX shell)'),
    python: vscode.l10n.t('Python'),
    typescript: vscode.l10n.t('TypeScript'),
    markdown: vscode.l10n.t('Markdown'),
  };
}

/** Puts a call into the clipboard, as a program that repeats it or as a document. */
export async function copyCall(
  { engine }: Pick<Services, 'engine'>,
  target: SpanKey,
  as: CopyKind,
): Promise<void> {
  const text = as === 'markdown' ? await markdownOf(engine, target) : await codeOf(engine, target, as);
  if (text === undefined) {
    void vscode.window.showWarningMessage(
      as === 'markdown'
        ? vscode.l10n.t('This span is not in the store any more.')
        : vscode.l10n.t('Only calls of models can be copied as a program; this span is none.'),
    );
    return;
  }
  await vscode.env.clipboard.writeText(text);
  vscode.window.setStatusBarMessage(vscode.l10n.t('Copied as {0}', copyNames()[as]), 4000);
}

async function codeOf(
  engine: Services['engine'],
  target: SpanKey,
  as: Exclude<CopyKind, 'markdown'>,
): Promise<string | undefined> {
  const request = await engine.call('spans/request', target);
  return request ? requestCode(request, as) : undefined;
}

async function markdownOf(engine: Services['engine'], target: SpanKey): Promise<string | undefined> {
  const details = await engine.call('spans/details', target);
  if (!details) return undefined;
  const { system, input, output } = details.conversation;
  const whole = { system: [...system], input: [...input], output: [...output] };
  for (const { section, message, part } of details.cutTexts ?? []) {
    const found = await engine.call('spans/text', { ...target, section, message, part });
    const shown = whole[section][message];
    if (!found || !shown) continue;
    const parts = shown.parts.map((item, at) => {
      if (at !== part) return item;
      if (item.type === 'tool_call') return { ...item, arguments: found.text };
      if (item.type === 'tool_result') return { ...item, result: found.text };
      return item.type === 'media' ? item : { ...item, text: found.text };
    });
    whole[section][message] = { ...shown, parts };
  }
  return conversationMarkdown(details.row.name, whole);
}

async function pickEndpoint({ replay }: Services, placeHolder: string): Promise<Endpoint | undefined> {
  const { endpoints } = replay.endpoints();
  if (endpoints.length === 0) {
    const open = vscode.l10n.t('Open Settings');
    const message = vscode.l10n.t('No replay endpoint is set up yet.');
    if ((await vscode.window.showInformationMessage(message, open)) === open) await replay.configure();
    return undefined;
  }
  const items = await Promise.all(
    endpoints.map(async (endpoint) => ({
      endpoint,
      label: endpoint.name.replaceAll('$(', '$\u200A('),
      description: endpoint.host,
      detail: (await replay.hasKey(endpoint)) ? vscode.l10n.t('has a key') : vscode.l10n.t('has no key'),
    })),
  );
  return (await vscode.window.showQuickPick(items, { placeHolder }))?.endpoint;
}
