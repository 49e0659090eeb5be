import * as vscode from 'vscode';
import { DisposableStore } from '../../base/disposable.ts';
import type { CodeProblem } from '../../protocol/code.ts';
import { isDetailsTarget } from '../../protocol/webview.ts';
import { commands } from '../ids.ts';
import type { EngineClient } from '../services/engineClient.ts';
import type { Log } from '../services/log.ts';
import { Coalescer } from '../views/coalescer.ts';
import { flagName } from '../views/traces/rowText.ts';
import type { AnnotationModel } from './annotationModel.ts';
import { isSource } from './codeThread.ts';
import type { DisplaySettings } from './displaySettings.ts';
import type { ListedProblem } from './problemList.ts';
import { listProblems } from './problemList.ts';

const source = 'LLM Traces';

/** Failed, truncated, rate-limited and looping calls in the Problems panel, each at its line. */
export class CallProblems implements vscode.CodeActionProvider, vscode.Disposable {
  readonly #engine: EngineClient;
  readonly #model: AnnotationModel;
  readonly #display: DisplaySettings;
  readonly #log: Log;
  readonly #collection = vscode.languages.createDiagnosticCollection('llm-traces');
  readonly #disposables = new DisposableStore();
  readonly #coalescer: Coalescer;
  #files: ReadonlyMap<string, readonly ListedProblem[]> = new Map();
  #answer: readonly CodeProblem[] = [];

  constructor(engine: EngineClient, model: AnnotationModel, display: DisplaySettings, log: Log) {
    this.#engine = engine;
    this.#model = model;
    this.#display = display;
    this.#log = log;
    this.#coalescer = this.#disposables.add(new Coalescer(() => this.#ask(), 250));
    const ask = (): void => this.#coalescer.add({ traceIds: [], all: true });
    const { CodeActionKind, languages, workspace } = vscode;
    for (const item of [
      this.#collection,
      engine.onCodeChanged(ask),
      engine.onReady(ask),
      workspace.onDidGrantWorkspaceTrust(ask),
      display.onChanged(() => this.#show()),
      // Lines have moved, or are those of the file again.
      model.onDidChange(({ fsPath }) => this.#showFile(fsPath)),
      languages.registerCodeActionsProvider({ scheme: 'file' }, this, {
        providedCodeActionKinds: [CodeActionKind.QuickFix],
      }),
    ])
      this.#disposables.add(item);
    ask();
  }

  provideCodeActions(
    document: vscode.TextDocument,
    _range: vscode.Range,
    { diagnostics }: vscode.CodeActionContext,
  ): vscode.CodeAction[] {
    const listed = this.#files.get(document.uri.fsPath) ?? [];
    return diagnostics.flatMap((diagnostic) => {
      if (diagnostic.source !== source) return [];
      const found = listed.find(
        ({ problem }) =>
          problem.flag === diagnostic.code && this.#lineOf(problem) === diagnostic.range.start.line,
      );
      if (!found) return [];
      const { traceId, spanId } = found.problem;
      const target = { traceId, spanId };
      if (!isDetailsTarget(target)) return [];
      const title = vscode.l10n.t('Show the newest call that is {0}', flagName(found.problem.flag));
      const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
      action.command = { command: commands.showDetails, title, arguments: [target] };
      action.diagnostics = [diagnostic];
      return [action];
    });
  }

  dispose(): void {
    this.#disposables.dispose();
  }

  async #ask(): Promise<void> {
    try {
      this.#answer = this.#engine.status ? await this.#engine.call('code/problems', {}) : [];
      this.#show();
    } catch (error) {
      this.#log.write('debug', `Problems could not be listed: ${String(error)}`);
    }
  }

  #show(): void {
    const { isOn, problems } = this.#display.current;
    const before = this.#files;
    this.#files = listProblems(isOn ? this.#answer : [], problems);
    for (const file of before.keys())
      if (!this.#files.has(file)) this.#collection.delete(vscode.Uri.file(file));
    for (const file of this.#files.keys()) this.#showFile(file);
  }

  #showFile(file: string): void {
    const listed = this.#files.get(file);
    if (!listed) return;
    const uri = vscode.Uri.file(file);
    const document = vscode.workspace.textDocuments.find((one) => one.uri.toString() === uri.toString());
    const diagnostics = isSource(uri)
      ? listed.flatMap((one) => {
          const line = this.#lineOf(one.problem);
          return line === undefined ? [] : [makeDiagnostic(one, rangeOf(one.problem, line, document))];
        })
      : [];
    this.#collection.set(uri, diagnostics);
  }

  #lineOf({ file, line }: CodeProblem): number | undefined {
    return this.#model.lineOf(file, line);
  }
}

function makeDiagnostic(
  { problem, severity, message }: ListedProblem,
  range: vscode.Range,
): vscode.Diagnostic {
  const diagnostic = new vscode.Diagnostic(range, message, severities[severity]);
  diagnostic.source = source;
  diagnostic.code = problem.flag;
  return diagnostic;
}

const severities = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  information: vscode.DiagnosticSeverity.Information,
  hint: vscode.DiagnosticSeverity.Hint,
} as const;

/** The text of the line; where the document is not open, from the call's column on as far as a line may reach. */
function rangeOf(
  problem: CodeProblem,
  line: number,
  document: vscode.TextDocument | undefined,
): vscode.Range {
  const column = Math.max(0, (problem.column ?? 1) - 1);
  if (!document || line >= document.lineCount) return new vscode.Range(line, column, line, column + 200);
  const text = document.lineAt(line);
  const start = Math.max(text.firstNonWhitespaceCharacterIndex, Math.min(column, text.text.length));
  return new vscode.Range(line, start === text.text.length ? 0 : start, line, text.text.trimEnd().length);
}
