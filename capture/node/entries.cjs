/** Wraps the functions by which a program enters a library, so that the user's frames of the call are known within it. */
'use strict';
Object.defineProperty(require.cache, __filename, { enumerable: false });

const { around, report } = require('./guard.cjs');
const { callChain, currentEntry, withEntry } = require('./chain.cjs');

/** Functions that are wrappers already: a class may be seen through several files. */
const wrappers = new WeakSet();
const fieldClasses = new WeakSet();

function enter(original, self, args) {
  let chain;
  try {
    chain = callChain();
    const outer = currentEntry();
    // A library's function that called another one in the same breath.
    if (chain && outer && outer.items[0] === chain.items[0]) chain = undefined;
  } catch (error) {
    report(error);
  }
  if (chain === undefined) return Reflect.apply(original, self, args);
  return lasting(
    chain,
    withEntry(chain, () => Reflect.apply(original, self, args)),
  );
}

/** What is iterated later runs later: in the same library call. */
function lasting(chain, result) {
  try {
    if (typeof result !== 'object' || result === null || typeof result[Symbol.asyncIterator] !== 'function') {
      return result;
    }
    if (typeof result.next === 'function') {
      bind(chain, result);
    } else {
      const iterate = result[Symbol.asyncIterator];
      hidden(result, Symbol.asyncIterator, function () {
        const iterator = withEntry(chain, () => Reflect.apply(iterate, this, arguments));
        return bind(chain, iterator);
      });
    }
  } catch (error) {
    report(error);
  }
  return result;
}

function bind(chain, iterator) {
  for (const name of ['next', 'return', 'throw']) {
    const method = iterator[name];
    if (typeof method !== 'function') continue;
    hidden(iterator, name, function () {
      return withEntry(chain, () => Reflect.apply(method, this, arguments));
    });
  }
  return iterator;
}

function hidden(target, name, value) {
  Object.defineProperty(target, name, { value, writable: true, configurable: true, enumerable: false });
}

/** The function as an entry; itself where it is one already, or no function. */
function entry(original) {
  if (typeof original !== 'function' || wrappers.has(original)) return original;
  const wrapper = around(original, enter);
  wrappers.add(wrapper);
  return wrapper;
}

/** Makes entries of methods that `owner` (a prototype or a class) itself has. */
function enterMethods(owner, names) {
  for (const name of names) {
    const before = Object.getOwnPropertyDescriptor(owner, name);
    if (!before || typeof before.value !== 'function' || !(before.configurable || before.writable)) continue;
    const value = entry(before.value);
    if (value !== before.value) Object.defineProperty(owner, name, { ...before, value });
  }
}

/** The class, whose objects have such functions as fields of their own (`this.generateContent = async () => …`). */
function entryFields(value, names) {
  if (!/^class\b/.test(Function.prototype.toString.call(value)) || fieldClasses.has(value)) return value;
  const watched = new Proxy(value, {
    construct(target, args, newTarget) {
      const made = Reflect.construct(target, args, newTarget);
      try {
        for (const name of names) {
          if (Object.prototype.hasOwnProperty.call(made, name)) made[name] = entry(made[name]);
        }
      } catch (error) {
        report(error);
      }
      return made;
    },
  });
  fieldClasses.add(watched);
  return watched;
}

module.exports = { enterMethods, entry, entryFields };
