/** Keeps what goes wrong in the hook away from the program. */
'use strict';
Object.defineProperty(require.cache, __filename, { enumerable: false });

/** Says it where someone looks for it only: with `LLM_TRACE_INSPECTOR_CAPTURE=debug`. */
function report(error) {
  try {
    if (process.env.LLM_TRACE_INSPECTOR_CAPTURE === 'debug') console.error('llm-trace-inspector:', error);
  } catch {
    // Nothing more can be done.
  }
}

/** Runs it; undefined when it throws. */
function attempt(run) {
  try {
    return run();
  } catch (error) {
    report(error);
    return undefined;
  }
}

/**
 * A function that behaves like another in every respect (name, length, own properties) but runs through `apply`
 * (`(original, receiver, arguments) => result`).
 */
function around(original, apply) {
  return new Proxy(original, { apply });
}

/** Replaces a method where it is defined in the prototype chain of `target`; false when there is none, or no right. */
function replaceMethod(target, name, apply) {
  let owner = target;
  while (owner && !Object.prototype.hasOwnProperty.call(owner, name)) owner = Object.getPrototypeOf(owner);
  if (!owner || owner === Object.prototype) return false;
  const before = Object.getOwnPropertyDescriptor(owner, name);
  if (typeof before.value !== 'function' || !(before.configurable || before.writable)) return false;
  Object.defineProperty(owner, name, { ...before, value: around(before.value, apply) });
  return true;
}

module.exports = { around, attempt, replaceMethod, report };
