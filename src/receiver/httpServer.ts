import http from 'node:http';
import type net from 'node:net';
import type { Socket } from 'node:net';
import { ConnectionPool } from './connectionPool.ts';
import { whenSpeaking } from './firstBytes.ts';
import { handleHttp } from './httpHandler.ts';
import type { Ingest } from './ingest.ts';

/**
 * OTLP over HTTP/1.1: any number of listening servers with one pool of connections. A client that begins with HTTP/2 is
 * given to `http2`: the endpoint's variable is one for all exporters, and a gRPC exporter takes it as it is.
 */
export class HttpFront {
  readonly #ingest: Ingest;
  readonly #http2: (socket: Socket) => void;
  readonly #pool: ConnectionPool<Socket>;
  readonly #servers: http.Server[] = [];

  constructor(ingest: Ingest, http2: (socket: Socket) => void) {
    this.#ingest = ingest;
    this.#http2 = http2;
    this.#pool = new ConnectionPool(ingest.limits.maxConnections);
  }

  /** A server that does not listen yet. */
  createServer(): net.Server {
    const { limits } = this.#ingest;
    const server = http.createServer({
      maxHeaderSize: 16 * 1024,
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: limits.requestTimeoutMs,
      keepAliveTimeout: limits.keepAliveTimeoutMs,
      connectionsCheckingInterval: limits.checkIntervalMs,
      noDelay: true,
    });
    const listeners = server.rawListeners('connection') as ((socket: Socket) => void)[];
    server.removeAllListeners('connection');
    server.on('connection', (socket) => {
      this.#pool.add(socket);
      socket.once('close', () => this.#pool.remove(socket));
      whenSpeaking(socket, limits.headersTimeoutMs, ({ protocol }) => {
        if (protocol === 'http1') {
          for (const listener of listeners) listener.call(server, socket);
          return;
        }
        this.#pool.remove(socket);
        this.#http2(socket);
      });
    });
    server.on('request', (request, response) => this.#handle(request, response, false));
    server.on('checkContinue', (request, response) => this.#handle(request, response, true));
    this.#servers.push(server);
    return server;
  }

  /** Lets running requests finish for `graceMs`, then cuts the connections. */
  async close(graceMs: number): Promise<void> {
    const listening = this.#servers.filter((server) => server.listening);
    const timer = setTimeout(() => this.#pool.destroyAll(), graceMs);
    const closed = listening.map(
      (server) => new Promise<void>((resolve) => void server.close(() => resolve())),
    );
    this.#pool.destroyIdle();
    await Promise.all(closed);
    clearTimeout(timer);
  }

  #handle(request: http.IncomingMessage, response: http.ServerResponse, awaitsContinue: boolean): void {
    const { socket } = request;
    this.#pool.begin(socket);
    response.once('close', () => this.#pool.end(socket));
    // An error here is one of ours; the client keeps its data when the connection breaks.
    handleHttp(this.#ingest, request, response, awaitsContinue).catch(() => {
      this.#ingest.dropped('internal');
      socket.destroy();
    });
  }
}
