/**
 * Decides by its path which file of a library concerns the hook, and appends one line to its text that hands the
 * file's functions and classes over when it has run. Lines, and with them source maps, stay as they are.
 */
'use strict';
const { libraryOf } = require('./libraries.cjs');

const folder = 'node_modules';
const declaration =
  /^(?:export\s+(?:default\s+)?)?(?:(?:async\s+)?(function)\s*\*?\s*|(?:abstract\s+)?class\s+|(?:var|let|const)\s+)([A-Za-z_$][\w$]*)(?=\s*[({=<]|\s+extends\b)/gm;

/** `{ name, file }` of a path in an installed package; undefined for other paths. */
function packageOf(path) {
  const at = path.lastIndexOf(folder);
  if (at < 1) return undefined;
  const start = at + folder.length + 1;
  const slash = nextSlash(path, start);
  if (slash < 0) return undefined;
  const end = path.charCodeAt(start) === 0x40 ? nextSlash(path, slash + 1) : slash;
  if (end < 0) return undefined;
  const name = path.slice(start, end);
  const file = path.slice(end + 1);
  return { name: name.includes('\\') ? name.replace('\\', '/') : name, file: file.replaceAll('\\', '/') };
}

function nextSlash(path, from) {
  for (let i = from; i < path.length; i++) {
    const char = path.charCodeAt(i);
    if (char === 0x2f || char === 0x5c) return i;
  }
  return -1;
}

const tracerFile = /^(?:build\/(?:src|esm|esnext)\/Tracer\.js|dist\/(?:.*\/)?Tracer\.[cm]?js)$/;

/** What is to be done with a package's file: `{ kind, library }`; undefined when nothing. */
function planFor({ name, file }) {
  if (name === '@opentelemetry/sdk-trace-base' || name === '@opentelemetry/sdk-trace') {
    return tracerFile.test(file) ? { kind: 'tracer' } : undefined;
  }
  const library = libraryOf(name);
  return library && /\.[cm]?js$/.test(file) ? { kind: 'library', library } : undefined;
}

/** A bundler's name for a declaration, without the number that made it unique. */
const plain = (name) => name.replace(/(?:\$\d*|\d+)$/, '');

/** The line to append, or '' when the file has nothing of interest. */
function appendix(text, { kind, library }, packageName) {
  const functions = library && library.functions ? library.functions : [];
  const methods = library && library.methods ? library.methods : {};
  const every = methods['*'] !== undefined || (library && library.special !== undefined);
  if (kind === 'library' && !every && !mentions(text, functions, Object.keys(methods))) return '';
  const parts = [];
  const seen = new Set();
  declaration.lastIndex = 0;
  for (let found = declaration.exec(text); found; found = declaration.exec(text)) {
    const [whole, isFunction, name] = found;
    const known = plain(name);
    if (seen.has(name) || parts.length >= 2000) continue;
    if (isFunction) {
      if (!functions.includes(known) && !(library && library.special)) continue;
      parts.push(`[${JSON.stringify(known)},()=>${name},(v)=>{${name}=v}]`);
    } else {
      const isClass =
        /class\s/.test(whole) || /^\s*=\s*(?:\/\*[^*]*\*\/\s*)?class\b/.test(after(text, declaration));
      if (!isClass) continue;
      if (kind !== 'tracer' && !every && methods[known] === undefined) continue;
      parts.push(`[${JSON.stringify(known)},()=>${name}]`);
    }
    seen.add(name);
  }
  if (parts.length === 0) return '';
  return (
    `\n;((c,m)=>{c.receive&&c.receive(${JSON.stringify(packageName)},${JSON.stringify(kind)},[${parts.join(',')}],m)})` +
    `(globalThis[Symbol.for("llm_trace_inspector.capture")]||{},typeof module==="object"?module:undefined);`
  );
}

const after = (text, pattern) => text.slice(pattern.lastIndex, pattern.lastIndex + 60);

function mentions(text, functions, classes) {
  return (
    functions.some((name) => text.includes(`function ${name}`)) ||
    classes.some((name) => text.includes(`class ${name}`) || text.includes(`${name} = class`))
  );
}

module.exports = { appendix, packageOf, planFor };
