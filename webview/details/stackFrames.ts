/** A line of a stack trace: its text, cut around the place it names. */
export interface StackLine {
  readonly before: string;
  readonly place?: {
    readonly text: string;
    readonly file: string;
    readonly line: number;
    readonly column?: number;
  };
  readonly after: string;
}

const longestLine = 2000;

/** Finds the places a stack trace names: Python's `File "x.py", line 3` and JavaScript's `at f (x.js:3:7)`. */
export function stackLines(stack: string, most = 500): StackLine[] {
  return stack
    .split('\n', most + 1)
    .slice(0, most)
    .map((line) =>
      line.length > longestLine
        ? { before: line, after: '' }
        : (python(line) ?? javaScript(line) ?? { before: line, after: '' }),
    );
}

function python(line: string): StackLine | undefined {
  const match = /^(\s*File )("([^"]+)", line (\d{1,9}))(.*)$/.exec(line);
  if (!match) return undefined;
  const [, before = '', text = '', file = '', number = '', after = ''] = match;
  return { before, place: { text, file, line: Number(number) }, after };
}

function javaScript(line: string): StackLine | undefined {
  const at = /^\s*at /.exec(line);
  if (!at) return undefined;
  const open = line.lastIndexOf('(');
  const close = open < 0 ? line.length : line.indexOf(')', open);
  const start = open < 0 ? at[0].length + (line.startsWith('async ', at[0].length) ? 6 : 0) : open + 1;
  const text = line.slice(start, close < 0 ? line.length : close);
  const match = /^(.+?):(\d{1,9})(?::(\d{1,9}))?$/.exec(text);
  if (!match || text.startsWith('node:')) return undefined;
  const [, file = '', number = '', column] = match;
  const place = {
    text,
    file,
    line: Number(number),
    ...(column === undefined ? {} : { column: Number(column) }),
  };
  return { before: line.slice(0, start), place, after: line.slice(start + text.length) };
}
