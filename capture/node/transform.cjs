/**
 * Decides by its path which file of a library concerns the hook, and appends one line to its text that hands the
 * file's functions and classes over when it has run. Lines, and with them source maps, stay as they are.
 */
'use strict';
Object.defineProperty(require.cache, __filename, { enumerable: false });

const { attempt } = require('./guard.cjs');
const { compilers, libraryOf } = require('./libraries.cjs');

const folder = 'node_modules';
const mostParts = 2000;
/** At the start of a line; some compilers leave the end of a comment there. */
const declaration =
  /^(?:\s?\*\/ ?)?(?:export\s+(?:default\s+)?)?(?:(?:async\s+)?(function)\s*\*?\s*|(class)\s+|(?:var|let|const)\s+)([A-Za-z_$][\w$]*)/gm;
/** What follows the name of a variable that holds a class, as compilers write it. */
const classValue = /^\s*=\s*(?:\/\*[^*]*\*\/\s*)?(?:class\b|\(\(\)\s*=>\s*\{|\(function\b|_class\b)/;

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

/** Packages that read and compile files themselves, past Node's hooks. */
function isCompiler(address) {
  const found = packageOf(address);
  return found !== undefined && compilers.has(found.name);
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

let isTelemetryKnown = false;

/** The new text of a library's file, or undefined when it stays as it is. */
function changedLibrary(address, source) {
  const found = packageOf(address);
  if (found === undefined) return undefined;
  if (!isTelemetryKnown && found.name.startsWith('@opentelemetry/')) {
    isTelemetryKnown = true;
    attempt(() => require('./resource.cjs').ensureInEnvironment());
  }
  const plan = planFor(found);
  if (plan === undefined) return undefined;
  const text = typeof source === 'string' ? source : Buffer.from(source).toString('utf8');
  // Older Nodes show the same text twice.
  if (text.endsWith(handoverEnd)) return undefined;
  const more = handover(text, plan, found.name);
  return more === '' ? undefined : `${text}\n${more}`;
}

/** A bundler's name for a declaration, without the number that made it unique. */
const plain = (name) => name.replace(/(?:\$\d*|\d+)$/, '');

const handoverEnd = ');/* llm-trace-inspector */';

/**
 * The statement to put behind a file's text, or '' when the file has nothing of interest.
 *
 * @param cjsModule expression for the file's module object
 */
function handover(
  text,
  { kind, library },
  packageName,
  cjsModule = 'typeof module==="object"?module:undefined',
) {
  const functions = library && library.functions ? library.functions : [];
  const methods = library && library.methods ? library.methods : {};
  const isSpecial = library !== undefined && library.special !== undefined;
  const every = methods['*'] !== undefined || isSpecial;
  if (kind === 'library' && !every && !mentions(text, functions, Object.keys(methods))) return '';
  const parts = new Map();
  declaration.lastIndex = 0;
  for (let found = declaration.exec(text); found && parts.size < mostParts; found = declaration.exec(text)) {
    const [, isFunction, isClass, name] = found;
    const known = plain(name);
    const mayBeClass = /^[A-Z]/.test(known) && (every || methods[known] !== undefined || kind === 'tracer');
    const value = `${JSON.stringify(known)},()=>${name}`;
    if (isFunction) {
      if (functions.includes(known) || isSpecial) parts.set(name, `[${value},(v)=>{${name}=v}]`);
      else if (mayBeClass) parts.set(name, `[${value}]`);
    } else if (mayBeClass && (isClass || classValue.test(after(text, declaration)))) {
      parts.set(name, isSpecial ? `[${value},(v)=>{${name}=v}]` : `[${value}]`);
    }
  }
  if (parts.size === 0) return '';
  const names = `${JSON.stringify(packageName)},${JSON.stringify(kind)}`;
  const list = [...parts.values()].join(',');
  const receiver = 'globalThis[Symbol.for("llm_trace_inspector.capture")]||{}';
  return `;((c,m)=>{c.receive&&c.receive(${names},[${list}],m)})(${receiver},${cjsModule}${handoverEnd}`;
}

const after = (text, pattern) => text.slice(pattern.lastIndex, pattern.lastIndex + 60);

function mentions(text, functions, classes) {
  return (
    functions.some((name) => text.includes(`function ${name}`)) ||
    classes.some((name) => text.includes(`class ${name}`) || text.includes(`${name} = class`))
  );
}

module.exports = { changedLibrary, handover, isCompiler, packageOf, planFor };
