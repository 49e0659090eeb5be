import { isRecord, members } from './structured.ts';

export interface JsonText {
  readonly text: string;
  /** True when inline bytes, number vectors or too deep or too many values were left out. */
  readonly elided: boolean;
}

const maxDepth = 64;
const maxNodes = 200_000;
/** Shorter arrays of numbers are kept: coordinates, histograms, token ids of a stop sequence. */
const vectorLength = 64;
const base64Length = 1024;

/**
 * Writes a structured or parsed value as JSON text, without embedding vectors and inline bytes, which would be
 * copied for nothing: each is replaced by a note of its size. Bounded in depth and number of values.
 */
export function jsonText(value: unknown): string {
  return writeJson(value).text;
}

/** As `jsonText`, and tells whether something was left out. */
export function writeJson(value: unknown): JsonText {
  const writer: Writer = { out: '', nodes: 0, elided: false };
  write(writer, value, 0);
  return { text: writer.out, elided: writer.elided };
}

/** True for an array that is an embedding or the like. */
export function isVector(value: readonly unknown[]): boolean {
  if (value.length < vectorLength) return false;
  const middle = value[value.length >> 1];
  return typeof value[0] === 'number' && typeof middle === 'number' && typeof value.at(-1) === 'number';
}

/** True when a string is long and, judging by its first kilobyte, base64 or a `data:` URL. */
export function isInlineData(text: string): boolean {
  if (text.length < base64Length) return false;
  const start = text.startsWith('data:') ? text.indexOf(',', 0) + 1 : 0;
  if (start > 256) return false;
  for (let i = start; i < start + base64Length && i < text.length; i++) {
    if (!isBase64Code(text.charCodeAt(i))) return false;
  }
  return true;
}

/** Size in bytes of base64 text, with or without padding. */
export function base64Size(text: string, start = 0): number {
  let length = text.length - start;
  while (length > 0 && text.charCodeAt(start + length - 1) === 61) length--;
  return Math.floor((length * 3) / 4);
}

interface Writer {
  out: string;
  nodes: number;
  elided: boolean;
}

function write(writer: Writer, value: unknown, depth: number): void {
  writer.nodes++;
  if (depth > maxDepth || writer.nodes > maxNodes) return note(writer, '…');
  switch (typeof value) {
    case 'string':
      if (isInlineData(value)) return note(writer, `[inline data, ${base64Size(value)} bytes]`);
      writer.out += JSON.stringify(value);
      return;
    case 'number':
      writer.out += Number.isFinite(value) ? String(value) : 'null';
      return;
    case 'bigint':
    case 'boolean':
      writer.out += String(value);
      return;
    case 'object':
      if (value instanceof Uint8Array) return note(writer, `[inline data, ${value.byteLength} bytes]`);
      if (Array.isArray(value)) return writeArray(writer, value as readonly unknown[], depth);
      if (isRecord(value)) return writeRecord(writer, members(value), depth);
      writer.out += 'null';
      return;
    default:
      writer.out += 'null';
  }
}

function writeArray(writer: Writer, items: readonly unknown[], depth: number): void {
  if (isVector(items)) return note(writer, `[vector of ${items.length} numbers]`);
  writer.out += '[';
  let first = true;
  for (const item of items) {
    if (!first) writer.out += ',';
    first = false;
    write(writer, item, depth + 1);
    if (writer.nodes > maxNodes) break;
  }
  writer.out += ']';
}

function writeRecord(writer: Writer, entries: Iterable<readonly [string, unknown]>, depth: number): void {
  writer.out += '{';
  let first = true;
  for (const [key, value] of entries) {
    if (!first) writer.out += ',';
    first = false;
    writer.out += `${JSON.stringify(key)}:`;
    write(writer, value, depth + 1);
    if (writer.nodes > maxNodes) break;
  }
  writer.out += '}';
}

function note(writer: Writer, text: string): void {
  writer.elided = true;
  writer.out += JSON.stringify(text);
}

/** `A-Z a-z 0-9 + / - _ =` and line breaks. */
function isBase64Code(code: number): boolean {
  return (
    (code >= 97 && code <= 122) ||
    (code >= 65 && code <= 90) ||
    (code >= 47 && code <= 57) ||
    code === 43 ||
    code === 45 ||
    code === 95 ||
    code === 61 ||
    code === 10 ||
    code === 13
  );
}
