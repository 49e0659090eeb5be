import type { Usage } from '../model/usage.ts';

// Stored, hence only ever appended to.
const fields = [
  'input',
  'output',
  'cacheRead',
  'cacheWrite',
  'cacheWrite1h',
  'reasoning',
  'inputAudio',
  'outputAudio',
  'cacheReadAudio',
] as const satisfies readonly (keyof Usage)[];

/** Usage as comma-separated numbers, empty where not known. */
export function encodeUsage(usage: Usage | undefined): string | null {
  if (!usage) return null;
  let text = '';
  for (const field of fields) {
    const value = usage[field];
    text += `${text === '' && field === 'input' ? '' : ','}${value !== undefined && Number.isFinite(value) ? value : ''}`;
  }
  return text;
}

/** Whether the columns `input`, `output`, `cache_read`, `cache_write` and `reasoning` tell all of it. */
export function isCommonUsage(usage: Usage): boolean {
  return (
    usage.cacheWrite1h === undefined &&
    usage.inputAudio === undefined &&
    usage.outputAudio === undefined &&
    usage.cacheReadAudio === undefined
  );
}

/** The usage that counts, from a row with `usage` ('' where the other columns tell all) and those columns. */
export function decodeCountedUsage(row: Readonly<Record<string, unknown>>): Usage | undefined {
  if (row['usage'] !== '') return decodeUsage(row['usage']);
  const usage: { -readonly [K in keyof Usage]: Usage[K] } = {};
  for (const [field, column] of commonColumns) {
    const value = row[column];
    if (typeof value === 'number') usage[field] = value;
  }
  return usage;
}

const commonColumns = [
  ['input', 'input'],
  ['output', 'output'],
  ['cacheRead', 'cache_read'],
  ['cacheWrite', 'cache_write'],
  ['reasoning', 'reasoning'],
] as const;

export function decodeUsage(text: unknown): Usage | undefined {
  if (typeof text !== 'string') return undefined;
  const usage: { -readonly [K in keyof Usage]: Usage[K] } = {};
  text.split(',').forEach((part, i) => {
    const field = fields[i];
    if (field && part !== '') usage[field] = Number(part);
  });
  return usage;
}
