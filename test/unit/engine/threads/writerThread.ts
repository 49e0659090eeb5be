import { parentPort, workerData } from 'node:worker_threads';
import type { WriterStart } from '../../../../src/engine/writerProtocol.ts';
import { WriterThread } from '../../../../src/engine/writerThread.ts';

/** The thread that writes the index, without a bundle. */
if (parentPort) new WriterThread(workerData as WriterStart, parentPort);
