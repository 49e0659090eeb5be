import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import type { Port } from '../../base/channel.ts';
import { pageHtml } from './pageHtml.ts';

export interface WebviewPage {
  /** Of its script and style sheet in dist/webview. */
  readonly name: string;
  /** For screen readers; the tab has a title of its own. */
  readonly title: string;
  /** Of the tab: `media/ICON-light.svg` and `media/ICON-dark.svg`. */
  readonly icon: string;
  readonly showsImages?: boolean;
}

/** Fills a panel, new or restored, with one of our pages. Listen to it before: its page asks as soon as it runs. */
export function showPage(
  panel: vscode.WebviewPanel,
  extensionUri: vscode.Uri,
  { name, title, icon, showsImages = false }: WebviewPage,
): void {
  const { webview } = panel;
  const file = (...path: string[]): vscode.Uri => vscode.Uri.joinPath(extensionUri, ...path);
  const shipped = (path: string): string => webview.asWebviewUri(file('dist', 'webview', path)).toString();
  webview.options = {
    enableScripts: true,
    enableForms: false,
    localResourceRoots: [file('dist', 'webview'), file('media')],
  };
  panel.iconPath = { light: file('media', `${icon}-light.svg`), dark: file('media', `${icon}-dark.svg`) };
  webview.html = pageHtml({
    cspSource: webview.cspSource,
    nonce: randomBytes(16).toString('base64url'),
    scriptUri: shipped(`${name}.js`),
    styleUri: shipped(`${name}.css`),
    title,
    showsImages,
  });
}

export function portOf(webview: vscode.Webview): Port {
  return {
    post: (message) => void webview.postMessage(message),
    onMessage: (listener) => void webview.onDidReceiveMessage(listener),
  };
}

/** What a page remembered over a reload of the window. It may hold anything. */
export function remembered<T>(state: unknown): Partial<T> {
  return typeof state === 'object' && state !== null ? state : {};
}

/** For requests that have no answer but that they are done. */
export function done(run: PromiseLike<unknown>): Promise<null> {
  return Promise.resolve(run).then(() => null);
}
