import { readString } from './looseString.ts';

export interface LooseRead {
  /** Arrays, null-prototype objects, strings, numbers, booleans, `null`. */
  readonly value: unknown;
  /** True when something in it is Python's and not JSON's. */
  readonly python: boolean;
  /** True when the text ended inside the value, which then holds all that came before. */
  readonly truncated: boolean;
}

/**
 * Reads a JSON or Python literal that starts with `{`, `[` or `(`, as far as it goes; `undefined` when the text is
 * something else. Class reprs (`Choice(index=0)`, `<FinishReason.STOP: 'stop'>`, `FinishReason.STOP`) become strings.
 * No recursion and one pass, so neither nesting nor length can hurt.
 */
export function readLoose(text: string): LooseRead | undefined {
  return new LooseReader(text).read();
}

interface Frame {
  readonly close: string;
  /** The container's items; a Python set starts as an object and turns into an array. */
  items: unknown[] | undefined;
  readonly object: Record<string, unknown> | undefined;
  key: string | undefined;
}

type State = 'value' | 'key' | 'after' | 'done' | 'cut' | 'bad';

class LooseReader {
  readonly #text: string;
  readonly #stack: Frame[] = [];
  #at = 0;
  #root: unknown;
  #python = false;

  constructor(text: string) {
    this.#text = text;
  }

  read(): LooseRead | undefined {
    let state: State = 'value';
    while (state !== 'done') {
      this.#skipSpace();
      if (state === 'bad') return undefined;
      if (state === 'cut' || this.#at >= this.#text.length)
        return this.#stack.length > 0 ? this.#result(true) : undefined;
      if (state === 'value') state = this.#readValue();
      else if (state === 'key') state = this.#readKey();
      else state = this.#readAfter();
    }
    this.#skipSpace();
    return this.#at < this.#text.length ? undefined : this.#result(false);
  }

  #result(truncated: boolean): LooseRead {
    return { value: this.#root, python: this.#python, truncated };
  }

  #skipSpace(): void {
    for (; this.#at < this.#text.length; this.#at++) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 32 && code !== 10 && code !== 13 && code !== 9) return;
    }
  }

  #readValue(): State {
    const char = this.#text[this.#at];
    switch (char) {
      case '{':
        return this.#open('}', undefined, Object.create(null) as Record<string, unknown>);
      case '[':
        return this.#open(']', [], undefined);
      case '(':
        this.#python = true;
        return this.#open(')', [], undefined);
      case ']':
      case ')':
        return this.#top()?.items && this.#top()?.close === char ? this.#close() : 'bad';
      default: {
        if (this.#stack.length === 0) return 'bad';
        const scalar = this.#readScalar();
        if (!scalar) return 'bad';
        if (scalar.keep) this.#add(scalar.value);
        return scalar.cut ? 'cut' : 'after';
      }
    }
  }

  #readKey(): State {
    const frame = this.#top();
    if (!frame?.object) return 'bad';
    if (this.#text[this.#at] === '}') return this.#close();
    const scalar = this.#readScalar();
    if (!scalar) return 'bad';
    if (scalar.cut) return 'cut';
    this.#skipSpace();
    const next = this.#text[this.#at];
    if (next === undefined) return 'cut';
    if (next === ':') {
      this.#at++;
      if (typeof scalar.value !== 'string') this.#python = true;
      frame.key = String(scalar.value);
      return 'value';
    }
    const startsSet =
      (next === ',' || next === '}') && Object.keys(frame.object).length === 0 && frame.key === undefined;
    if (!startsSet) return 'bad';
    this.#python = true;
    const items = [scalar.value];
    this.#replaceTop(items);
    return 'after';
  }

  #readAfter(): State {
    const frame = this.#top();
    const char = this.#text[this.#at];
    if (!frame) return 'bad';
    if (char === frame.close) return this.#close();
    if (char !== ',') return 'bad';
    this.#at++;
    if (frame.items && frame.close === '}') {
      // A set may end in a comma only when cut or pretty-printed; its items are values.
      this.#skipSpace();
      return this.#text[this.#at] === '}' ? this.#close() : 'value';
    }
    return frame.object ? 'key' : 'value';
  }

  #open(close: string, items: unknown[] | undefined, object: Record<string, unknown> | undefined): State {
    const container = items ?? object;
    if (this.#stack.length === 0) this.#root = container;
    else this.#add(container);
    this.#stack.push({ close, items, object, key: undefined });
    this.#at++;
    return object ? 'key' : 'value';
  }

  #close(): State {
    this.#at++;
    this.#stack.pop();
    return this.#stack.length === 0 ? 'done' : 'after';
  }

  #top(): Frame | undefined {
    return this.#stack.at(-1);
  }

  #add(value: unknown): void {
    const frame = this.#top();
    if (!frame) return;
    if (frame.items) frame.items.push(value);
    else if (frame.object && frame.key !== undefined) frame.object[frame.key] = value;
  }

  /** Turns the innermost object, still empty, into the array of a set. */
  #replaceTop(items: unknown[]): void {
    const frame = this.#stack.pop();
    if (!frame) return;
    const parent = this.#top();
    if (!parent) this.#root = items;
    else if (parent.items) parent.items[parent.items.length - 1] = items;
    else if (parent.object && parent.key !== undefined) parent.object[parent.key] = items;
    this.#stack.push({ close: frame.close, items, object: undefined, key: undefined });
  }

  /** `keep` is false for a number or word that the end of the text may have shortened. */
  #readScalar(): { value: unknown; keep: boolean; cut: boolean } | undefined {
    const text = this.#text;
    const code = text.charCodeAt(this.#at);
    if (code === 34 || code === 39) return this.#readQuoted(this.#at);
    if (code === 60) return this.#readRepr(this.#at, this.#at);
    const start = this.#at;
    let end = start;
    while (end < text.length && isWordCode(text.charCodeAt(end))) end++;
    if (end === start) return undefined;
    const next = text.charCodeAt(end);
    const word = text.slice(start, end);
    if ((next === 34 || next === 39) && /^(?:[rbuf]|rb|br)$/i.test(word)) return this.#readQuoted(end);
    if (next === 40) return this.#readRepr(start, end);
    this.#at = end;
    if (end >= text.length) return { value: undefined, keep: false, cut: true };
    const value = constants.get(word) ?? (numberPattern.test(word) ? Number(word) : undefined);
    if (value !== undefined) {
      if (pythonWords.has(word)) this.#python = true;
      return { value: value === nothing ? null : value, keep: true, cut: false };
    }
    // `FinishReason.STOP`; a lone word is a sign of plain text.
    if (!/^[A-Za-z_]\w*\.[\w.]+$/.test(word)) return undefined;
    this.#python = true;
    return { value: word, keep: true, cut: false };
  }

  #readQuoted(quoteAt: number): { value: unknown; keep: boolean; cut: boolean } {
    if (quoteAt !== this.#at || this.#text.charCodeAt(quoteAt) === 39) this.#python = true;
    const read = readString(this.#text, quoteAt);
    this.#at = read.end;
    return { value: read.value, keep: true, cut: !read.closed };
  }

  /** Takes everything up to the bracket that closes the one at `bracketAt`, quotes respected, as text. */
  #readRepr(start: number, bracketAt: number): { value: unknown; keep: boolean; cut: boolean } {
    this.#python = true;
    const text = this.#text;
    let depth = 0;
    let i = bracketAt;
    while (i < text.length) {
      const char = text[i] ?? '';
      if (char === '"' || char === "'") {
        i = readString(text, i).end;
        continue;
      }
      if ('([{<'.includes(char)) depth++;
      else if (')]}>'.includes(char)) depth--;
      i++;
      if (depth === 0) break;
    }
    this.#at = i;
    return { value: text.slice(start, i), keep: true, cut: depth !== 0 };
  }
}

const nothing = Symbol('null');
const constants = new Map<string, unknown>([
  ['true', true],
  ['false', false],
  ['null', nothing],
  ['True', true],
  ['False', false],
  ['None', nothing],
  ['NaN', Number.NaN],
  ['nan', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
  ['inf', Number.POSITIVE_INFINITY],
  ['-inf', Number.NEGATIVE_INFINITY],
  ['undefined', nothing],
]);
const pythonWords = new Set(['True', 'False', 'None', 'nan', 'inf', '-inf']);
const numberPattern = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** Letters, digits, `_ . + -` and anything outside ASCII. */
function isWordCode(code: number): boolean {
  return (
    (code >= 97 && code <= 122) ||
    (code >= 65 && code <= 90) ||
    (code >= 48 && code <= 57) ||
    code === 95 ||
    code === 46 ||
    code === 43 ||
    code === 45 ||
    code > 127
  );
}
