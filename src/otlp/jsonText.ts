import { maxJsonDepth } from './limits.ts';
import { OtlpError } from './otlpError.ts';

/** A double holds every integer of up to 15 digits. */
const exactDigits = 15;

const quote = 0x22;
const backslash = 0x5c;

/**
 * Parses JSON text that may be anything. Integers of more than 15 digits come back as strings of digits: a double
 * would lose the nanoseconds of a timestamp that an emitter wrote as a JSON number.
 *
 * Throws `OtlpError`: `too-deep` before the parser sees the text, `malformed` when it is not JSON.
 */
export function parseJsonText(input: string | Uint8Array): unknown {
  const text =
    typeof input === 'string' ? input : Buffer.from(input.buffer, input.byteOffset, input.length).toString();
  const prepared = quoteLongIntegers(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
  try {
    return JSON.parse(prepared) as unknown;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new OtlpError('malformed', `invalid JSON: ${reason.slice(0, 200)}`, { cause: error });
  }
}

/** Also checks the nesting, as it looks at each character outside of strings anyway. Linear in the text's length. */
function quoteLongIntegers(text: string): string {
  const parts: string[] = [];
  let copied = 0;
  let depth = 0;
  let digits = 0;
  const length = text.length;
  for (let i = 0; i <= length; i++) {
    const code = i < length ? text.charCodeAt(i) : 0;
    if (code >= 0x30 && code <= 0x39) {
      digits++;
      continue;
    }
    if (digits > exactDigits && isWholeInteger(text, i - digits, code)) {
      const start = text.charCodeAt(i - digits - 1) === 0x2d ? i - digits - 1 : i - digits;
      parts.push(text.slice(copied, start), '"', text.slice(start, i), '"');
      copied = i;
    }
    digits = 0;
    if (code === quote) i = endOfString(text, i);
    else if (code === 0x5b || code === 0x7b) {
      if (++depth > maxJsonDepth)
        throw new OtlpError('too-deep', `JSON nested deeper than ${maxJsonDepth} levels`);
    } else if (code === 0x5d || code === 0x7d) depth--;
  }
  if (parts.length === 0) return text;
  parts.push(text.slice(copied));
  return parts.join('');
}

/** Whether the digits from `start` up to a character `next` are a JSON number of their own. */
function isWholeInteger(text: string, start: number, next: number): boolean {
  // A fraction or exponent follows or precedes, or it starts with 0 and is no JSON: the parser's own business.
  if (next === 0x2e || next === 0x65 || next === 0x45 || text.charCodeAt(start) === 0x30) return false;
  const before = text.charCodeAt(start - 1);
  return before !== 0x2e && before !== 0x65 && before !== 0x45 && before !== 0x2b && !isExponent(text, start);
}

/** `1e-123…`: the minus sign belongs to an exponent. */
function isExponent(text: string, start: number): boolean {
  const before = text.charCodeAt(start - 2);
  return text.charCodeAt(start - 1) === 0x2d && (before === 0x65 || before === 0x45);
}

/** Index of the quote that ends the string starting at `start`; the text's length when none does. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let before = end - 1;
    while (text.charCodeAt(before) === backslash) before--;
    if ((end - before) % 2 === 1) return end;
  }
  return text.length;
}
