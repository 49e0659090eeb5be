import * as vscode from 'vscode';
import { DisposableStore } from '../../base/disposable.ts';
import { commands } from '../ids.ts';
import type { AnnotationModel } from './annotationModel.ts';
import type { DisplaySettings } from './displaySettings.ts';
import type { FunctionTarget } from './lineTarget.ts';
import { lensText } from './lineText.ts';

/** The most lines of a function whose calls are listed together. */
const mostLines = 50;

/** The sums of a function's calls, above it. */
export class CallLenses implements vscode.CodeLensProvider, vscode.Disposable {
  readonly #model: AnnotationModel;
  readonly #display: DisplaySettings;
  readonly #disposables = new DisposableStore();
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChangeCodeLenses = this.#changed.event;

  constructor(model: AnnotationModel, display: DisplaySettings) {
    this.#model = model;
    this.#display = display;
    this.#disposables.add(this.#changed);
    this.#disposables.add(
      model.onDidChange(() => {
        if (display.current.hasLenses) this.#changed.fire();
      }),
    );
    this.#disposables.add(display.onChanged(() => this.#changed.fire()));
    this.#disposables.add(vscode.languages.registerCodeLensProvider({ scheme: 'file' }, this));
  }

  provideCodeLenses(document: vscode.TextDocument): vscode.CodeLens[] {
    const { isOn, hasLenses } = this.#display.current;
    const annotations = isOn && hasLenses ? this.#model.get(document) : undefined;
    if (!annotations) return [];
    const file = document.uri.fsPath;
    return annotations.functions.flatMap(({ annotation, line }) => {
      if (line >= document.lineCount || annotation.sums.calls === 0) return [];
      const target: FunctionTarget = {
        file,
        function: annotation.name,
        lines: annotations.lines
          .filter((shown) => shown.annotation.function === annotation.name)
          .map((shown) => shown.annotation.line)
          .slice(0, mostLines),
      };
      const command = {
        command: commands.showFunctionCalls,
        title: lensText(annotation.sums),
        arguments: [target],
      };
      return [new vscode.CodeLens(document.lineAt(line).range, command)];
    });
  }

  dispose(): void {
    this.#disposables.dispose();
  }
}
