/**
 * Received text as literals of programs: what is quoted comes back as it was, and nothing gets out of its quotes.
 * Tests run the results through the languages themselves.
 */
import type { Json } from './json.ts';
import { jsonString } from './json.ts';

/** One word of a POSIX shell: single quotes, in which nothing is special but the quote itself. */
export function shellQuote(text: string): string {
  return `'${text.replaceAll('\u0000', '').replaceAll("'", "'\\''")}'`;
}

const indentation = (depth: number, width: number): string => ' '.repeat(depth * width);

/** A value as a Python expression over several lines. */
export function pythonLiteral(value: Json, depth = 0): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number') return pythonNumber(value);
  if (typeof value === 'string') return pythonString(value);
  const inner = indentation(depth + 1, 4);
  const end = indentation(depth, 4);
  if (isList(value)) {
    if (value.length === 0) return '[]';
    return `[\n${value.map((item) => `${inner}${pythonLiteral(item, depth + 1)},\n`).join('')}${end}]`;
  }
  const members = Object.entries(value);
  if (members.length === 0) return '{}';
  const lines = members.map(
    ([key, item]) => `${inner}${pythonString(key)}: ${pythonLiteral(item, depth + 1)},\n`,
  );
  return `{\n${lines.join('')}${end}}`;
}

function pythonNumber(value: number): string {
  if (!Number.isFinite(value)) return 'None';
  return Object.is(value, -0) ? '-0.0' : String(value);
}

/** JSON's escapes are Python's, but for those of characters beyond the first plane. */
export function pythonString(text: string): string {
  return jsonString(text).replace(
    /((?:^|[^\\])(?:\\\\)*)\\ud([89ab][0-9a-f]{2})\\ud([c-f][0-9a-f]{2})/g,
    (_whole, before: string, high: string, low: string) => {
      const point =
        0x10000 + ((parseInt(`d${high}`, 16) - 0xd800) << 10) + (parseInt(`d${low}`, 16) - 0xdc00);
      return `${before}\\U${point.toString(16).padStart(8, '0')}`;
    },
  );
}

const plainKey = /^[A-Za-z_$][\w$]*$/;

/** A value as a TypeScript expression over several lines. */
export function typeScriptLiteral(value: Json, depth = 0): string {
  if (typeof value === 'number')
    return Object.is(value, -0) ? '-0' : Number.isFinite(value) ? String(value) : 'null';
  if (typeof value === 'string') return typeScriptString(value);
  if (typeof value !== 'object' || value === null) return String(value);
  const inner = indentation(depth + 1, 2);
  const end = indentation(depth, 2);
  if (isList(value)) {
    if (value.length === 0) return '[]';
    return `[\n${value.map((item) => `${inner}${typeScriptLiteral(item, depth + 1)},\n`).join('')}${end}]`;
  }
  const members = Object.entries(value);
  if (members.length === 0) return '{}';
  const lines = members.map(
    ([key, item]) => `${inner}${typeScriptKey(key)}: ${typeScriptLiteral(item, depth + 1)},\n`,
  );
  return `{\n${lines.join('')}${end}}`;
}

/** `__proto__` as a plain key would set the prototype; in brackets it is a member like others. */
function typeScriptKey(key: string): string {
  if (key === '__proto__') return '["__proto__"]';
  return plainKey.test(key) ? key : typeScriptString(key);
}

/** `</script` cannot end a script that the code is pasted into. */
export function typeScriptString(text: string): string {
  return jsonString(text).replaceAll('</', '<\\/');
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
