/**
 * LangChain starts its spans in callbacks that run in a queue, with neither the stack nor the context of the call.
 * The frames are taken where each call configures its callbacks, kept with the manager that this makes and with the
 * runs it starts (their children ask the parent run), and handed to the callbacks through the queue.
 */
'use strict';
Object.defineProperty(require.cache, __filename, { enumerable: false });

const { around, attempt, replaceMethod } = require('./guard.cjs');
const { callChain, currentEntry, withEntry } = require('./chain.cjs');

const chains = new WeakMap();
/** Run id → chain, of the latest runs. */
const runs = new Map();
const mostRuns = 10_000;

const starts = [
  'handleLLMStart',
  'handleChatModelStart',
  'handleChainStart',
  'handleToolStart',
  'handleRetrieverStart',
];

/** @param replaceWith puts another function in its place */
function hook(name, value, replaceWith) {
  if (name === 'consumeCallback') replaceWith(around(value, consume));
  else if (name === 'CallbackManager' && typeof value._configureSync === 'function') hookManager(value);
}

function hookManager(manager) {
  replaceMethod(manager, '_configureSync', (original, self, args) => {
    const chain = attempt(() => chainOfCall(args[0]));
    const made = Reflect.apply(original, self, args);
    if (chain && made) chains.set(made, chain);
    return made;
  });
  for (const name of starts) {
    if (!Object.prototype.hasOwnProperty.call(manager.prototype, name)) continue;
    replaceMethod(manager.prototype, name, (original, self, args) => {
      const chain = chains.get(self) || runs.get(self._parentRunId);
      if (!chain) return Reflect.apply(original, self, args);
      const started = withEntry(later(chain, currentEntry()), () => Reflect.apply(original, self, args));
      attempt(() => remember(started, chain));
      return started;
    });
  }
}

/** The user's call that configures callbacks now; else what is known of the run or the library call around it. */
function chainOfCall(inherited) {
  const own = callChain();
  if (own) return own;
  const parent = inherited && runs.get(inherited._parentRunId);
  return later(parent, currentEntry());
}

/** Of two calls around the same, the later one is the inner one. */
function later(one, other) {
  if (!one || !other) return one || other;
  return other.order > one.order ? other : one;
}

/** Keeps the chain with the runs that a start gives: one, or a list, or a promise of them. */
function remember(started, chain) {
  if (started && typeof started.then === 'function') {
    started.then(
      (made) => attempt(() => remember(made, chain)),
      () => {},
    );
    return;
  }
  for (const run of Array.isArray(started) ? started : [started]) {
    if (!run || typeof run.runId !== 'string') continue;
    runs.set(run.runId, chain);
    if (runs.size > mostRuns) runs.delete(runs.keys().next().value);
  }
}

function consume(original, self, args) {
  const chain = currentEntry();
  const [work, ...rest] = args;
  if (!chain || typeof work !== 'function') return Reflect.apply(original, self, args);
  return Reflect.apply(original, self, [() => withEntry(chain, work), ...rest]);
}

module.exports = { hook };
