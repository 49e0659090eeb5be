import * as vscode from 'vscode';
import { markInvisible } from '../../base/visibleText.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** The extension's log: what happened, never what the traces say. */
export class Log implements vscode.Disposable {
  readonly #channel = vscode.window.createOutputChannel('LLM Traces', { log: true });

  write(level: LogLevel, message: string): void {
    this.#channel[level](
      markInvisible(message.length > 8000 ? `${message.slice(0, 8000)}…` : message).trimEnd(),
    );
  }

  /** Logs an error with what was being done when it happened. */
  error(doing: string, error: unknown): void {
    this.write(
      'error',
      `${doing}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
  }

  show(): void {
    this.#channel.show(true);
  }

  dispose(): void {
    this.#channel.dispose();
  }
}
