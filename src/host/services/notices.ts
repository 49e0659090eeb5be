import * as vscode from 'vscode';

export interface NoticeAction {
  readonly title: string;
  run(): unknown;
}

/**
 * Pop-ups, each at most once: a notice with a key that was shown is not shown again before `forget` is called,
 * and never while it is still open.
 */
export class Notices {
  readonly #shown = new Set<string>();

  /** Shows the message unless its key was shown before; resolves when the user has answered or closed it. */
  async show(
    key: string,
    level: 'info' | 'warning' | 'error',
    message: string,
    actions: readonly NoticeAction[],
  ): Promise<void> {
    if (this.#shown.has(key)) return;
    this.#shown.add(key);
    const titles = actions.map((action) => action.title);
    const show = {
      info: vscode.window.showInformationMessage,
      warning: vscode.window.showWarningMessage,
      error: vscode.window.showErrorMessage,
    }[level];
    const answer = await show(message, ...titles);
    await actions.find((action) => action.title === answer)?.run();
  }

  /** Lets notices whose key starts with `prefix` be shown again: what they told of is over. */
  forget(prefix: string): void {
    for (const key of this.#shown) if (key.startsWith(prefix)) this.#shown.delete(key);
  }
}
