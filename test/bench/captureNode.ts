import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import type { BenchRow } from './row.ts';

const root = path.resolve(import.meta.dirname, '../..');
const hook = path.join(root, 'capture/node/register.cjs');
const rounds = 40;

/**
 * What the capture hook costs a Node.js program: at the start of one that does nothing, and for each span of one with
 * OpenTelemetry's SDK, few and many frames of the user's deep.
 */
export function benchCaptureNode(): BenchRow[] {
  const folder = mkdtempSync(path.join(tmpdir(), 'capture-bench-'));
  try {
    return [
      ...['cjs', 'mjs'].flatMap((kind) => startRows(folder, kind)),
      ...[3, 20].flatMap((n) => spanRows(folder, n)),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function startRows(folder: string, kind: string): BenchRow[] {
  const file = path.join(folder, `nothing.${kind}`);
  writeFileSync(file, kind === 'mjs' ? `import 'node:path';` : `require('node:path');`);
  const times = { without: [] as number[], withHook: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    times.without.push(start(file, false));
    times.withHook.push(start(file, true));
  }
  const without = median(times.without);
  const withHook = median(times.withHook);
  return [
    { name: `Node.js (${kind}): start with the hook`, value: withHook, unit: 'ms', baseline: without },
    {
      name: `Node.js (${kind}): added to a start`,
      value: Math.max(0, withHook - without),
      unit: 'ms',
      goal: { is: '≤', value: 15 },
    },
  ];
}

function start(file: string, hooked: boolean): number {
  const begun = performance.now();
  spawnSync(process.execPath, hooked ? ['--require', hook, file] : [file]);
  return performance.now() - begun;
}

/** Microseconds of processor time for a span, the best of seven. */
const program = `
const { BasicTracerProvider } = require(process.argv[2]);
const tracer = new BasicTracerProvider().getTracer('bench');
const deep = (n, run) => (n === 0 ? run() : deep(n - 1, run));
function many() {
  const begun = process.cpuUsage();
  for (let i = 0; i < 10000; i++) deep(+process.argv[3], () => tracer.startSpan('x').end());
  const { user, system } = process.cpuUsage(begun);
  return (user + system) / 10000;
}
console.log(Math.min(...Array.from({ length: 7 }, many)));
`;

function spanRows(folder: string, depth: number): BenchRow[] {
  const file = path.join(folder, 'spans.cjs');
  writeFileSync(file, program);
  const sdk = path.join(root, 'node_modules/@opentelemetry/sdk-trace-base');
  const measure = (options: readonly string[]): number =>
    Number(spawnSync(process.execPath, [...options, file, sdk, `${depth}`], { encoding: 'utf8' }).stdout);
  const without = measure([]);
  const withHook = measure(['--require', hook]);
  if (!(without > 0 && withHook > 0)) return [];
  const name = `Node.js: a span ${depth} calls deep`;
  return [
    { name: `${name}, with the hook`, value: withHook, unit: 'µs', baseline: without },
    { name: `${name}: added`, value: withHook - without, unit: 'µs', goal: { is: '≤', value: 20 } },
  ];
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
