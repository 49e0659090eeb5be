import { once } from 'node:events';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { Channel } from '../../../src/base/channel.ts';
import { defaultSettings } from '../../../src/engine/defaultSettings.ts';
import { threadPort } from '../../../src/engine/threadPort.ts';
import {
  protocolVersion,
  type EngineEvents,
  type EngineRequests,
  type EngineSettings,
  type EngineStart,
} from '../../../src/protocol/engine.ts';
import type { EngineStatus } from '../../../src/protocol/status.ts';

type None = Record<never, never>;

/** An engine as the extension host runs it. */
export interface EngineWorker {
  readonly channel: Channel<EngineRequests, None, None, EngineEvents>;
  /** Resolves with the first status that fits. */
  status(fits: (status: EngineStatus) => boolean): Promise<EngineStatus>;
  close(): Promise<void>;
  /** Ends the thread at once, as when a window is killed. */
  kill(): Promise<void>;
}

export const freePorts: EngineSettings = {
  ...defaultSettings,
  receiver: { ...defaultSettings.receiver, grpcPort: 0, httpPort: 0 },
};

export function startEngine(dbPath: string, settings: EngineSettings = freePorts): EngineWorker {
  const worker = new Worker(path.resolve(import.meta.dirname, '../../../dist/engine.js'), {
    workerData: { protocolVersion, dbPath, settings } satisfies EngineStart,
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  const channel = new Channel<EngineRequests, None, None, EngineEvents>(threadPort(worker), {});
  return {
    channel,
    status: async (fits) => {
      for (const deadline = Date.now() + 30_000; ;) {
        const status = await channel.call('engine/status', {});
        if (fits(status)) return status;
        if (Date.now() > deadline) throw new Error(`Still ${JSON.stringify(status)}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    close: async () => {
      const exited = once(worker, 'exit');
      await channel.call('engine/close', {});
      await exited;
      channel.close('closed by the test');
    },
    kill: async () => {
      channel.close('killed by the test');
      await worker.terminate();
    },
  };
}
