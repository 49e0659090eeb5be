import * as vscode from 'vscode';
import { DisposableStore } from '../../base/disposable.ts';
import type { EngineRequests } from '../../protocol/engine.ts';
import { settingsSection } from '../ids.ts';
import type { EngineClient } from '../services/engineClient.ts';
import type { Log } from '../services/log.ts';
import { readCodeSettings } from './codeSettings.ts';
import { FileChanges } from './fileChanges.ts';

/** Files in which calls may stand. */
const sources =
  '**/*.{py,pyi,ipynb,js,mjs,cjs,jsx,ts,mts,cts,tsx,vue,svelte,go,java,kt,kts,scala,cs,rb,rs,php,swift,ex,exs,dart}';

/** Tells the engine's code thread what it needs to know of the window: folders, settings, files that change. */
export class CodeThread implements vscode.Disposable {
  readonly #engine: EngineClient;
  readonly #log: Log;
  readonly #storagePath: string | undefined;
  readonly #disposables = new DisposableStore();
  readonly #changes: FileChanges;

  /** @param storagePath a folder of this window's own, where what the user chose is remembered */
  constructor(engine: EngineClient, log: Log, storagePath: string | undefined) {
    this.#engine = engine;
    this.#log = log;
    this.#storagePath = storagePath;
    this.#changes = this.#disposables.add(
      new FileChanges(async (changes) => {
        await this.#tell('code/filesChanged', changes);
      }),
    );
    const configure = (): void => void this.configure();
    for (const event of [
      engine.onReady(configure),
      vscode.workspace.onDidChangeWorkspaceFolders(configure),
      vscode.workspace.onDidGrantWorkspaceTrust(configure),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration(`${settingsSection}.code`)) configure();
      }),
      vscode.workspace.onDidRenameFiles(({ files }) => {
        for (const { oldUri, newUri } of files)
          if (isSource(newUri)) this.#changes.renamed(oldUri.fsPath, newUri.fsPath);
      }),
    ])
      this.#disposables.add(event);
    const watcher = this.#disposables.add(vscode.workspace.createFileSystemWatcher(sources));
    const changed = (uri: vscode.Uri): void => {
      if (isSource(uri)) this.#changes.changed(uri.fsPath);
    };
    this.#disposables.add(watcher.onDidCreate(changed));
    this.#disposables.add(watcher.onDidChange(changed));
    this.#disposables.add(
      watcher.onDidDelete((uri) => {
        if (isSource(uri)) this.#changes.deleted(uri.fsPath);
      }),
    );
  }

  /** Tells the folders and settings; in a workspace that is not trusted there are no folders. */
  async configure(): Promise<void> {
    const configuration = vscode.workspace.getConfiguration();
    const settings = readCodeSettings((key) => configuration.get(key), trustedFolders(), this.#storagePath);
    await this.#tell('code/configure', settings);
  }

  /** Tells that a file was written, at once; resolves when the engine knows. */
  tellSaved(file: string): Promise<void> {
    this.#changes.changed(file);
    return this.#changes.flush();
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  async #tell<M extends 'code/configure' | 'code/filesChanged'>(
    method: M,
    params: EngineRequests[M]['params'],
  ): Promise<void> {
    if (!this.#engine.status) return;
    try {
      await this.#engine.call(method, params);
    } catch (error) {
      this.#log.write('debug', `${method}: ${String(error)}`);
    }
  }
}

/** Absolute paths of the workspace's folders on this machine; none in a workspace that is not trusted. */
export function trustedFolders(): string[] {
  if (!vscode.workspace.isTrusted) return [];
  return (vscode.workspace.workspaceFolders ?? []).flatMap(({ uri }) =>
    uri.scheme === 'file' ? [uri.fsPath] : [],
  );
}

/** Whether calls may be shown in a file: it is one of this machine, in a folder of a trusted workspace. */
export function isSource(uri: vscode.Uri): boolean {
  return (
    uri.scheme === 'file' &&
    vscode.workspace.isTrusted &&
    vscode.workspace.getWorkspaceFolder(uri) !== undefined
  );
}
