import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { jsonToProtobuf } from '../../src/otlp/json.ts';
import { requestToJson } from '../../src/otlp/protobufToJson.ts';

/** One span as it came, as far as tests of the capture hooks look at it. */
export interface SunkSpan {
  readonly name: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly scope: string;
  readonly start: bigint;
  readonly attributes: ReadonlyMap<string, unknown>;
  readonly resource: ReadonlyMap<string, unknown>;
}

export interface SpanSink {
  readonly url: string;
  /** What came, by start. */
  spans(): readonly SunkSpan[];
  close(): Promise<void>;
}

interface Request {
  readonly resourceSpans?: readonly {
    readonly resource?: { readonly attributes?: readonly KeyValue[] };
    readonly scopeSpans?: readonly {
      readonly scope?: { readonly name?: string };
      readonly spans?: readonly {
        readonly name?: string;
        readonly spanId: string;
        readonly parentSpanId?: string;
        readonly startTimeUnixNano: string;
        readonly attributes?: readonly KeyValue[];
      }[];
    }[];
  }[];
}
interface KeyValue {
  readonly key: string;
  readonly value?: Readonly<Record<string, unknown>>;
}

/** Takes spans over OTLP/HTTP on loopback and keeps them. */
export async function startSpanSink(): Promise<SpanSink> {
  const kept: SunkSpan[] = [];
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      let body: Buffer = Buffer.concat(chunks);
      if (request.headers['content-encoding'] === 'gzip') body = gunzipSync(body);
      const isJson = String(request.headers['content-type']).includes('json');
      if (request.url?.endsWith('/v1/traces') ?? false) {
        const bytes = isJson ? jsonToProtobuf('traces', body) : body;
        kept.push(...spansOf(JSON.parse(requestToJson('traces', bytes)) as Request));
      }
      response.writeHead(200, { 'content-type': isJson ? 'application/json' : 'application/x-protobuf' });
      response.end(isJson ? '{}' : undefined);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans: () => [...kept].sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0)),
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function spansOf(request: Request): readonly SunkSpan[] {
  return (request.resourceSpans ?? []).flatMap(({ resource, scopeSpans = [] }) =>
    scopeSpans.flatMap(({ scope, spans = [] }) =>
      spans.map((span) => ({
        name: span.name ?? '',
        spanId: span.spanId,
        parentSpanId: span.parentSpanId ?? '',
        scope: scope?.name ?? '',
        start: BigInt(span.startTimeUnixNano),
        attributes: attributesOf(span.attributes),
        resource: attributesOf(resource?.attributes),
      })),
    ),
  );
}

function attributesOf(attributes: readonly KeyValue[] = []): ReadonlyMap<string, unknown> {
  return new Map(attributes.map(({ key, value }) => [key, value && Object.values(value)[0]]));
}
