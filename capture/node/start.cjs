/**
 * Waits for OpenTelemetry: an accessor where its API keeps what is registered, in each copy and module system. Does
 * next to nothing in a program that never registers anything.
 */
'use strict';
const { attempt } = require('./guard.cjs');
const { isActive } = require('./settings.cjs');

const apiKeys = ['opentelemetry.js.api.1', 'opentelemetry.js.api.2'];
const mark = Symbol.for('llm_trace_inspector.capture');

function start() {
  if (globalThis[mark] || !isActive()) return;
  const receive = (...args) => attempt(() => require('./receive.cjs').receive(...args));
  Object.defineProperty(globalThis, mark, { value: { receive }, configurable: true });
  for (const key of apiKeys) watchApi(Symbol.for(key));
  require('./load.cjs').watchLoads(() => attempt(() => require('./revision.cjs').ensureInEnvironment()));
}

/** The API's registry is a plain object that it makes itself: what is put in its place passes through here. */
function watchApi(key) {
  let registry = globalThis[key];
  if (registry !== undefined) attempt(() => watchRegistry(registry));
  Object.defineProperty(globalThis, key, {
    configurable: true,
    enumerable: true,
    get: () => registry,
    set(value) {
      registry = value;
      attempt(() => watchRegistry(value));
    },
  });
}

/** Registering assigns, unregistering deletes: then the next registration defines this accessor again. */
function watchRegistry(registry) {
  if (typeof registry !== 'object' || registry === null) return;
  attempt(() => require('./revision.cjs').ensureInEnvironment());
  const own = Object.getOwnPropertyDescriptor(registry, 'trace');
  if (own && own.set) return;
  let provider = registry.trace;
  const hook = () => attempt(() => require('./spans.cjs').hookProvider(provider));
  if (provider !== undefined) hook();
  Object.defineProperty(registry, 'trace', {
    configurable: true,
    enumerable: true,
    get: () => provider,
    set(value) {
      provider = value;
      if (value !== undefined) hook();
    },
  });
}

module.exports = { start };
