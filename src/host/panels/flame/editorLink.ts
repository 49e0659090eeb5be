import * as vscode from 'vscode';
import type { Disposable } from '../../../base/disposable.ts';
import { DisposableStore } from '../../../base/disposable.ts';
import type { SourceLocation } from '../../../model/source.ts';
import type { EngineClient } from '../../services/engineClient.ts';
import type { Log } from '../../services/log.ts';
import type { SelectionService, SpanSelection } from '../../services/selection.ts';
import { clampPosition } from '../../source/sourcePath.ts';
import type { FlamePanels } from './flamePanels.ts';

/** How long the cursor rests on a line before the chart follows. */
const restMs = 200;
/** Newest calls of a line that are looked at for one of a visible chart's trace. */
const callsOfLine = 200;

/**
 * Keeps editors and charts in step: the line of the selected span is marked where an editor shows its file already
 * (nothing is opened for it), and a cursor on a line that made spans selects the newest of a visible chart's trace.
 */
export class EditorLink implements Disposable {
  readonly #engine: EngineClient;
  readonly #selection: SelectionService;
  readonly #charts: FlamePanels;
  readonly #log: Log;
  readonly #disposables = new DisposableStore();
  readonly #mark = vscode.window.createTextEditorDecorationType({
    isWholeLine: true,
    backgroundColor: new vscode.ThemeColor('editor.rangeHighlightBackground'),
    borderColor: new vscode.ThemeColor('editor.rangeHighlightBorder'),
    overviewRulerColor: new vscode.ThemeColor('editorOverviewRuler.rangeHighlightForeground'),
    overviewRulerLane: vscode.OverviewRulerLane.Full,
  });
  #timer: NodeJS.Timeout | undefined;

  constructor(engine: EngineClient, selection: SelectionService, charts: FlamePanels, log: Log) {
    this.#engine = engine;
    this.#selection = selection;
    this.#charts = charts;
    this.#log = log;
    this.#disposables.add(this.#mark);
    this.#disposables.add(selection.onChanged((span) => void this.#tried(this.#show(span))));
    // A file that is opened after its span was selected shows the line, too.
    this.#disposables.add(
      vscode.window.onDidChangeVisibleTextEditors(() => {
        const { current } = selection;
        if (current) void this.#tried(this.#show(current, false));
      }),
    );
    this.#disposables.add(
      vscode.window.onDidChangeTextEditorSelection((change) => this.#cursorMoved(change)),
    );
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#disposables.dispose();
  }

  async #show(span: SpanSelection, isRevealing = span.from !== 'editor'): Promise<void> {
    const { traceId, spanId } = span;
    const editors = vscode.window.visibleTextEditors.filter(({ document }) => document.uri.scheme === 'file');
    if (editors.length === 0) return;
    const source = await this.#sourceOf(traceId, spanId);
    if (this.#selection.current !== span) return;
    for (const editor of editors) {
      if (!source || !isFileOf(editor.document, source.file)) {
        editor.setDecorations(this.#mark, []);
        continue;
      }
      const line = clampPosition(source.line, editor.document.lineCount - 1);
      const range = editor.document.lineAt(line).range;
      editor.setDecorations(this.#mark, [range]);
      if (isRevealing) editor.revealRange(range, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
    }
  }

  #cursorMoved({ textEditor, kind, selections }: vscode.TextEditorSelectionChangeEvent): void {
    const isByUser =
      kind === vscode.TextEditorSelectionChangeKind.Mouse ||
      kind === vscode.TextEditorSelectionChangeKind.Keyboard;
    const [selection] = selections;
    clearTimeout(this.#timer);
    if (!isByUser || !selection || textEditor.document.uri.scheme !== 'file') return;
    if (this.#charts.visibleTraces.length === 0) return;
    const { fsPath } = textEditor.document.uri;
    const line = selection.active.line + 1;
    this.#timer = setTimeout(() => void this.#tried(this.#select(fsPath, line)), restMs);
  }

  async #select(file: string, line: number): Promise<void> {
    const traces = this.#charts.visibleTraces;
    const { current } = this.#selection;
    const rows = await this.#engine.call('code/calls', { file, line, through: true, limit: callsOfLine });
    const shown = rows.filter(({ traceId }) => traces.includes(traceId));
    // One of the line's spans is selected already: the user is reading its code.
    if (shown.some(({ spanId, traceId }) => spanId === current?.spanId && traceId === current.traceId))
      return;
    const [newest] = shown;
    if (newest) this.#selection.select(newest, 'editor');
  }

  /** Where the span's line is now; what the span says where that cannot be told. */
  async #sourceOf(traceId: string, spanId: string): Promise<SourceLocation | undefined> {
    const target = { traceId, spanId };
    const located = vscode.workspace.isTrusted
      ? await this.#engine.call('code/locate', target).catch(() => null)
      : null;
    return located ?? (await this.#engine.call('spans/path', target)).at(-1)?.source;
  }

  async #tried(work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      this.#log.write('debug', `The editor and the chart could not be kept in step: ${String(error)}`);
    }
  }
}

/** Spans name files by absolute path, or relative to a folder of the workspace. */
function isFileOf(document: vscode.TextDocument, file: string): boolean {
  const { fsPath } = document.uri;
  return fsPath === file || vscode.workspace.asRelativePath(document.uri, false) === file;
}
