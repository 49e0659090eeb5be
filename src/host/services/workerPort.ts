import type { Worker } from 'node:worker_threads';
import type { Port } from '../../base/channel.ts';

/** The host's end of the channel to a worker thread. */
export function workerPort(worker: Worker): Port {
  return {
    post: (message, transfer) => worker.postMessage(message, transfer ? [...transfer] : []),
    onMessage: (listener) => {
      worker.removeAllListeners('message');
      worker.on('message', listener);
    },
  };
}
