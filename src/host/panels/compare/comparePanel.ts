import * as vscode from 'vscode';
import { Channel } from '../../../base/channel.ts';
import type { Disposable } from '../../../base/disposable.ts';
import { visibleLabel } from '../../../base/visibleText.ts';
import type {
  ComparePageEvents,
  ComparePageRequests,
  ComparePair,
  Comparison,
} from '../../../protocol/comparePage.ts';
import { checkedCompareHandlers, isComparePair } from '../../../protocol/comparePage.ts';
import { commands, comparePanel } from '../../ids.ts';
import type { EngineClient } from '../../services/engineClient.ts';
import type { Log } from '../../services/log.ts';
import { done, portOf, remembered, showPage } from '../webviewPage.ts';

type Nothing = Record<never, never>;
type CompareChannel = Channel<Nothing, ComparePageRequests, ComparePageEvents, Nothing>;

/** Comparing megabytes takes longer than most requests. */
const patience = { timeoutMs: 60_000 } as const;

/** The panel with two calls, or two runs, side by side. There is one; it shows another pair when asked to. */
export class ComparePanel implements vscode.Disposable, vscode.WebviewPanelSerializer {
  readonly #extensionUri: vscode.Uri;
  readonly #engine: EngineClient;
  readonly #log: Log;
  readonly #subscriptions: Disposable[];
  #panel: vscode.WebviewPanel | undefined;
  #channel: CompareChannel | undefined;
  #pair: ComparePair | undefined;

  constructor(extensionUri: vscode.Uri, engine: EngineClient, log: Log) {
    this.#extensionUri = extensionUri;
    this.#engine = engine;
    this.#log = log;
    this.#subscriptions = [
      vscode.window.registerWebviewPanelSerializer(comparePanel, this),
      engine.onChanged(({ traceIds, all }) => {
        const { left, right } = this.#pair ?? {};
        if (all || traceIds.some((id) => id === left?.traceId || id === right?.traceId)) this.#tellChanged();
      }),
      engine.onReady(() => this.#tellChanged()),
    ];
  }

  /** What is on show, for tests. */
  get pair(): ComparePair | undefined {
    return this.#pair;
  }

  show(pair: ComparePair): void {
    this.#pair = pair;
    if (this.#panel) {
      this.#channel?.emit('compare/pair', pair);
      this.#panel.reveal();
      return;
    }
    const title = vscode.l10n.t('Compare');
    const options = { enableFindWidget: true };
    this.#adopt(vscode.window.createWebviewPanel(comparePanel, title, vscode.ViewColumn.Active, options));
  }

  /** After a reload of the window: the panel with what its page remembered. */
  deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const { left, right } = remembered<ComparePair>(state);
    const pair = { left, right };
    if (this.#panel) panel.dispose();
    else {
      if (isComparePair(pair)) this.#pair = pair;
      this.#adopt(panel);
    }
    return Promise.resolve();
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#panel?.dispose();
  }

  #adopt(panel: vscode.WebviewPanel): void {
    const channel: CompareChannel = new Channel(portOf(panel.webview), this.#handlers(), (reason) =>
      this.#log.write('warn', `A message of the comparison was ignored: ${reason}`),
    );
    this.#panel = panel;
    this.#channel = channel;
    panel.onDidDispose(() => {
      channel.close('The panel was closed');
      if (this.#panel !== panel) return;
      this.#panel = this.#channel = this.#pair = undefined;
    });
    showPage(panel, this.#extensionUri, { name: 'compare', title: 'Compare', icon: 'panel' });
  }

  #handlers() {
    return checkedCompareHandlers({
      'compare/ready': () => this.#pair ?? null,
      'compare/load': (pair, signal) => this.#load(pair, signal),
      'compare/open': (pair) => {
        this.show(pair);
        return null;
      },
      'details/show': (target) => done(vscode.commands.executeCommand(commands.showDetails, target)),
      'clipboard/write': ({ text }) => done(vscode.env.clipboard.writeText(text)),
    });
  }

  async #load({ left, right }: ComparePair, signal: AbortSignal): Promise<Comparison | null> {
    const options = { ...patience, signal };
    if (left.spanId !== undefined && right.spanId !== undefined) {
      const keys = {
        left: { traceId: left.traceId, spanId: left.spanId },
        right: { traceId: right.traceId, spanId: right.spanId },
      };
      const calls = await this.#engine.call('compare/calls', keys, options);
      if (calls) this.#name(calls.right.row.name);
      return calls && { kind: 'calls', calls };
    }
    const ids = { left: left.traceId, right: right.traceId };
    const traces = await this.#engine.call('compare/traces', ids, options);
    if (traces) this.#name(traces.right.name);
    return traces && { kind: 'traces', traces };
  }

  #name(name: string): void {
    if (this.#panel) this.#panel.title = vscode.l10n.t('Compare: {0}', visibleLabel(name, 40));
  }

  #tellChanged(): void {
    if (this.#panel?.visible) this.#channel?.emit('compare/changed', {});
  }
}
