import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import type { BenchRow } from './row.ts';

const root = path.resolve(import.meta.dirname, '../..');
const hook = path.join(root, 'capture/python');
const rounds = 40;

/**
 * What the capture hook costs a Python program: at the start of one that does nothing, and for each span of one with
 * OpenTelemetry's SDK, 40 library frames deep. Nothing without Python; no spans without the environment of the tests.
 */
export function benchCapturePython(): BenchRow[] {
  const python = process.platform === 'win32' ? 'python' : 'python3';
  if (spawnSync(python, ['--version']).status !== 0) return [];
  return [...startRows(python), ...spanRows()];
}

function startRows(python: string): BenchRow[] {
  const times = { without: [] as number[], withHook: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    times.without.push(start(python, undefined));
    times.withHook.push(start(python, hook));
  }
  const without = Math.min(...times.without);
  const withHook = Math.min(...times.withHook);
  return [
    { name: 'Python: start with the hook', value: withHook, unit: 'ms', baseline: without },
    {
      name: 'Python: added to a start',
      value: Math.max(0, withHook - without),
      unit: 'ms',
      goal: { is: '≤', value: 10 },
    },
  ];
}

function start(python: string, pythonPath: string | undefined): number {
  const { PYTHONPATH: _, ...env } = process.env;
  const begun = performance.now();
  spawnSync(python, ['-c', 'pass'], {
    env: pythonPath === undefined ? env : { ...env, PYTHONPATH: pythonPath },
  });
  return performance.now() - begun;
}

/** Microseconds of processor time for a span, the best of five. */
const spans = `
import time
from opentelemetry.sdk.trace import TracerProvider
tracer = TracerProvider().get_tracer("bench")
def many():
    begun = time.thread_time()
    for _ in range(5000):
        tracer.start_span("x").end()
    return (time.thread_time() - begun) / 5000 * 1e6
library = {"many": many}
exec(compile("def deep(n):\\n    return many() if n == 0 else deep(n - 1)", "/x/site-packages/l.py", "exec"), library)
print(min(library["deep"](40) for _ in range(5)))
`;

function spanRows(): BenchRow[] {
  const folder = path.join(root, '.cache/python');
  const python = [path.join(folder, 'bin/python'), path.join(folder, 'Scripts/python.exe')].find(existsSync);
  if (python === undefined) return [];
  const measure = (env: NodeJS.ProcessEnv): number =>
    Number(spawnSync(python, ['-c', spans], { env, encoding: 'utf8' }).stdout);
  const without = measure({ ...process.env, PYTHONPATH: '' });
  const withHook = measure({ ...process.env, PYTHONPATH: hook });
  if (!(without > 0 && withHook > 0)) return [];
  return [
    { name: 'Python: a span with the hook', value: withHook, unit: 'µs', baseline: without },
    { name: 'Python: added to a span', value: withHook - without, unit: 'µs', goal: { is: '≤', value: 20 } },
  ];
}
