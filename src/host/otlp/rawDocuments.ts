import * as vscode from 'vscode';
import type { SpanKey } from '../../model/span.ts';
import { rawScheme } from '../ids.ts';
import type { EngineClient } from '../services/engineClient.ts';

const idPattern = /^\/([0-9a-f]{32})-([0-9a-f]{16})\.json$/;

/** Read-only documents with a span as OTLP JSON, read from the journal when they are opened. */
export class RawDocuments implements vscode.TextDocumentContentProvider {
  readonly #engine: EngineClient;

  constructor(engine: EngineClient) {
    this.#engine = engine;
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const [, traceId, spanId] = idPattern.exec(uri.path) ?? [];
    if (traceId === undefined || spanId === undefined)
      return vscode.l10n.t('This is not the address of a span.');
    const raw = await this.#engine.call('spans/raw', { traceId, spanId });
    if (!raw) return vscode.l10n.t('This span is not in the store any more.');
    return [raw.spans, raw.logs]
      .filter((text) => text !== '')
      .map((text) => JSON.stringify(JSON.parse(text), undefined, 2))
      .join('\n\n');
  }

  static async open({ traceId, spanId }: SpanKey): Promise<void> {
    const uri = vscode.Uri.from({ scheme: rawScheme, path: `/${traceId}-${spanId}.json` });
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document, { preview: true });
  }
}
