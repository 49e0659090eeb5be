import * as vscode from 'vscode';
import { commands, statusBarItem } from '../ids.ts';
import type { EngineState } from './engineState.ts';
import { receivingForMs, statusBarView } from './statusBarModel.ts';

/** The one item in the status bar: state, today's calls and cost; a click opens the menu. */
export class StatusBar implements vscode.Disposable {
  readonly #item = vscode.window.createStatusBarItem(statusBarItem, vscode.StatusBarAlignment.Right, 90);
  #state: EngineState = { kind: 'starting' };
  #calmDown: NodeJS.Timeout | undefined;
  #findings: readonly string[] = [];

  constructor() {
    this.#item.name = vscode.l10n.t('LLM Traces');
    this.#item.command = commands.showMenu;
    this.#draw();
    this.#item.show();
  }

  show(state: EngineState): void {
    this.#state = state;
    this.#draw();
  }

  /** What the newest services lack, one a line; shown in the hover. */
  showFindings(findings: readonly string[]): void {
    if (findings.join('\n') === this.#findings.join('\n')) return;
    this.#findings = findings;
    this.#draw();
  }

  /** What it says now, for tests. */
  get text(): string {
    return this.#item.text;
  }

  dispose(): void {
    clearTimeout(this.#calmDown);
    this.#item.dispose();
  }

  #draw(): void {
    const now = Date.now();
    const view = statusBarView(this.#state, now);
    this.#item.text = view.text;
    const tooltip = new vscode.MarkdownString();
    tooltip.appendText(view.tooltip.join('\n'));
    if (this.#findings.length > 0) {
      tooltip.appendText(`\n${this.#findings.join('\n')}\n`);
      tooltip.isTrusted = { enabledCommands: [commands.doctor] };
      tooltip.appendMarkdown(`\n\n[${vscode.l10n.t('Why, and what helps')}](command:${commands.doctor})`);
    }
    this.#item.tooltip = tooltip;
    this.#item.accessibilityInformation = { label: view.accessibilityLabel, role: 'button' };
    this.#item.backgroundColor =
      view.background && new vscode.ThemeColor(`statusBarItem.${view.background}Background`);
    clearTimeout(this.#calmDown);
    const last = this.#state.kind === 'running' ? this.#state.status.lastReceivedAt : undefined;
    if (last !== undefined && now - last < receivingForMs) {
      this.#calmDown = setTimeout(() => this.#draw(), last + receivingForMs - now + 10);
    }
  }
}
