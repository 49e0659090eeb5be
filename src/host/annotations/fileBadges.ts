import * as vscode from 'vscode';
import { DisposableStore } from '../../base/disposable.ts';
import type { CallSums } from '../../protocol/code.ts';
import type { EngineClient } from '../services/engineClient.ts';
import type { Log } from '../services/log.ts';
import { Coalescer } from '../views/coalescer.ts';
import { isSource } from './codeThread.ts';
import type { DisplaySettings } from './displaySettings.ts';
import { badgeText, lensText } from './lineText.ts';

/** The magnitude of what a file's calls cost, as a badge in the Explorer and on tabs. */
export class FileBadges implements vscode.FileDecorationProvider, vscode.Disposable {
  readonly #engine: EngineClient;
  readonly #display: DisplaySettings;
  readonly #log: Log;
  readonly #disposables = new DisposableStore();
  readonly #changed = new vscode.EventEmitter<vscode.Uri[]>();
  readonly onDidChangeFileDecorations = this.#changed.event;
  #sums: ReadonlyMap<string, CallSums> = new Map();

  constructor(engine: EngineClient, display: DisplaySettings, log: Log) {
    this.#engine = engine;
    this.#display = display;
    this.#log = log;
    const coalescer = this.#disposables.add(new Coalescer(() => this.#ask(), 1000));
    const ask = (): void => coalescer.add({ traceIds: [], all: true });
    for (const item of [
      this.#changed,
      engine.onCodeChanged(ask),
      engine.onReady(ask),
      vscode.workspace.onDidGrantWorkspaceTrust(ask),
      display.onChanged(ask),
      vscode.window.registerFileDecorationProvider(this),
    ])
      this.#disposables.add(item);
    ask();
  }

  provideFileDecoration(uri: vscode.Uri): vscode.FileDecoration | undefined {
    const sums = uri.scheme === 'file' ? this.#sums.get(uri.fsPath) : undefined;
    const badge = sums && badgeText(sums);
    if (!sums || badge === undefined || !isSource(uri)) return undefined;
    return new vscode.FileDecoration(badge, vscode.l10n.t('LLM calls: {0}', lensText(sums)));
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  async #ask(): Promise<void> {
    const { isOn, hasFileBadges } = this.#display.current;
    try {
      const isWanted =
        isOn && hasFileBadges && this.#engine.status !== undefined && vscode.workspace.isTrusted;
      const files = isWanted ? await this.#engine.call('code/files', { sort: 'file' }) : [];
      const before = this.#sums;
      this.#sums = new Map(files.map(({ file, sums }) => [file, sums]));
      const different = new Set([...before.keys(), ...this.#sums.keys()]);
      for (const [file, sums] of this.#sums) {
        const old = before.get(file);
        if (old && badgeText(old) === badgeText(sums) && lensText(old) === lensText(sums))
          different.delete(file);
      }
      if (different.size > 0) this.#changed.fire([...different].map((file) => vscode.Uri.file(file)));
    } catch (error) {
      this.#log.write('debug', `Costs of files could not be listed: ${String(error)}`);
    }
  }
}
