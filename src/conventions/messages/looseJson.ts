import { readLoose } from './looseReader.ts';

export interface Loose {
  /** Objects have own properties only: read them with `field` of `structured.ts`. */
  readonly value: unknown;
  readonly how: 'json' | 'json-twice' | 'python' | 'truncated-json';
  /** What the emitter put where it cut the text, e.g. `...[truncated, original 70000 chars]`. */
  readonly marker?: string | undefined;
}

/**
 * Reads text that claims to be data: JSON, JSON inside a JSON string, the repr of a Python dict or list, or JSON
 * that was cut off (then with everything before the cut). `undefined` for plain text and for what cannot be read.
 *
 * Never throws; linear in the length of the text, whatever its nesting.
 */
export function parseLoose(text: string): Loose | undefined {
  return parseAt(text, 0);
}

/** True for text that starts as JSON or a Python literal does, whether or not it reads to the end. */
export function claimsJson(text: string): boolean {
  const start = skipSpace(text, 0);
  const first = text[start];
  if (first !== '{' && first !== '[') return false;
  const second = text[skipSpace(text, start + 1)] ?? '';
  return first === '{' ? '"\'}'.includes(second) : '{["\']'.includes(second);
}

const maxUnwrap = 4;

function parseAt(text: string, level: number): Loose | undefined {
  const start = skipSpace(text, 0);
  const first = text.charCodeAt(start);
  if (first !== 123 && first !== 91 && first !== 34) return undefined;
  const second = text.charCodeAt(skipSpace(text, start + 1));
  // A quote or a bracket that JSON cannot have there: skip the costly failure.
  if (!(first !== 34 && (second === 39 || second === 40))) {
    const parsed = tryJson(start > 0 && text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
    if (typeof parsed === 'string') {
      const inner = level < maxUnwrap ? parseAt(parsed, level + 1) : undefined;
      if (!inner) return { value: parsed, how: 'json' };
      return inner.how === 'json' ? { ...inner, how: 'json-twice' } : inner;
    }
    if (parsed !== undefined) return { value: parsed, how: 'json' };
  }
  return first === 34 ? undefined : parseTolerantly(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
}

function parseTolerantly(text: string): Loose | undefined {
  const marker = markerPattern.exec(text.slice(-160))?.[0];
  const read = readLoose(marker === undefined ? text : text.slice(0, -marker.length));
  if (!read) return undefined;
  if (read.truncated) return { value: read.value, how: 'truncated-json', marker: marker?.trim() };
  return { value: read.value, how: read.python ? 'python' : 'json' };
}

/** As coding agents and SDKs write it; applied to the last 160 characters only. */
const markerPattern = /(?:\.\.\.|…)?[ \n]?\[(?:truncated|TRUNCATED)[^\]]{0,100}\]\s{0,3}$/;

/** `undefined` where the text is not JSON; JSON's own parser is iterative, so nesting is no danger. */
function tryJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function skipSpace(text: string, from: number): number {
  let i = from;
  for (; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code !== 32 && code !== 10 && code !== 13 && code !== 9 && code !== 0xfeff) break;
  }
  return i;
}
