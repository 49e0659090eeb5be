import type * as GrpcLibrary from '@grpc/grpc-js';
import type {
  handleUnaryCall,
  sendUnaryData,
  Server,
  ServerUnaryCall,
  ServiceDefinition,
} from '@grpc/grpc-js';
import type { Http2Server, IncomingHttpHeaders, ServerHttp2Session, ServerHttp2Stream } from 'node:http2';
import net from 'node:net';
import type { Signal } from '../otlp/types.ts';
import { ConnectionPool } from './connectionPool.ts';
import { whenSpeaking } from './firstBytes.ts';
import { answerRefusal, GrpcCall, readGrpcHead } from './grpcCall.ts';
import { inflate } from './inflate.ts';
import type { Ingest } from './ingest.ts';
import { Refusal } from './refusal.ts';
import { encodeAccepted, encodeStatus } from './responses.ts';

type Grpc = typeof GrpcLibrary;
type StreamListener = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => void;

const services: readonly (readonly [Signal, string])[] = [
  ['traces', 'opentelemetry.proto.collector.trace.v1.TraceService'],
  ['logs', 'opentelemetry.proto.collector.logs.v1.LogsService'],
  ['metrics', 'opentelemetry.proto.collector.metrics.v1.MetricsService'],
];

/**
 * HTTP/2 flow control, in bytes: a usual request of 300 kB arrives without waiting for window updates, which a third of
 * the time went into with the protocol's 64 kB. The connection's is what a client can make us buffer unasked.
 */
const streamWindow = 512 * 1024;
const connectionWindow = 1024 * 1024;

const wrongProtocol =
  'This port takes OTLP over gRPC. Send OTLP over HTTP to the HTTP port (4318 unless set otherwise).\n';
const wrongProtocolAnswer =
  'HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\n' +
  `Content-Length: ${wrongProtocol.length}\r\nConnection: close\r\n\r\n${wrongProtocol}`;

/** Internal header that leads from the library's call to ours; one that a client sends is overwritten. */
const callHeader = 'x-receiver-call';

/**
 * OTLP over gRPC. The protocol is the library's; the sockets, the limits and the decompression are ours, so that memory
 * stays bounded over all calls together and a refused call ends before its body is read.
 */
export class GrpcFront {
  readonly #grpc: Grpc;
  readonly #ingest: Ingest;
  readonly #server: Server;
  readonly #http2: Http2Server;
  readonly #inject: (socket: net.Socket) => void;
  readonly #pool: ConnectionPool<net.Socket>;
  readonly #sockets = new WeakMap<ServerHttp2Session, net.Socket>();
  readonly #calls = new Map<string, GrpcCall>();
  /** Connections whose client has not sent its settings, with when they began. */
  readonly #silent = new Map<net.Socket, number>();
  /** The connection that the library is making a session of. */
  #arriving: net.Socket | undefined;
  readonly #listeners: net.Server[] = [];
  readonly #sweeper: NodeJS.Timeout;
  #nextCall = 0;

  private constructor(grpc: Grpc, ingest: Ingest) {
    const { limits } = ingest;
    this.#grpc = grpc;
    this.#ingest = ingest;
    this.#pool = new ConnectionPool(limits.maxConnections);
    this.#server = new grpc.Server({
      'grpc.max_receive_message_length': ingest.maxRequestBytes,
      'grpc.max_concurrent_streams': limits.maxConcurrentStreams,
      'grpc.max_connection_idle_ms': limits.grpcIdleTimeoutMs,
      'grpc.enable_channelz': 0,
    });
    for (const [signal, name] of services) this.#addService(signal, name);
    const injector = this.#server.createConnectionInjector(grpc.ServerCredentials.createInsecure());
    this.#inject = (socket) => injector.injectConnection(socket);
    this.#http2 = http2ServerOf(this.#server);
    this.#takeOver();
    this.#sweeper = setInterval(() => this.#sweep(), limits.checkIntervalMs);
    this.#sweeper.unref();
  }

  /** Loads the gRPC library, which takes a while, on first use. */
  static async create(ingest: Ingest): Promise<GrpcFront> {
    return new GrpcFront(await import('@grpc/grpc-js'), ingest);
  }

  /** A server that does not listen yet. */
  createServer(): net.Server {
    const server = net.createServer({ noDelay: true }, (socket) => {
      this.#accept(socket);
      whenSpeaking(socket, this.#ingest.limits.headersTimeoutMs, (first) => {
        if (first.protocol === 'http2') this.#hand(socket);
        else this.#explain(socket, first.bytes);
      });
    });
    this.#listeners.push(server);
    return server;
  }

  /** Serves a connection, one that another port accepted too; what was read from it must have been put back. */
  connect(socket: net.Socket): void {
    this.#accept(socket);
    this.#hand(socket);
  }

  /** Lets running calls finish for `graceMs`, then cuts the connections. */
  async close(graceMs: number): Promise<void> {
    const timer = setTimeout(() => this.#pool.destroyAll(), graceMs);
    const listening = this.#listeners.filter((listener) => listener.listening);
    // Nobody to say goodbye to.
    for (const socket of [...this.#silent.keys()]) socket.destroy();
    await Promise.all([
      ...listening.map((listener) => new Promise<void>((resolve) => void listener.close(() => resolve()))),
      new Promise<void>((resolve) => this.#server.tryShutdown(() => resolve())),
    ]);
    clearTimeout(timer);
    clearInterval(this.#sweeper);
  }

  #addService(signal: Signal, name: string): void {
    const identity = (bytes: Buffer): Buffer => bytes;
    const definition: ServiceDefinition = {
      Export: {
        path: `/${name}/Export`,
        requestStream: false,
        responseStream: false,
        requestSerialize: identity,
        requestDeserialize: identity,
        responseSerialize: identity,
        responseDeserialize: identity,
      },
    };
    const handler: handleUnaryCall<Buffer, Buffer> = (call, callback) => {
      // An error here is one of ours; the client's deadline passes and it sends again.
      this.#export(signal, call, callback).catch(() => this.#ingest.dropped('internal'));
    };
    this.#server.addService(definition, { Export: handler });
  }

  /** Puts our eyes before the library's: every stream is looked at first, and its errors end with it. */
  #takeOver(): void {
    const http2 = this.#http2;
    const listeners = http2.rawListeners('stream') as StreamListener[];
    http2.removeAllListeners('stream');
    http2.on('stream', (stream, headers) => this.#begin(stream, headers, listeners));
    http2.on('session', (session) => this.#watch(session));
    http2.on('sessionError', () => undefined);
  }

  #accept(socket: net.Socket): void {
    this.#pool.add(socket);
    this.#silent.set(socket, performance.now());
    socket.once('close', () => {
      this.#silent.delete(socket);
      this.#pool.remove(socket);
    });
  }

  #hand(socket: net.Socket): void {
    this.#arriving = socket;
    this.#inject(socket);
    this.#arriving = undefined;
  }

  /** An exporter that speaks HTTP/1 or TLS here has the wrong port or protocol: said once, where it is listened to. */
  #explain(socket: net.Socket, bytes: Buffer): void {
    const isTls = bytes[0] === 0x16 && bytes[1] === 0x03;
    const isPost = bytes.subarray(0, 5).toString('latin1') === 'POST ';
    if (isTls || isPost) this.#ingest.dropped('wrong-protocol');
    if (isPost) socket.end(wrongProtocolAnswer);
    else socket.destroy();
  }

  #watch(session: ServerHttp2Session): void {
    const socket = this.#arriving;
    if (!socket) return;
    this.#sockets.set(session, socket);
    session.settings({ initialWindowSize: streamWindow });
    session.setLocalWindowSize(connectionWindow);
    session.once('remoteSettings', () => this.#silent.delete(socket));
  }

  #begin(
    stream: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
    listeners: readonly StreamListener[],
  ): void {
    const socket = stream.session && this.#sockets.get(stream.session as ServerHttp2Session);
    if (socket) {
      this.#pool.begin(socket);
      stream.once('close', () => this.#pool.end(socket));
    }
    const head = readGrpcHead(this.#ingest, headers);
    if (head instanceof Refusal) {
      this.#ingest.dropped(head.reason);
      answerRefusal(stream, head);
      return;
    }
    if (head) {
      const id = String(this.#nextCall++);
      this.#calls.set(id, new GrpcCall(this.#ingest, stream, head.compression));
      stream.once('close', () => this.#calls.delete(id));
      headers[callHeader] = id;
    }
    // We decompress: the library would do it for any number of calls at once, each up to the limit.
    delete headers['grpc-encoding'];
    // It quotes the path in its answer, unescaped.
    headers[':path'] = String(headers[':path'])
      .slice(0, 200)
      .replace(/[^\x21-\x7e]/g, '?');
    try {
      for (const listener of listeners) listener.call(this.#http2, stream, headers);
    } catch {
      this.#ingest.dropped('internal');
      stream.destroy();
    }
  }

  async #export(
    signal: Signal,
    call: ServerUnaryCall<Buffer, Buffer>,
    callback: sendUnaryData<Buffer>,
  ): Promise<void> {
    const ours = this.#calls.get(String(call.metadata.get(callHeader)[0]));
    // The stream has closed meanwhile: nobody waits for the answer, and the client will send again.
    if (!ours) return;
    ours.isHandled = true;
    try {
      const payload = ours.compressed ? await this.#decompress(ours, call.request) : call.request;
      const outcome = payload instanceof Refusal ? payload : await this.#ingest.accept(signal, payload);
      if (outcome instanceof Refusal) callback(this.#errorOf(outcome));
      else callback(null, asBuffer(encodeAccepted(signal, outcome, 'protobuf')));
    } finally {
      ours.lease.release();
    }
  }

  /** Counts the refusal as well. */
  #errorOf(refusal: Refusal): { code: number; details: string; metadata: GrpcLibrary.Metadata } {
    this.#ingest.dropped(refusal.reason);
    const metadata = new this.#grpc.Metadata();
    metadata.set('grpc-status-details-bin', asBuffer(encodeStatus(refusal, 'protobuf')));
    return { code: refusal.grpcCode, details: refusal.message, metadata };
  }

  async #decompress(call: GrpcCall, message: Buffer): Promise<Uint8Array | Refusal> {
    if (!call.compression)
      return new Refusal('malformed', 'the message is marked as compressed, but no grpc-encoding was sent');
    const payload = await inflate(message, call.compression, this.#ingest.maxRequestBytes, call.lease);
    call.lease.giveBack(message.length);
    return payload;
  }

  /** Ends calls and connections that take too long to say what they want. */
  #sweep(): void {
    const now = performance.now();
    const { headersTimeoutMs, requestTimeoutMs } = this.#ingest.limits;
    for (const [socket, since] of this.#silent) if (now - since > headersTimeoutMs) socket.destroy();
    for (const call of this.#calls.values()) {
      if (now - call.startedAt <= requestTimeoutMs) break;
      if (call.isReading) call.refuse(new Refusal('timeout', 'the request did not arrive in time'));
    }
  }
}

/**
 * The library's HTTP/2 server. It keeps it to itself, although refusing by headers, bounding memory and counting need
 * it; the one private field is read here, and a version that has renamed it fails at start, in every test.
 */
function http2ServerOf(server: Server): Http2Server {
  const { http2Servers } = server as unknown as { http2Servers?: Map<Http2Server, unknown> };
  const [http2] = http2Servers?.keys() ?? [];
  if (!http2) throw new Error('this version of @grpc/grpc-js keeps its HTTP/2 server elsewhere');
  return http2;
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
