import * as vscode from 'vscode';
import { Channel, ChannelError } from '../../../base/channel.ts';
import { visibleLabel } from '../../../base/visibleText.ts';
import type { SpanKey } from '../../../model/span.ts';
import type { FlamePageEvents, FlamePageRequests } from '../../../protocol/flame.ts';
import { checkedFlameHandlers } from '../../../protocol/flame.ts';
import type { EngineClient } from '../../services/engineClient.ts';
import type { Log } from '../../services/log.ts';
import { portOf, showPage } from '../webviewPage.ts';

type Nothing = Record<never, never>;
type FlameChannel = Channel<Nothing, FlamePageRequests, FlamePageEvents, Nothing>;

export interface FlamePanelOptions {
  readonly extensionUri: vscode.Uri;
  readonly engine: EngineClient;
  readonly log: Log;
  /** The user selected a span in the chart. */
  readonly onSelect: (span: SpanKey) => void;
  readonly onOpenSource: (span: SpanKey) => Promise<unknown>;
  readonly onShowDetails: (span: SpanKey) => void;
  readonly onClosed: () => void;
}

/** Reading and laying out a large trace takes longer than most requests. */
const patience = { timeoutMs: 120_000 } as const;

/** The flame chart of one trace. Its page asks for columns of numbers; what it says is checked before anything is done. */
export class FlamePanel {
  readonly traceId: string;
  readonly #options: FlamePanelOptions;
  readonly #panel: vscode.WebviewPanel;
  readonly #channel: FlameChannel;
  #selected: string | undefined;
  /** The page may ask about its own trace only. */
  #loadId: number | undefined;

  constructor(
    panel: vscode.WebviewPanel,
    traceId: string,
    selected: string | undefined,
    options: FlamePanelOptions,
  ) {
    this.traceId = traceId;
    this.#panel = panel;
    this.#selected = selected;
    this.#options = options;
    this.#channel = new Channel(portOf(panel.webview), this.#handlers(), (reason) =>
      options.log.write('warn', `A message of a flame chart was ignored: ${reason}`),
    );
    panel.onDidDispose(() => {
      this.#channel.close('The chart was closed');
      options.engine.call('flame/forget', { traceId }).catch(() => undefined);
      options.onClosed();
    });
    showPage(panel, options.extensionUri, { name: 'flame', title: 'Flame Chart', icon: 'flame' });
  }

  get visible(): boolean {
    return this.#panel.visible;
  }

  reveal(): void {
    this.#panel.reveal();
  }

  dispose(): void {
    this.#panel.dispose();
  }

  /** Shows a span as selected. */
  select(spanId: string): void {
    if (this.#selected === spanId) return;
    this.#selected = spanId;
    this.#channel.emit('flame/selected', { spanId });
  }

  /** The trace has other spans now, or another engine answers. */
  tellChanged(): void {
    if (this.#panel.visible) this.#channel.emit('flame/changed', { traceId: this.traceId });
  }

  #handlers() {
    const { engine, onSelect, onOpenSource, onShowDetails } = this.#options;
    const { traceId } = this;
    const own = (loadId: number): void => {
      if (loadId !== this.#loadId) throw new ChannelError('stale', 'The trace was read again since');
    };
    return checkedFlameHandlers({
      'flame/ready': () => ({ traceId, spanId: this.#selected }),
      'flame/load': async (view, signal) => {
        const head = await engine.call('flame/load', { ...view, traceId }, { ...patience, signal });
        this.#loadId = head?.loadId;
        if (head && !('isSame' in head)) {
          const name = visibleLabel(head.name, 40);
          this.#panel.title = name === '' ? vscode.l10n.t('Flame Chart') : vscode.l10n.t('Flame: {0}', name);
        }
        return head;
      },
      'flame/columns': (params, signal) => {
        own(params.loadId);
        return engine.call('flame/columns', params, { ...patience, signal });
      },
      'flame/layout': (params, signal) => {
        own(params.loadId);
        return engine.call('flame/layout', params, { ...patience, signal });
      },
      'flame/positions': (params, signal) => {
        own(params.loadId);
        return engine.call('flame/positions', params, { ...patience, signal });
      },
      'flame/criticalPath': (params, signal) => {
        own(params.loadId);
        return engine.call('flame/criticalPath', params, { ...patience, signal });
      },
      'flame/select': ({ spanId }) => {
        this.#selected = spanId;
        onSelect({ traceId, spanId });
        return null;
      },
      'flame/openSource': async ({ spanId }) => {
        await onOpenSource({ traceId, spanId });
        return null;
      },
      'flame/showDetails': ({ spanId }) => {
        this.#selected = spanId;
        onShowDetails({ traceId, spanId });
        return null;
      },
    });
  }
}
