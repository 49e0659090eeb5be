/** Sees CommonJS files where they are compiled: for a Node without hooks, and for compilers that Node's hooks miss. */
'use strict';
Object.defineProperty(require.cache, __filename, { enumerable: false });

const nodeModule = require('node:module');
const { attempt, around } = require('./guard.cjs');

const inlineMap = '//# sourceMappingURL=data:';
let isWatched = false;

/** @param changed `(address, source)` → the text in its place, or undefined */
function watchCompile(changed) {
  if (isWatched) return;
  isWatched = true;
  const { prototype } = nodeModule;
  prototype._compile = around(prototype._compile, (original, self, args) => {
    const text = attempt(() => seen(String(args[1]), args[0], changed));
    return Reflect.apply(original, self, text === undefined ? args : [text, ...args.slice(1)]);
  });
}

function seen(file, source, changed) {
  // What a compiler made of a file is nowhere on the disk, and neither is its map.
  if (typeof source === 'string' && !file.includes('node_modules') && source.includes(inlineMap)) {
    require('./sourceMaps.cjs').rememberTransformed(file, source);
  }
  return changed(file, source);
}

module.exports = { watchCompile };
