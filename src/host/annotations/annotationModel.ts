import * as vscode from 'vscode';
import { DisposableStore } from '../../base/disposable.ts';
import type { EngineClient } from '../services/engineClient.ts';
import type { OpenDocument } from './annotationCache.ts';
import { AnnotationCache } from './annotationCache.ts';
import type { CodeThread } from './codeThread.ts';
import { isSource } from './codeThread.ts';
import type { DocumentAnnotations } from './documentAnnotations.ts';

/** Larger documents are not followed. */
const mostLines = 30_000;

/** The annotations of the open documents, for every provider that shows them. */
export class AnnotationModel implements vscode.Disposable {
  readonly #cache: AnnotationCache;
  readonly #disposables = new DisposableStore();
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();
  /** What is shown in a document is another now. */
  readonly onDidChange = this.#changed.event;

  constructor(engine: EngineClient, thread: CodeThread) {
    const { workspace, window } = vscode;
    this.#cache = new AnnotationCache({
      ask: (file) => engine.call('code/annotations', { file }),
      tellSaved: (file) => thread.tellSaved(file),
      onChanged: (file) => this.#changed.fire(vscode.Uri.file(file)),
    });
    for (const item of [
      this.#cache,
      this.#changed,
      engine.onCodeChanged((change) => this.#cache.changed(change)),
      engine.onReady(() => this.#cache.changed({ files: [], all: true })),
      window.onDidChangeVisibleTextEditors(() => this.#look()),
      workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length > 0 && this.#cache.get(document.uri.fsPath))
          this.#cache.edit(document.uri.fsPath, contentChanges, openDocument(document));
      }),
      workspace.onDidSaveTextDocument((document) => {
        if (this.#cache.get(document.uri.fsPath)) this.#cache.save(document.uri.fsPath, linesOf(document));
      }),
      workspace.onDidCloseTextDocument(({ uri }) => this.#cache.close(uri.fsPath)),
      workspace.onDidGrantWorkspaceTrust(() => this.#look()),
      workspace.onDidChangeWorkspaceFolders(() => this.#look()),
    ])
      this.#disposables.add(item);
    this.#look();
  }

  get(document: vscode.TextDocument): DocumentAnnotations | undefined {
    return isSource(document.uri) ? this.#cache.get(document.uri.fsPath) : undefined;
  }

  /** Where a line of a file (1-based) is now (0-based): in its document when that is open, else as the file has it. */
  lineOf(file: string, line: number): number | undefined {
    const document = this.#cache.get(file);
    return document ? document.lineOf(line) : line - 1;
  }

  /** Whether a file's document is followed. */
  isOpen(file: string): boolean {
    return this.#cache.get(file) !== undefined;
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  /** Takes up the documents that came into view. */
  #look(): void {
    const visible = new Set<string>();
    for (const { document } of vscode.window.visibleTextEditors) {
      if (!isSource(document.uri) || document.lineCount > mostLines) continue;
      const file = document.uri.fsPath;
      visible.add(file);
      if (this.#cache.get(file)) continue;
      if (document.isDirty) void this.#openDirty(document);
      else this.#cache.open(file, linesOf(document));
    }
    for (const file of this.#cache.files) if (!isSource(vscode.Uri.file(file))) this.#cache.close(file);
    this.#cache.show(visible);
  }

  /** A document that was changed before, in another session: what its file says is read for once. */
  async #openDirty(document: vscode.TextDocument): Promise<void> {
    let saved: readonly string[] | undefined;
    try {
      saved = split(new TextDecoder().decode(await vscode.workspace.fs.readFile(document.uri)));
    } catch {
      // The file is not there any more: nothing was measured in it.
      return;
    }
    if (!document.isClosed) this.#cache.open(document.uri.fsPath, linesOf(document), saved);
  }
}

function openDocument(document: vscode.TextDocument): OpenDocument {
  return {
    get isDirty() {
      return document.isDirty;
    },
    lines: () => linesOf(document),
  };
}

function linesOf(document: vscode.TextDocument): readonly string[] {
  return split(document.getText());
}

function split(text: string): readonly string[] {
  return text.split(/\r\n|\r|\n/);
}
