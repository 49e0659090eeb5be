import * as grpc from '@grpc/grpc-js';
import { afterEach } from 'mocha';

const clients: grpc.Client[] = [];

/** Closes, after each test of the file that calls this, the clients that `grpcClient` made. */
export function closeClientsAfterEach(): void {
  afterEach(() => {
    for (const client of clients.splice(0)) client.close();
  });
}

export function grpcClient(port: number, options: grpc.ClientOptions = {}): grpc.Client {
  const client = new grpc.Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure(), {
    'grpc.use_local_subchannel_pool': 1,
    'grpc.enable_retries': 0,
    ...options,
  });
  clients.push(client);
  return client;
}

export const tracePath = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';
export const logsPath = '/opentelemetry.proto.collector.logs.v1.LogsService/Export';
export const metricsPath = '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export';

const identity = (bytes: Buffer): Buffer => bytes;

/** Resolves with the response's bytes or rejects with the library's `ServiceError`. */
export function exportOver(
  client: grpc.Client,
  request: Uint8Array,
  options: {
    path?: string;
    metadata?: Record<string, string>;
    onCall?: (call: grpc.ClientUnaryCall) => void;
  } = {},
): Promise<Buffer> {
  const metadata = new grpc.Metadata();
  for (const [key, value] of Object.entries(options.metadata ?? {})) metadata.set(key, value);
  return new Promise((resolve, reject) => {
    const call = client.makeUnaryRequest(
      options.path ?? tracePath,
      identity,
      identity,
      Buffer.from(request),
      metadata,
      { deadline: Date.now() + 15_000 },
      (error, response) => (error ? reject(error) : resolve(response ?? Buffer.alloc(0))),
    );
    options.onCall?.(call);
  });
}

export async function failure(promise: Promise<unknown>): Promise<grpc.ServiceError> {
  return promise.then(
    () => {
      throw new Error('should have failed');
    },
    (error: unknown) => error as grpc.ServiceError,
  );
}

/** The google.rpc.Status in a failure's trailers. */
export function statusDetails(error: grpc.ServiceError): Buffer {
  const [bytes] = error.metadata.get('grpc-status-details-bin');
  if (!Buffer.isBuffer(bytes)) throw new Error('no grpc-status-details-bin');
  return bytes;
}
