import type { Handlers, RequestMap } from '../base/channel.ts';
import { ChannelError } from '../base/channel.ts';

/** Looks at a value that another world sent; false means that it is not what it claims to be. */
export type Check = (value: unknown) => boolean;

export const longestText = 64 * 1024 * 1024;

export const text =
  (longest: number): Check =>
  (value) =>
    typeof value === 'string' && value.length <= longest;

export const finite: Check = (value) => typeof value === 'number' && Number.isFinite(value);

/** A whole number from 0 to `last`. */
export const index =
  (last = 1_000_000): Check =>
  (value) =>
    Number.isInteger(value) && (value as number) >= 0 && (value as number) <= last;

export const flag: Check = (value) => typeof value === 'boolean';

export const oneOf =
  (...values: readonly string[]): Check =>
  (value) =>
    typeof value === 'string' && values.includes(value);

export const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);

export const list =
  (check: Check, longest: number): Check =>
  (value) =>
    Array.isArray(value) && value.length <= longest && value.every(check);

/** Lower-case hex of a fixed length. */
export const id =
  (digits: number): Check =>
  (value) =>
    typeof value === 'string' && value.length === digits && /^[0-9a-f]+$/.test(value);

/** An object with these members and no others. */
export function shape(members: Readonly<Record<string, Check>>): Check {
  const known = new Map(Object.entries(members));
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
    if (Object.keys(value).some((key) => !known.has(key))) return false;
    const given = new Map(Object.entries(value));
    return [...known].every(([key, check]) => check(given.get(key)));
  };
}

/** A span's two ids. */
export const spanKey = shape({ traceId: id(32), spanId: id(16) });

/** The handlers, each behind the check of its parameters; a wrong message is answered with the code `bad-message`. */
export function checkedHandlers<R extends RequestMap<R>>(
  checks: Readonly<Record<keyof R, Check>>,
  handlers: Required<Handlers<R>>,
): Handlers<R> {
  const checked = new Map<string, unknown>();
  for (const [method, handle] of Object.entries(handlers) as [
    keyof R & string,
    (...args: unknown[]) => unknown,
  ][]) {
    checked.set(method, (params: unknown, signal: AbortSignal) => {
      if (!checks[method](params)) throw new ChannelError('bad-message', `Wrong parameters of ${method}`);
      return handle(params, signal);
    });
  }
  return Object.fromEntries(checked) as Handlers<R>;
}
