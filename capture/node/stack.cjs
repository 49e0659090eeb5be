/** The user's frames on the stack, synchronous and awaiting, without leaving a trace in the program's own errors. */
'use strict';
Object.defineProperty(require.cache, __filename, { enumerable: false });

const { frameOf } = require('./places.cjs');

/**
 * Enough for most, and each frame costs time; deep enough for the deepest library that is known (34 frames above the
 * user's); most frames that are kept.
 */
const limits = { usual: 17, depth: 100, frames: 8 };

const sitesOf = (_error, sites) => sites;

/** V8's call sites, at most `depth`, from the caller of `caller` on. The program's settings are as before when it returns. */
function callSites(depth, caller) {
  const own = Object.prototype.hasOwnProperty.call(Error, 'prepareStackTrace');
  const prepare = Error.prepareStackTrace;
  const limit = Error.stackTraceLimit;
  try {
    Error.prepareStackTrace = sitesOf;
    Error.stackTraceLimit = depth;
    const holder = {};
    Error.captureStackTrace(holder, caller);
    return holder.stack;
  } catch {
    // A program may have frozen them.
    return undefined;
  } finally {
    if (own) {
      if (Error.prepareStackTrace === sitesOf) Error.prepareStackTrace = prepare;
    } else delete Error.prepareStackTrace;
    if (Error.stackTraceLimit !== limit) Error.stackTraceLimit = limit;
  }
}

/**
 * `{ sync, awaiting, near }`: frames of the user's own code, innermost first. `awaiting` are those that V8 knows to
 * await the promise of the outermost synchronous frame (only where `withAwaiting`); the first `near` of them have no
 * library in between. `caller` is the function of this hook that asks: its frames and those above are not looked at.
 */
function userFrames(withAwaiting, caller) {
  const sites = callSites(limits.usual, caller);
  const found = framesOf(sites, withAwaiting);
  // Deep in a library: once more, from further up.
  if (found.sync.length > 0 || !Array.isArray(sites) || sites.length < limits.usual) return found;
  return framesOf(callSites(limits.depth, caller), withAwaiting);
}

function framesOf(sites, withAwaiting) {
  const sync = [];
  const awaiting = [];
  let near = -1;
  let isInLibrary = false;
  if (!Array.isArray(sites)) return { sync, awaiting, near: 0 };
  for (const site of sites) {
    const isAwaiting = site.isAsync();
    if (isAwaiting && !withAwaiting) break;
    const frame = frameOf(site);
    if (isAwaiting && near < 0 && isInLibrary) near = awaiting.length;
    if (frame === undefined) {
      isInLibrary = isInLibrary || isFile(site);
      continue;
    }
    if (!isAwaiting) isInLibrary = false;
    const list = isAwaiting ? awaiting : sync;
    // Recursion from one line says no more the second time.
    if (list[list.length - 1] === frame) continue;
    list.push(frame);
    if (sync.length + awaiting.length >= limits.frames) break;
  }
  return { sync, awaiting, near: near < 0 ? awaiting.length : near };
}

/** Node's own functions stand between any two. */
function isFile(site) {
  const name = site.getFileName();
  return Boolean(name) && !name.startsWith('node:');
}

module.exports = { limits, userFrames };
