/** From a place in generated code to the place in the file that the user wrote. Each map is parsed once. */
'use strict';
Object.defineProperty(require.cache, __filename, { enumerable: false });

const fs = require('node:fs');
const path = require('node:path');
const nodeModule = require('node:module');
const { fileURLToPath, pathToFileURL } = require('node:url');

/** Longest piece at the end of a file in which its map's address is looked for, and longest map that is read. */
const limits = { tail: 16_384, inline: 64 * 1024 * 1024, map: 256 * 1024 * 1024 };
const comment = '//# sourceMappingURL=';

/** Transformed code that only a loader saw: its text by file, for its inline map. */
const transformed = new Map();

/** Remembers what a loader made of a file, if it holds its own map. */
function rememberTransformed(file, text) {
  const at = text.lastIndexOf(`${comment}data:`);
  if (at >= 0) transformed.set(file, text.slice(at));
}

/**
 * The map of a generated file: of Node's own (`--enable-source-maps`, tsx), of its loader, or beside the file.
 *
 * @param name as the stack gives it (path or URL)
 * @param file the same as a path
 */
function loadMap(name, file) {
  const known =
    nodeModule.findSourceMap(name) || (name === file ? undefined : nodeModule.findSourceMap(file));
  if (known) return known;
  const tail = transformed.get(file) || tailOf(file);
  const at = tail ? tail.lastIndexOf('sourceMappingURL=') : -1;
  if (at < 2 || !/\/[/*][#@] ?$/.test(tail.slice(Math.max(0, at - 4), at))) return undefined;
  const address = /^[^\s'"*]+/.exec(tail.slice(at + 'sourceMappingURL='.length));
  return address ? parse(file, address[0]) : undefined;
}

/** The end of a file: all of it where it ends in an inline map. */
function tailOf(file) {
  const fd = fs.openSync(file, 'r');
  try {
    const { size } = fs.fstatSync(fd);
    const read = (length) => {
      const bytes = Buffer.alloc(Math.min(length, size));
      fs.readSync(fd, bytes, 0, bytes.length, size - bytes.length);
      return bytes.toString('utf8');
    };
    const tail = read(limits.tail);
    if (tail.includes('sourceMappingURL=') || size <= limits.tail || size > limits.inline) return tail;
    // An inline map is one long line.
    const lastLine = tail.trimEnd();
    return lastLine.includes('\n') ? tail : read(size);
  } finally {
    fs.closeSync(fd);
  }
}

function parse(file, address) {
  let text;
  let base = pathToFileURL(file);
  if (address.startsWith('data:')) {
    const comma = address.indexOf(',');
    const body = address.slice(comma + 1);
    text = /;base64/i.test(address.slice(0, comma))
      ? Buffer.from(body, 'base64').toString('utf8')
      : decodeURIComponent(body);
  } else {
    base = new URL(address, base);
    if (base.protocol !== 'file:') return undefined;
    const mapFile = fileURLToPath(base);
    if (fs.statSync(mapFile).size > limits.map) return undefined;
    text = fs.readFileSync(mapFile, 'utf8');
  }
  const payload = JSON.parse(text.replace(/^\)\]\}'[^\n]*\n/, ''));
  absolute(payload, base);
  for (const section of payload.sections || []) if (section.map) absolute(section.map, base);
  return new nodeModule.SourceMap(payload);
}

/** Makes the sources absolute, so that the map can say them without knowing where it was. */
function absolute(payload, base) {
  if (!Array.isArray(payload.sources)) return;
  const root = payload.sourceRoot ? payload.sourceRoot.replace(/\/?$/, '/') : '';
  payload.sourceRoot = '';
  payload.sources = payload.sources.map((source) => {
    try {
      return new URL(root + source, base).href;
    } catch {
      return String(source);
    }
  });
}

/**
 * The path of a source that a map names; undefined where it is no file. Bundlers' own schemes
 * (`webpack://app/./src/a.ts`, `turbopack:///[project]/src/a.ts`) are relative to the project of the generated file.
 */
function sourcePath(source, generated) {
  if (source.startsWith('file:')) return fileURLToPath(source);
  const other = /^[a-z][a-z0-9+.-]+:\/\/[^/]*\/(?:\[project\]\/)?(?:\.\/)?([^?]+)/i.exec(source);
  if (!other) return path.isAbsolute(source) ? source : undefined;
  if (other[1].includes('node_modules/')) return path.resolve('/', other[1]);
  for (let folder = path.dirname(generated); ; folder = path.dirname(folder)) {
    const candidate = path.join(folder, other[1]);
    if (fs.existsSync(candidate)) return candidate;
    if (fs.existsSync(path.join(folder, 'package.json')) || folder === path.dirname(folder)) return undefined;
  }
}

module.exports = { loadMap, rememberTransformed, sourcePath };
