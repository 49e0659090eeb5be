import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { launchBrowser } from '../../scripts/lib/browser.mjs';
import { startEditorServer } from '../../scripts/lib/editorServer.mjs';
import { root } from '../../scripts/lib/paths.mjs';
import { freePorts } from '../workbench/driver/session.ts';
import { Workbench } from '../workbench/driver/workbench.ts';
import { sendTrace } from '../workbench/support/send.ts';
import { percentile } from './ingest.ts';
import { httpSender, sendAll } from './load.ts';
import { spanRequests } from './payloads.ts';
import type { BenchRow } from './row.ts';

interface Probe {
  readonly activationMs: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** What the user of the editor feels: activation, the extension host's event loop during a burst, arrival to row. */
export async function benchEditor(burstSpans: number): Promise<BenchRow[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'llm-traces-bench-'));
  const workspace = path.join(folder, 'workspace');
  mkdirSync(workspace);
  const [grpcPort, httpPort] = await freePorts();
  const server = await startEditorServer({
    dataFolder: path.join(folder, 'vscode'),
    settings: { 'llmTraces.receiver.grpcPort': grpcPort, 'llmTraces.receiver.httpPort': httpPort },
    log: () => undefined,
    installFrom: root,
    development: true,
  });
  // As a browser does by itself where there is no GPU: an emulated one takes most of the time until a row is seen.
  const browser = await launchBrowser({ log: () => undefined, emulateGpu: false });
  try {
    const page = await (await browser.newContext({ viewport: { width: 1400, height: 900 } })).newPage();
    const window = new Workbench(page);
    await page.goto(server.address(workspace, path.join(import.meta.dirname, 'probe')));
    await window.untilReady();
    await window.showContainer('LLM Traces');
    const { activationMs } = await probe(workspace);
    await sleep(5_000);
    const idle = await measureFor(workspace, () => sleep(3_000));
    const sender = httpSender({ host: '127.0.0.1', port: httpPort }, 4);
    const requests = [...spanRequests({ spans: burstSpans, bytesPerSpan: 'llm' })];
    const busy = await measureFor(workspace, () => sendAll(requests, 4, sender.send));
    sender.close();
    // The burst is to be over: its last row is there, and what it has set off has calmed down.
    await sendTrace('http/protobuf', { grpcPort, httpPort }, 'bench', { name: 'after the burst' });
    await window.rowAt('Traces', 1, 'after the burst').waitFor({ timeout: 120_000 });
    await sleep(5_000);
    const waits = await rowWaits(window, { grpcPort, httpPort });
    return [
      { name: 'activate()', value: activationMs, unit: 'ms', goal: { is: '≤', value: 30 } },
      {
        name: 'event loop delay of the host during a burst, p99',
        value: busy.p99,
        unit: 'ms',
        baseline: idle.p99,
        goal: { is: '≤', value: 10 },
      },
      {
        name: 'event loop delay of the host during a burst, max',
        value: busy.max,
        unit: 'ms',
        baseline: idle.max,
      },
      { name: 'arrival to row, p50', value: percentile(waits, 0.5), unit: 'ms' },
      {
        name: 'arrival to row, p95',
        value: percentile(waits, 0.95),
        unit: 'ms',
        goal: { is: '≤', value: 250 },
      },
    ];
  } finally {
    await browser.close().catch(() => undefined);
    await server.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** From a trace's acknowledgement to its row in the tree, sorted. */
async function rowWaits(window: Workbench, ports: { grpcPort: number; httpPort: number }): Promise<number[]> {
  const waits: number[] = [];
  for (let i = 0; i < 20; i++) {
    // As in real life, where traces come seconds apart: the editor gathers refreshes that follow each other closely.
    await sleep(700);
    const name = `arrival ${i}`;
    const row = window.rowAt('Traces', 1, name).waitFor();
    await sendTrace('http/protobuf', ports, 'bench', { name });
    const sent = performance.now();
    await row;
    waits.push(performance.now() - sent);
  }
  return waits.sort((a, b) => a - b);
}

async function measureFor(workspace: string, work: () => Promise<unknown>): Promise<Probe> {
  writeFileSync(path.join(workspace, 'reset'), '');
  while (existsSync(path.join(workspace, 'reset'))) await sleep(50);
  await work();
  await sleep(300);
  return probe(workspace);
}

async function probe(workspace: string): Promise<Probe> {
  const file = path.join(workspace, 'probe.json');
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await sleep(100)) {
    if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Probe;
  }
  throw new Error('The probe inside the extension host has not started.');
}
