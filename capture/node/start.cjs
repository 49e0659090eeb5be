/**
 * What runs before every program, and so does next to nothing: it leaves an accessor where OpenTelemetry's API keeps
 * what is registered, and looks at the path of each file that is loaded. All else is loaded when one of them says so.
 */
'use strict';
Object.defineProperty(require.cache, __filename, { enumerable: false });

const nodeModule = require('node:module');
const { isActive } = require('./settings.cjs');

const apiKeys = ['opentelemetry.js.api.1', 'opentelemetry.js.api.2'];
const mark = Symbol.for('llm_trace_inspector.capture');

/** Runs it; undefined when it throws: the program is not to know. */
function attempt(run) {
  try {
    return run();
  } catch (error) {
    require('./guard.cjs').report(error);
    return undefined;
  }
}

/** Idempotent: the hook may be loaded twice. */
function start() {
  if (globalThis[mark]) return;
  attempt(giveServiceNameBack);
  if (!isActive()) return;
  const receive = (...args) => attempt(() => require('./receive.cjs').receive(...args));
  Object.defineProperty(globalThis, mark, { value: { receive }, configurable: true });
  for (const key of apiKeys) watchApi(Symbol.for(key));
  if (typeof nodeModule.registerHooks === 'function') nodeModule.registerHooks({ load });
  else require('./loadOlder.cjs').watchLoads(changed);
}

/**
 * Node.js's SDK puts OTEL_SERVICE_NAME over a name that the program gives in code. One that is only a default is taken
 * back; the receiver names services without a name after the same folder.
 */
function giveServiceNameBack() {
  const { OTEL_SERVICE_NAME: name, LLM_TRACE_INSPECTOR_DEFAULT_SERVICE: standard } = process.env;
  if (name !== undefined && name === standard) delete process.env.OTEL_SERVICE_NAME;
}

/** The API's registry is a plain object that it makes itself: what is put in its place passes through here. */
function watchApi(key) {
  let registry = globalThis[key];
  if (registry !== undefined) attempt(() => require('./registry.cjs').watchRegistry(registry));
  Object.defineProperty(globalThis, key, {
    configurable: true,
    enumerable: true,
    get: () => registry,
    set(value) {
      registry = value;
      attempt(() => require('./registry.cjs').watchRegistry(value));
    },
  });
}

/** Node's own hook: no frame of ours is on any stack when the file runs. */
function load(url, context, nextLoad) {
  const result = nextLoad(url, context);
  const text = attempt(() => changed(url, result.source));
  return text === undefined ? result : { ...result, source: text };
}

/**
 * The text that takes the place of a file's, or undefined.
 *
 * @param address path or URL
 */
function changed(address, source) {
  if (address.startsWith('node:')) {
    if (address === 'node:worker_threads') require('./threads.cjs').prepare();
    return undefined;
  }
  if (source === null || source === undefined) return undefined;
  if (!address.includes('node_modules')) return changedOwn(address, source);
  const transform = require('./transform.cjs');
  if (transform.isCompiler(address)) require('./loadCompiled.cjs').watchCompile(changed);
  return transform.changedLibrary(address, source);
}

/** The user's own files stay as they are, but for bundles, which have libraries in them. */
function changedOwn(address, source) {
  if (source.length > 65_536) return require('./bundles.cjs').changedBundle(address, source);
  return undefined;
}

module.exports = { start };
