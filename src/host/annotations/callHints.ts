import * as vscode from 'vscode';
import { DisposableStore } from '../../base/disposable.ts';
import { commands } from '../ids.ts';
import type { AnnotationModel } from './annotationModel.ts';
import type { CallHovers } from './callHovers.ts';
import type { DisplaySettings } from './displaySettings.ts';
import type { ShownLine } from './documentAnnotations.ts';
import type { LineTarget } from './lineTarget.ts';
import { hintText } from './lineText.ts';

interface CallHint extends vscode.InlayHint {
  readonly shown: ShownLine;
  readonly file: string;
}

/** What a line's calls cost, used and took, at its end. */
export class CallHints implements vscode.InlayHintsProvider<CallHint>, vscode.Disposable {
  readonly #model: AnnotationModel;
  readonly #display: DisplaySettings;
  readonly #hovers: CallHovers;
  readonly #disposables = new DisposableStore();
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChangeInlayHints = this.#changed.event;

  constructor(model: AnnotationModel, display: DisplaySettings, hovers: CallHovers) {
    this.#model = model;
    this.#display = display;
    this.#hovers = hovers;
    this.#disposables.add(this.#changed);
    this.#disposables.add(model.onDidChange(() => this.#changed.fire()));
    this.#disposables.add(display.onChanged(() => this.#changed.fire()));
    this.#disposables.add(vscode.languages.registerInlayHintsProvider({ scheme: 'file' }, this));
  }

  provideInlayHints(document: vscode.TextDocument, range: vscode.Range): CallHint[] {
    const { isOn, hints } = this.#display.current;
    if (!isOn || hints.size === 0) return [];
    const made: CallHint[] = [];
    for (const shown of this.#model.get(document)?.lines ?? []) {
      if (shown.line < range.start.line || shown.line > range.end.line) continue;
      if (shown.line >= document.lineCount) continue;
      const text = hintText(shown, hints);
      if (text === undefined) continue;
      const { end } = document.lineAt(shown.line).range;
      made.push(makeHint(end, text, shown, document.uri.fsPath));
    }
    return made;
  }

  /** The hover of a hint is the line's, and is made when it is looked at. */
  async resolveInlayHint(hint: CallHint, token: vscode.CancellationToken): Promise<CallHint> {
    const tooltip = await this.#hovers.markdown(hint.file, hint.shown, token);
    if (tooltip) hint.tooltip = tooltip;
    return hint;
  }

  dispose(): void {
    this.#disposables.dispose();
  }
}

function makeHint(position: vscode.Position, text: string, shown: ShownLine, file: string): CallHint {
  const part = new vscode.InlayHintLabelPart(text);
  const target: LineTarget = { file, line: shown.annotation.line, isNewest: true };
  part.command = {
    command: commands.showCallsHere,
    title: vscode.l10n.t('Show the Newest Call'),
    arguments: [target],
  };
  const hint = new vscode.InlayHint(position, [part]);
  hint.paddingLeft = true;
  return Object.assign(hint, { shown, file });
}
