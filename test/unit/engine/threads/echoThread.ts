import { threadId, parentPort, workerData } from 'node:worker_threads';
import { Channel } from '../../../../src/base/channel.ts';
import type { ReadingThreadEvents, ReadingThreadRequests } from '../../../../src/engine/readingThread.ts';
import { threadPort } from '../../../../src/engine/threadPort.ts';
import type { EngineEvents } from '../../../../src/protocol/engine.ts';

/** Requests of a thread that exists for tests only. */
export interface EchoRequests {
  'echo/configure': { params: string; result: null };
  'echo/say': {
    params: string;
    result: { said: string; configured: string; thread: number; started: unknown };
  };
  'echo/crash': { params: null; result: null };
  'echo/hang': { params: null; result: null };
}

if (!parentPort) throw new Error('Runs as a worker thread.');
let configured = '';
const channel = new Channel<
  Record<never, never>,
  EchoRequests & ReadingThreadRequests,
  EngineEvents,
  ReadingThreadEvents
>(threadPort(parentPort), {
  'echo/configure': (text) => {
    configured = text;
    return null;
  },
  'echo/say': (said) => ({ said, configured, thread: threadId, started: workerData as unknown }),
  'echo/crash': () => process.exit(7),
  'echo/hang': () => new Promise<null>(() => undefined),
  'thread/close': () => {
    channel.emit('code/changed', { files: ['closed'], all: false });
    return null;
  },
});
channel.on('store/changed', ({ traceIds }) => channel.emit('code/changed', { files: traceIds, all: false }));
