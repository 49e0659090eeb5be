import * as vscode from 'vscode';
import type { EngineSettings } from '../../protocol/engine.ts';
import type { SettingKey } from '../ids.ts';
import { settings, settingsSection } from '../ids.ts';
import { Emitter } from './emitter.ts';
import { readEngineSettings } from './engineSettings.ts';
import type { Log } from './log.ts';

/** The user's settings. What the start and stop commands say holds until the setting itself changes. */
export class Settings implements vscode.Disposable {
  readonly #log: Log;
  readonly #changed = new Emitter<EngineSettings>();
  readonly #subscriptions: vscode.Disposable[];
  /** Settings that were found wrong, so that each is logged once until it changes. */
  readonly #complained = new Set<string>();
  #receiverOverride: boolean | undefined;

  constructor(log: Log) {
    this.#log = log;
    this.#subscriptions = [
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (!event.affectsConfiguration(settingsSection)) return;
        if (event.affectsConfiguration(settings.enabled)) this.#receiverOverride = undefined;
        this.#complained.clear();
        this.#changed.fire(this.read());
      }),
      vscode.workspace.onDidChangeWorkspaceFolders(() => this.#changed.fire(this.read())),
    ];
  }

  get onChanged() {
    return this.#changed.event;
  }

  read(): EngineSettings {
    const configuration = vscode.workspace.getConfiguration();
    const folders = (vscode.workspace.workspaceFolders ?? []).filter(
      (folder) => folder.uri.scheme === 'file',
    );
    const read = readEngineSettings(
      (key) => configuration.get(key),
      folders.map((folder) => folder.uri.fsPath),
      (key, what) => this.#complain(`The setting ${key} ${what}`),
    );
    if (this.#receiverOverride === undefined) return read;
    return { ...read, receiver: { ...read.receiver, enabled: this.#receiverOverride } };
  }

  /** What the start and stop commands want. */
  overrideReceiver(enabled: boolean): void {
    this.#receiverOverride = enabled;
  }

  /** Writes a setting for this machine. */
  async write(key: SettingKey, value: unknown): Promise<void> {
    await vscode.workspace.getConfiguration().update(key, value, vscode.ConfigurationTarget.Global);
  }

  /** The user's own value of a list setting, to add to it. */
  list(key: SettingKey): readonly unknown[] {
    const value = vscode.workspace.getConfiguration().inspect<unknown>(key)?.globalValue;
    return Array.isArray(value) ? value : [];
  }

  dispose(): void {
    for (const subscription of this.#subscriptions) subscription.dispose();
    this.#changed.dispose();
  }

  #complain(message: string): void {
    if (this.#complained.has(message)) return;
    this.#complained.add(message);
    this.#log.write('warn', message);
  }
}
