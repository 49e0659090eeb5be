import * as vscode from 'vscode';
import { DisposableStore } from '../../base/disposable.ts';
import type { ContextKeys } from '../services/contextKeys.ts';
import type { EngineClient } from '../services/engineClient.ts';
import type { Log } from '../services/log.ts';
import { AnnotationModel } from './annotationModel.ts';
import { CallDocuments } from './callDocuments.ts';
import { CallHints } from './callHints.ts';
import { CallHovers } from './callHovers.ts';
import { CallLenses } from './callLenses.ts';
import { CallProblems } from './callProblems.ts';
import { CodeThread } from './codeThread.ts';
import { DisplaySettings } from './displaySettings.ts';
import { FileBadges } from './fileBadges.ts';
import { LineMarks } from './lineMarks.ts';

export interface CodeAnnotationsOptions {
  readonly context: vscode.ExtensionContext;
  readonly engine: EngineClient;
  readonly log: Log;
  readonly contextKeys: ContextKeys;
}

/** The calls beside the code. Nothing of it exists until an engine answers, so that the activation does not wait. */
export class CodeAnnotations implements vscode.Disposable {
  readonly #disposables = new DisposableStore();
  #model: AnnotationModel | undefined;

  constructor(options: CodeAnnotationsOptions) {
    const first = options.engine.onReady(() => {
      first.dispose();
      this.#begin(options);
    });
    this.#disposables.add(first);
  }

  /** The annotations of the open documents; undefined until an engine has answered. */
  get model(): AnnotationModel | undefined {
    return this.#model;
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  #begin({ context, engine, log, contextKeys }: CodeAnnotationsOptions): void {
    if (this.#disposables.isDisposed) return;
    const add = <T extends vscode.Disposable>(item: T): T => this.#disposables.add(item);
    const display = add(new DisplaySettings());
    const thread = add(new CodeThread(engine, log, context.storageUri?.fsPath));
    void thread.configure();
    const model = add(new AnnotationModel(engine, thread));
    this.#model = model;
    const hovers = add(new CallHovers(engine, model, display));
    add(new CallHints(model, display, hovers));
    add(new CallLenses(model, display));
    add(new LineMarks(context.extensionUri, model, display));
    add(new CallProblems(engine, model, display, log));
    add(new FileBadges(engine, display, log));
    add(new CallDocuments(engine));
    const tell = (): void => {
      const document = vscode.window.activeTextEditor?.document;
      contextKeys.set('hasCallsInEditor', document ? (model.get(document)?.lines.length ?? 0) > 0 : false);
    };
    add(vscode.window.onDidChangeActiveTextEditor(tell));
    add(model.onDidChange(tell));
    tell();
  }
}
