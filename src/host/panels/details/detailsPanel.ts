import * as vscode from 'vscode';
import { Channel } from '../../../base/channel.ts';
import type { Disposable } from '../../../base/disposable.ts';
import { visibleLabel } from '../../../base/visibleText.ts';
import type { DetailsEvents, DetailsRequests, DetailsTarget } from '../../../protocol/webview.ts';
import { checkedDetailsHandlers, isDetailsTarget } from '../../../protocol/webview.ts';
import { commands, detailsPanel } from '../../ids.ts';
import type { Replay } from '../../replay/replay.ts';
import type { EngineClient } from '../../services/engineClient.ts';
import type { Log } from '../../services/log.ts';
import type { SelectionService } from '../../services/selection.ts';
import { openSource } from '../../source/openSource.ts';
import { openLink } from './openLink.ts';
import { done, portOf, remembered, showPage } from '../webviewPage.ts';

type Nothing = Record<never, never>;
type DetailsChannel = Channel<Nothing, DetailsRequests, DetailsEvents, Nothing>;

/** The panel that shows one span, beside the code. There is one; it shows another span when asked to. */
export class DetailsPanel implements vscode.Disposable, vscode.WebviewPanelSerializer {
  readonly #extensionUri: vscode.Uri;
  readonly #engine: EngineClient;
  readonly #selection: SelectionService;
  readonly #replay: Replay;
  readonly #log: Log;
  readonly #subscriptions: Disposable[];
  /** The tab to show once the page is up. */
  #wantedTab: string | undefined;
  #panel: vscode.WebviewPanel | undefined;
  #channel: DetailsChannel | undefined;
  #target: DetailsTarget | undefined;

  constructor(
    extensionUri: vscode.Uri,
    engine: EngineClient,
    selection: SelectionService,
    replay: Replay,
    log: Log,
  ) {
    this.#extensionUri = extensionUri;
    this.#engine = engine;
    this.#selection = selection;
    this.#replay = replay;
    this.#log = log;
    this.#subscriptions = [
      vscode.window.registerWebviewPanelSerializer(detailsPanel, this),
      engine.onChanged(({ traceIds, all }) => {
        if (this.#target && (all || traceIds.includes(this.#target.traceId))) this.#tellChanged();
      }),
      engine.onReady(() => this.#tellChanged()),
      // An open panel follows what is selected elsewhere; it does not come to the front for it.
      selection.onChanged((span) => this.#follow(span)),
    ];
  }

  /** The span on show, for tests. */
  get target(): DetailsTarget | undefined {
    return this.#target;
  }

  /**
   * Shows a span, on a certain tab when one is named; the tree keeps the keyboard focus, so that arrow keys go on to
   * the next row.
   */
  show(target: DetailsTarget, tab?: string): void {
    this.#target = target;
    this.#wantedTab = tab;
    this.#selection.select(target, 'details');
    if (this.#panel) {
      this.#channel?.emit('details/target', target);
      this.#showTab();
      if (!this.#panel.visible) this.#panel.reveal(undefined, true);
      return;
    }
    const where = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
    const options = { enableFindWidget: true };
    this.#adopt(vscode.window.createWebviewPanel(detailsPanel, vscode.l10n.t('LLM Call'), where, options));
  }

  /** After a reload of the window: the panel with what its page remembered. */
  deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const { traceId, spanId } = remembered<DetailsTarget>(state);
    const target = { traceId, spanId };
    if (this.#panel) panel.dispose();
    else {
      if (isDetailsTarget(target)) this.#target = target;
      this.#adopt(panel);
    }
    return Promise.resolve();
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#panel?.dispose();
  }

  #adopt(panel: vscode.WebviewPanel): void {
    const channel: DetailsChannel = new Channel(
      portOf(panel.webview),
      this.#handlers((run, text, reasoning) => channel.emit('replay/progress', { run, text, reasoning })),
      (reason) => this.#log.write('warn', `A message of the details panel was ignored: ${reason}`),
    );
    this.#panel = panel;
    this.#channel = channel;
    panel.onDidDispose(() => {
      channel.close('The panel was closed');
      if (this.#panel !== panel) return;
      this.#panel = undefined;
      this.#channel = undefined;
      this.#target = undefined;
    });
    const page = { name: 'details', title: 'LLM Call', icon: 'panel', showsImages: true };
    showPage(panel, this.#extensionUri, page);
  }

  #handlers(onProgress: (run: number, text: string, reasoning: string) => void) {
    const engine = this.#engine;
    const replay = this.#replay;
    const command = (id: string, argument: unknown): Promise<null> =>
      done(vscode.commands.executeCommand(id, argument));
    return checkedDetailsHandlers({
      'details/ready': () => {
        setImmediate(() => this.#showTab());
        return this.#target ?? null;
      },
      'details/load': async (target, signal) => {
        const details = await this.#engine.call('spans/details', target, { signal });
        if (details && this.#panel && isSame(target, this.#target)) {
          this.#panel.title = visibleLabel(details.row.name, 40) || vscode.l10n.t('LLM Call');
        }
        return details;
      },
      'details/explain': (target, signal) => this.#engine.call('spans/explain', target, { signal }),
      'details/estimate': (target, signal) => this.#engine.call('spans/estimate', target, { signal }),
      'details/show': (target) => command(commands.showDetails, target),
      'tree/reveal': (target) => command(commands.revealSpan, target),
      'clipboard/write': ({ text }) => done(vscode.env.clipboard.writeText(text)),
      'source/open': (frame) => done(openSource(frame, this.#log)),
      'source/goto': (target) => command(commands.goToSource, target),
      'link/open': ({ url }) => done(openLink(url)),
      'price/set': (model) => command(commands.setPrice, model),
      'details/text': (place, signal) => engine.call('spans/text', place, { signal }),
      'details/value': (place, signal) => engine.call('spans/value', place, { signal }),
      'details/image': (place, signal) => engine.call('spans/image', place, { signal }),
      'details/raw': (target, signal) => engine.call('spans/raw', target, { signal }),
      'raw/open': (target) => command(commands.openRaw, target),
      'call/copy': ({ traceId, spanId, as }) => command(copyCommands[as], { traceId, spanId }),
      'call/compare': ({ traceId, spanId, what }) =>
        command(what === 'run' ? commands.comparePreviousRun : commands.comparePreviousCall, {
          traceId,
          spanId,
        }),
      'replay/options': () => replay.options(),
      'replay/request': (target) => replay.request(target),
      'replay/send': (draft, signal) =>
        replay.send(draft, signal, (text, reasoning) => onProgress(draft.run, text, reasoning)),
      'replay/configure': () => done(replay.configure()),
      'replay/setKey': async ({ to }) => {
        const endpoint = replay.endpointOf(to);
        if (endpoint) await replay.setKey(endpoint);
        return null;
      },
    });
  }

  #showTab(): void {
    if (this.#wantedTab === undefined) return;
    this.#channel?.emit('details/tab', { tab: this.#wantedTab });
    this.#wantedTab = undefined;
  }

  #follow({ traceId, spanId }: DetailsTarget): void {
    const target = { traceId, spanId };
    if (!this.#panel || isSame(target, this.#target)) return;
    this.#target = target;
    this.#channel?.emit('details/target', target);
  }

  #tellChanged(): void {
    if (this.#target && this.#panel?.visible)
      this.#channel?.emit('details/changed', { traceId: this.#target.traceId });
  }
}

const copyCommands = {
  curl: commands.copyAsCurl,
  python: commands.copyAsPython,
  typescript: commands.copyAsTypeScript,
  markdown: commands.copyAsMarkdown,
} as const;

function isSame(a: DetailsTarget, b: DetailsTarget | undefined): boolean {
  return a.traceId === b?.traceId && a.spanId === b.spanId;
}
