import { parentPort, workerData } from 'node:worker_threads';
import { Channel } from '../base/channel.ts';
import { loadPriceTable } from '../pricing/priceTable.ts';
import type { FrontEvents, IndexerEvents, IndexerRequests, IndexerStart } from './indexerProtocol.ts';
import { Indexer } from './indexer.ts';
import { letOthersGoFirst } from './lowPriority.ts';
import { queryHandlers } from './queries.ts';
import { threadPort } from './threadPort.ts';
import type { WriterStart } from './writerProtocol.ts';
import { WriterThread } from './writerThread.ts';

/** Entry of the indexer's thread, and of the thread that writes for it. */
if (!parentPort) throw new Error('The indexer runs as a worker thread.');
const port = parentPort;
const start = workerData as IndexerStart | WriterStart;

type Tell = <E extends keyof IndexerEvents & string>(event: E, body: IndexerEvents[E]) => void;

async function main(start: IndexerStart): Promise<void> {
  const prices = await loadPriceTable();
  // Settings may have problems to tell of before the channel is there.
  const early: (() => void)[] = [];
  let tell: Tell = (event, body) => early.push(() => tell(event, body));
  const indexer = new Indexer({
    dbPath: start.dbPath,
    settings: start.settings,
    prices,
    writerPath: start.writerPath,
    emit: (event, body) => tell(event, body),
  });

  const channel = new Channel<Record<never, never>, IndexerRequests, IndexerEvents, FrontEvents>(
    threadPort(port),
    {
      ...queryHandlers(indexer),
      'indexer/own': ({ settings }) => indexer.own(settings),
      'indexer/configure': (settings) => {
        indexer.configure(settings);
        return null;
      },
      'indexer/status': () => indexer.status(),
      'indexer/reach': ({ position, timeoutMs }) => indexer.reach(position, timeoutMs),
      'indexer/rebuild': async () => ({ spans: await indexer.rebuild() }),
      'indexer/deleteAll': async ({ firstKept }) => {
        await indexer.deleteAll(firstKept);
        return null;
      },
      'indexer/deleteTrace': async ({ traceId, firstKept }) => {
        await indexer.deleteTrace(traceId, firstKept);
        return null;
      },
      'indexer/close': () => {
        indexer.close();
        setImmediate(() => port.close());
        return null;
      },
    },
    (reason) =>
      channel.emit('engine/log', {
        level: 'warn',
        message: `The indexer got a message it does not know: ${reason}`,
      }),
  );
  tell = (event, body) => channel.emit(event, body);
  for (const again of early) again();
  channel.on('journal/appended', () => indexer.wake());
  channel.on('receiver/dropped', ({ reason, count }) => indexer.countDropped(reason, count));
}

letOthersGoFirst();
if ('role' in start) new WriterThread(start, port);
else void main(start);
