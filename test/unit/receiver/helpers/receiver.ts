import { afterEach } from 'mocha';
import type { Signal } from '../../../../src/otlp/types.ts';
import { startReceiver } from '../../../../src/receiver/receiver.ts';
import type { Receiver, ReceiverLimits, ReceiverSettings, Sink } from '../../../../src/receiver/types.ts';

export interface Appended {
  readonly signal: Signal;
  readonly payload: Uint8Array;
  readonly records: number;
}

export interface TestReceiver extends Receiver {
  readonly grpcPort: number;
  readonly httpPort: number;
  readonly appended: Appended[];
  /** Refusals by reason. */
  readonly dropped: Map<string, number>;
}

export interface TestReceiverOptions {
  readonly settings?: Partial<ReceiverSettings>;
  readonly limits?: Partial<ReceiverLimits>;
  readonly sink?: Sink;
}

const open: Receiver[] = [];

/** Closes, after each test of the file that calls this, what `startTestReceiver` opened. */
export function closeReceiversAfterEach(): void {
  afterEach(async () => {
    await Promise.all(open.splice(0).map((receiver) => receiver.close(0)));
  });
}

/** A receiver on free ports of 127.0.0.1 whose sink keeps everything in memory. */
export async function startTestReceiver(options: TestReceiverOptions = {}): Promise<TestReceiver> {
  const appended: Appended[] = [];
  const dropped = new Map<string, number>();
  const memory: Sink = {
    append: (signal, payload, { records }) => {
      appended.push({ signal, payload, records });
      return Promise.resolve();
    },
  };
  const receiver = await startReceiver({
    settings: { hosts: ['127.0.0.1'], grpcPort: 0, httpPort: 0, ...options.settings },
    limits: { checkIntervalMs: 50, probeTimeoutMs: 10_000, ...options.limits },
    sink: options.sink ?? memory,
    onDropped: (reason, count) => dropped.set(reason, (dropped.get(reason) ?? 0) + count),
  });
  open.push(receiver);
  return {
    ...receiver,
    appended,
    dropped,
    grpcPort: receiver.endpoints.grpc?.port ?? 0,
    httpPort: receiver.endpoints.http?.port ?? 0,
  };
}
