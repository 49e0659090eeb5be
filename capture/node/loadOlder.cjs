/**
 * For a Node without `module.registerHooks` (before 22.15): CommonJS files are seen where they are compiled, ES
 * modules where Node's loader reads them, which it does by the public functions of `fs`.
 */
'use strict';
Object.defineProperty(require.cache, __filename, { enumerable: false });

const fs = require('node:fs');
const { attempt, around } = require('./guard.cjs');
const { watchCompile } = require('./loadCompiled.cjs');

/** @param look `(address, source)` → the text in its place, or undefined */
function watchLoads(look) {
  const changed = (address, source) => {
    // Node's own modules do not pass through here.
    if (source && source.includes('worker_threads')) look('node:worker_threads', undefined);
    return look(address, source);
  };
  watchCompile(changed);
  const read = (file, source) => {
    const text = attempt(() => changed(file.href, source));
    if (text === undefined) return source;
    return typeof source === 'string' ? text : Buffer.from(text);
  };
  // The loader asks by URL; hardly anyone else does, and nobody for the text of a library's module.
  fs.readFileSync = around(fs.readFileSync, (original, self, args) => {
    const source = Reflect.apply(original, self, args);
    return isModule(args[0]) ? read(args[0], source) : source;
  });
  fs.promises.readFile = around(fs.promises.readFile, (original, self, args) => {
    const reading = Reflect.apply(original, self, args);
    return isModule(args[0]) ? reading.then((source) => read(args[0], source)) : reading;
  });
}

const isModule = (file) => file instanceof URL && /\.[cm]?js$/.test(file.pathname);

module.exports = { watchLoads };
