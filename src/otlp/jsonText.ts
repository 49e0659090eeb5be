import { maxJsonContainers, maxJsonDepth } from './limits.ts';
import { OtlpError } from './otlpError.ts';

/** A double holds every integer of up to 15 digits. */
const exactDigits = 15;

const quote = 0x22;
const minus = 0x2d;
const dot = 0x2e;
const backslash = 0x5c;
/** Set in letters, turns upper case into lower. */
const lowerCase = 0x20;
const exponent = 0x65;

/**
 * Parses JSON text that may be anything. Integers of more than 15 digits come back as strings of digits: a double
 * would lose the nanoseconds of a timestamp that an emitter wrote as a JSON number. Invalid UTF-8 and lone surrogates
 * that are not escaped become U+FFFD.
 *
 * Throws `OtlpError`: `too-deep` before the parser sees the text, `malformed` when it is not JSON or has
 * more than `maxJsonContainers` objects and arrays.
 */
export function parseJsonText(input: string | Uint8Array): unknown {
  const bytes =
    typeof input === 'string'
      ? Buffer.from(input)
      : Buffer.from(input.buffer, input.byteOffset, input.length);
  const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  const text = quoteLongIntegers(hasMark ? bytes.subarray(3) : bytes);
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new OtlpError('malformed', `invalid JSON: ${reason.slice(0, 200)}`, { cause: error });
  }
}

/** Also checks the nesting, as it looks at each byte outside of strings anyway. Linear in the text's length. */
function quoteLongIntegers(bytes: Buffer): string {
  const parts: string[] = [];
  let copied = 0;
  let depth = 0;
  let containers = 0;
  let digits = 0;
  const length = bytes.length;
  for (let i = 0; i <= length; i++) {
    const code = i < length ? bytes[i]! : 0;
    if (code >= 0x30 && code <= 0x39) {
      digits++;
      continue;
    }
    if (digits > exactDigits && isWholeInteger(bytes, i - digits, code)) {
      const start = i - digits - (byteAt(bytes, i - digits - 1) === minus ? 1 : 0);
      parts.push(bytes.toString('utf8', copied, start), '"', bytes.toString('latin1', start, i), '"');
      copied = i;
    }
    digits = 0;
    if (code === quote) i = endOfString(bytes, i + 1);
    else if (code === 0x5b || code === 0x7b) {
      if (++depth > maxJsonDepth)
        throw new OtlpError('too-deep', `JSON nested deeper than ${maxJsonDepth} levels`);
      if (++containers > maxJsonContainers)
        throw new OtlpError('malformed', 'JSON with too many objects and arrays');
    } else if (code === 0x5d || code === 0x7d) depth--;
  }
  if (parts.length === 0) return bytes.toString();
  parts.push(bytes.toString('utf8', copied));
  return parts.join('');
}

/** Whether the digits from `start` up to a byte `next` are a JSON number of their own. */
function isWholeInteger(bytes: Buffer, start: number, next: number): boolean {
  // A fraction or exponent follows or precedes, or it starts with 0 and is no JSON: the parser's own business.
  if (next === dot || (next | lowerCase) === exponent || bytes[start] === 0x30) return false;
  const before = byteAt(bytes, start - 1);
  if (before === dot || before === 0x2b || (before | lowerCase) === exponent) return false;
  return before !== minus || (byteAt(bytes, start - 2) | lowerCase) !== exponent;
}

/** 0 outside of the text. */
function byteAt(bytes: Buffer, index: number): number {
  return index < 0 ? 0 : (bytes[index] ?? 0);
}

/** Index of the quote that ends the string whose content starts at `start`; the text's length when none does. */
function endOfString(bytes: Buffer, start: number): number {
  const length = bytes.length;
  let i = start;
  while (i < length) {
    const code = bytes[i]!;
    if (code === quote) return i;
    i += code === backslash ? 2 : 1;
  }
  return length;
}
