/** Learns of each tracer provider that is registered with OpenTelemetry's API, in whichever copy of it. */
'use strict';
Object.defineProperty(require.cache, __filename, { enumerable: false });

const { attempt } = require('./guard.cjs');

/** Registering assigns, unregistering deletes: then the next registration comes through here again. */
function watchRegistry(registry) {
  if (typeof registry !== 'object' || registry === null) return;
  attempt(() => require('./resource.cjs').ensureInEnvironment());
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

module.exports = { watchRegistry };
