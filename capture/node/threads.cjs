/**
 * Carries the frames of `new Worker(…)` to the spans of the worker: through memory that all threads of the process
 * share, by thread id. The worker has this hook by itself, from `NODE_OPTIONS`.
 */
'use strict';
Object.defineProperty(require.cache, __filename, { enumerable: false });

const { attempt } = require('./guard.cjs');

const key = 'llm_trace_inspector.threads';
/** Slots of a thread each; a slot holds the thread's id, the length of the text, the text. */
const slots = { count: 64, bytes: 4096, head: 8 };
let prepared = false;

/** Before the program makes its first worker. */
function prepare() {
  if (prepared) return;
  prepared = true;
  const threads = require('node:worker_threads');
  let memory = threads.getEnvironmentData(key);
  if (!(memory instanceof SharedArrayBuffer)) {
    memory = new SharedArrayBuffer(slots.count * slots.bytes);
    threads.setEnvironmentData(key, memory);
  }
  require('node:diagnostics_channel').subscribe('worker_threads', ({ worker }) => {
    attempt(() => write(memory, worker.threadId));
  });
}

/** Called on the stack of `new Worker`. */
function write(memory, threadId) {
  const chain = require('./chain.cjs').threadChain();
  const text = chain
    ? JSON.stringify(chain.items.map((item) => (typeof item === 'string' ? item : item.text)))
    : '[]';
  const bytes = Buffer.from(text);
  if (bytes.length > slots.bytes - slots.head) return;
  const start = (threadId % slots.count) * slots.bytes;
  const head = new Int32Array(memory, start, 2);
  Atomics.store(head, 0, 0);
  new Uint8Array(memory, start + slots.head, bytes.length).set(bytes);
  Atomics.store(head, 1, bytes.length);
  Atomics.store(head, 0, threadId);
}

let origin;

/** The chain of the `new Worker` that made this thread; undefined in the main thread. */
function originChain() {
  if (origin === undefined) origin = attempt(readOrigin) || null;
  return origin === null ? undefined : origin;
}

function readOrigin() {
  const { getEnvironmentData, isMainThread, threadId } = require('node:worker_threads');
  const memory = isMainThread ? undefined : getEnvironmentData(key);
  if (!(memory instanceof SharedArrayBuffer)) return undefined;
  const start = (threadId % slots.count) * slots.bytes;
  const head = new Int32Array(memory, start, 2);
  if (Atomics.load(head, 0) !== threadId) return undefined;
  const bytes = Buffer.from(new Uint8Array(memory, start + slots.head, Atomics.load(head, 1)));
  const items = JSON.parse(bytes.toString('utf8')).map((item) =>
    item.startsWith('[') ? { text: item } : item,
  );
  return items.length > 0 ? { lead: 'thread', items } : undefined;
}

module.exports = { originChain, prepare };
