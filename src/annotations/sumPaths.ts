import type { Severity } from '../model/flag.ts';
import type { CallSums } from '../protocol/code.ts';
import type { PartialSum } from '../protocol/rows.ts';
import type { CallTable } from './callTable.ts';
import { Durations } from './durations.ts';
import { addPartTo, type Part } from './pathSums.ts';

const severities: readonly Severity[] = ['error', 'warning', 'info'];

/**
 * Adds up the calls of some paths, each once; undefined when there are none. Times are those of the outermost calls:
 * a model call within an agent's run that stands at the same lines (`sites`) is a part of that run's time.
 */
export function sumPaths(
  table: CallTable,
  paths: ReadonlySet<number>,
  sites: ReadonlySet<number>,
): CallSums | undefined {
  const input: Part = { sum: 0, known: 0, unknown: 0 };
  const output: Part = { ...input };
  const cost: Part = { ...input };
  const durations = new Durations();
  const runs = new Set<number>();
  const flags = new Map<string, { id: string; severity: Severity; count: number }>();
  let calls = 0;
  let modelCalls = 0;
  let errors = 0;
  let cacheReadTokens = 0;
  let any: number | undefined;
  let ended: number | undefined;
  let priced: number | undefined;
  const newer = (a: number | undefined, b: number | undefined): number | undefined =>
    b === undefined || (a !== undefined && table.isNewer(a, b)) ? a : b;

  for (const id of paths) {
    const sums = table.sumsOf(id);
    if (!sums) continue;
    calls += sums.calls;
    modelCalls += sums.modelCalls;
    errors += sums.errors;
    cacheReadTokens += sums.cacheRead;
    addPartTo(input, sums.input);
    addPartTo(output, sums.output);
    addPartTo(cost, sums.cost);
    any = newer(any, sums.newest.any);
    priced = newer(priced, sums.newest.priced);
    if (!table.paths.at(id).within.some((site) => sites.has(site))) {
      durations.addAll(sums.durations);
      ended = newer(ended, sums.newest.ended);
    }
    for (const run of sums.runs.keys()) runs.add(table.runs.canonical(run));
    for (const [set, count] of sums.flagSets) {
      for (const { id: flag, severity } of table.flagSets.at(set)) {
        const known = flags.get(flag);
        if (known) known.count += count;
        else flags.set(flag, { id: flag, severity, count });
      }
    }
  }
  if (calls === 0 || any === undefined) return undefined;
  const lastCost = priced === undefined ? Number.NaN : table.summandAt(priced).cost;
  return {
    calls,
    modelCalls,
    errors,
    runs: runs.size,
    lastMs: ended === undefined ? undefined : table.summandAt(ended).durationMs,
    medianMs: durations.quantile(0.5),
    p95Ms: durations.quantile(0.95),
    inputTokens: partialSum(input),
    outputTokens: partialSum(output),
    cacheReadTokens,
    cost: partialSum(cost),
    lastCost: Number.isNaN(lastCost) ? undefined : lastCost,
    flags: [...flags.values()].sort(
      (a, b) =>
        severities.indexOf(a.severity) - severities.indexOf(b.severity) ||
        b.count - a.count ||
        (a.id < b.id ? -1 : 1),
    ),
    lastMicros: table.columns.starts[any] as number,
  };
}

function partialSum({ sum, known, unknown }: Part): PartialSum {
  return { known: known > 0 ? sum : undefined, unknownCalls: unknown };
}
