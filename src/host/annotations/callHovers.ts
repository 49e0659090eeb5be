import * as vscode from 'vscode';
import type { SpanRow } from '../../protocol/rows.ts';
import { isDetailsTarget } from '../../protocol/webview.ts';
import { commands } from '../ids.ts';
import type { EngineClient } from '../services/engineClient.ts';
import type { AnnotationModel } from './annotationModel.ts';
import type { DisplaySettings } from './displaySettings.ts';
import type { ShownLine } from './documentAnnotations.ts';
import type { HoverLink } from './hoverText.ts';
import { earlierCall, hoverMarkdown } from './hoverText.ts';
import type { LineTarget } from './lineTarget.ts';

/** How many calls are shown, and among how many the previous run's is looked for. */
const shownCalls = 3;
const fetchedCalls = 20;
/** A hover that comes later than this comes without its calls. */
const patienceMs = 2000;

/** The newest calls of a line, when the pointer rests on it. */
export class CallHovers implements vscode.HoverProvider, vscode.Disposable {
  readonly #engine: EngineClient;
  readonly #model: AnnotationModel;
  readonly #display: DisplaySettings;
  readonly #registration: vscode.Disposable;

  constructor(engine: EngineClient, model: AnnotationModel, display: DisplaySettings) {
    this.#engine = engine;
    this.#model = model;
    this.#display = display;
    this.#registration = vscode.languages.registerHoverProvider({ scheme: 'file' }, this);
  }

  async provideHover(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<vscode.Hover | undefined> {
    const { isOn, hasHovers } = this.#display.current;
    const shown = isOn && hasHovers ? this.#model.get(document)?.at(position.line) : undefined;
    const line = shown && document.lineAt(shown.line);
    if (!shown || !line || position.character < line.firstNonWhitespaceCharacterIndex) return undefined;
    const markdown = await this.markdown(document.uri.fsPath, shown, token);
    return markdown && new vscode.Hover(markdown, line.range);
  }

  /** The line's sums and newest calls; undefined when nobody waits for it any more. */
  async markdown(
    file: string,
    shown: ShownLine,
    token: vscode.CancellationToken,
  ): Promise<vscode.MarkdownString | undefined> {
    const { line, through } = shown.annotation;
    const rows = await this.#calls(file, line, through !== undefined, token);
    if (token.isCancellationRequested) return undefined;
    const all: LineTarget = { file, line };
    const text = hoverMarkdown({
      shown,
      scope: this.#display.current.scope,
      rows: rows.slice(0, shownCalls),
      linksOf: (row) => linksOf(row, rows),
      links: [
        { label: vscode.l10n.t('All calls'), command: commands.showCallsHere, argument: all },
        { label: vscode.l10n.t('Calls in Code'), command: commands.revealCallSite, argument: all },
      ],
    });
    const markdown = new vscode.MarkdownString(text);
    markdown.supportHtml = false;
    markdown.supportThemeIcons = false;
    // Only these, and only from links made here: all text that was received is inert.
    markdown.isTrusted = { enabledCommands: linkedCommands };
    return markdown;
  }

  dispose(): void {
    this.#registration.dispose();
  }

  async #calls(
    file: string,
    line: number,
    through: boolean,
    token: vscode.CancellationToken,
  ): Promise<readonly SpanRow[]> {
    const abort = new AbortController();
    const subscription = token.onCancellationRequested(() => abort.abort());
    try {
      const options = { signal: abort.signal, timeoutMs: patienceMs };
      return await this.#engine.call('code/calls', { file, line, through, limit: fetchedCalls }, options);
    } catch {
      return [];
    } finally {
      subscription.dispose();
    }
  }
}

const linkedCommands = [
  commands.showDetails,
  commands.openFlameChart,
  commands.compareCalls,
  commands.showCallsHere,
  commands.revealCallSite,
];

function linksOf(row: SpanRow, rows: readonly SpanRow[]): HoverLink[] {
  const target = { traceId: row.traceId, spanId: row.spanId };
  if (!isDetailsTarget(target)) return [];
  const earlier = earlierCall(row, rows);
  const left = earlier && { traceId: earlier.traceId, spanId: earlier.spanId };
  return [
    { label: vscode.l10n.t('Details'), command: commands.showDetails, argument: target },
    { label: vscode.l10n.t('Flame chart'), command: commands.openFlameChart, argument: target },
    ...(isDetailsTarget(left)
      ? [
          {
            label: vscode.l10n.t('Compare'),
            title: vscode.l10n.t('Compare with the previous run'),
            command: commands.compareCalls,
            argument: { left, right: target },
          },
        ]
      : []),
  ];
}
