import type { AttributeValue } from '../otlp/types.ts';
import { jsonText } from './messages/jsonText.ts';
import { parseLoose } from './messages/looseJson.ts';
import { decodeText } from './messages/structured.ts';

/**
 * Attribute values as the plain things they stand for, whatever their wire type: the same key arrives as integer,
 * double, numeric text, JSON text or structured value.
 */

/** True unless the value is absent, empty or a placeholder such as `<not specified>` or `N/A`. */
export function isUsable(value: AttributeValue | undefined): value is Exclude<AttributeValue, null> {
  if (value === undefined || value === null) return false;
  if (typeof value !== 'string') return true;
  return value.length > 24 ? true : value !== '' && !placeholders.has(value);
}

const placeholders = new Set([
  '<not specified>',
  'N/A',
  'n/a',
  'unknown',
  'UNKNOWN',
  '{}',
  '[]',
  '""',
  'null',
  'None',
  'no-model',
  'undefined',
  '<not serializable>',
]);

/** Text, without the quotes that JSON-encoding emitters leave around it; `undefined` when there is none. */
export function asText(value: AttributeValue | undefined): string | undefined {
  if (!isUsable(value)) return undefined;
  if (typeof value === 'string') return value.charCodeAt(0) === 34 ? unquoted(value) : value;
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean')
    return String(value);
  if (value instanceof Uint8Array) return decodeText(value);
  return jsonText(value);
}

function unquoted(text: string): string | undefined {
  if (text.length < 2 || text.charCodeAt(text.length - 1) !== 34) return text;
  const value = parseJson(text);
  if (typeof value !== 'string') return text;
  return isUsable(value) ? value : undefined;
}

/** A finite number, also from numeric text; `undefined` for anything else, so also for NaN and infinities. */
export function asNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'string' || value.length === 0 || value.length > 40) return undefined;
  const text = value.charCodeAt(0) === 34 ? value.slice(1, -1) : value;
  if (!numeric.test(text)) return undefined;
  const number = Number(text);
  return Number.isFinite(number) ? number : undefined;
}

const numeric = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/;

/** A token count: a number that is not negative. */
export function asCount(value: unknown): number | undefined {
  const number = asNumber(value);
  return number !== undefined && number >= 0 ? Math.round(number) : undefined;
}

/** A truth value, also from `"True"`, `"false"`, 0 and 1. */
export function asBoolean(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (value === 1 || value === 0) return value === 1;
  if (typeof value !== 'string') return undefined;
  const text = value.replaceAll('"', '').toLowerCase();
  return text === 'true' ? true : text === 'false' ? false : undefined;
}

/** Longest text that is parsed while a span is read; longer values are left to those who ask for them. */
const maxParsed = 8 * 1024 * 1024;

/**
 * What JSON text (also doubly encoded), a Python repr or a structured value holds. Plain text and unreadable text
 * give `undefined`; objects have own properties only and are read with `field`.
 */
export function parseJson(value: AttributeValue | undefined): unknown {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value.length > maxParsed ? undefined : parseLoose(value)?.value;
  if (value instanceof Uint8Array)
    return value.length > maxParsed ? undefined : parseLoose(decodeText(value))?.value;
  return value;
}
