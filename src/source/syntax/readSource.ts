import type { SourceFile } from './ast.ts';
import type { Grammar, SourceParser } from './cst.ts';
import { readJavaScript } from './javascript.ts';
import { readPython } from './python.ts';

/** The grammar for a file's name, or nothing for files that are not read. */
export function grammarOf(file: string): Grammar | undefined {
  const name = file.slice(file.lastIndexOf('/') + 1).toLowerCase();
  if (/\.pyw?$/.test(name)) return 'python';
  if (/\.d\.[cm]?ts$/.test(name)) return undefined;
  return /\.(?:[cm]?[jt]s|[jt]sx)$/.test(name) ? 'tsx' : undefined;
}

/** Longest line of a file that people wrote; what is longer was generated or minified. */
const maxLine = 50_000;

/**
 * Reads a file's calls and bindings. Undefined when it is not a program text: binary, minified, generated, or too hard
 * to parse in time.
 */
export function readSource(parser: SourceParser, file: string, text: string): SourceFile | undefined {
  const grammar = grammarOf(file);
  if (!grammar || !isProgramText(text) || (grammar === 'tsx' && isGenerated(text))) return undefined;
  // A byte order mark stays one unit of text, so that offsets hold.
  const readable = text.startsWith('\ufeff') ? ` ${text.slice(1)}` : text;
  const parsed = parser.parse(grammar, readable);
  if (!parsed) return undefined;
  if (grammar === 'python') return readPython(file, readable, parsed.root);
  let best = parsed;
  let bestText = readable;
  if (parsed.errors && /\.[cm]?ts$/i.test(file)) {
    // One grammar serves all; what plain TypeScript alone allows is blanked, so that every place stays where it is.
    const plain = withoutAngleBrackets(readable);
    const again = plain === readable ? undefined : parser.parse(grammar, plain);
    if (again && !again.errors) {
      best = again;
      bestText = plain;
    }
  }
  return readJavaScript(file, bestText, best.root);
}

/** `<T>(x: T) => x` and `<Foo>value`: the type in angle brackets becomes white space. */
function withoutAngleBrackets(text: string): string {
  return text.replace(
    /([=(,:?&|[]|=>|\breturn|\basync)(\s*)<([A-Za-z_$][^<>()={};]{0,200})>(?=\s*[\w$({["'`])/g,
    (_whole, before: string, space: string, type: string) =>
      `${before}${space} ${type.replace(/[^\n\r]/g, ' ')} `,
  );
}

/** Made by a compiler or bundler: the sources it was made of are read, not this. */
export function isGenerated(text: string): boolean {
  return /^\/[/*][#@] sourceMappingURL=/m.test(text.slice(-4_000));
}

function isProgramText(text: string): boolean {
  if (text.includes('\0')) return false;
  let from = 0;
  for (;;) {
    const end = text.indexOf('\n', from);
    if ((end < 0 ? text.length : end) - from > maxLine) return false;
    if (end < 0) return true;
    from = end + 1;
  }
}
