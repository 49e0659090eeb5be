import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { DisposableStore } from '../../base/disposable.ts';
import type { EnvironmentVariable } from '../../environment/programEnvironment.ts';
import {
  applied,
  programEnvironment,
  respecting,
  withoutOurs,
} from '../../environment/programEnvironment.ts';
import { settings as keys } from '../ids.ts';
import type { EngineClient } from '../services/engineClient.ts';
import { endpointUrl } from '../services/engineState.ts';
import type { Log } from '../services/log.ts';
import type { Settings } from '../services/settings.ts';
import { dotenvNames } from '../setup/dotenv.ts';
import { namesInTasks, platformName, terminalVariables } from './userEnvironment.ts';

type Existing = Readonly<Record<string, string | undefined>>;

/** What is read of a folder's `.env`: names only, of files no larger than people write them. */
const largestDotenv = 256 * 1024;

/**
 * Tells new terminals and tasks where to send, and has them record frames. Nothing is set over a value of the user's:
 * neither of the editor's own environment nor of its settings, of tasks, or of a folder's `.env`.
 */
export class ProgramEnvironments implements vscode.Disposable {
  readonly #context: vscode.ExtensionContext;
  readonly #engine: EngineClient;
  readonly #settings: Settings;
  readonly #log: Log;
  readonly #disposables = new DisposableStore();
  /** What each collection was last given, so that terminals are not marked as outdated for nothing. */
  readonly #given = new Map<string, string>();
  #updating = Promise.resolve();

  constructor(context: vscode.ExtensionContext, engine: EngineClient, settings: Settings, log: Log) {
    this.#context = context;
    this.#engine = engine;
    this.#settings = settings;
    this.#log = log;
    // Not kept for a window that opens without this extension: the port may be another's by then.
    context.environmentVariableCollection.persistent = false;
    const update = (): void => this.update();
    const dotenv = vscode.workspace.createFileSystemWatcher('**/.env');
    for (const subscription of [
      engine.onStatus(update),
      vscode.workspace.onDidGrantWorkspaceTrust(update),
      vscode.workspace.onDidChangeWorkspaceFolders(update),
      vscode.workspace.onDidChangeConfiguration((event) => {
        const watched = ['tasks', 'terminal.integrated.env', keys.environmentEnabled, keys.environmentFrames];
        if (watched.some((section) => event.affectsConfiguration(section))) update();
      }),
      dotenv,
      dotenv.onDidChange(update),
      dotenv.onDidCreate(update),
      dotenv.onDidDelete(update),
    ]) {
      this.#disposables.add(subscription);
    }
  }

  get enabled(): boolean {
    const isOn = vscode.workspace.getConfiguration().get(keys.environmentEnabled) !== false;
    return isOn && vscode.workspace.isTrusted && this.#engine.status !== undefined;
  }

  /** Absolute paths of the hooks that record frames. */
  get hooks(): { python: string; node: string } {
    const file = (...parts: string[]): string =>
      vscode.Uri.joinPath(this.#context.extensionUri, 'dist', 'capture', ...parts).fsPath;
    return { python: file('python'), node: file('node', 'register.cjs') };
  }

  /** For a program of a folder; undefined while nothing listens anywhere. */
  variables(folder: string | undefined, captureContent = false): EnvironmentVariable[] | undefined {
    const { status } = this.#engine;
    if (!status || status.state === 'off') return undefined;
    const { receiver } = this.#settings.read();
    // While another window receives, it does so on the ports of the same settings.
    const http =
      status.http ??
      (status.state === 'following' ? { host: '127.0.0.1', port: receiver.httpPort } : undefined);
    const open = http ?? status.grpc;
    if (!open) return undefined;
    const frames = vscode.workspace.getConfiguration().get(keys.environmentFrames) !== false;
    return programEnvironment({
      endpoint: endpointUrl(open),
      protocol: http ? undefined : 'grpc',
      hooks: frames ? this.hooks : undefined,
      workspace: folder,
      captureContent,
      platform: process.platform,
    });
  }

  /** Complete values for a program of a folder beside `own`, what is set for it alone. */
  async valuesFor(folder: string | undefined, own: Existing): Promise<Map<string, string>> {
    const variables = this.enabled ? this.variables(folder) : undefined;
    if (!variables) return new Map();
    const existing: Existing = { ...withoutOurs(process.env), ...own };
    const inDotenv = folder === undefined ? new Set<string>() : await this.#dotenv(folder);
    const allowed = respecting(variables, (name) => existing[name] !== undefined || inDotenv.has(name));
    return applied(allowed, existing, process.platform);
  }

  /** Gives the collections what they are to hold now; one update at a time. */
  update(): void {
    this.#updating = this.#updating
      .then(() => this.#update())
      .catch((error: unknown) => this.#log.error('The environment of terminals could not be set', error));
  }

  dispose(): void {
    this.#disposables.dispose();
    this.#context.environmentVariableCollection.clear();
  }

  async #update(): Promise<void> {
    const { environmentVariableCollection: all } = this.#context;
    const folders = (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
    if (folders.length === 0) {
      await this.#give(all, '', undefined);
      return;
    }
    for (const folder of folders) {
      await this.#give(all.getScoped({ workspaceFolder: folder }), folder.uri.fsPath, folder);
    }
  }

  async #give(
    collection: vscode.EnvironmentVariableCollection,
    key: string,
    folder: vscode.WorkspaceFolder | undefined,
  ): Promise<void> {
    const configuration = vscode.workspace.getConfiguration(undefined, folder ?? null);
    const inTasks = namesInTasks(
      configuration.inspect('tasks')?.workspaceFolderValue ?? configuration.get('tasks'),
    );
    const own = terminalVariables(
      configuration.get(`terminal.integrated.env.${platformName(process.platform)}`),
    );
    const values = await this.valuesFor(folder?.uri.fsPath, own);
    // A collection's value goes over a task's: what tasks set stays theirs, in the whole folder.
    const entries = [...values].filter(([name]) => !inTasks.has(name));
    const text = JSON.stringify(entries);
    if (this.#given.get(key) === text) return;
    this.#given.set(key, text);
    collection.clear();
    if (entries.length === 0) return;
    const description = new vscode.MarkdownString();
    description.appendText(
      vscode.l10n.t('Sends the traces of programs to LLM Traces (setting {0})', keys.environmentEnabled),
    );
    collection.description = description;
    for (const [name, value] of entries) collection.replace(name, value);
  }

  async #dotenv(folder: string): Promise<Set<string>> {
    const file = path.join(folder, '.env');
    try {
      if ((await stat(file)).size > largestDotenv) return new Set();
      return dotenvNames(await readFile(file, 'utf8'));
    } catch {
      return new Set();
    }
  }
}
