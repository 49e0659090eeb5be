import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { jsonToProtobuf } from '../otlp/json.ts';
import type { ResponseEncoding } from '../otlp/response.ts';
import type { Signal } from '../otlp/types.ts';
import type { ByteLease } from './byteBudget.ts';
import { refuseCaller } from './guards.ts';
import { discard, readBody } from './httpBody.ts';
import { bodyCompression, bodyEncoding, pathOfTarget, signalOfTarget } from './httpRoute.ts';
import { inflate } from './inflate.ts';
import { refusalOf } from './ingest.ts';
import type { Accepted, Ingest } from './ingest.ts';
import { Refusal } from './refusal.ts';
import { encodeAccepted, encodeStatus, mediaTypes } from './responses.ts';
import { selfDescription } from './selfDescription.ts';

const lingerMs = 2_000;

/** Answers one request of the HTTP port. `awaitsContinue`: the client waits for 100 Continue before it sends the body. */
export async function handleHttp(
  ingest: Ingest,
  request: IncomingMessage,
  response: ServerResponse,
  awaitsContinue: boolean,
): Promise<void> {
  const refusal = refuseHead(ingest, request);
  if (refusal) return refuse(ingest, request, response, refusal);
  const origin = request.headers.origin;
  if (origin !== undefined) {
    response.setHeader('Access-Control-Allow-Origin', origin);
    response.setHeader('Vary', 'Origin');
    if (request.method === 'OPTIONS') return answerPreflight(response);
  }
  const signal = signalOfTarget(request.url ?? '');
  if (!signal) return answerOther(ingest, request, response);
  if (request.method !== 'POST') {
    const wrongMethod = new Refusal(
      'method-not-allowed',
      `${request.method} is not possible here; send with POST`,
    );
    return refuse(ingest, request, response, wrongMethod, { Allow: 'POST' });
  }
  const lease = ingest.lease();
  try {
    const encoding = bodyEncoding(request.headers['content-type']);
    const outcome = await receive(ingest, request, signal, encoding, lease, () => {
      if (awaitsContinue) response.writeContinue();
    });
    if (outcome instanceof Refusal) refuse(ingest, request, response, outcome);
    else if (outcome && encoding)
      send(ingest, response, 200, mediaTypes[encoding], encodeAccepted(signal, outcome, encoding));
  } finally {
    lease.release();
  }
}

/** What can be refused without a look at path and body. */
function refuseHead(ingest: Ingest, request: IncomingMessage): Refusal | undefined {
  // Not a proxy: an absolute target would have to overrule the Host that is checked here.
  if (!request.url?.startsWith('/')) return new Refusal('bad-request', 'the request target must be a path');
  const secFetchSite = request.headers['sec-fetch-site'];
  const forbidden = refuseCaller(
    {
      hosts: request.headersDistinct.host ?? [],
      origin: request.headers.origin,
      secFetchSite: Array.isArray(secFetchSite) ? secFetchSite.join() : secFetchSite,
    },
    ingest.guards,
  );
  if (forbidden) return forbidden;
  if (request.headers.upgrade?.toLowerCase().includes('websocket')) {
    return new Refusal('bad-request', 'there is no WebSocket here');
  }
  return undefined;
}

/** Undefined when the client went away. */
async function receive(
  ingest: Ingest,
  request: IncomingMessage,
  signal: Signal,
  encoding: ResponseEncoding | undefined,
  lease: ByteLease,
  proceed: () => void,
): Promise<Accepted | Refusal | undefined> {
  if (ingest.closing) return new Refusal('closing', 'the receiver is closing; send again');
  if (!encoding) {
    return new Refusal(
      'unsupported-media-type',
      'content type must be application/x-protobuf or application/json',
    );
  }
  const compression = bodyCompression(request.headers['content-encoding']);
  if (compression instanceof Refusal) return compression;
  proceed();
  let body = await readBody(request, ingest.maxRequestBytes, lease);
  if (body && !(body instanceof Refusal) && compression) {
    const compressed = body.length;
    body = await inflate(body, compression, ingest.maxRequestBytes, lease);
    lease.giveBack(compressed);
  }
  if (!body || body instanceof Refusal) return body;
  if (encoding === 'protobuf') return ingest.accept(signal, body);
  let payload: Uint8Array;
  try {
    payload = jsonToProtobuf(signal, body);
  } catch (error) {
    return refusalOf(error);
  }
  return ingest.accept(signal, payload);
}

/** What a browser asks before a listed origin may send. */
function answerPreflight(response: ServerResponse): void {
  response.writeHead(204, {
    'Access-Control-Allow-Methods': 'POST',
    'Access-Control-Allow-Headers': 'content-type, content-encoding',
    'Access-Control-Allow-Private-Network': 'true',
    'Access-Control-Max-Age': '600',
  });
  response.end();
}

/** `GET /` says what listens here, for people and for other windows that find the port taken. */
function answerOther(ingest: Ingest, request: IncomingMessage, response: ServerResponse): void {
  const reads = request.method === 'GET' || request.method === 'HEAD';
  if (reads && pathOfTarget(request.url ?? '') === '/') {
    send(ingest, response, 200, mediaTypes.json, selfDescription);
    return;
  }
  const message = 'nothing is served here; OTLP is sent to /v1/traces, /v1/logs or /v1/metrics';
  refuse(ingest, request, response, new Refusal('unknown-path', message));
}

function refuse(
  ingest: Ingest,
  request: IncomingMessage,
  response: ServerResponse,
  refusal: Refusal,
  headers: OutgoingHttpHeaders = {},
): void {
  // Only a POST carries something that is lost.
  if (request.method === 'POST') ingest.dropped(refusal.reason);
  const encoding = bodyEncoding(request.headers['content-type']) ?? 'json';
  const body = encodeStatus(refusal, encoding);
  if (refusal.retryAfterMs !== undefined) {
    headers = { ...headers, 'Retry-After': String(Math.max(1, Math.ceil(refusal.retryAfterMs / 1000))) };
  }
  send(ingest, response, refusal.httpStatus, mediaTypes[encoding], body, headers);
  discard(request, lingerMs);
}

function send(
  ingest: Ingest,
  response: ServerResponse,
  status: number,
  mediaType: string,
  body: Uint8Array,
  headers: OutgoingHttpHeaders = {},
): void {
  if (response.destroyed || response.headersSent) return;
  const all: OutgoingHttpHeaders = {
    'Content-Type': mediaType,
    'Content-Length': body.length,
    'X-Content-Type-Options': 'nosniff',
    ...headers,
  };
  if (ingest.closing) all.Connection = 'close';
  response.writeHead(status, all);
  response.end(body);
}
