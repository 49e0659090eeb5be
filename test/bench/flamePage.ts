import { existsSync, readFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { root } from '../../scripts/lib/paths.mjs';
import { FlameTraces } from '../../src/engine/flameTraces.ts';
import type { FlameRequests } from '../../src/protocol/flame.ts';
import { benchTraceId } from './flameStore.ts';
import { packMessage } from './flameWire.ts';

export interface ServedChart {
  readonly address: string;
  /** Nothing is kept of what was read: as when a chart is closed. */
  forget(): Promise<void>;
  stop(): Promise<void>;
}

/** The chart's page with its own code and style, and a host that answers from a real index over the loopback. */
export async function serveChart(index: string): Promise<ServedChart> {
  const traces = new FlameTraces(index);
  const webview = path.join(root, 'dist', 'webview');
  const server = http.createServer((request, response) => {
    void answer(request.url ?? '/', request, response).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500);
      response.end(String(error));
    });
  });
  const answer = async (
    url: string,
    request: http.IncomingMessage,
    response: http.ServerResponse,
  ): Promise<void> => {
    if (url === '/') {
      response.writeHead(200, { 'content-type': 'text/html' }).end(pageHtml);
    } else if (url === '/host.js') {
      response
        .writeHead(200, { 'content-type': 'text/javascript' })
        .end(readFileSync(path.join(import.meta.dirname, 'flameHost.js')));
    } else if (url === '/ask') {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const { method, params } = JSON.parse(Buffer.concat(chunks).toString()) as {
        method: keyof FlameRequests;
        params: Record<string, unknown>;
      };
      const handler = traces.handlers[method] as (params: unknown, signal: AbortSignal) => Promise<unknown>;
      const result = await handler({ ...params, traceId: benchTraceId }, new AbortController().signal);
      response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(packMessage(result));
    } else {
      const file = path.join(webview, path.basename(url));
      const bytes = existsSync(file) ? readFileSync(file) : undefined;
      const type = file.endsWith('.css') ? 'text/css' : file.endsWith('.js') ? 'text/javascript' : 'font/ttf';
      response.writeHead(bytes ? 200 : 404, { 'content-type': type }).end(bytes);
    }
  };
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}/`,
    forget: async () => {
      const { signal } = new AbortController();
      await traces.handlers['flame/forget']({ traceId: benchTraceId }, signal);
    },
    stop: async () => {
      traces.close();
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

const pageHtml = `<!DOCTYPE html><html lang="en" style="--vscode-editor-background:#1e1e1e;--vscode-foreground:#ccc;
--vscode-editor-foreground:#ccc;--vscode-charts-blue:#3794ff;--vscode-charts-purple:#b180d7;--vscode-charts-green:#89d185;
--vscode-charts-orange:#d18616;--vscode-charts-yellow:#cca700;--vscode-charts-red:#f14c4c;--vscode-focusBorder:#0078d4;
--vscode-errorForeground:#f85149;--vscode-editorWarning-foreground:#cca700;--vscode-descriptionForeground:#9d9d9d;
--vscode-font-family:sans-serif;--vscode-font-size:13px;--vscode-terminal-ansiCyan:#11a8cd;--vscode-terminal-ansiMagenta:#bc3fbc">
<head><meta charset="utf-8"><link rel="stylesheet" href="/flame.css"></head>
<body class="vscode-dark" style="margin:0"><main id="root"></main><script src="/host.js"></script><script src="/flame.js"></script></body></html>`;
