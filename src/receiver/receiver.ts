import type net from 'node:net';
import { bindHosts } from './bind.ts';
import type { Binding } from './bind.ts';
import { GrpcFront } from './grpcServer.ts';
import { guardSettings } from './guards.ts';
import { HttpFront } from './httpServer.ts';
import { Ingest } from './ingest.ts';
import { identifyPortHolder } from './portHolder.ts';
import { defaultHosts, defaultLimits, defaultMaxRequestBytes } from './types.ts';
import type {
  Receiver,
  ReceiverConflict,
  ReceiverEndpoint,
  ReceiverOptions,
  ReceiverProtocol,
} from './types.ts';

/**
 * Opens the gRPC and the HTTP port. A port that is taken or forbidden is not an error: the rest is served, and
 * `conflicts` tells what could not be had and, where that can be seen, what holds it.
 */
export async function startReceiver(options: ReceiverOptions): Promise<Receiver> {
  const { settings } = options;
  const hosts = settings.hosts ?? defaultHosts;
  const ingest = new Ingest({
    sink: options.sink,
    onDropped: options.onDropped,
    guards: guardSettings(settings.allowedHosts, settings.allowedOrigins),
    limits: { ...defaultLimits, ...options.limits },
    maxRequestBytes: settings.maxRequestBytes ?? defaultMaxRequestBytes,
  });
  const http = new HttpFront(ingest);
  const [[grpc, grpcBinding], httpBinding] = await Promise.all([
    GrpcFront.create(ingest).then(
      async (front) =>
        [front, await bindHosts(() => front.createServer(), hosts, settings.grpcPort)] as const,
    ),
    bindHosts(() => http.createServer(), hosts, settings.httpPort),
  ]);
  const conflicts = await Promise.all([
    ...conflictsOf('grpc', grpcBinding),
    ...conflictsOf('http', httpBinding),
  ]);
  const grpcEndpoint = endpointOf(grpcBinding);
  const httpEndpoint = endpointOf(httpBinding);
  let closing: Promise<void> | undefined;
  return {
    endpoints: { ...(grpcEndpoint && { grpc: grpcEndpoint }), ...(httpEndpoint && { http: httpEndpoint }) },
    conflicts,
    close(graceMs = 5_000) {
      ingest.closing = true;
      closing ??= Promise.all([grpc.close(graceMs), http.close(graceMs)]).then(() => undefined);
      return closing;
    },
  };
}

function endpointOf(binding: Binding<net.Server>): ReceiverEndpoint | undefined {
  const [first] = binding.bound;
  return first && { host: first.host, port: first.port };
}

function conflictsOf(protocol: ReceiverProtocol, binding: Binding<net.Server>): Promise<ReceiverConflict>[] {
  return binding.failures.map(async ({ host, port, code }) => {
    const heldBy = code === 'EADDRINUSE' ? await identifyPortHolder(protocol, host, port) : undefined;
    return { protocol, host, port, code, heldBy };
  });
}
