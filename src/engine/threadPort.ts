import type { MessagePort, Worker } from 'node:worker_threads';
import type { Port } from '../base/channel.ts';

/** A channel's port over a worker thread or message port. */
export function threadPort(target: MessagePort | Worker): Port {
  return {
    post: (message, transfer) => target.postMessage(message, (transfer ?? []) as ArrayBuffer[]),
    onMessage: (listener) => {
      target.on('message', listener);
    },
  };
}
