import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, CDPSession, Page } from 'playwright-core';
import { launchBrowser } from '../../scripts/lib/browser.mjs';
import { missedFrames, moveAround } from './flameFrames.ts';
import { serveChart } from './flamePage.ts';
import type { ServedChart } from './flamePage.ts';
import { writeBenchIndex } from './flameStore.ts';
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

/** Of a usual display. */
const periodMs = 1000 / 60;

/**
 * The flame chart in a real browser that has no GPU and composes by software, as it does by itself on such a machine:
 * from the question to the store's index, through the layout and the page's own code, to the painted picture; then
 * frames while it is moved and zoomed, and the page's memory. The baseline of the frames is the same picture drawn bar
 * by bar, without leaving out what is below a pixel.
 */
export async function benchFlame(sizes: readonly number[]): Promise<BenchRow[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'llm-traces-flame-'));
  const browser = await launchBrowser({ log: () => undefined, emulateGpu: false });
  try {
    const rows: BenchRow[] = [];
    for (const spans of sizes) {
      const index = path.join(folder, `${spans}.db`);
      writeBenchIndex(index, spans);
      const served = await serveChart(index);
      try {
        const page = await (await browser.newContext({ viewport: { width: 1400, height: 900 } })).newPage();
        rows.push(...(await measure(browser, page, served, spans)));
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

async function measure(
  browser: Browser,
  page: Page,
  served: ServedChart,
  spans: number,
): Promise<BenchRow[]> {
  const label = `${spans.toLocaleString('en-US')} spans`;
  const goal = goals.get(spans);
  const paints: { ms: number; cpuSeconds: number }[] = [];
  // The first load compiles; people open a chart in a running editor. Both are told.
  for (let run = 0; run < 3; run++) paints.push(await openChart(page, served));
  const [first] = paints;
  const usual = [...paints].sort((a, b) => a.ms - b.ms)[1];
  const { intervals, work } = await moveAround(browser, page);
  const session = await page.context().newCDPSession(page);
  const heap = await heapOf(session);
  const naive = spans <= 100_000 ? await page.evaluate(drawEveryBar, spans) : undefined;
  return [
    {
      name: `${label}: painted`,
      value: usual?.ms ?? NaN,
      unit: 'ms',
      cpuSeconds: usual?.cpuSeconds,
      ...(goal ? { goal: { is: '≤', value: goal.paintMs } as const } : {}),
    },
    { name: `${label}: painted, first of the process`, value: first?.ms ?? NaN, unit: 'ms' },
    {
      name: `${label}: what a frame costs while moving and zooming (processor, all threads), p95`,
      value: percentile(work, 0.95),
      unit: 'ms',
      ...(naive === undefined ? {} : { baseline: naive }),
      ...(goal?.frameMs === undefined ? {} : { goal: { is: '≤', value: goal.frameMs } as const }),
    },
    { name: `${label}: the same, p50`, value: percentile(work, 0.5), unit: 'ms' },
    { name: `${label}: from frame to frame at 60 Hz, p95`, value: percentile(intervals, 0.95), unit: 'ms' },
    { name: `${label}: frames missed at 60 Hz`, value: missedFrames(intervals, periodMs) * 100, unit: '%' },
    {
      name: `${label}: memory of the page`,
      value: heap / 1e6,
      unit: 'MB',
      ...(goal?.heapMB === undefined ? {} : { goal: { is: '≤', value: goal.heapMB } as const }),
    },
  ];
}

/** From the page asking for its trace to its picture on the canvas; processor time of reading, layout and page. */
async function openChart(page: Page, served: ServedChart): Promise<{ ms: number; cpuSeconds: number }> {
  await served.forget();
  const before = process.cpuUsage();
  await page.goto(served.address);
  await page.waitForFunction(() => performance.getEntriesByName('flame:painted').length > 0, undefined, {
    timeout: 120_000,
  });
  const { user, system } = process.cpuUsage(before);
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const { metrics } = await session.send('Performance.getMetrics');
  await session.detach();
  const ofPage = metrics.find(({ name }) => name === 'TaskDuration')?.value ?? NaN;
  const ms = await page.evaluate(() => {
    const asked = performance.getEntriesByName('flame:asked')[0]?.startTime ?? 0;
    return (performance.getEntriesByName('flame:painted')[0]?.startTime ?? Infinity) - asked;
  });
  return { ms, cpuSeconds: (user + system) / 1e6 + ofPage };
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
