import * as vscode from 'vscode';
import type { SpanKey } from '../../model/span.ts';
import type { EngineClient } from './engineClient.ts';

/** What a kind of read-only document tells of a span. */
export interface SpanDocumentKind {
  /** Of its addresses: `SCHEME:/TRACE-SPAN.EXTENSION`. */
  readonly scheme: string;
  /** Says what language it is in. */
  readonly extension: 'json' | 'txt';
  /** Its text; null when the span is not in the store. */
  readonly read: (engine: EngineClient, span: SpanKey) => Promise<string | null>;
}

const idPattern = /^\/([0-9a-f]{32})-([0-9a-f]{16})\.[a-z]+$/;

/** Read-only documents about spans, written when they are opened. */
export class SpanDocuments implements vscode.TextDocumentContentProvider {
  readonly #kind: SpanDocumentKind;
  readonly #engine: EngineClient;

  constructor(kind: SpanDocumentKind, engine: EngineClient) {
    this.#kind = kind;
    this.#engine = engine;
  }

  async provideTextDocumentContent({ path }: vscode.Uri): Promise<string> {
    const [, traceId, spanId] = idPattern.exec(path) ?? [];
    if (traceId === undefined || spanId === undefined)
      return vscode.l10n.t('This is not the address of a span.');
    const text = await this.#kind.read(this.#engine, { traceId, spanId });
    return text ?? vscode.l10n.t('This span is not in the store any more.');
  }

  static register(kind: SpanDocumentKind, engine: EngineClient): vscode.Disposable {
    return vscode.workspace.registerTextDocumentContentProvider(kind.scheme, new SpanDocuments(kind, engine));
  }

  static async open({ scheme, extension }: SpanDocumentKind, { traceId, spanId }: SpanKey): Promise<void> {
    const uri = vscode.Uri.from({ scheme, path: `/${traceId}-${spanId}.${extension}` });
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document, { preview: true });
  }
}
