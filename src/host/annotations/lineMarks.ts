import * as vscode from 'vscode';
import { DisposableStore } from '../../base/disposable.ts';
import { heatColors } from '../ids.ts';
import type { AnnotationModel } from './annotationModel.ts';
import type { DisplaySettings } from './displaySettings.ts';
import type { Heat } from './lineText.ts';
import { gutterOf, heatOf, sumsOf } from './lineText.ts';

type Mark = 'error' | 'warning';

interface Types {
  readonly gutter: Readonly<Record<Mark, vscode.TextEditorDecorationType>>;
  readonly ruler: Readonly<Record<Mark | Heat, vscode.TextEditorDecorationType>>;
}

/** Marks in the gutter for lines whose calls failed or were cut, and in the overview ruler by cost. */
export class LineMarks implements vscode.Disposable {
  readonly #extensionUri: vscode.Uri;
  readonly #model: AnnotationModel;
  readonly #display: DisplaySettings;
  readonly #disposables = new DisposableStore();
  #types: Types | undefined;

  constructor(extensionUri: vscode.Uri, model: AnnotationModel, display: DisplaySettings) {
    this.#extensionUri = extensionUri;
    this.#model = model;
    this.#display = display;
    const all = (): void => this.#draw(vscode.window.visibleTextEditors);
    this.#disposables.add(
      model.onDidChange((uri) => {
        const file = uri.toString();
        this.#draw(
          vscode.window.visibleTextEditors.filter(({ document }) => document.uri.toString() === file),
        );
      }),
    );
    this.#disposables.add(display.onChanged(all));
    this.#disposables.add(vscode.window.onDidChangeVisibleTextEditors(all));
    all();
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  #draw(editors: readonly vscode.TextEditor[]): void {
    for (const editor of editors) {
      const lines = this.#model.get(editor.document)?.lines ?? [];
      // Types are made for the first line there is to mark; until then there is nothing to take away either.
      if (lines.length > 0) this.#types ??= this.#make();
      if (this.#types) this.#drawOne(editor, this.#types);
    }
  }

  #drawOne(editor: vscode.TextEditor, types: Types): void {
    const { isOn, hasGutterMarks, hasOverviewRuler } = this.#display.current;
    const gutter: Record<Mark, vscode.Range[]> = { error: [], warning: [] };
    const ruler: Record<Mark | Heat, vscode.Range[]> = {
      error: [],
      warning: [],
      high: [],
      medium: [],
      low: [],
    };
    const lines = isOn ? (this.#model.get(editor.document)?.lines ?? []) : [];
    const costs = lines.map(({ annotation }) => sumsOf(annotation)?.cost.known ?? 0);
    const highest = costs.reduce((most, cost) => Math.max(most, cost), 0);
    for (const { annotation, line, stale } of lines) {
      const sums = sumsOf(annotation);
      if (!sums || stale === 'gone') continue;
      const range = new vscode.Range(line, 0, line, 0);
      // A failure is marked where it was called, not at every line above it.
      const mark = annotation.self && gutterOf(annotation.self);
      if (hasGutterMarks && mark) gutter[mark].push(range);
      if (!hasOverviewRuler) continue;
      const heat = heatOf(sums.cost.known, highest);
      if (mark) ruler[mark].push(range);
      if (heat) ruler[heat].push(range);
    }
    for (const [name, type] of Object.entries(types.gutter))
      editor.setDecorations(type, gutter[name as Mark]);
    for (const [name, type] of Object.entries(types.ruler))
      editor.setDecorations(type, ruler[name as Mark | Heat]);
  }

  #make(): Types {
    const icon = (mark: Mark): vscode.TextEditorDecorationType => {
      const file = (theme: string): vscode.Uri =>
        vscode.Uri.joinPath(this.#extensionUri, 'media', 'gutter', `${mark}-${theme}.svg`);
      return this.#disposables.add(
        vscode.window.createTextEditorDecorationType({
          gutterIconSize: 'contain',
          light: { gutterIconPath: file('light') },
          dark: { gutterIconPath: file('dark') },
        }),
      );
    };
    const ruler = (color: string, lane: vscode.OverviewRulerLane): vscode.TextEditorDecorationType =>
      this.#disposables.add(
        vscode.window.createTextEditorDecorationType({
          overviewRulerColor: new vscode.ThemeColor(color),
          overviewRulerLane: lane,
        }),
      );
    const { Left, Right } = vscode.OverviewRulerLane;
    return {
      gutter: { error: icon('error'), warning: icon('warning') },
      ruler: {
        error: ruler('editorOverviewRuler.errorForeground', Right),
        warning: ruler('editorOverviewRuler.warningForeground', Right),
        high: ruler(heatColors.high, Left),
        medium: ruler(heatColors.medium, Left),
        low: ruler(heatColors.low, Left),
      },
    };
  }
}
