/**
 * From a frame of V8's stack to a frame of the user's own code, or to nothing: libraries, Node itself and this hook
 * are left out. A frame is judged by the file it was written in, after source maps, and only once.
 */
'use strict';
Object.defineProperty(require.cache, __filename, { enumerable: false });

const fs = require('node:fs');
const { fileURLToPath } = require('node:url');
const { attempt } = require('./guard.cjs');

let maps;
const ours = __dirname + require('node:path').sep;
/** File name as V8 says it → what is known of the file. */
const files = new Map();
const smallestBundle = 65_536;
const largestBundle = 64 * 1024 * 1024;
/** Mean width of lines from which on a large file was not written by hand. */
const widestLine = 200;
const everything = [[1, Infinity]];
const mostFiles = 20_000;
const mostPlaces = 50_000;

/** Code that the user did not write, by its path. */
function isLibrary(file) {
  return /[\\/](node_modules|\.pnpm|\.yarn)[\\/]|[\\/]\.pnp\.[cm]?js$|[\\/]\.pnp\.loader\.mjs$|[\\/]ms-vscode\.js-debug[\\/]/.test(
    file,
  );
}

function readFile(name) {
  let file = name;
  if (name.startsWith('file:')) file = fileURLToPath(name);
  else if (!/^([\\/]|[A-Za-z]:[\\/])/.test(name)) return undefined;
  if (file.startsWith(ours) || isLibrary(file)) return undefined;
  maps = maps || require('./sourceMaps.cjs');
  const map = attempt(() => maps.loadMap(name, file));
  const libraries = map ? [] : attempt(() => libraryLinesOf(file)) || [];
  return { file, map, libraries, places: new Map() };
}

/** A bundle without a map says in comments where its pieces come from. */
function libraryLinesOf(file) {
  const { size } = fs.statSync(file);
  if (size < smallestBundle) return [];
  if (size > largestBundle) return everything;
  const text = fs.readFileSync(file, 'utf8');
  // Minified, and its map is missing: no telling what is whose.
  if (text.length > text.split('\n').length * widestLine) return everything;
  return require('./bundles.cjs').libraryLines(text);
}

/** `{ text, at }`: the frame as JSON, and its line. One object for one call site. Undefined where it is not the user's. */
function frameOf(site) {
  const name = site.getFileName();
  if (!name) return undefined;
  let known = files.get(name);
  if (known === undefined) {
    if (name.startsWith('node:') || files.size >= mostFiles) return undefined;
    known = attempt(() => readFile(name)) || null;
    files.set(name, known);
  }
  if (known === null) return undefined;
  const place = placeOf(site);
  let frame = known.places.get(place);
  if (frame === undefined) {
    frame =
      attempt(() => makeFrame(known, site.getLineNumber(), site.getColumnNumber(), site.getFunctionName())) ||
      null;
    if (known.places.size < mostPlaces) known.places.set(place, frame);
  }
  return frame === null ? undefined : frame;
}

/** A number that tells a file's places apart; the offset is the cheapest where this V8 tells it. */
function placeOf(site) {
  if (typeof site.getPosition === 'function') return site.getPosition();
  return site.getLineNumber() * 0x100000 + site.getColumnNumber();
}

function makeFrame(known, line, column, functionName) {
  let { file } = known;
  if (known.map) {
    const entry = known.map.findEntry(line - 1, column - 1);
    // Code that a compiler added has no place in the source.
    if (!entry || entry.originalSource === undefined) return undefined;
    const source = maps.sourcePath(entry.originalSource, file);
    if (source !== undefined) {
      if (isLibrary(source)) return undefined;
      file = source;
      line = entry.originalLine + 1;
      column = entry.originalColumn + 1;
    }
  }
  if (known.libraries.some(([first, last]) => line >= first && line <= last)) return undefined;
  const name = functionName && functionName !== '<anonymous>' ? functionName.slice(0, 200) : null;
  return { text: JSON.stringify([file, line, column, name, null]), at: `${file}:${line}` };
}

module.exports = { frameOf, isLibrary };
