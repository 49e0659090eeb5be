import type { CodeProblem } from '../protocol/code.ts';
import type { CallTable } from './callTable.ts';
import { columnOf, type Site, type Sites } from './sites.ts';

/** Flags that are problems of a line: what failed, was cut off, was throttled, or goes round in circles. */
const problemFlags: ReadonlySet<string> = new Set([
  'error',
  'failed_tool',
  'truncated',
  'stream_cut',
  'content_filter',
  'rate_limited',
  'repeated_tool_call',
]);
const mostProblems = 1_000;

/** A problem without the words of its newest call, which are to be read by its slot. */
export interface FoundProblem extends Omit<CodeProblem, 'message' | 'traceId' | 'spanId'> {
  readonly slot: number;
}

/** The problems of the calls in the scope, one for each line and flag; newest first, at most 1,000. */
export function findProblems({
  table,
  sites,
}: {
  readonly table: CallTable;
  readonly sites: Sites;
}): FoundProblem[] {
  const sets = new Set<number>();
  for (let id = 1; id < table.flagSets.count; id++) {
    if (table.flagSets.at(id).some((flag) => problemFlags.has(flag.id))) sets.add(id);
  }
  if (sets.size === 0) return [];
  const found = new Map<string, { problem: FoundProblem; count: number; slot: number }>();
  const { columns } = table;
  for (const slot of table.flagged(sets)) {
    const self = table.paths.at(columns.paths[slot] as number).self;
    const site = self === undefined ? undefined : sites.at(self);
    if (!site || site.state === 'gone') continue;
    for (const { id, severity } of table.flagSets.at(columns.flagSets[slot] as number)) {
      if (!problemFlags.has(id)) continue;
      const key = `${id} ${site.line} ${site.file}`;
      const known = found.get(key);
      if (known) {
        known.count++;
        if (table.isNewer(slot, known.slot)) known.slot = slot;
      } else
        found.set(key, { problem: { ...placeOf(site), flag: id, severity, count: 0, slot }, count: 1, slot });
    }
  }
  return [...found.values()]
    .sort((a, b) => (table.isNewer(a.slot, b.slot) ? -1 : 1))
    .slice(0, mostProblems)
    .map(({ problem, count, slot }) => ({ ...problem, count, slot }));
}

function placeOf(site: Site): Pick<FoundProblem, 'file' | 'line' | 'endLine' | 'column'> {
  return { file: site.file, line: site.line, endLine: site.endLine, column: columnOf(site) };
}
