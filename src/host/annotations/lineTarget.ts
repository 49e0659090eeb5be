/** A line whose calls are meant, as links of our own name it. */
export interface LineTarget {
  /** Absolute path. */
  readonly file: string;
  /** 1-based, in the file on the disk. */
  readonly line: number;
  /** The newest call at once, instead of a list. */
  readonly isNewest?: boolean;
}

/** The lines of a function whose calls are meant. */
export interface FunctionTarget {
  readonly file: string;
  readonly function: string;
  /** 1-based, in the file on the disk. */
  readonly lines: readonly number[];
}

const longest = 4096;
const mostLines = 100;

export function isLineTarget(value: unknown): value is LineTarget {
  if (!isRecord(value)) return false;
  const { file, line, isNewest } = value;
  return isFile(file) && isLine(line) && (isNewest === undefined || typeof isNewest === 'boolean');
}

export function isFunctionTarget(value: unknown): value is FunctionTarget {
  if (!isRecord(value) || !isFile(value['file']) || typeof value['function'] !== 'string') return false;
  const { lines } = value;
  return Array.isArray(lines) && lines.length <= mostLines && lines.every(isLine);
}

/** What the menu of an editor's line numbers gives. */
export function isGutterPlace(value: unknown): value is { readonly lineNumber: number } {
  return isRecord(value) && isLine(value['lineNumber']) && 'uri' in value;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function isFile(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= longest;
}

function isLine(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1;
}
