import assert from 'node:assert/strict';
import fs from 'node:fs';
import { describe, it } from 'mocha';
import zlib from 'node:zlib';
import { BackpressureError, StorageError } from '../../../src/receiver/errors.ts';
import type { Sink } from '../../../src/receiver/types.ts';
import { exchange, json, protobuf, request } from './helpers/http.ts';
import { decodePartialSuccess, decodeStatus, traceRequest } from './helpers/payloads.ts';
import { closeReceiversAfterEach, startTestReceiver } from './helpers/receiver.ts';

const fixtures = new URL('../../fixtures/captures/', import.meta.url);
// eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- a sink may do anything
const failing = (error: unknown): Sink => ({ append: () => Promise.reject(error) });
const badSpan = { traceId: '0'.repeat(32), spanId: '1'.repeat(16), name: 'all zero' };
const goodSpan = { traceId: '1'.repeat(32), spanId: '2'.repeat(16), name: 'good' };
const jsonRequest = (...spans: object[]): string =>
  JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] });

describe('OTLP over HTTP', () => {
  closeReceiversAfterEach();

  it('answers success with an empty message once the sink has the bytes', async () => {
    const receiver = await startTestReceiver();
    const body = traceRequest();
    const answer = await request(receiver.httpPort, '/v1/traces', body, { headers: protobuf });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['content-type'], 'application/x-protobuf');
    assert.equal(answer.body.length, 0);
    assert.equal(receiver.appended.length, 1);
    assert.deepEqual(Buffer.from(receiver.appended[0]!.payload), Buffer.from(body));
    assert.deepEqual([receiver.appended[0]!.signal, receiver.appended[0]!.records], ['traces', 8]);
    assert.equal(receiver.dropped.size, 0);
  });

  it('does not answer before the sink is done', async () => {
    let release = (): void => undefined;
    const stored = new Promise<void>((resolve) => (release = resolve));
    let asked = (): void => undefined;
    const arrived = new Promise<void>((resolve) => (asked = resolve));
    const receiver = await startTestReceiver({
      sink: {
        append: () => {
          asked();
          return stored;
        },
      },
    });
    let answered = false;
    const answer = request(receiver.httpPort, '/v1/traces', traceRequest(), { headers: protobuf });
    void answer.then(() => (answered = true));
    await arrived;
    // A request of its own, answered meanwhile, shows that the other one could have been.
    await request(receiver.httpPort, '/', '', { method: 'GET' });
    assert.equal(answered, false);
    release();
    assert.equal((await answer).status, 200);
  });

  it('takes all three signals, on any path that ends in theirs, with any query', async () => {
    const receiver = await startTestReceiver();
    for (const [path, signal] of [
      ['/v1/traces', 'traces'],
      ['/api/public/otel/v1/traces?project=1', 'traces'],
      ['/otel/v1/logs', 'logs'],
      ['/v1/metrics/', 'metrics'],
    ] as const) {
      const collection = { traces: 'resourceSpans', logs: 'resourceLogs', metrics: 'resourceMetrics' }[
        signal
      ];
      const inner = {
        traces: { scopeSpans: [{ spans: [goodSpan] }] },
        logs: { scopeLogs: [{ logRecords: [{ body: { stringValue: 'x' } }] }] },
        metrics: { scopeMetrics: [{ metrics: [{ name: 'm', gauge: { dataPoints: [{ asInt: 1 }] } }] }] },
      }[signal];
      const body = JSON.stringify({ [collection]: [inner] });
      assert.equal((await request(receiver.httpPort, path, body, { headers: json })).status, 200, path);
      assert.deepEqual([receiver.appended.at(-1)!.signal, receiver.appended.at(-1)!.records], [signal, 1]);
    }
    assert.equal(receiver.appended.length, 4);
  });

  it('answers an empty request with success and stores nothing', async () => {
    const receiver = await startTestReceiver();
    for (const [headers, body] of [
      [protobuf, ''],
      [json, '{}'],
      [json, '{"resourceSpans":[]}'],
    ] as const) {
      assert.equal((await request(receiver.httpPort, '/v1/traces', body, { headers })).status, 200);
    }
    assert.equal(receiver.appended.length, 0);
  });

  for (const name of ['js-manual-json/0001-traces.json', 'py-seed-manual-json/0001-traces.json']) {
    it(`takes ${name} and answers {} in JSON`, async () => {
      const receiver = await startTestReceiver();
      const body = fs.readFileSync(new URL(name, fixtures));
      const answer = await request(receiver.httpPort, '/v1/traces', zlib.gzipSync(body), {
        headers: { 'Content-Type': 'Application/JSON; charset=utf-8', 'Content-Encoding': 'gzip' },
      });
      assert.equal(answer.status, 200);
      assert.equal(answer.headers['content-type'], 'application/json');
      assert.deepEqual(JSON.parse(answer.body.toString()), {});
      assert.ok(receiver.appended[0]!.records > 0);
    });
  }

  for (const [name, compress] of [
    ['gzip', zlib.gzipSync],
    ['deflate', zlib.deflateSync],
    ['identity', (bytes: Uint8Array) => Buffer.from(bytes)],
  ] as const) {
    it(`reads bodies in ${name}, small ones and large ones`, async () => {
      const receiver = await startTestReceiver();
      for (const body of [traceRequest(1), traceRequest(4000)]) {
        const headers = { ...protobuf, 'Content-Encoding': name };
        assert.equal(
          (await request(receiver.httpPort, '/v1/traces', compress(body), { headers })).status,
          200,
        );
        assert.deepEqual(Buffer.from(receiver.appended.at(-1)!.payload), Buffer.from(body));
      }
    });
  }

  it('reads a body sent in chunks, without a length', async () => {
    const receiver = await startTestReceiver();
    const headers = { ...protobuf, 'Transfer-Encoding': 'chunked' };
    assert.equal((await request(receiver.httpPort, '/v1/traces', traceRequest(), { headers })).status, 200);
    assert.equal(receiver.appended[0]!.records, 8);
  });

  it('tells what it rejected and takes the rest', async () => {
    const receiver = await startTestReceiver();
    const answer = await request(receiver.httpPort, '/v1/traces', jsonRequest(goodSpan, badSpan), {
      headers: json,
    });
    assert.equal(answer.status, 200);
    const { partialSuccess } = JSON.parse(answer.body.toString()) as {
      partialSuccess: { rejectedSpans: string; errorMessage: string };
    };
    assert.equal(Number(partialSuccess.rejectedSpans), 1);
    assert.match(partialSuccess.errorMessage, /trace id/);
    assert.equal(receiver.appended[0]!.records, 1);
    assert.deepEqual([...receiver.dropped], [['invalid-ids', 1]]);
  });

  it('tells so in protobuf too, and stores nothing when nothing is left', async () => {
    const receiver = await startTestReceiver();
    const all = await request(receiver.httpPort, '/v1/traces', jsonRequest(badSpan, badSpan), {
      headers: json,
    });
    assert.equal(all.status, 200);
    assert.equal(receiver.appended.length, 0);
    assert.deepEqual([...receiver.dropped], [['invalid-ids', 2]]);
    // One span with neither id: ResourceSpans, ScopeSpans, Span, each in the other.
    const nothingInIt = Buffer.from([0x0a, 4, 0x12, 2, 0x12, 0]);
    const answer = await request(receiver.httpPort, '/v1/traces', nothingInIt, { headers: protobuf });
    assert.equal(answer.status, 200);
    assert.equal(decodePartialSuccess(answer.body)?.rejected, 1);
  });

  for (const [what, path, body, headers] of [
    ['protobuf', '/v1/traces', Buffer.from([0x0a, 0xff]), protobuf],
    ['protobuf that is JSON', '/v1/traces', '{"resourceSpans":[]}', protobuf],
    ['JSON', '/v1/traces', '{"resourceSpans":[', json],
    ['JSON that is protobuf', '/v1/logs', Buffer.from(traceRequest()), json],
    ['JSON of another shape', '/v1/metrics', '[]', json],
  ] as const) {
    it(`answers broken ${what} with 400 and a status in the request's encoding, not to be retried`, async () => {
      const receiver = await startTestReceiver();
      const answer = await request(receiver.httpPort, path, body, { headers });
      assert.equal(answer.status, 400);
      assert.equal(answer.headers['content-type'], headers['Content-Type']);
      assert.equal(answer.headers['retry-after'], undefined);
      const status =
        headers === json
          ? (JSON.parse(answer.body.toString()) as { code: number; message: string; details?: unknown })
          : decodeStatus(answer.body);
      assert.equal(status.code, 3);
      assert.ok(status.message.length > 0);
      assert.deepEqual([...receiver.dropped], [['malformed', 1]]);
      assert.equal(receiver.appended.length, 0);
    });
  }

  for (const [error, reason, seconds] of [
    [new BackpressureError(2500), 'backpressure', '3'],
    [new StorageError('full', 'the disk is full'), 'storage', '5'],
    [new TypeError('a bug'), 'internal', '1'],
    [undefined, 'internal', '1'],
  ] as const) {
    it(`answers ${error?.name ?? 'a nameless failure'} of the sink as retryable: 503 with Retry-After`, async () => {
      const receiver = await startTestReceiver({ sink: failing(error) });
      const answer = await request(receiver.httpPort, '/v1/traces', traceRequest(), { headers: protobuf });
      assert.equal(answer.status, 503);
      assert.equal(answer.headers['retry-after'], seconds);
      const status = decodeStatus(answer.body);
      assert.equal(status.code, 14);
      assert.ok((status.retryAfterMs ?? 0) > 0);
      assert.deepEqual([...receiver.dropped], [[reason, 1]]);
      assert.doesNotMatch(status.message, /a bug/);
    });
  }

  it('answers a sink that throws at once like one that rejects', async () => {
    const sink: Sink = {
      append: () => {
        throw new Error('at once');
      },
    };
    const receiver = await startTestReceiver({ sink });
    assert.equal(
      (await request(receiver.httpPort, '/v1/traces', traceRequest(), { headers: protobuf })).status,
      503,
    );
  });

  it('answers other media types and encodings with 415, saying which it takes', async () => {
    const receiver = await startTestReceiver();
    const types = [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/grpc',
    ];
    for (const type of types) {
      const answer = await request(receiver.httpPort, '/v1/traces', '{}', {
        headers: { 'Content-Type': type },
      });
      assert.equal(answer.status, 415, type);
      assert.match(
        (JSON.parse(answer.body.toString()) as { message: string }).message,
        /application\/x-protobuf/,
      );
    }
    assert.equal((await request(receiver.httpPort, '/v1/traces', '{}')).status, 415);
    const brotli = { ...protobuf, 'Content-Encoding': 'br' };
    const answer = await request(receiver.httpPort, '/v1/traces', 'x', { headers: brotli });
    assert.equal(answer.status, 415);
    assert.match(decodeStatus(answer.body).message, /gzip/);
    assert.deepEqual([...receiver.dropped], [['unsupported-media-type', 6]]);
  });

  it('answers other methods with 405 and Allow, other paths with 404 and the right ones', async () => {
    const receiver = await startTestReceiver();
    for (const method of ['GET', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD']) {
      const answer = await request(receiver.httpPort, '/v1/traces', '', { method });
      assert.equal(answer.status, 405, method);
      assert.equal(answer.headers.allow, 'POST');
    }
    assert.equal(receiver.dropped.size, 0);
    const answer = await request(receiver.httpPort, '/v2/spans', '{}', { headers: json });
    assert.equal(answer.status, 404);
    assert.match((JSON.parse(answer.body.toString()) as { message: string }).message, /\/v1\/traces/);
    assert.deepEqual([...receiver.dropped], [['unknown-path', 1]]);
  });

  it('says at / what it is', async () => {
    const receiver = await startTestReceiver();
    const answer = await request(receiver.httpPort, '/', '', { method: 'GET' });
    assert.equal(answer.status, 200);
    assert.equal((JSON.parse(answer.body.toString()) as { name: string }).name, 'LLM Trace Inspector');
    assert.equal(answer.headers['access-control-allow-origin'], undefined);
  });

  it('limits a body by its declared length, by its length and by its decompressed length', async () => {
    const receiver = await startTestReceiver({ settings: { maxRequestBytes: 100_000 } });
    const fits = traceRequest(100);
    assert.ok(fits.length < 100_000);
    assert.equal((await request(receiver.httpPort, '/v1/traces', fits, { headers: protobuf })).status, 200);
    const large = traceRequest(400);
    const chunked = { ...protobuf, 'Transfer-Encoding': 'chunked' };
    const gzip = { ...protobuf, 'Content-Encoding': 'gzip' };
    for (const [headers, body] of [
      [protobuf, large],
      [chunked, large],
      [gzip, zlib.gzipSync(large)],
    ] as const) {
      const answer = await request(receiver.httpPort, '/v1/traces', body, { headers });
      assert.equal(answer.status, 413);
      assert.equal(answer.headers['retry-after'], undefined);
      assert.equal(decodeStatus(answer.body).code, 8);
      assert.equal(decodeStatus(answer.body).retryAfterMs, undefined);
    }
    assert.deepEqual([...receiver.dropped], [['too-large', 3]]);
    assert.equal(receiver.appended.length, 1);
  });

  it('lets a client that asks first send its body, or tells it not to', async () => {
    const receiver = await startTestReceiver({ settings: { maxRequestBytes: 1000 } });
    const head = (length: number, type: string): string =>
      `POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nExpect: 100-continue\r\n` +
      `Content-Type: ${type}\r\nContent-Length: ${length}\r\n\r\n`;
    assert.match(
      await exchange(receiver.httpPort, `${head(2, 'application/json')}{}`),
      /^HTTP\/1.1 100 .*\r\n\r\nHTTP\/1.1 200 /,
    );
    assert.match(await exchange(receiver.httpPort, head(2, 'text/plain')), /^HTTP\/1.1 415 /);
  });

  it('refuses as retryable what would exceed the bytes in flight, and takes it once they are written', async () => {
    const waiting: (() => void)[] = [];
    const sink: Sink = { append: () => new Promise<void>((resolve) => waiting.push(resolve)) };
    const body = traceRequest(100);
    const receiver = await startTestReceiver({ sink, limits: { maxBytesInFlight: body.length * 2 } });
    const send = () => request(receiver.httpPort, '/v1/traces', body, { headers: protobuf });
    const running = [send(), send()];
    while (waiting.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    const refused = await send();
    assert.equal(refused.status, 503);
    assert.ok(Number(refused.headers['retry-after']) >= 1);
    assert.deepEqual([...receiver.dropped], [['backpressure', 1]]);
    for (const resolve of waiting.splice(0)) resolve();
    assert.deepEqual(
      (await Promise.all(running)).map(({ status }) => status),
      [200, 200],
    );
    const later = send();
    while (waiting.length < 1) await new Promise((resolve) => setTimeout(resolve, 5));
    waiting[0]?.();
    assert.equal((await later).status, 200);
  });
});
