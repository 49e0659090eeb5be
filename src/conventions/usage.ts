import type { Usage } from '../model/usage.ts';

/** Token counts as an emitter gives them, before it is clear what contains what. */
export interface RawUsage {
  input?: number | undefined;
  output?: number | undefined;
  total?: number | undefined;
  cacheRead?: number | undefined;
  cacheWrite?: number | undefined;
  cacheWrite1h?: number | undefined;
  reasoning?: number | undefined;
  inputAudio?: number | undefined;
  outputAudio?: number | undefined;
  cacheReadAudio?: number | undefined;
  /** True when `input` is known to include cached tokens, false when known not to. */
  cacheIncluded?: boolean | undefined;
  /** Likewise for `output` and reasoning tokens. */
  reasoningIncluded?: boolean | undefined;
}

const parts = [
  'input',
  'output',
  'total',
  'cacheRead',
  'cacheWrite',
  'cacheWrite1h',
  'reasoning',
  'inputAudio',
  'outputAudio',
  'cacheReadAudio',
] as const;

/** Fills what `usage` lacks from `other`; what `usage` knows stays. */
export function fillUsage(usage: RawUsage, other: RawUsage): RawUsage {
  const filled: RawUsage = { ...usage };
  for (const part of parts) filled[part] ??= other[part];
  filled.cacheIncluded ??= usage.input === undefined ? other.cacheIncluded : undefined;
  filled.reasoningIncluded ??= usage.output === undefined ? other.reasoningIncluded : undefined;
  return filled;
}

/** True when a count that stands for work is there. */
export function hasCounts(usage: RawUsage | undefined): usage is RawUsage {
  return (
    usage !== undefined &&
    (usage.input !== undefined || usage.output !== undefined || usage.total !== undefined)
  );
}

/**
 * Brings counts to one meaning: `input` with cached tokens, `output` with reasoning.
 *
 * Whether the raw input contains the cached tokens is decided in this order: a part cannot exceed the whole; what is
 * known of the emitter; does the total fit the sum with or without them; else yes, as the OpenTelemetry convention says.
 * A zero for both input and output is an emitter's way of saying "not known".
 */
export function normaliseUsage(raw: RawUsage): Usage | undefined {
  const read = raw.cacheRead ?? 0;
  const written = raw.cacheWrite ?? raw.cacheWrite1h ?? 0;
  const cached = read + written;
  let { input, output } = raw;
  if (input !== undefined && cached > 0 && !includesCache(raw, input, cached)) input += cached;
  if (output !== undefined && raw.reasoning && !includesReasoning(raw, output, raw.reasoning))
    output += raw.reasoning;
  if (input === undefined && output === undefined && raw.total === undefined) return undefined;
  if (input === undefined && raw.total !== undefined && output !== undefined && raw.total >= output) {
    input = raw.total - output;
  } else if (output === undefined && raw.total !== undefined && input !== undefined && raw.total > input) {
    output = raw.total - input;
  }
  if (!input && !output) return undefined;
  return usageOf({ ...raw, input, output });
}

/** The known fields of `raw`, without the hints. */
export function usageOf(raw: RawUsage): Usage {
  const usage: { -readonly [K in keyof Usage]: Usage[K] } = {};
  if (raw.input !== undefined) usage.input = raw.input;
  if (raw.output !== undefined) usage.output = raw.output;
  if (raw.cacheRead !== undefined) usage.cacheRead = raw.cacheRead;
  if (raw.cacheWrite !== undefined) usage.cacheWrite = raw.cacheWrite;
  if (raw.cacheWrite1h !== undefined) {
    usage.cacheWrite1h = raw.cacheWrite1h;
    usage.cacheWrite ??= raw.cacheWrite1h;
  }
  if (raw.reasoning !== undefined) usage.reasoning = raw.reasoning;
  if (raw.inputAudio !== undefined) usage.inputAudio = raw.inputAudio;
  if (raw.outputAudio !== undefined) usage.outputAudio = raw.outputAudio;
  if (raw.cacheReadAudio !== undefined) usage.cacheReadAudio = raw.cacheReadAudio;
  return usage;
}

function includesCache(raw: RawUsage, input: number, cached: number): boolean {
  if (input < cached) return false;
  if (raw.cacheIncluded !== undefined) return raw.cacheIncluded;
  if (raw.total === undefined) return true;
  return raw.total !== input + (raw.output ?? 0) + cached;
}

function includesReasoning(raw: RawUsage, output: number, reasoning: number): boolean {
  if (output < reasoning) return false;
  if (raw.reasoningIncluded !== undefined) return raw.reasoningIncluded;
  if (raw.total === undefined || raw.input === undefined) return true;
  return raw.total !== raw.input + output + reasoning;
}
