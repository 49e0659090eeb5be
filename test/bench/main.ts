import { mkdirSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { benchCaptureNode } from './captureNode.ts';
import { benchCapturePython } from './capturePython.ts';
import { benchCode } from './code.ts';
import { benchDecode } from './decode.ts';
import { benchDetails } from './details.ts';
import { benchEditor } from './editor.ts';
import { benchFlame } from './flame.ts';
import { benchIngest } from './ingest.ts';
import type { BenchRow } from './row.ts';
import { benchSizes } from './sizes.ts';
import { benchSources } from './sources.ts';
import { table } from './table.ts';

/** `npm run bench`: prints a table and writes out/bench.json. `--quick` sends a tenth of the spans. */
const quick = process.argv.includes('--quick');
const share = quick ? 0.1 : 1;
const small = 1_000_000 * share;
const llm = 250_000 * share;

const groups: readonly [string, () => Promise<readonly BenchRow[]> | readonly BenchRow[]][] = [
  ['decode', benchDecode],
  ['ingest over gRPC, 0.6 kB', () => benchIngest({ protocol: 'grpc', shape: 'small', spans: small })],
  ['ingest over gRPC, 3.8 kB', () => benchIngest({ protocol: 'grpc', shape: 'llm', spans: llm })],
  ['ingest over HTTP, 0.6 kB', () => benchIngest({ protocol: 'http', shape: 'small', spans: small })],
  ['ingest over HTTP, 3.8 kB', () => benchIngest({ protocol: 'http', shape: 'llm', spans: llm })],
  ['capture in Node.js', benchCaptureNode],
  ['capture in Python', benchCapturePython],
  ['calls beside the code', () => benchCode(quick ? 10_000 : 100_000)],
  ['call sites in the sources', () => benchSources(quick ? 100 : 1_000)],
  ['editor', () => benchEditor(quick ? 5_000 : 50_000)],
  ['flame chart', () => benchFlame(quick ? [10_000, 100_000] : [10_000, 100_000, 1_000_000])],
  ['details', benchDetails],
  ['sizes', benchSizes],
];
const only = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));

const rows: BenchRow[] = [];
for (const [name, measure] of groups) {
  if (only.length > 0 && !only.some((text) => name.includes(text))) continue;
  const measured = await measure();
  rows.push(...measured);
  console.log(`\n${name}\n${table(measured)}`);
}

const [cpu] = os.cpus();
const machine = { cores: os.cpus().length, cpu: cpu?.model, node: process.version, load: os.loadavg() };
const file = path.resolve(import.meta.dirname, '../../out/bench.json');
mkdirSync(path.dirname(file), { recursive: true });
writeFileSync(file, `${JSON.stringify({ measuredAt: new Date().toISOString(), machine, rows }, null, 2)}\n`);
console.log(
  `\nWritten to ${path.relative(process.cwd(), file)} (${machine.cores} cores, load ${machine.load[0]?.toFixed(1)})`,
);
