import type { SourceFrame } from '../model/source.ts';

/** Longest path, longest stack and most frames we look at; what is longer comes from nobody's program. */
const limits = { path: 4096, stack: 262_144, frames: 64, line: 10_000_000 } as const;

/**
 * Makes a frame of what was received, or nothing when it cannot be a place in a file:
 * control characters, absurd lengths, lines that are no whole number from 1 up.
 */
export function toFrame(
  file: string | undefined,
  line: number | undefined,
  column?: number | undefined,
  functionName?: string | undefined,
): SourceFrame | undefined {
  if (file === undefined || line === undefined) return undefined;
  const path = pathOf(file);
  if (path === undefined || !isPosition(line)) return undefined;
  return {
    file: path,
    line,
    ...(column !== undefined && isPosition(column) ? { column } : {}),
    ...(functionName ? { function: functionName.slice(0, 500) } : {}),
  };
}

function isPosition(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= limits.line;
}

/** A `file:` URL becomes its path; other URLs and names that are not files (`<string>`, `node:fs`) become nothing. */
function pathOf(raw: string): string | undefined {
  let path = raw.trim();
  if (path.length === 0 || path.length > limits.path || hasControlCharacter(path)) return undefined;
  if (/^file:\/\//i.test(path)) {
    try {
      path = decodeURIComponent(new URL(path).pathname);
    } catch {
      return undefined;
    }
    if (/^\/[A-Za-z]:\//.test(path)) path = path.slice(1);
    if (hasControlCharacter(path)) return undefined;
  } else if (/^[a-z][a-z0-9+.-]+:/i.test(path)) {
    return undefined;
  }
  return path.startsWith('<') ? undefined : path;
}

function hasControlCharacter(value: string): boolean {
  for (let i = 0; i < value.length; i++) if (value.charCodeAt(i) < 32) return true;
  return false;
}

/** True for files that belong to a library or to the language itself, not to the user's program. */
export function isLibraryFile(file: string): boolean {
  const path = file.replaceAll('\\', '/');
  return /(^|\/)(node_modules|site-packages|dist-packages|\.pnpm|\.yarn)\/|\/lib\/python\d[\d.]*\/|^internal\/|\/_?bootstrap[^/]*>$/i.test(
    path,
  );
}

/**
 * The frames of a stack trace in Python's or V8's text form, innermost first, library frames included.
 * Of several tracebacks in one text (chained exceptions) the last counts: it is the one that ended the call.
 */
export function parseStack(stack: string): readonly SourceFrame[] {
  const text = stack.length > limits.stack ? stack.slice(-limits.stack) : stack;
  const start = text.lastIndexOf('Traceback (most recent call last)');
  const lines = (start >= 0 ? text.slice(start) : text).split('\n');
  const frames: SourceFrame[] = [];
  let python = false;
  for (const line of lines) {
    const frame = pythonFrame(line);
    if (frame) python = true;
    const found = frame ?? v8Frame(line);
    if (found) frames.push(found);
  }
  if (python) frames.reverse();
  return frames.slice(0, limits.frames);
}

/** `  File "app.py", line 12, in main` */
function pythonFrame(line: string): SourceFrame | undefined {
  const trimmed = line.trim();
  if (!trimmed.startsWith('File "')) return undefined;
  const close = trimmed.indexOf('", line ', 6);
  if (close < 0) return undefined;
  const rest = trimmed.slice(close + 8);
  const number = Number.parseInt(rest, 10);
  const at = rest.indexOf(', in ');
  return toFrame(trimmed.slice(6, close), number, undefined, at < 0 ? undefined : rest.slice(at + 5));
}

/** `    at async plan (file:///app/plan.mjs:10:5)`, `    at /app/plan.js:10:5` */
function v8Frame(line: string): SourceFrame | undefined {
  let rest = line.trim();
  if (!rest.startsWith('at ')) return undefined;
  rest = rest.slice(3).replace(/^async /, '');
  let name: string | undefined;
  if (rest.endsWith(')')) {
    const open = rest.lastIndexOf('(');
    if (open < 0) return undefined;
    name = rest.slice(0, open).trim().replace(/^new /, '');
    rest = rest.slice(open + 1, -1);
  }
  const position = /:(\d{1,9}):(\d{1,9})$/.exec(rest);
  if (!position) return undefined;
  return toFrame(rest.slice(0, position.index), Number(position[1]), Number(position[2]), name);
}
