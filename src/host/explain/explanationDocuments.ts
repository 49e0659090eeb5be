import * as vscode from 'vscode';
import { explanationScheme } from '../ids.ts';
import type { EngineClient } from '../services/engineClient.ts';
import { explanationText } from './explanationText.ts';

const idPattern = /^\/([0-9a-f]{32})-([0-9a-f]{16})\.txt$/;

/** Read-only documents with the explanation of a span, written when they are opened. */
export class ExplanationDocuments implements vscode.TextDocumentContentProvider {
  readonly #engine: EngineClient;

  constructor(engine: EngineClient) {
    this.#engine = engine;
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const [, traceId, spanId] = idPattern.exec(uri.path) ?? [];
    if (traceId === undefined || spanId === undefined)
      return vscode.l10n.t('This is not the address of a span.');
    const explanation = await this.#engine.call('spans/explain', { traceId, spanId });
    return explanation
      ? explanationText(explanation)
      : vscode.l10n.t('This span is not in the store any more.');
  }

  static async open(traceId: string, spanId: string): Promise<void> {
    const uri = vscode.Uri.from({ scheme: explanationScheme, path: `/${traceId}-${spanId}.txt` });
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document, { preview: true });
  }
}
