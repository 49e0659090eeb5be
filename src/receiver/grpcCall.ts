import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import type { ByteLease } from './byteBudget.ts';
import { FramePrefix, prefixBytes } from './grpcFraming.ts';
import { refuseCaller } from './guards.ts';
import { busy, tooLarge } from './inflate.ts';
import type { Compression } from './inflate.ts';
import type { Ingest } from './ingest.ts';
import { Refusal } from './refusal.ts';
import { encodeStatus } from './responses.ts';

/** One call on the wire, watched from its headers to its end. */
export class GrpcCall {
  readonly compression: Compression | undefined;
  readonly lease: ByteLease;
  readonly startedAt = performance.now();
  /** Set when the message is on its way to the sink: then the handler releases the lease, not the stream's end. */
  isHandled = false;
  readonly #stream: ServerHttp2Stream;
  readonly #ingest: Ingest;
  readonly #prefix = new FramePrefix();
  #received = 0;
  #ended = false;

  constructor(ingest: Ingest, stream: ServerHttp2Stream, compression: Compression | undefined) {
    this.#ingest = ingest;
    this.#stream = stream;
    this.compression = compression;
    this.lease = ingest.lease();
    stream.once('close', () => {
      if (!this.isHandled) this.lease.release();
    });
    stream.once('end', () => (this.#ended = true));
    // Before the library's own listener and without setting the stream in motion, which `on` would.
    stream.prependListener('data', (bytes: Buffer) => this.#count(bytes));
  }

  /** Whether the message came compressed; known once it is there. */
  get compressed(): boolean {
    return this.#prefix.compressed;
  }

  get isReading(): boolean {
    return !this.#ended && !this.#stream.closed;
  }

  /** Ends a call whose message is still coming. */
  refuse(refusal: Refusal): void {
    if (this.#stream.closed) return;
    this.#ingest.dropped(refusal.reason);
    this.lease.release();
    answerRefusal(this.#stream, refusal);
  }

  #count(bytes: Buffer): void {
    if (this.#stream.closed) return;
    const limit = this.#ingest.maxRequestBytes;
    this.#received += bytes.length;
    const known = this.#prefix.feed(bytes);
    if (known && this.#prefix.length > limit) this.refuse(tooLarge(limit));
    else if (known && this.#received > this.#prefix.length + prefixBytes) this.refuse(secondMessage());
    else if (!this.lease.take(bytes.length)) this.refuse(busy());
  }
}

/**
 * What a call's headers tell: a refusal, or how its message is compressed. Undefined leaves the answer to the library:
 * HTTP/2 requests that are not gRPC.
 */
export function readGrpcHead(
  ingest: Ingest,
  headers: IncomingHttpHeaders,
): Refusal | { compression?: Compression } | undefined {
  const contentType = headers['content-type']?.toLowerCase() ?? '';
  if (!contentType.startsWith('application/grpc')) return undefined;
  const hosts = new Set([headers[':authority'], headers.host].filter((host) => typeof host === 'string'));
  const secFetchSite = headers['sec-fetch-site'];
  const forbidden = refuseCaller(
    {
      hosts: [...hosts],
      origin: headers.origin,
      secFetchSite: Array.isArray(secFetchSite) ? secFetchSite.join() : secFetchSite,
    },
    ingest.guards,
  );
  if (forbidden) return forbidden;
  if (contentType.startsWith('application/grpc-web'))
    return new Refusal('forbidden-origin', 'gRPC-Web is not served here');
  if (ingest.closing) return new Refusal('closing', 'the receiver is closing; send again');
  const encoding = headers['grpc-encoding'] ?? 'identity';
  if (encoding === 'gzip' || encoding === 'deflate') return { compression: encoding };
  if (encoding === 'identity') return {};
  return new Refusal(
    'unsupported-media-type',
    `message encoding "${String(encoding)}" is not supported; use gzip or identity`,
  );
}

/** A response of headers only, then the end of the stream, whatever the client is still sending. */
export function answerRefusal(stream: ServerHttp2Stream, refusal: Refusal): void {
  stream.on('error', () => undefined);
  if (!stream.headersSent) {
    stream.respond(
      {
        ':status': 200,
        'content-type': 'application/grpc+proto',
        'grpc-accept-encoding': 'identity,deflate,gzip',
        'grpc-status': refusal.grpcCode,
        'grpc-message': percentEncode(refusal.message),
        'grpc-status-details-bin': Buffer.from(encodeStatus(refusal, 'protobuf')).toString('base64'),
      },
      { endStream: true },
    );
  }
  stream.close();
}

/** gRPC's `Status-Message`: percent-encoded UTF-8. */
function percentEncode(text: string): string {
  return encodeURI(text);
}

function secondMessage(): Refusal {
  return new Refusal('malformed', 'there is more than one message in the call');
}
