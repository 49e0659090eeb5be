/**
 * Sees each file before it runs, by the means that this Node has: `module.registerHooks` (22.15, 23.5 and later: no
 * frame of ours on any stack), else CommonJS's own `_compile` and, for ES modules, the file reads of Node's loader.
 */
'use strict';
const nodeModule = require('node:module');
const { attempt, around } = require('./guard.cjs');
const { appendix, packageOf, planFor } = require('./transform.cjs');

let onOpenTelemetry = () => {};

/** @param telemetryLoads called once, when the first package of OpenTelemetry is loaded */
function watchLoads(telemetryLoads) {
  onOpenTelemetry = () => {
    onOpenTelemetry = () => {};
    telemetryLoads();
  };
  if (typeof nodeModule.registerHooks === 'function') {
    nodeModule.registerHooks({
      load(url, context, nextLoad) {
        const result = nextLoad(url, context);
        const text = attempt(() => changed(url, result.source));
        return text === undefined ? result : { ...result, source: text };
      },
    });
    return;
  }
  watchCompile();
  require('./loadOlder.cjs').watchModules(changed);
}

/** CommonJS without registerHooks; it also sees what compilers in the process made of a file. */
function watchCompile() {
  const { prototype } = nodeModule;
  prototype._compile = around(prototype._compile, (original, self, args) => {
    const text = attempt(() => changed(String(args[1]), args[0]));
    return Reflect.apply(original, self, text === undefined ? args : [text, ...args.slice(1)]);
  });
}

/** The new text of a file, or undefined when it stays as it is. */
function changed(address, source) {
  if (source === null || source === undefined) return undefined;
  const found = packageOf(address);
  if (found === undefined) return undefined;
  if (found.name.startsWith('@opentelemetry/')) onOpenTelemetry();
  const plan = planFor(found);
  if (plan === undefined) return undefined;
  const text = typeof source === 'string' ? source : Buffer.from(source).toString('utf8');
  const more = appendix(text, plan, found.name);
  return more === '' ? undefined : text + more;
}

module.exports = { watchLoads };
