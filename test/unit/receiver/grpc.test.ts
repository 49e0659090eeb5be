import * as grpc from '@grpc/grpc-js';
import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { BackpressureError, StorageError } from '../../../src/receiver/errors.ts';
import {
  closeClientsAfterEach,
  exportOver,
  failure,
  grpcClient,
  logsPath,
  metricsPath,
  statusDetails,
} from './helpers/grpc.ts';
import { decodePartialSuccess, decodeStatus, traceRequest } from './helpers/payloads.ts';
import { closeReceiversAfterEach, startTestReceiver } from './helpers/receiver.ts';

const gzip = { 'grpc.default_compression_algorithm': grpc.compressionAlgorithms.gzip };
const deflate = { 'grpc.default_compression_algorithm': grpc.compressionAlgorithms.deflate };
const { status: code } = grpc;

describe('OTLP over gRPC', () => {
  closeReceiversAfterEach();
  closeClientsAfterEach();

  it('answers OK with an empty message once the sink has the bytes', async () => {
    const receiver = await startTestReceiver();
    const request = traceRequest();
    const answer = await exportOver(grpcClient(receiver.grpcPort), request);
    assert.equal(answer.length, 0);
    assert.deepEqual(Buffer.from(receiver.appended[0]!.payload), Buffer.from(request));
    assert.deepEqual([receiver.appended[0]!.signal, receiver.appended[0]!.records], ['traces', 8]);
  });

  for (const [name, options] of [
    ['gzip', gzip],
    ['deflate', deflate],
    ['no compression', {}],
  ] as const) {
    it(`reads messages with ${name}, small ones and large ones, many at once`, async () => {
      const receiver = await startTestReceiver();
      const client = grpcClient(receiver.grpcPort, options);
      const requests = [traceRequest(1), traceRequest(4000), traceRequest(100), Buffer.alloc(0)];
      await Promise.all(requests.map((request) => exportOver(client, request)));
      const lengths = receiver.appended.map(({ payload }) => payload.length).sort((a, b) => a - b);
      assert.deepEqual(lengths, [requests[0]!.length, requests[2]!.length, requests[1]!.length]);
    });
  }

  it('takes logs and metrics', async () => {
    const receiver = await startTestReceiver();
    const client = grpcClient(receiver.grpcPort);
    // ResourceLogs, ScopeLogs, an empty LogRecord; ResourceMetrics, ScopeMetrics, a Metric with a gauge of one point.
    await exportOver(client, Buffer.from([0x0a, 4, 0x12, 2, 0x12, 0]), { path: logsPath });
    await exportOver(client, Buffer.from([0x0a, 8, 0x12, 6, 0x12, 4, 0x2a, 2, 0x0a, 0]), {
      path: metricsPath,
    });
    assert.deepEqual(
      receiver.appended.map(({ signal, records }) => [signal, records]),
      [
        ['logs', 1],
        ['metrics', 1],
      ],
    );
  });

  it('tells what it rejected', async () => {
    const receiver = await startTestReceiver();
    const answer = await exportOver(grpcClient(receiver.grpcPort), Buffer.from([0x0a, 4, 0x12, 2, 0x12, 0]));
    assert.equal(decodePartialSuccess(answer)?.rejected, 1);
    assert.deepEqual([...receiver.dropped], [['invalid-ids', 1]]);
    assert.equal(receiver.appended.length, 0);
  });

  it('answers broken messages with INVALID_ARGUMENT and no RetryInfo', async () => {
    const receiver = await startTestReceiver();
    const error = await failure(exportOver(grpcClient(receiver.grpcPort), Buffer.from([0x0a, 0xff])));
    assert.equal(error.code, code.INVALID_ARGUMENT);
    const details = decodeStatus(statusDetails(error));
    assert.deepEqual([details.code, details.retryAfterMs], [code.INVALID_ARGUMENT, undefined]);
    assert.deepEqual([...receiver.dropped], [['malformed', 1]]);
  });

  for (const [error, reason, retryAfterMs] of [
    [new BackpressureError(2500), 'backpressure', 2500],
    [new StorageError('full', 'the disk is full'), 'storage', 5000],
    [new Error('a bug'), 'internal', 1000],
  ] as const) {
    it(`answers ${error.name} of the sink with UNAVAILABLE and RetryInfo`, async () => {
      const receiver = await startTestReceiver({ sink: { append: () => Promise.reject(error) } });
      const failed = await failure(exportOver(grpcClient(receiver.grpcPort), traceRequest()));
      assert.equal(failed.code, code.UNAVAILABLE);
      assert.doesNotMatch(failed.details, /a bug/);
      assert.equal(decodeStatus(statusDetails(failed)).retryAfterMs, retryAfterMs);
      assert.deepEqual([...receiver.dropped], [[reason, 1]]);
    });
  }

  it('limits messages before and after decompression with RESOURCE_EXHAUSTED and no RetryInfo', async () => {
    const receiver = await startTestReceiver({ settings: { maxRequestBytes: 100_000 } });
    const fits = traceRequest(100);
    await exportOver(grpcClient(receiver.grpcPort), fits);
    for (const [options, request] of [
      [{}, traceRequest(400)],
      [gzip, traceRequest(400)],
      [{}, Buffer.alloc(5_000_000)],
      [gzip, Buffer.alloc(5_000_000)],
    ] as const) {
      const error = await failure(exportOver(grpcClient(receiver.grpcPort, options), request));
      assert.equal(error.code, code.RESOURCE_EXHAUSTED);
      assert.equal(decodeStatus(statusDetails(error)).retryAfterMs, undefined);
    }
    assert.deepEqual([...receiver.dropped], [['too-large', 4]]);
    assert.equal(receiver.appended.length, 1);
  });

  it('answers methods it does not have with UNIMPLEMENTED, whatever their name', async () => {
    const receiver = await startTestReceiver();
    const client = grpcClient(receiver.grpcPort);
    const paths = [
      '/opentelemetry.proto.collector.profiles.v1development.ProfilesService/Export',
      '/x/y%\u00e9',
      '/__proto__/constructor',
    ];
    for (const path of paths) {
      assert.equal((await failure(exportOver(client, traceRequest(), { path }))).code, code.UNIMPLEMENTED);
    }
    await exportOver(client, traceRequest());
  });

  it('refuses as retryable what would exceed the bytes in flight, and takes it once they are written', async () => {
    const waiting: (() => void)[] = [];
    const request = traceRequest(100);
    const receiver = await startTestReceiver({
      sink: { append: () => new Promise<void>((resolve) => waiting.push(resolve)) },
      // Each message has its 5 bytes of framing.
      limits: { maxBytesInFlight: request.length * 2 + 100 },
    });
    const client = grpcClient(receiver.grpcPort);
    const running = [exportOver(client, request), exportOver(client, request)];
    while (waiting.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    const error = await failure(exportOver(client, request));
    assert.equal(error.code, code.UNAVAILABLE);
    assert.ok((decodeStatus(statusDetails(error)).retryAfterMs ?? 0) > 0);
    for (const resolve of waiting.splice(0)) resolve();
    await Promise.all(running);
    const later = exportOver(client, request);
    while (waiting.length < 1) await new Promise((resolve) => setTimeout(resolve, 5));
    waiting[0]?.();
    await later;
  });

  it('keeps counting the bytes of a call whose client has gone while they wait to be written', async () => {
    const waiting: (() => void)[] = [];
    const request = traceRequest(100);
    const receiver = await startTestReceiver({
      sink: { append: () => new Promise<void>((resolve) => waiting.push(resolve)) },
      limits: { maxBytesInFlight: request.length + 100 },
    });
    let cancel = (): void => undefined;
    const impatient = failure(
      exportOver(grpcClient(receiver.grpcPort), request, {
        onCall: (call) => (cancel = () => call.cancel()),
      }),
    );
    while (waiting.length < 1) await new Promise((resolve) => setTimeout(resolve, 5));
    cancel();
    assert.equal((await impatient).code, code.CANCELLED);
    const client = grpcClient(receiver.grpcPort);
    assert.equal((await failure(exportOver(client, request))).code, code.UNAVAILABLE);
    waiting.shift()?.();
    const later = exportOver(client, request);
    while (waiting.length < 1) await new Promise((resolve) => setTimeout(resolve, 5));
    waiting[0]?.();
    await later;
  });
});
