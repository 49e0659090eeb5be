/** The order of "Calls in Code", and what its rows say. Pure. */
import { visibleLabel } from '../../../base/visibleText.ts';
import type { CallSums, CodeSort, FileAnnotations, LineAnnotation } from '../../../protocol/code.ts';
import { formatDuration, plural } from '../../../protocol/format.ts';
import { isThroughOnly, moneyText, sumsOf, throughMark, tokensText } from '../../annotations/lineText.ts';
import { flagText } from '../traces/rowText.ts';

export const callSorts: readonly CodeSort[] = ['cost', 'calls', 'p95', 'errors', 'file'];

/** A function of a file with calls, and the lines in it. */
export interface FunctionGroup {
  /** '' at the top level. */
  readonly name: string;
  /** 1-based; undefined where the source could not be read. */
  readonly line: number | undefined;
  /** Undefined when its lines have none of their own, which is then said of no one. */
  readonly sums: CallSums | undefined;
  readonly lines: readonly LineAnnotation[];
}

/** The functions of a file, each with its lines, both in the order that is wanted. */
export function groupLines({ functions, lines }: FileAnnotations, sort: CodeSort): FunctionGroup[] {
  const byName = new Map<string, LineAnnotation[]>();
  for (const { name } of functions) byName.set(name, []);
  for (const line of lines) {
    const same = byName.get(line.function);
    if (same) same.push(line);
    else byName.set(line.function, [line]);
  }
  const known = new Map(functions.map((one) => [one.name, one]));
  const groups = [...byName].map(([name, own]) => ({
    name,
    line: known.get(name)?.line,
    sums: known.get(name)?.sums,
    lines: [...own].sort(
      (a, b) =>
        compareSums(sumsOf(a), sumsOf(b), sort) || a.line - b.line || (a.column ?? 0) - (b.column ?? 0),
    ),
  }));
  const place = (group: FunctionGroup): number =>
    group.line ?? group.lines.reduce((least, { line }) => Math.min(least, line), Infinity);
  return groups.sort((a, b) => compareSums(a.sums, b.sums, sort) || place(a) - place(b));
}

/** Less than 0 when `a` comes first: the larger comes first, the unknown last. */
export function compareSums(a: CallSums | undefined, b: CallSums | undefined, sort: CodeSort): number {
  if (sort === 'file') return 0;
  const first = valueOf(a, sort);
  const second = valueOf(b, sort);
  if (first === second) return 0;
  if (first === undefined) return 1;
  if (second === undefined) return -1;
  return second - first;
}

function valueOf(sums: CallSums | undefined, sort: Exclude<CodeSort, 'file'>): number | undefined {
  switch (sort) {
    case 'cost':
      return sums?.cost.known;
    case 'calls':
      return sums?.calls;
    case 'p95':
      return sums?.p95Ms;
    case 'errors':
      return sums?.errors;
  }
}

/** `12 calls · $0.0042 · 1.2k tok · p95 1.20 s · ✗ error ×2`. */
export function sumsText(sums: CallSums): string {
  const flags =
    sums.errors > 0 && !sums.flags.some(({ id }) => id === 'error')
      ? [{ id: 'error', severity: 'error' as const, count: sums.errors }, ...sums.flags]
      : sums.flags;
  const time =
    sums.p95Ms === undefined ? undefined : `${sums.calls > 1 ? 'p95 ' : ''}${formatDuration(sums.p95Ms)}`;
  return [plural(sums.calls, 'call'), moneyText(sums.cost), tokensText(sums), time, ...flagText(flags)]
    .filter((part) => part !== undefined)
    .join(' · ');
}

/** A line's row: a mark where its calls were made by the functions it calls. */
export function lineText(annotation: LineAnnotation): string {
  const sums = sumsOf(annotation);
  const notes = [
    isThroughOnly(annotation) ? throughMark : undefined,
    sums && sumsText(sums),
    annotation.stale === undefined ? undefined : annotation.stale.state,
    annotation.confidence === 'likely' || annotation.confidence === 'possible'
      ? annotation.confidence
      : undefined,
  ];
  return notes
    .filter((part) => part !== undefined)
    .join(' · ')
    .replace(`${throughMark} · `, `${throughMark} `);
}

/** Lines of a hover. */
export function sumsLines(sums: CallSums): string[] {
  const time = (word: string, ms: number | undefined): string[] =>
    ms === undefined ? [] : [`${word} ${formatDuration(ms)}`];
  return [
    sumsText(sums),
    [...time('Last', sums.lastMs), ...time('median', sums.medianMs), ...time('p95', sums.p95Ms)].join(', '),
    sums.runs > 0 ? plural(sums.runs, 'run') : '',
    new Date(sums.lastMicros / 1000).toLocaleString(),
  ].filter((line) => line !== '');
}

export function functionLabel(name: string): string {
  return visibleLabel(name, 120);
}
