import type { BenchRow } from './row.ts';

/** Rows as a text table, numbers to three digits, the baseline's factor beside its figure. */
export function table(rows: readonly BenchRow[]): string {
  const cells = rows.map((row) => [
    row.name,
    `${number(row.value)} ${row.unit}`,
    row.cpuSeconds === undefined ? '' : `${number(row.cpuSeconds)} s CPU`,
    row.baseline === undefined
      ? ''
      : `baseline ${number(row.baseline)} (× ${number(row.value / row.baseline)})`,
    row.goal === undefined
      ? ''
      : `${meets(row) ? 'meets' : 'MISSES'} ${row.goal.is} ${number(row.goal.value)}`,
  ]);
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...cells.map((line) => line[column]?.length ?? 0)));
  return cells
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function meets({ value, goal }: BenchRow): boolean {
  if (!goal) return true;
  return goal.is === '≥' ? value >= goal.value : value <= goal.value;
}

function number(value: number): string {
  if (!Number.isFinite(value)) return '?';
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en-US');
  return String(Number(value.toPrecision(3)));
}
