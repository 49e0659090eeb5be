import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { journalDir } from '../../src/engine/storePaths.ts';
import { IndexReader } from '../../src/store/indexReader.ts';
import { JournalReader } from '../../src/store/journalReader.ts';
import { grpcSender, httpSender, sendAll, type LoadResult, type Target } from './load.ts';
import { spanRequests, type PayloadShape } from './payloads.ts';
import type { BenchRow } from './row.ts';

const root = path.resolve(import.meta.dirname, '../..');
/** Programs that send at once, each with one request under way, as the SDKs do. */
const lanes = 4;

export interface IngestOptions {
  readonly protocol: 'grpc' | 'http';
  readonly shape: PayloadShape;
  readonly spans: number;
}

/** Spans a second, on two cores with the client on the same machine. */
const goalsOf = {
  small: { acknowledged: 150_000, indexed: 40_000 },
  llm: { acknowledged: 40_000, indexed: 12_000 },
} as const;

/** Sends spans to `cli.js serve` as fast as they are acknowledged, then waits until all are in the index. */
export async function benchIngest(options: IngestOptions): Promise<BenchRow[]> {
  const requests = [...spanRequests({ spans: options.spans, bytesPerSpan: options.shape })];
  const baseline = await discardingServer(requests);
  const folder = mkdtempSync(path.join(tmpdir(), 'llm-traces-bench-'));
  const db = path.join(folder, 'traces.db');
  const child = spawn(
    process.execPath,
    [path.join(root, 'dist/cli.js'), 'serve', '--db', db, '--grpc-port', '0', '--http-port', '0'],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  try {
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    const ready = JSON.parse(line) as { grpc: Target; http: Target; pid: number };
    const start = performance.now();
    const load = await deliver(options.protocol, ready[options.protocol], requests);
    const cpuAcknowledged = cpuSecondsOf(ready.pid);
    const indexed = await untilIndexed(db);
    const indexedSeconds = (performance.now() - start) / 1000;
    const name = `${options.protocol} ${options.shape === 'small' ? '0.6 kB' : '3.8 kB LLM'}`;
    const goals = goalsOf[options.shape];
    return [
      {
        name: `acknowledged, ${name}`,
        value: options.spans / load.seconds,
        unit: 'spans/s',
        cpuSeconds: cpuAcknowledged,
        baseline: options.spans / baseline.seconds,
        goal: { is: '≥', value: goals.acknowledged },
      },
      {
        name: `in the index, ${name}`,
        value: options.spans / indexedSeconds,
        unit: 'spans/s',
        cpuSeconds: cpuSecondsOf(ready.pid),
        goal: { is: '≥', value: goals.indexed },
      },
      {
        name: `CPU beside the front's thread (indexing), ${name}`,
        value: (cpuSecondsBeside(ready.pid) * 1e6) / options.spans,
        unit: 'µs/span',
      },
      {
        name: `lost, ${name}`,
        value: options.spans - indexed.spans - indexed.pruned,
        unit: 'spans',
        goal: { is: '≤', value: 0 },
      },
      { name: `pruned to stay within 1 GB, ${name}`, value: indexed.pruned, unit: 'spans' },
      { name: `asked to come again, ${name}`, value: load.retried, unit: 'requests' },
      {
        name: `acknowledgement p50, ${name}`,
        value: percentile(load.latenciesMs, 0.5),
        unit: 'ms',
        baseline: percentile(baseline.latenciesMs, 0.5),
      },
      {
        name: `acknowledgement p99, ${name}`,
        value: percentile(load.latenciesMs, 0.99),
        unit: 'ms',
        baseline: percentile(baseline.latenciesMs, 0.99),
        goal: { is: '≤', value: 100 },
      },
      {
        name: `engine memory (peak), ${name}`,
        value: peakMegabytes(ready.pid),
        unit: 'MB',
        goal: { is: '≤', value: 300 },
      },
    ];
  } finally {
    child.kill('SIGKILL');
    await once(child, 'exit');
    rmSync(folder, { recursive: true, force: true });
  }
}

async function deliver(
  protocol: 'grpc' | 'http',
  target: Target,
  requests: readonly Uint8Array[],
): Promise<LoadResult> {
  const sender = protocol === 'grpc' ? grpcSender(target) : httpSender(target, lanes);
  try {
    return await sendAll(requests, lanes, sender.send);
  } finally {
    sender.close();
  }
}

/** The baseline: a server on the same machine that reads the bytes and throws them away. */
async function discardingServer(requests: readonly Uint8Array[]): Promise<LoadResult> {
  const server = http.createServer((request, response) => {
    request.resume();
    request.on('end', () => response.end());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const sender = httpSender({ host: '127.0.0.1', port: (server.address() as AddressInfo).port }, lanes);
  try {
    return await sendAll(requests.slice(0, 200), lanes, sender.send).then((result) => ({
      ...result,
      seconds: (result.seconds * requests.length) / Math.min(200, requests.length),
    }));
  } finally {
    sender.close();
    server.close();
  }
}

interface Indexed {
  readonly spans: number;
  /** Were in the index, and made room for newer ones. */
  readonly pruned: number;
}

/** Waits until the index has read the whole journal; returns how many spans it holds and has held. */
async function untilIndexed(db: string): Promise<Indexed> {
  const journal = new JournalReader(journalDir(db));
  let reader: IndexReader | undefined;
  try {
    for (const deadline = Date.now() + 600_000; Date.now() < deadline;) {
      reader ??= IndexReader.open(db);
      reader?.poll();
      if (reader && journal.bytesAfter(reader.position) === 0) return heldBy(reader);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return reader ? heldBy(reader) : { spans: 0, pruned: 0 };
  } finally {
    reader?.close();
    journal.close();
  }
}

function heldBy(reader: IndexReader): Indexed {
  return { spans: reader.counts().spans, pruned: reader.counters().get('prunedSpans') ?? 0 };
}

export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** User and system time of a process or thread so far; NaN where /proc is not there. */
function cpuSecondsOf(pid: number | string): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return Number.NaN;
  }
}

/** As `cpuSecondsOf`, without the process's first thread, which takes requests and acknowledges them. */
function cpuSecondsBeside(pid: number): number {
  return cpuSecondsOf(pid) - cpuSecondsOf(`${pid}/task/${pid}`);
}

function peakMegabytes(pid: number): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
  } catch {
    return Number.NaN;
  }
}
