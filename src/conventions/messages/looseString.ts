/** A quoted string as it was read; `end` is the position behind the closing quote. */
export interface StringRead {
  readonly value: string;
  readonly end: number;
  /** False when the text ended first; `value` is then what there was. */
  readonly closed: boolean;
}

/**
 * Reads a JSON or Python string literal whose opening quote, `"` or `'`, is at `start`. Raw line breaks are taken
 * as they are; an unknown escape stands for itself. Linear in the length of the literal.
 */
export function readString(text: string, start: number): StringRead {
  const quote = text.charCodeAt(start);
  const length = text.length;
  let from = start + 1;
  let value = '';
  let i = from;
  while (i < length) {
    const code = text.charCodeAt(i);
    if (code === quote) return { value: value + text.slice(from, i), end: i + 1, closed: true };
    if (code !== 92) {
      i++;
      continue;
    }
    value += text.slice(from, i);
    const escape = readEscape(text, i + 1);
    if (!escape) return { value, end: length, closed: false };
    value += escape.text;
    i = escape.end;
    from = i;
  }
  return { value: value + text.slice(from), end: length, closed: false };
}

/** `undefined` when the text ends within the escape. */
function readEscape(text: string, at: number): { text: string; end: number } | undefined {
  const char = text[at];
  if (char === undefined) return undefined;
  const simple = simpleEscapes.get(char);
  if (simple !== undefined) return { text: simple, end: at + 1 };
  const digits = char === 'u' ? 4 : char === 'x' ? 2 : char === 'U' ? 8 : 0;
  if (digits === 0) return { text: `\\${char}`, end: at + 1 };
  if (at + 1 + digits > text.length) return undefined;
  const point = hex(text.slice(at + 1, at + 1 + digits));
  if (point === undefined || point > 0x10ffff) return { text: `\\${char}`, end: at + 1 };
  return {
    text: digits === 4 ? String.fromCharCode(point) : String.fromCodePoint(point),
    end: at + 1 + digits,
  };
}

function hex(digits: string): number | undefined {
  return /^[0-9a-fA-F]+$/.test(digits) ? Number.parseInt(digits, 16) : undefined;
}

const simpleEscapes = new Map([
  ['"', '"'],
  ["'", "'"],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['0', '\0'],
  ['a', '\x07'],
  ['v', '\v'],
  ['\n', ''],
]);
