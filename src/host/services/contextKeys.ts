import * as vscode from 'vscode';
import { contextKeys } from '../ids.ts';

/** The context keys that `when` clauses read, set in this one place; repeats cost nothing. */
export class ContextKeys {
  readonly #known = new Map<string, string | boolean>();

  set(key: keyof typeof contextKeys, value: string | boolean): void {
    const name = contextKeys[key];
    if (this.#known.get(name) === value) return;
    this.#known.set(name, value);
    void vscode.commands.executeCommand('setContext', name, value);
  }
}
