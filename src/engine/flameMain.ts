import { parentPort, workerData } from 'node:worker_threads';
import { Channel } from '../base/channel.ts';
import type { EngineEvents } from '../protocol/engine.ts';
import type { FlameRequests } from '../protocol/flame.ts';
import { FlameTraces } from './flameTraces.ts';
import type { ReadingThreadEvents, ReadingThreadRequests, ReadingThreadStart } from './readingThread.ts';
import { threadPort } from './threadPort.ts';

/** Entry of the thread that reads and lays out traces for flame charts. */
if (!parentPort) throw new Error('The flame charts are laid out in a worker thread.');
const traces = new FlameTraces((workerData as ReadingThreadStart).dbPath);
const channel = new Channel<
  Record<never, never>,
  FlameRequests & ReadingThreadRequests,
  EngineEvents,
  ReadingThreadEvents
>(
  threadPort(parentPort),
  {
    ...traces.handlers,
    'thread/close': () => {
      traces.close();
      return null;
    },
  },
  (reason) =>
    channel.emit('engine/log', {
      level: 'warn',
      message: `The flame thread got a message it does not know: ${reason}`,
    }),
);
