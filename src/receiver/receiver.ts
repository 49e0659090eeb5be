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
  const limits = { ...defaultLimits, ...options.limits };
  const ingest = new Ingest({
    sink: options.sink,
    onDropped: options.onDropped,
    guards: guardSettings(settings.allowedHosts, settings.allowedOrigins),
    limits,
    maxRequestBytes: settings.maxRequestBytes ?? defaultMaxRequestBytes,
  });
  const grpc = await GrpcFront.create(ingest);
  const http = new HttpFront(ingest, (socket) => grpc.connect(socket));
  const [grpcBinding, httpBinding] = await Promise.all([
    bindHosts(() => grpc.createServer(), hosts, settings.grpcPort),
    bindHosts(() => http.createServer(), hosts, settings.httpPort),
  ]);
  const conflicts = await Promise.all([
    ...conflictsOf('grpc', grpcBinding, limits.probeTimeoutMs),
    ...conflictsOf('http', httpBinding, limits.probeTimeoutMs),
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

function conflictsOf(
  protocol: ReceiverProtocol,
  binding: Binding<net.Server>,
  probeTimeoutMs: number,
): Promise<ReceiverConflict>[] {
  return binding.failures.map(async ({ host, port, code }) => {
    const heldBy =
      code === 'EADDRINUSE' ? await identifyPortHolder(protocol, host, port, probeTimeoutMs) : undefined;
    return { protocol, host, port, code, heldBy };
  });
}
