import type { Usage } from '../model/usage.ts';

/**
 * Completes a call's usage with what another span of the same call knows: only fields that the call lacks, and parts
 * only where they fit into their whole. `undefined` when there is nothing to add.
 */
export function lendUsage(own: Usage | undefined, other: Usage | undefined): Usage | undefined {
  if (!other) return undefined;
  if (!own) return other;
  const input = own.input ?? other.input;
  const output = own.output ?? other.output;
  const lent: { -readonly [K in keyof Usage]: Usage[K] } = {};
  if (own.input === undefined && other.input !== undefined) lent.input = other.input;
  if (own.output === undefined && other.output !== undefined) lent.output = other.output;
  for (const part of inputParts) if (fits(own[part], other[part], input)) lent[part] = other[part];
  for (const part of outputParts) if (fits(own[part], other[part], output)) lent[part] = other[part];
  return Object.keys(lent).length === 0 ? undefined : { ...own, ...lent };
}

const inputParts = ['cacheRead', 'cacheWrite', 'cacheWrite1h', 'inputAudio', 'cacheReadAudio'] as const;
const outputParts = ['reasoning', 'outputAudio'] as const;

function fits(own: number | undefined, other: number | undefined, whole: number | undefined): boolean {
  return own === undefined && other !== undefined && whole !== undefined && other <= whole;
}
