import assert from 'node:assert/strict';
import type { Frame, Locator } from 'playwright-core';
import type { Workbench } from '../driver/workbench.ts';
import { eventually } from './eventually.ts';

export const rowHeight = 20;
export const rulerHeight = 24;

/** The frame of the chart: other panels are webviews, too. */
export async function chartFrame(window: Workbench): Promise<Frame> {
  return eventually(async () => {
    for (const frame of window.page.frames()) {
      if (frame.isDetached() || !frame.url().includes('fake.html')) continue;
      if ((await frame.locator('.flame .chart').count()) > 0) return frame;
    }
    throw new Error('There is no flame chart');
  }, 30_000);
}

/** A span of the tree that mirrors the chart. */
export async function item(window: Workbench, name: string | RegExp): Promise<Locator> {
  return (await chartFrame(window)).getByRole('treeitem', { name }).first();
}

export async function selectedName(window: Workbench): Promise<string> {
  const selected = (await chartFrame(window)).locator('[role="treeitem"][aria-selected="true"]');
  return (await selected.getAttribute('aria-label', { timeout: 5000 })) ?? '';
}

export async function isSelected(window: Workbench, name: RegExp): Promise<void> {
  await eventually(async () => assert.match(await selectedName(window), name));
}

/** Clicks into a row, at a part of the chart's width. */
export async function clickRow(
  window: Workbench,
  row: number,
  part: number,
  options?: { clickCount?: number },
): Promise<void> {
  await eventually(async () => {
    const overlay = (await chartFrame(window)).locator('.chart .overlay');
    const box = await overlay.boundingBox();
    assert.ok(box);
    const position = { x: box.width * part, y: rulerHeight + row * rowHeight + rowHeight / 2 };
    await overlay.click({ position, ...options });
  });
}

/** Clicks a row of the tree, out of the way of hovers. */
export async function clickTree(window: Workbench, name: string): Promise<void> {
  await window.page.mouse.move(900, 4);
  await window.page.locator('.workbench-hover:visible').waitFor({ state: 'detached' });
  await window.rows('Traces', name).first().click();
  await window.page.mouse.move(900, 4);
}

/** Of each canvas: how many pixels are other than its first one. */
export function drawnPixels(canvases: Locator): Promise<number[]> {
  return canvases.evaluateAll((all) =>
    (all as HTMLCanvasElement[]).map((canvas) => {
      const image = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height);
      if (!image) return -1;
      const words = new Uint32Array(image.data.buffer);
      return words.reduce((count, word) => count + (word === words[0] ? 0 : 1), 0);
    }),
  );
}

/** One span of a trace of our choosing: the OpenTelemetry SDK would choose ids itself. */
export async function sendSpan(
  port: number,
  span: { traceId: string; spanId: string; parentSpanId: string; name: string; begun: bigint; ms: number },
): Promise<void> {
  const { begun, ms, ...ids } = span;
  const body = {
    resourceSpans: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 'live' } }] },
        scopeSpans: [
          {
            scope: { name: 'test' },
            spans: [
              {
                ...ids,
                kind: 1,
                startTimeUnixNano: String(begun),
                endTimeUnixNano: String(begun + BigInt(ms) * 1_000_000n),
              },
            ],
          },
        ],
      },
    ],
  };
  const response = await fetch(`http://127.0.0.1:${port}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  assert.equal(response.status, 200);
}
