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

export function decodeUsage(text: unknown): Usage | undefined {
  if (typeof text !== 'string') return undefined;
  const usage: { -readonly [K in keyof Usage]: Usage[K] } = {};
  text.split(',').forEach((part, i) => {
    const field = fields[i];
    if (field && part !== '') usage[field] = Number(part);
  });
  return usage;
}
