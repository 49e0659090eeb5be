import { parentPort, workerData } from 'node:worker_threads';
import { Channel } from '../base/channel.ts';
import type { CodeRequests } from '../protocol/code.ts';
import type { EngineEvents } from '../protocol/engine.ts';
import { grammarsBeside, openSources } from '../workspace/openSources.ts';
import { CodeThread } from './code/codeThread.ts';
import { letOthersGoFirst } from './lowPriority.ts';
import type { ReadingThreadEvents, ReadingThreadRequests, ReadingThreadStart } from './readingThread.ts';
import { threadPort } from './threadPort.ts';

/** Entry of the thread that knows the calls beside the code. */
if (!parentPort) throw new Error('The calls beside the code are found in a worker thread.');
letOthersGoFirst();
const { dbPath, openedAt } = workerData as ReadingThreadStart;
const thread = new CodeThread({
  dbPath,
  openedAt: openedAt ?? Date.now(),
  openSources: (mapPath) => openSources(grammarsBeside(__dirname), mapPath),
  emit: (event, body) => channel.emit(event, body),
});
const channel = new Channel<
  Record<never, never>,
  CodeRequests & ReadingThreadRequests,
  EngineEvents,
  ReadingThreadEvents
>(
  threadPort(parentPort),
  {
    ...thread.handlers,
    'thread/close': () => {
      thread.close();
      return null;
    },
  },
  (reason) =>
    channel.emit('engine/log', {
      level: 'warn',
      message: `The code thread got a message it does not know: ${reason}`,
    }),
);
channel.on('store/changed', () => thread.storeChanged());
