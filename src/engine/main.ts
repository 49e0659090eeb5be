import path from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { Channel, handingOver, type Handlers } from '../base/channel.ts';
import type { CodeEvents, CodeRequests } from '../protocol/code.ts';
import {
  protocolVersion,
  type EngineEvents,
  type EngineRequests,
  type EngineStart,
} from '../protocol/engine.ts';
import { flameMethods, type FlameRequests } from '../protocol/flame.ts';
import { buffersOf } from './buffersOf.ts';
import { codeMethods } from './codeMethods.ts';
import { Front } from './front.ts';
import { queryMethods, type QueryMethod, type QueryRequests } from './indexerProtocol.ts';
import { ReadingThread } from './readingThread.ts';
import { threadPort } from './threadPort.ts';

/** Entry of the engine's thread in the extension host. */
if (!parentPort) throw new Error('The engine runs as a worker thread.');
const port = parentPort;
const start = workerData as EngineStart;
if (start.protocolVersion !== protocolVersion) {
  throw new Error(
    `The engine speaks protocol ${protocolVersion}, not ${start.protocolVersion}: reload the window.`,
  );
}

const front = new Front({
  dbPath: start.dbPath,
  settings: start.settings,
  indexerPath: path.join(__dirname, 'indexer.js'),
  emit: (event, body) => {
    channel.emit(event, body);
    if (event === 'store/changed')
      for (const thread of readingThreads) thread.storeChanged(body as EngineEvents['store/changed']);
  },
});

const codeThread = new ReadingThread<CodeRequests, keyof CodeEvents>({
  name: 'code',
  workerPath: path.join(__dirname, 'code.js'),
  start: { dbPath: start.dbPath, openedAt: Date.now() },
  kept: ['code/configure'],
  events: ['code/changed'],
  emit: (event, body) => channel.emit(event, body),
});

const flameThread = new ReadingThread<FlameRequests, never>({
  name: 'flame',
  workerPath: path.join(__dirname, 'flame.js'),
  start: { dbPath: start.dbPath },
  events: [],
  emit: (event, body) => channel.emit(event, body),
  idleMs: 5 * 60_000,
});
const readingThreads = [codeThread, flameThread] as const;

/** Queries are the indexer's; they pass through unread. */
const queries = Object.fromEntries(
  queryMethods.map((method) => [
    method,
    (params: never, signal: AbortSignal) => front.indexer.call<QueryMethod>(method, params, { signal }),
  ]),
) as unknown as Handlers<QueryRequests>;

const codeRequests = Object.fromEntries(
  codeMethods.map((method) => [
    method,
    (params: never, signal: AbortSignal) => codeThread.call(method, params, { signal }),
  ]),
) as unknown as Handlers<CodeRequests>;

/** Columns of a large trace take their time, and pass through without being copied. */
const flameRequests = Object.fromEntries(
  flameMethods.map((method) => [
    method,
    async (params: never, signal: AbortSignal) => {
      const answer = await flameThread.call(method, params, { signal, timeoutMs: 120_000 });
      return answer && handingOver(answer, buffersOf(answer));
    },
  ]),
) as unknown as Handlers<FlameRequests>;

const channel = new Channel<Record<never, never>, EngineRequests, EngineEvents, Record<never, never>>(
  threadPort(port),
  {
    ...queries,
    ...codeRequests,
    ...flameRequests,
    'engine/status': () => front.status(),
    'engine/configure': async (settings) => {
      await front.configure(settings);
      return null;
    },
    'engine/close': async () => {
      await Promise.all([front.close(), ...readingThreads.map((thread) => thread.close())]);
      setImmediate(() => port.close());
      return null;
    },
    'receiver/start': async () => {
      await front.startReceiving();
      return null;
    },
    'receiver/stop': async () => {
      await front.stopReceiving();
      return null;
    },
    'store/deleteAll': async () => {
      await front.deleteAll();
      return null;
    },
    'store/deleteTrace': async ({ traceId }) => {
      await front.deleteTrace(traceId);
      return null;
    },
    'store/rebuildIndex': () => front.indexer.call('indexer/rebuild', null, { timeoutMs: 0 }),
  },
  (reason) =>
    channel.emit('engine/log', {
      level: 'warn',
      message: `The engine got a message it does not know: ${reason}`,
    }),
);
void front.start();
