import * as vscode from 'vscode';
import type { Disposable } from '../../../base/disposable.ts';
import { DisposableStore } from '../../../base/disposable.ts';
import type { FlameTarget } from '../../../protocol/flame.ts';
import { isFlameTarget } from '../../../protocol/flame.ts';
import { commands, flamePanel } from '../../ids.ts';
import type { EngineClient } from '../../services/engineClient.ts';
import type { Log } from '../../services/log.ts';
import type { SelectionService } from '../../services/selection.ts';
import { remembered } from '../webviewPage.ts';
import { FlamePanel } from './flamePanel.ts';

/** The open flame charts, one a trace. */
export class FlamePanels implements vscode.WebviewPanelSerializer, Disposable {
  readonly #extensionUri: vscode.Uri;
  readonly #engine: EngineClient;
  readonly #selection: SelectionService;
  readonly #log: Log;
  readonly #panels = new Map<string, FlamePanel>();
  readonly #disposables = new DisposableStore();

  constructor(extensionUri: vscode.Uri, engine: EngineClient, selection: SelectionService, log: Log) {
    this.#extensionUri = extensionUri;
    this.#engine = engine;
    this.#selection = selection;
    this.#log = log;
    this.#disposables.add(vscode.window.registerWebviewPanelSerializer(flamePanel, this));
    this.#disposables.add(
      engine.onChanged(({ traceIds, all }) => {
        for (const panel of this.#panels.values())
          if (all || traceIds.includes(panel.traceId)) panel.tellChanged();
      }),
    );
    this.#disposables.add(
      engine.onReady(() => {
        for (const panel of this.#panels.values()) panel.tellChanged();
      }),
    );
    this.#disposables.add(
      selection.onChanged(({ traceId, spanId }) => this.#panels.get(traceId)?.select(spanId)),
    );
  }

  /** Ids of the traces whose charts are seen now. */
  get visibleTraces(): readonly string[] {
    return [...this.#panels.values()].filter(({ visible }) => visible).map(({ traceId }) => traceId);
  }

  /** Shows the trace's chart, in the editor's active column when it is not open yet. */
  open({ traceId, spanId }: FlameTarget): void {
    const known = this.#panels.get(traceId);
    if (known) {
      if (spanId !== undefined) known.select(spanId);
      known.reveal();
      return;
    }
    const panel = vscode.window.createWebviewPanel(
      flamePanel,
      vscode.l10n.t('Flame Chart'),
      vscode.ViewColumn.Active,
    );
    this.#adopt(panel, { traceId, spanId });
  }

  /** After a reload of the window: the chart of the trace that its page remembered. */
  deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const { traceId, spanId } = remembered<FlameTarget>(state);
    const target = { traceId, spanId };
    if (isFlameTarget(target) && !this.#panels.has(target.traceId)) this.#adopt(panel, target);
    else panel.dispose();
    return Promise.resolve();
  }

  dispose(): void {
    this.#disposables.dispose();
    for (const panel of [...this.#panels.values()]) panel.dispose();
  }

  #adopt(panel: vscode.WebviewPanel, { traceId, spanId }: FlameTarget): void {
    const chart = new FlamePanel(panel, traceId, spanId, {
      extensionUri: this.#extensionUri,
      engine: this.#engine,
      log: this.#log,
      onSelect: (span) => this.#selection.select(span, 'chart'),
      onOpenSource: (span) => this.#run(commands.goToSource, span),
      onShowDetails: (span) => {
        this.#selection.select(span, 'chart');
        void this.#run(commands.showDetails, span);
      },
      onClosed: () => this.#panels.delete(traceId),
    });
    this.#panels.set(traceId, chart);
  }

  #run(command: string, argument: unknown): Promise<unknown> {
    return Promise.resolve(vscode.commands.executeCommand(command, argument));
  }
}
