/**
 * Libraries inside of a bundle: bundlers that keep names say above each piece which file it comes from, and at its
 * end its functions and classes are handed over, on the line of the next such comment. What was minified is left as
 * it is.
 */
'use strict';
Object.defineProperty(require.cache, __filename, { enumerable: false });

const { handover, packageOf, planFor } = require('./transform.cjs');

/** `// node_modules/ai/dist/index.mjs` (esbuild), `//#region node_modules/…` (Rolldown). */
const boundary = /^\/\/(?:#region)? [^\s:]+\.[cm]?[jt]sx?$|^\/\/#endregion$/gm;
const mostBytes = 64 * 1024 * 1024;

/** The new text of a bundle; undefined for other files. */
function changedBundle(address, source) {
  if (source.length > mostBytes || !source.includes('node_modules/')) return undefined;
  const text = typeof source === 'string' ? source : Buffer.from(source).toString('utf8');
  const pieces = [];
  let kept = 0;
  let open;
  boundary.lastIndex = 0;
  for (;;) {
    const found = boundary.exec(text);
    const end = found ? found.index : text.length;
    if (open !== undefined) {
      const [at, statement] = statementFor(text, open.start, end, open.path);
      if (statement) {
        pieces.push(text.slice(kept, at), statement);
        kept = at;
      }
    }
    if (!found) break;
    open = found[0].includes('node_modules/') ? { start: end, path: found[0] } : undefined;
  }
  return pieces.length === 0 ? undefined : pieces.join('') + text.slice(kept);
}

/** Where to put which statement for the piece of a file; `''` where the piece has nothing of interest. */
function statementFor(text, start, end, path) {
  const found = packageOf(`/${path.slice(path.lastIndexOf(' ') + 1)}`);
  const plan = found && planFor(found);
  if (!plan) return [end, ''];
  const piece = text.slice(start, end);
  const header = /\n(?:var|const) [\w$]+ = __commonJS\(\{\n {2}"[^"\n]+"\(([\w$, ]*)\) \{\n/.exec(piece);
  if (!header) return [end, end === text.length ? '' : handover(piece, plan, found.name)];
  // A CommonJS file in a function of its own, two levels in.
  const close = piece.indexOf('\n  }\n});', header.index + header[0].length - 1);
  if (close < 0) return [end, ''];
  const body = piece
    .slice(header.index + header[0].length, close)
    .replaceAll('\n    ', '\n')
    .trimStart();
  const cjsModule = header[1].includes('module')
    ? undefined
    : header[1].includes('exports')
      ? '{exports}'
      : '{}';
  return [start + close + 1, handover(body, plan, found.name, cjsModule)];
}

/** Lines of a bundle that are libraries', as `[first, last]` pairs, 1-based, in order. */
function libraryLines(text) {
  const ranges = [];
  let line = 1;
  let at = 0;
  let first = 0;
  boundary.lastIndex = 0;
  for (let found = boundary.exec(text); found; found = boundary.exec(text)) {
    for (let next = text.indexOf('\n', at); next >= 0 && next < found.index; next = text.indexOf('\n', at)) {
      line++;
      at = next + 1;
    }
    if (first > 0) ranges.push([first, line - 1]);
    first = found[0].includes('node_modules/') ? line : 0;
  }
  if (first > 0) ranges.push([first, Infinity]);
  // What comes before the first piece is the bundler's own.
  return ranges.length > 0 ? [[1, ranges[0][0] - 1], ...ranges] : ranges;
}

module.exports = { changedBundle, libraryLines };
