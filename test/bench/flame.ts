import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { CDPSession, Page } from 'playwright-core';
import { launchBrowser } from '../../scripts/lib/browser.mjs';
import { root } from '../../scripts/lib/paths.mjs';
import { FlameTraces } from '../../src/engine/flameTraces.ts';
import type { FlameRequests } from '../../src/protocol/flame.ts';
import { benchTraceId, writeBenchIndex } from './flameStore.ts';
import { packMessage } from './flameWire.ts';
import { percentile } from './ingest.ts';
import type { BenchRow } from './row.ts';

interface Goals {
  readonly paintMs: number;
  readonly frameMs: number | undefined;
  readonly heapMB: number | undefined;
}

const goals = new Map<number, Goals>([
  [10_000, { paintMs: 300, frameMs: undefined, heapMB: undefined }],
  [100_000, { paintMs: 800, frameMs: 16.7, heapMB: 60 }],
  [1_000_000, { paintMs: 5000, frameMs: 33, heapMB: 300 }],
]);

/**
 * The flame chart in a real browser, rendered by software: from the question to the store's index, through the layout
 * and the page's own code, to the painted picture; then frames while it is moved and zoomed, and the page's memory.
 * The baseline of the frames is the same picture drawn bar by bar, without leaving out what is below a pixel.
 */
export async function benchFlame(sizes: readonly number[]): Promise<BenchRow[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'llm-traces-flame-'));
  const browser = await launchBrowser({ log: () => undefined });
  try {
    const rows: BenchRow[] = [];
    for (const spans of sizes) {
      const index = path.join(folder, `${spans}.db`);
      writeBenchIndex(index, spans);
      const served = await serve(index);
      try {
        const page = await (await browser.newContext({ viewport: { width: 1400, height: 900 } })).newPage();
        rows.push(...(await measure(page, served.address, spans)));
        await page.context().close();
      } finally {
        await served.stop();
      }
    }
    return rows;
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function measure(page: Page, address: string, spans: number): Promise<BenchRow[]> {
  const label = `${spans.toLocaleString('en-US')} spans`;
  const goal = goals.get(spans);
  const paints: number[] = [];
  // The first load compiles; people open a chart in a running editor. Both are told.
  for (let run = 0; run < 3; run++) paints.push(await openChart(page, address));
  const [first = NaN] = paints;
  const usual = [...paints].sort((a, b) => a - b)[1] ?? NaN;
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const before = await threadSeconds(session);
  const frames = await moveAround(page);
  const perFrame = ((await threadSeconds(session)) - before) / frames.length;
  const heap = await heapOf(session);
  const naive = spans <= 100_000 ? await page.evaluate(drawEveryBar, spans) : undefined;
  return [
    {
      name: `${label}: painted`,
      value: usual,
      unit: 'ms',
      ...(goal ? { goal: { is: '≤', value: goal.paintMs } as const } : {}),
    },
    { name: `${label}: painted, first of the process`, value: first, unit: 'ms' },
    {
      name: `${label}: frame while moving and zooming, p95`,
      value: percentile(frames, 0.95),
      unit: 'ms',
      ...(naive === undefined ? {} : { baseline: naive }),
      ...(goal?.frameMs === undefined ? {} : { goal: { is: '≤', value: goal.frameMs } as const }),
    },
    {
      name: `${label}: the same, p50; processor time of the page's thread, mean`,
      value: percentile(frames, 0.5),
      unit: 'ms',
      cpuSeconds: perFrame,
    },
    {
      name: `${label}: memory of the page`,
      value: heap / 1e6,
      unit: 'MB',
      ...(goal?.heapMB === undefined ? {} : { goal: { is: '≤', value: goal.heapMB } as const }),
    },
  ];
}

/** Milliseconds from the page asking for its trace to its picture on the canvas. */
async function openChart(page: Page, address: string): Promise<number> {
  await page.goto(address);
  await page.waitForFunction(() => performance.getEntriesByName('flame:painted').length > 0, undefined, {
    timeout: 120_000,
  });
  return page.evaluate(() => {
    const asked = performance.getEntriesByName('flame:asked')[0]?.startTime ?? 0;
    return (performance.getEntriesByName('flame:painted')[0]?.startTime ?? Infinity) - asked;
  });
}

/**
 * What each frame costs the page's thread: one movement of the wheel a frame, from the frame's beginning to the end of
 * its script, style, layout and painting. Beyond that the compositor works, in threads of its own.
 */
async function moveAround(page: Page): Promise<number[]> {
  const frames = await page.evaluate(async () => {
    const target = document.querySelector('.overlay');
    if (!target) throw new Error('There is no chart');
    const box = target.getBoundingClientRect();
    const at = {
      clientX: box.left + box.width * 0.37,
      clientY: box.top + 200,
      bubbles: true,
      cancelable: true,
    };
    const found: number[] = [];
    const step = (event: WheelEventInit): Promise<void> =>
      new Promise((done) => {
        // Asked for before the chart asks: it is the frame's first callback.
        requestAnimationFrame(() => {
          const begun = performance.now();
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = () => {
            found.push(performance.now() - begun);
            done();
          };
          port2.postMessage(null);
        });
        target.dispatchEvent(new WheelEvent('wheel', { ...at, ...event }));
      });
    for (let i = 0; i < 80; i++) await step({ deltaY: -90 });
    for (let i = 0; i < 80; i++) await step({ deltaX: i % 20 < 10 ? 60 : -60 });
    for (let i = 0; i < 80; i++) await step({ deltaY: 90 });
    for (let i = 0; i < 80; i++) await step({ deltaX: i % 20 < 10 ? 60 : -60 });
    for (let i = 0; i < 60; i++) await step({ deltaY: i < 30 ? 40 : -40, shiftKey: true });
    return found;
  });
  return frames.sort((a, b) => a - b);
}

/** Processor time of the page's thread so far: on a busy machine less noisy than the clock. */
async function threadSeconds(session: CDPSession): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics');
  return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? NaN;
}

/** Bytes of objects and of array buffers, after a collection. */
async function heapOf(session: CDPSession): Promise<number> {
  await session.send('HeapProfiler.enable');
  await session.send('HeapProfiler.collectGarbage');
  const usage = (await session.send('Runtime.getHeapUsage')) as {
    usedSize: number;
    backingStorageSize?: number;
  };
  return usage.usedSize + (usage.backingStorageSize ?? 0);
}

/** A frame that draws every bar, as a chart without levels of detail does. Runs in the page. */
async function drawEveryBar(spans: number): Promise<number> {
  const canvas = document.createElement('canvas');
  canvas.width = 1386;
  canvas.height = 700;
  canvas.style.position = 'fixed';
  document.body.append(canvas);
  const context = canvas.getContext('2d', { alpha: false, willReadFrequently: true });
  if (!context) throw new Error('There is no canvas');
  const frames: number[] = [];
  for (let frame = 0; frame < 5; frame++) {
    const begun = await new Promise<number>((done) => requestAnimationFrame(() => done(performance.now())));
    context.fillStyle = '#1e1e1e';
    context.fillRect(0, 0, canvas.width, canvas.height);
    for (let span = 0; span < spans; span++) {
      context.fillStyle = span % 3 === 0 ? '#7a5c9e' : span % 3 === 1 ? '#3a6ea5' : '#4b8b5a';
      context.fillRect((span * 7919) % canvas.width, ((span % 34) * 20 + frame) % 700, 3, 18);
    }
    // Reading a pixel waits for what was drawn.
    context.getImageData(0, 0, 1, 1);
    frames.push(performance.now() - begun);
  }
  canvas.remove();
  frames.sort((a, b) => a - b);
  return frames[Math.floor(frames.length * 0.95)] ?? NaN;
}

/** The page with its own code and style, and a host that answers from a real index over the loopback. */
async function serve(index: string): Promise<{ address: string; stop(): Promise<void> }> {
  const { handlers, ...rest } = openTraces(index);
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
      const handler = handlers[method] as (params: unknown, signal: AbortSignal) => Promise<unknown>;
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
    stop: async () => {
      rest.close();
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

function openTraces(index: string): { handlers: FlameTraces['handlers']; close(): void } {
  const traces = new FlameTraces(index);
  return { handlers: traces.handlers, close: () => traces.close() };
}

const pageHtml = `<!DOCTYPE html><html lang="en" style="--vscode-editor-background:#1e1e1e;--vscode-foreground:#ccc;
--vscode-editor-foreground:#ccc;--vscode-charts-blue:#3794ff;--vscode-charts-purple:#b180d7;--vscode-charts-green:#89d185;
--vscode-charts-orange:#d18616;--vscode-charts-yellow:#cca700;--vscode-charts-red:#f14c4c;--vscode-focusBorder:#0078d4;
--vscode-errorForeground:#f85149;--vscode-editorWarning-foreground:#cca700;--vscode-descriptionForeground:#9d9d9d;
--vscode-font-family:sans-serif;--vscode-font-size:13px;--vscode-terminal-ansiCyan:#11a8cd;--vscode-terminal-ansiMagenta:#bc3fbc">
<head><meta charset="utf-8"><link rel="stylesheet" href="/flame.css"></head>
<body class="vscode-dark" style="margin:0"><main id="root"></main><script src="/host.js"></script><script src="/flame.js"></script></body></html>`;
