import { parseArgs } from 'node:util';

/** A mistake of the caller's: printed without a stack, exit code 2. */
export class UsageError extends Error {}

export interface Arguments {
  readonly positionals: readonly string[];
  readonly values: Readonly<Record<string, string | boolean | undefined>>;
}

/** Parses options, all of which take a value but `flags`, and at most `mostPositionals` words beside them. */
export function parse(
  args: readonly string[],
  options: readonly string[],
  mostPositionals = 0,
  flags: readonly string[] = [],
): Arguments {
  const { values, positionals } = parsed(args, options, flags);
  const unexpected = positionals[mostPositionals];
  if (unexpected !== undefined) throw new UsageError(`${JSON.stringify(unexpected)} is one word too many`);
  return { positionals, values: values as Arguments['values'] };
}

function parsed(
  args: readonly string[],
  options: readonly string[],
  flags: readonly string[],
): ReturnType<typeof parseArgs> {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      strict: true,
      options: {
        ...Object.fromEntries(options.map((name) => [name, { type: 'string' as const }])),
        ...Object.fromEntries(['help', ...flags].map((name) => [name, { type: 'boolean' as const }])),
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

export function required(args: Arguments, name: string): string {
  const value = args.values[name];
  if (typeof value !== 'string' || value === '') throw new UsageError(`--${name} is missing`);
  return value;
}

export function optional(args: Arguments, name: string): string | undefined {
  const value = args.values[name];
  return typeof value === 'string' ? value : undefined;
}

/** A whole number within bounds. */
export function wholeNumber(
  args: Arguments,
  name: string,
  fallback: number,
  min: number,
  max: number,
): number {
  const text = optional(args, name);
  if (text === undefined) return fallback;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < min || value > max) {
    throw new UsageError(`--${name} takes a whole number from ${min} to ${max}, not ${JSON.stringify(text)}`);
  }
  return value;
}

const units = { s: 1e3, m: 6e4, h: 3.6e6, d: 8.64e7 } as const;

/**
 * A point in time as milliseconds since the epoch: ISO 8601, epoch milliseconds, or how long ago (`30m`, `2h`, `7d`).
 */
export function pointInTime(args: Arguments, name: string, now: number): number | undefined {
  const text = optional(args, name);
  if (text === undefined) return undefined;
  const ago = /^(\d+(?:\.\d+)?)([smhd])$/.exec(text);
  if (ago) return now - Number(ago[1]) * units[ago[2] as keyof typeof units];
  const millis = /^\d{10,16}$/.test(text) ? Number(text) : Date.parse(text);
  if (!Number.isFinite(millis)) {
    throw new UsageError(
      `--${name} takes a time such as 2026-01-31T12:00:00Z, 1769860800000 or 2h, not ${JSON.stringify(text)}`,
    );
  }
  return millis;
}
