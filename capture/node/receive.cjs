/** What the lines that `transform.cjs` appended hand over: a library's functions and classes, when they exist. */
'use strict';
Object.defineProperty(require.cache, __filename, { enumerable: false });

const { attempt } = require('./guard.cjs');
const { libraryOf } = require('./libraries.cjs');

/**
 * @param parts `[name, get, set?]`: a declaration's plain name, its value, and for functions its replacement
 * @param cjsModule the file's module, if it is CommonJS
 */
function receive(packageName, kind, parts, cjsModule) {
  const library = libraryOf(packageName) || {};
  for (const [name, get, set] of parts) {
    attempt(() => {
      const value = valueOf(get);
      if (typeof value !== 'function') return;
      if (kind === 'tracer') {
        if (name === 'Tracer') require('./spans.cjs').hookTracerMethods(value.prototype);
        return;
      }
      if (library.special)
        special(library.special, name, value, methodsOf(library, name), (next) =>
          replace(value, next, set, cjsModule),
        );
      if (set && library.functions && library.functions.includes(name)) {
        replace(value, require('./entries.cjs').entry(value), set, cjsModule);
      } else if (value.prototype) {
        enterClass(value, methodsOf(library, name), library.methods && library.methods['*']);
      }
    });
  }
}

/** A variable whose initialiser has not run has no value yet. */
function valueOf(get) {
  try {
    return get();
  } catch {
    return undefined;
  }
}

/** Names of the methods by which a class is entered. */
function methodsOf({ methods = {} }, name) {
  return methods[name] || methods['*'] || [];
}

function enterClass(value, names, isEvery) {
  if (names.length === 0) return;
  const { enterMethods } = require('./entries.cjs');
  enterMethods(value.prototype, names);
  // Some are called on the class: `VectorStoreIndex.fromDocuments`.
  const makers = names.filter((method) => typeof method === 'string' && method.startsWith('from'));
  if (isEvery) enterMethods(value, makers);
}

function replace(before, next, set, cjsModule) {
  if (next === before || !set) return;
  set(next);
  const exported = cjsModule && cjsModule.exports;
  if (typeof exported !== 'object' || exported === null) return;
  for (const key of Object.keys(exported)) {
    const property = Object.getOwnPropertyDescriptor(exported, key);
    if (property && property.writable && property.value === before) exported[key] = next;
  }
}

function special(kind, name, value, names, replaceWith) {
  if (kind === 'langChain') require('./langChain.cjs').hook(name, value, replaceWith);
  else if (kind === 'mastra') require('./mastra.cjs').hook(name, value, replaceWith);
  else if (kind === 'fields' && name === 'Models')
    replaceWith(require('./entries.cjs').entryFields(value, names));
}

module.exports = { receive };
