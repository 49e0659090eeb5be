/**
 * The frames of a span in their order, with the marks that say how one got from each to the next:
 * a chain is `{ lead, items }`, `items` being frames and marks (`"entry"`, `"async"`, `"thread"`) in between, `lead`
 * the mark before the first frame ('' where that was on the stack).
 */
'use strict';
Object.defineProperty(require.cache, __filename, { enumerable: false });

const { AsyncLocalStorage } = require('node:async_hooks');
const { limits, userFrames } = require('./stack.cjs');
const { originChain } = require('./threads.cjs');

/** What the user's code called when it entered a library: the chain of that call. */
let entries;

/** The chain of the library call around what runs now. */
const currentEntry = () => (entries ? entries.getStore() : undefined);

/** Runs it within a library call that has this chain. */
function withEntry(chain, run) {
  entries = entries || new AsyncLocalStorage();
  return entries.run(chain, run);
}

let captures = 0;

/**
 * The chain of a call that is made now by a user's function on the stack; undefined where there is none. It knows
 * when it was made: of two, the later is the inner one.
 */
function callChain() {
  const found = userFrames(true, callChain);
  if (found.sync.length === 0) return undefined;
  const chain = joined(found, currentEntry());
  chain.order = ++captures;
  return chain;
}

/** The chain of a thread that is started now; undefined where no frame is known. */
const threadChain = () => spanChain(undefined);

/**
 * The chain of a span that starts now.
 *
 * @param parent the chain of the parent span, if that is of the same library
 */
function spanChain(parent) {
  const found = userFrames(true, spanChain);
  const entry = currentEntry();
  if (found.sync.length > 0) return joined(found, entry);
  if (entry) return within(found.awaiting, entry) || led('entry', entry);
  if (parent) return within(found.awaiting, parent) || led(isWeak(parent) ? parent.lead : 'parent', parent);
  if (found.awaiting.length > 0) return withOrigin({ lead: 'async', items: found.awaiting });
  const from = originChain();
  return from && led('thread', from);
}

const isWeak = ({ lead }) => lead === 'async' || lead === 'thread';

/** User's functions that run inside the known call, and await what made the span: they are nearer to it. */
function within(awaiting, known) {
  const own = indexOfLine(awaiting, first(known));
  return own > 0 ? { lead: 'async', items: awaiting.slice(0, own).concat(known.items) } : undefined;
}

const led = (lead, { items }) => ({ lead, items });

/** Frames on the stack, then how the outermost of them came to run. */
function joined({ sync, awaiting, near }, entry) {
  let items = sync;
  if (entry && !sync.includes(first(entry))) {
    const own = indexOfLine(awaiting, first(entry));
    const between = awaiting.slice(0, own >= 0 ? own : near);
    if (between.length > 0) items = items.concat('async', between);
    return { lead: '', items: items.concat('entry', entry.items) };
  }
  if (awaiting.length > 0) items = items.concat('async', awaiting);
  return withOrigin({ lead: '', items });
}

const first = ({ items }) => items[0];

/** Awaiting frames stand at their `await`, calling ones at the called name: the line is what they share. */
const indexOfLine = (frames, { at }) => frames.findIndex((frame) => frame.at === at);

function withOrigin(chain) {
  const from = originChain();
  return from ? { lead: chain.lead, items: chain.items.concat('thread', from.items) } : chain;
}

/** The chain as the attribute's text: at most eight frames. */
function textOf({ lead, items }) {
  let text = lead ? `["${lead}"` : '[';
  let frames = 0;
  let mark = '';
  for (const item of items) {
    if (typeof item === 'string') {
      mark = item;
      continue;
    }
    if (text.length > 1) text += ',';
    if (mark) text += `"${mark}",`;
    mark = '';
    text += item.text;
    if (++frames === limits.frames) break;
  }
  return `${text}]`;
}

module.exports = { callChain, currentEntry, spanChain, textOf, threadChain, withEntry };
