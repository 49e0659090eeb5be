import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CodeThread } from '../../src/engine/code/codeThread.ts';
import type { IndexedSpan } from '../../src/store/api.ts';
import { IndexWriter } from '../../src/store/indexWriter.ts';
import { call, spanId, traceId } from '../unit/store/samples.ts';
import type { BenchRow } from './row.ts';

const lines = 200;
const spansPerTrace = 10;
const update = 100;

/** A call of one of 200 lines in 20 files, reached from one of 50 others. */
function spanOf(n: number): IndexedSpan {
  const line = n % lines;
  const frames = [
    { file: `/work/app/part${line % 20}.py`, line: 10 + line, column: 5, function: `step${line}` },
    { file: '/work/app/main.py', line: 1 + (line % 50), column: 5, function: 'main' },
  ];
  const [place] = frames as [(typeof frames)[0]];
  return call(n, {
    spanId: spanId(n + 1),
    traceId: traceId(1 + Math.floor(n / spansPerTrace)),
    parentSpanId: n % spansPerTrace === 0 ? '' : spanId(n - (n % spansPerTrace) + 1),
    serviceInstance: `run-${Math.floor(n / 5_000)}`,
    durationNanos: (1 + (n % 997)) * 1e6,
    source: { ...place, confidence: 'exact', resolver: 'captured-frames', frames, candidates: [] },
  });
}

/** The calls beside the code: to read 100,000 stored spans of 200 lines, to follow 100 more, and what it takes. */
export async function benchCode(spans: number): Promise<BenchRow[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'llm-traces-bench-'));
  const dbPath = path.join(folder, 'traces.db');
  const writer = IndexWriter.open(dbPath);
  try {
    for (let n = 0; n < spans; n += 1_000)
      writer.writeBatch({ spans: Array.from({ length: 1_000 }, (_, k) => spanOf(n + k)) });
    const memoryBefore = memory();
    const cpu = process.cpuUsage();
    const started = performance.now();
    const thread = new CodeThread({ dbPath, openedAt: 0, openSources: undefined, emit: () => undefined });
    await thread.handlers['code/configure'](
      { folders: [], scope: 'all', pathMappings: [], storagePath: undefined, excludedFolders: [] },
      new AbortController().signal,
    );
    await thread.idle();
    const buildMs = performance.now() - started;
    const used = process.cpuUsage(cpu);
    const bytes = memory() - memoryBefore;
    const updates: number[] = [];
    for (let round = 0; round < 20; round++) {
      const first = spans + round * update;
      writer.writeBatch({ spans: Array.from({ length: update }, (_, k) => spanOf(first + k)) });
      const from = performance.now();
      thread.storeChanged();
      await thread.idle();
      await thread.handlers['code/annotations']({ file: '/work/app/main.py' }, new AbortController().signal);
      updates.push(performance.now() - from);
    }
    thread.close();
    const [median] = updates.toSorted((a, b) => a - b).slice(updates.length / 2);
    const name = `${spans.toLocaleString('en-US')} stored spans of ${lines} lines`;
    return [
      { name: `${name}, read`, value: buildMs, unit: 'ms', cpuSeconds: (used.user + used.system) / 1e6 },
      {
        name: `${update} more spans to the annotations of the busiest file, median`,
        value: median ?? Number.NaN,
        unit: 'ms',
        goal: { is: '≤', value: 100 },
      },
      { name: `${name}, memory`, value: bytes / 1e6, unit: 'MB' },
    ];
  } finally {
    writer.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What is kept: after a collection, where the process allows one. */
function memory(): number {
  (globalThis as { gc?: () => void }).gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
