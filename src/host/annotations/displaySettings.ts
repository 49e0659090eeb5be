import * as vscode from 'vscode';
import { settingsSection } from '../ids.ts';
import { Emitter } from '../services/emitter.ts';
import type { CodeDisplay } from './codeSettings.ts';
import { readCodeDisplay } from './codeSettings.ts';

/** What is to be shown beside the code, as the settings say now. */
export class DisplaySettings implements vscode.Disposable {
  readonly #changed = new Emitter<CodeDisplay>();
  readonly #subscription: vscode.Disposable;
  #current = read();

  constructor() {
    this.#subscription = vscode.workspace.onDidChangeConfiguration((event) => {
      if (!event.affectsConfiguration(`${settingsSection}.code`)) return;
      this.#current = read();
      this.#changed.fire(this.#current);
    });
  }

  get current(): CodeDisplay {
    return this.#current;
  }

  get onChanged() {
    return this.#changed.event;
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changed.dispose();
  }
}

function read(): CodeDisplay {
  const configuration = vscode.workspace.getConfiguration();
  return readCodeDisplay((key) => configuration.get(key));
}
