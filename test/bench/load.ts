import http from 'node:http';
import http2 from 'node:http2';

export interface Target {
  readonly host: string;
  readonly port: number;
}

export interface LoadResult {
  readonly seconds: number;
  /** Of each request, from its first byte sent to its acknowledgement, sorted. */
  readonly latenciesMs: readonly number[];
  /** Requests that were answered with "try again" and were sent again. */
  readonly retried: number;
}

/** Sends one request; resolves with true when it was acknowledged, false when it is to be sent again. */
type Send = (body: Uint8Array) => Promise<boolean>;

/** Sends all requests over `lanes` at a time, each until it is acknowledged. */
export async function sendAll(
  requests: Iterable<Uint8Array>,
  lanes: number,
  send: Send,
): Promise<LoadResult> {
  const queue = requests[Symbol.iterator]();
  const latenciesMs: number[] = [];
  let retried = 0;
  const start = performance.now();
  const lane = async (): Promise<void> => {
    for (let next = queue.next(); !next.done; next = queue.next()) {
      const sent = performance.now();
      while (!(await send(next.value))) {
        retried++;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      latenciesMs.push(performance.now() - sent);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return {
    seconds: (performance.now() - start) / 1000,
    latenciesMs: latenciesMs.sort((a, b) => a - b),
    retried,
  };
}

export function httpSender(target: Target, connections: number): { send: Send; close(): void } {
  const agent = new http.Agent({ keepAlive: true, maxSockets: connections });
  return {
    send: (body) =>
      new Promise((resolve, reject) => {
        const request = http.request(
          {
            ...target,
            agent,
            method: 'POST',
            path: '/v1/traces',
            headers: { 'content-type': 'application/x-protobuf', 'content-length': body.length },
          },
          (response) => {
            response.resume();
            response.on('end', () => {
              if (response.statusCode === 200) resolve(true);
              else if (response.statusCode === 503 || response.statusCode === 429) resolve(false);
              else reject(new Error(`HTTP ${response.statusCode}`));
            });
          },
        );
        request.on('error', reject);
        request.end(body);
      }),
    close: () => agent.destroy(),
  };
}

const exportPath = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';
/** gRPC status code UNAVAILABLE. */
const unavailable = '14';

/** A bare gRPC client over node:http2, which costs less than a real one. */
export function grpcSender(target: Target): { send: Send; close(): void } {
  const session = http2.connect(`http://${target.host}:${target.port}`, {
    settings: { initialWindowSize: 4 * 1024 * 1024 },
    // In megabytes: with less, large requests of all lanes together make Node's client give up when the server is slow.
    maxSessionMemory: 256,
  });
  return {
    send: (body) =>
      new Promise((resolve, reject) => {
        const stream = session.request({
          ':method': 'POST',
          ':path': exportPath,
          'content-type': 'application/grpc',
          te: 'trailers',
        });
        let status: unknown;
        stream.on('response', (headers) => (status ??= headers['grpc-status']));
        stream.on('trailers', (trailers: http2.IncomingHttpHeaders) => {
          status = trailers['grpc-status'];
        });
        stream.on('error', reject);
        stream.on('close', () => {
          if (status === '0') resolve(true);
          else if (status === unavailable) resolve(false);
          else reject(new Error(`gRPC status ${String(status)}`));
        });
        stream.resume();
        const prefix = Buffer.alloc(5);
        prefix.writeUInt32BE(body.length, 1);
        stream.write(prefix);
        stream.end(body);
      }),
    close: () => session.close(),
  };
}
