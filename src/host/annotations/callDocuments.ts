import * as vscode from 'vscode';
import { formatDuration } from '../../protocol/format.ts';
import type { SpanRow } from '../../protocol/rows.ts';
import { isDetailsTarget } from '../../protocol/webview.ts';
import { callScheme } from '../ids.ts';
import type { EngineClient } from '../services/engineClient.ts';
import { callText } from './callText.ts';

/** Read-only documents with the text of a call, for peeking at it from its line. */
export class CallDocuments implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #engine: EngineClient;
  readonly #registration: vscode.Disposable;

  constructor(engine: EngineClient) {
    this.#engine = engine;
    this.#registration = vscode.workspace.registerTextDocumentContentProvider(callScheme, this);
  }

  async provideTextDocumentContent(uri: vscode.Uri): Promise<string> {
    const [traceId, spanId] = uri.query.split('-');
    const target = { traceId, spanId };
    if (!isDetailsTarget(target)) return vscode.l10n.t('This is not the address of a span.');
    const details = await this.#engine.call('spans/details', target);
    return details ? callText(details) : vscode.l10n.t('This span is not in the store any more.');
  }

  dispose(): void {
    this.#registration.dispose();
  }
}

/** The address of a call's document: its name is what the list beside the peek shows. */
export function callUri(row: SpanRow): vscode.Uri {
  return vscode.Uri.from({
    scheme: callScheme,
    path: `/${callFileName(row)}`,
    query: `${row.traceId}-${row.spanId}`,
  });
}

/** Letters, digits and plain marks only: a name that was received is not to look like a path. */
function callFileName({ name, startMicros, durationMs }: SpanRow): string {
  const time = new Date(startMicros / 1000).toLocaleTimeString('en-GB');
  const took = durationMs === undefined ? '' : `, ${formatDuration(durationMs)}`;
  const plain = name.slice(0, 60).replace(/[^\p{L}\p{N} ._-]+/gu, '_');
  return `${time} ${plain}${took}.txt`;
}
