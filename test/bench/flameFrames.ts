import type { Browser, Page } from 'playwright-core';

export interface Frames {
  /** Milliseconds from each frame's beginning to the next one's, in ascending order. */
  readonly intervals: readonly number[];
  /**
   * Milliseconds of processor time that each frame took, in ascending order: of the page's thread and of those that
   * rasterize and compose, one after the other, though they work side by side.
   */
  readonly work: readonly number[];
}

/** Those whose work makes a frame. */
const threads = new Set([
  'CrRendererMain',
  'Compositor',
  'ThreadPoolForegroundWorker',
  'VizCompositorThread',
  'CrGpuMain',
]);
const tasks = new Set(['ThreadControllerImpl::RunTask', 'ThreadPool_RunTask']);
const frameMark = 'bench:frame';

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds; `tdur`: of processor time. */
  readonly ts: number;
  readonly tdur?: number;
  readonly args: { readonly name?: string };
}

/**
 * Moves and zooms the chart, one step of the wheel in every frame. The intervals between frames tell which ones a
 * display would have missed; they are never shorter than its period, so what a frame costs is taken from the browser's
 * own trace.
 */
export async function moveAround(browser: Browser, page: Page): Promise<Frames> {
  const session = await browser.newBrowserCDPSession();
  const events: TraceEvent[] = [];
  session.on('Tracing.dataCollected', ({ value }) => {
    for (const event of value) events.push(event as unknown as TraceEvent);
  });
  const complete = new Promise((done) => session.once('Tracing.tracingComplete', done));
  await session.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: ['toplevel', 'blink.user_timing'], excludedCategories: ['*'] },
  });
  const intervals = await page.evaluate(turnTheWheel, frameMark);
  await session.send('Tracing.end');
  await complete;
  await session.detach();
  const ascending = (a: number, b: number): number => a - b;
  return { intervals: intervals.sort(ascending), work: workOf(events).sort(ascending) };
}

/** The part of the frames that came too late for a display that shows one each `periodMs`. */
export function missedFrames(intervals: readonly number[], periodMs: number): number {
  const missed = intervals.reduce((sum, time) => sum + Math.max(0, Math.round(time / periodMs) - 1), 0);
  return missed / (intervals.length + missed);
}

/** Runs in the page. */
async function turnTheWheel(mark: string): Promise<number[]> {
  const target = document.querySelector('.overlay');
  if (!target) throw new Error('There is no chart');
  const box = target.getBoundingClientRect();
  const at = {
    clientX: box.left + box.width * 0.37,
    clientY: box.top + 200,
    bubbles: true,
    cancelable: true,
  };
  const steps: WheelEventInit[] = [];
  const add = (count: number, step: (index: number) => WheelEventInit): void => {
    for (let index = 0; index < count; index++) steps.push(step(index));
  };
  const aside = (index: number): WheelEventInit => ({ deltaX: index % 20 < 10 ? 60 : -60 });
  // Into the thick of it, on to single bars, and all the way back.
  add(40, () => ({ deltaY: -90 }));
  add(80, aside);
  add(40, () => ({ deltaY: -90 }));
  add(40, aside);
  add(80, () => ({ deltaY: 90 }));
  add(40, aside);
  add(60, (index) => ({ deltaY: index < 30 ? 40 : -40, shiftKey: true }));
  const nextFrame = (): Promise<void> =>
    new Promise((done) => {
      requestAnimationFrame(() => {
        performance.mark(mark);
        done();
      });
    });
  const found: number[] = [];
  await nextFrame();
  let last = performance.now();
  for (const step of steps) {
    // Asked for before the chart asks: it is the first callback of the frame in which the chart draws.
    const frame = nextFrame();
    target.dispatchEvent(new WheelEvent('wheel', { ...at, ...step }));
    await frame;
    const now = performance.now();
    found.push(now - last);
    last = now;
  }
  return found;
}

/** Tasks are counted to the frame in which they began: what is composed late is the next one's. */
function workOf(events: readonly TraceEvent[]): number[] {
  const key = ({ pid, tid }: TraceEvent): string => `${pid}:${tid}`;
  const counted = new Set<string>();
  const frames: number[] = [];
  for (const event of events) {
    if (event.name === 'thread_name' && threads.has(event.args.name ?? '')) counted.add(key(event));
    if (event.name === frameMark) frames.push(event.ts);
  }
  frames.sort((a, b) => a - b);
  if (counted.size === 0 || frames.length < 2) throw new Error('The trace holds no frames');
  const work = new Array<number>(frames.length - 1).fill(0);
  for (const event of events) {
    if (event.ph !== 'X' || !tasks.has(event.name) || !counted.has(key(event))) continue;
    const frame = lastBefore(frames, event.ts);
    if (frame >= 0 && frame < work.length) work[frame] = (work[frame] ?? 0) + (event.tdur ?? 0) / 1000;
  }
  return work;
}

/** Index of the last time that is not later; -1 for none. */
function lastBefore(times: readonly number[], wanted: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] as number) <= wanted) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
