import type { Confidence } from '../model/source.ts';
import type {
  CallSums,
  CodeSort,
  FileAnnotations,
  FileSums,
  FunctionAnnotation,
  LineAnnotation,
  Staleness,
} from '../protocol/code.ts';
import type { CallTable } from './callTable.ts';
import { sumPaths } from './sumPaths.ts';
import { columnOf, innermost, type Site, type Sites, type SiteSources } from './sites.ts';

/** What annotations are made of. */
export interface AnnotationParts {
  readonly table: CallTable;
  readonly sites: Sites;
  readonly sources: Pick<SiteSources, 'has' | 'functionsOf'>;
  /** The revision a call ran at, by its slot; asked only for the newest call of a stale line. */
  revisionOf(slot: number): string | undefined;
}

/** Lines that are one line now, whatever they were when they were measured. */
interface LineGroup {
  readonly line: number;
  readonly isGone: boolean;
  readonly sites: Set<number>;
}

const sureness: readonly Confidence[] = ['possible', 'likely', 'certain', 'exact'];
const mostLines = 5_000;

/** What was called in a file, by line and by function; undefined when nothing was. */
export function annotateFile(parts: AnnotationParts, file: string): FileAnnotations | undefined {
  const { table, sites } = parts;
  table.findNewest();
  const lines: LineAnnotation[] = [];
  const functions = new Map<string, { line: number | undefined; sites: Set<number> }>();
  for (const group of groupsOf(sites, file)) {
    const annotation = annotateLine(parts, file, group);
    if (!annotation) continue;
    if (lines.length < mostLines) lines.push(annotation);
    const { name, line } = functionOf(parts, file, group);
    const known = functions.get(name);
    if (known) for (const site of group.sites) known.sites.add(site);
    else functions.set(name, { line, sites: new Set(group.sites) });
  }
  if (lines.length === 0) return undefined;
  const summed: FunctionAnnotation[] = [];
  for (const [name, { line, sites: within }] of functions) {
    const sums = sumPaths(table, pathsThrough(table, within), within);
    if (sums) summed.push({ name, line, sums });
  }
  return { file, lines, functions: summed };
}

/** What was called in each file, or through it; a call once per file. */
export function sumFiles(parts: AnnotationParts, sort: CodeSort): FileSums[] {
  const { table, sites } = parts;
  table.findNewest();
  const files: FileSums[] = [];
  for (const file of sites.files()) {
    const within = sites.ofFile(file);
    const sums = sumPaths(table, pathsThrough(table, within), within);
    if (sums) files.push({ file, sums });
  }
  const value = sortValue(sort);
  return files.sort((a, b) => value(b.sums) - value(a.sums) || (a.file < b.file ? -1 : 1));
}

/** Paths of the calls at a line, or through it; lines whose code is gone are asked for where nothing else stands. */
export function pathsOfLine(
  { table, sites }: Pick<AnnotationParts, 'table' | 'sites'>,
  file: string,
  line: number,
  through: boolean,
): ReadonlySet<number> {
  const groups = groupsOf(sites, file).filter((group) => group.line === line);
  const group = groups.find(({ isGone }) => !isGone) ?? groups[0];
  if (!group) return new Set();
  const paths = pathsThrough(table, group.sites);
  return through ? paths : new Set([...paths].filter((path) => isAt(table, path, group.sites)));
}

/** Lines with sites, in order; those whose code is gone are apart, at the line where it was last. */
function groupsOf(sites: Sites, file: string): LineGroup[] {
  const groups = new Map<string, LineGroup>();
  for (const id of sites.ofFile(file)) {
    const { line, state } = sites.at(id) as Site;
    const isGone = state === 'gone';
    const key = `${line} ${isGone}`;
    const group = groups.get(key);
    if (group) group.sites.add(id);
    else groups.set(key, { line, isGone, sites: new Set([id]) });
  }
  return [...groups.values()].sort((a, b) => a.line - b.line || Number(a.isGone) - Number(b.isGone));
}

function annotateLine(parts: AnnotationParts, file: string, group: LineGroup): LineAnnotation | undefined {
  const { table } = parts;
  const paths = pathsThrough(table, group.sites);
  const at = new Set([...paths].filter((path) => isAt(table, path, group.sites)));
  const self = sumPaths(table, at, group.sites);
  const isSame = [...paths].every((path) => at.has(path) || !table.sumsOf(path));
  const through = isSame ? undefined : sumPaths(table, paths, group.sites);
  const newest = newestSite(parts, through ? paths : at, group);
  if ((!self && !through) || !newest) return undefined;
  return {
    line: group.line,
    endLine: newest.site.endLine,
    column: columnOf(newest.site),
    function: functionOf(parts, file, group).name,
    self,
    through,
    confidence: leastSure(table, paths),
    stale: stalenessOf(parts, newest),
  };
}

/** The newest call and the site of this line that it went through. */
function newestSite(
  { table, sites }: AnnotationParts,
  paths: ReadonlySet<number>,
  group: LineGroup,
): { site: Site; slot: number } | undefined {
  let best: { site: Site; slot: number } | undefined;
  for (const path of paths) {
    const slot = table.sumsOf(path)?.newest.any;
    if (slot === undefined || (best && !table.isNewer(slot, best.slot))) continue;
    const id = table.paths.at(path).through.find((site) => group.sites.has(site));
    const site = id === undefined ? undefined : sites.at(id);
    if (site) best = { site, slot };
  }
  return best;
}

function stalenessOf(
  parts: AnnotationParts,
  { site, slot }: { site: Site; slot: number },
): Staleness | undefined {
  if (site.state === 'same') return undefined;
  return { state: site.state, revision: parts.revisionOf(slot) };
}

function functionOf(
  { sites, sources }: AnnotationParts,
  file: string,
  group: LineGroup,
): { name: string; line: number | undefined } {
  const [first] = group.sites;
  const site = first === undefined ? undefined : sites.at(first);
  const told = site?.anchor?.function ?? site?.offset?.function ?? site?.told.function ?? '';
  if (group.isGone || !sources.has(file)) return { name: told.startsWith('<') ? '' : told, line: undefined };
  const around = innermost(sources, file, group.line);
  return { name: around?.name ?? '', line: around?.line };
}

function leastSure(table: CallTable, paths: ReadonlySet<number>): Confidence {
  let least = sureness.length - 1;
  for (const path of paths) {
    if (table.sumsOf(path)) least = Math.min(least, sureness.indexOf(table.paths.at(path).own.confidence));
  }
  return sureness[least] ?? 'possible';
}

function isAt(table: CallTable, path: number, sites: ReadonlySet<number>): boolean {
  const { self } = table.paths.at(path);
  return self !== undefined && sites.has(self);
}

/** Paths that lead through any of the sites. */
function pathsThrough(table: CallTable, sites: ReadonlySet<number>): Set<number> {
  const paths = new Set<number>();
  for (const site of sites) for (const path of table.paths.ofSite(site)) paths.add(path);
  return paths;
}

function sortValue(sort: CodeSort): (sums: CallSums) => number {
  switch (sort) {
    case 'cost':
      return (sums) => sums.cost.known ?? -1;
    case 'calls':
      return (sums) => sums.calls;
    case 'p95':
      return (sums) => sums.p95Ms ?? -1;
    case 'errors':
      return (sums) => sums.errors;
    case 'file':
      return () => 0;
  }
}
