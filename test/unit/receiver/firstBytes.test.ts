import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import net from 'node:net';
import { closeClientsAfterEach, exportOver, grpcClient } from './helpers/grpc.ts';
import { exchange, protobuf, request } from './helpers/http.ts';
import { frame, frames, preface } from './helpers/http2Frames.ts';
import { traceRequest } from './helpers/payloads.ts';
import { closeReceiversAfterEach, startTestReceiver } from './helpers/receiver.ts';

/** Writes piece after piece, each a packet of its own, and reads until the other side closes. */
function inPieces(port: number, pieces: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    let received = '';
    const socket = net.connect({ host: '127.0.0.1', port, noDelay: true }, () => {
      const next = (index: number): void => {
        const piece = pieces[index];
        if (piece !== undefined) socket.write(piece, 'latin1', () => setImmediate(next, index + 1));
      };
      next(0);
    });
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => (received += text));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(received));
  });
}

describe('The HTTP port', () => {
  closeReceiversAfterEach();
  closeClientsAfterEach();

  it('takes gRPC as well, as an exporter that knows one endpoint only may send it', async () => {
    const receiver = await startTestReceiver();
    const client = grpcClient(receiver.httpPort);
    await exportOver(client, traceRequest());
    await exportOver(client, traceRequest());
    const answer = await request(receiver.httpPort, '/v1/traces', traceRequest(), { headers: protobuf });
    assert.equal(answer.status, 200);
    assert.equal(receiver.appended.length, 3);
  });

  it('understands a request whose first letters come one by one', async () => {
    const receiver = await startTestReceiver();
    const text =
      'POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nConnection: close\r\n\r\n';
    assert.match(await inPieces(receiver.httpPort, Array.from(text)), /^HTTP\/1\.1 415 /);
    const put = text.replace('POST', 'PROPFIND');
    assert.match(await inPieces(receiver.httpPort, Array.from(put)), /^HTTP\/1\.1 405 /);
  });

  it('guards gRPC calls on it as on the other port', async () => {
    const receiver = await startTestReceiver();
    const client = grpcClient(receiver.httpPort, { 'grpc.default_authority': 'evil.example:4318' });
    await assert.rejects(exportOver(client, traceRequest()), { code: 7 });
    assert.equal(receiver.appended.length, 0);
  });

  it('is named to a client that speaks HTTP/1 on the gRPC port, and counted', async () => {
    const receiver = await startTestReceiver();
    const post = 'POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}';
    const answer = await exchange(receiver.grpcPort, post);
    assert.match(answer, /^HTTP\/1\.1 400 [^]*Send OTLP over HTTP to the HTTP port/);
    assert.equal(await exchange(receiver.grpcPort, Buffer.from('160301020001000100', 'hex')), '');
    assert.equal(await exchange(receiver.grpcPort, 'GET / HTTP/1.1\r\n\r\n'), '');
    assert.deepEqual([...receiver.dropped], [['wrong-protocol', 2]]);
    assert.equal(receiver.appended.length, 0);
  });

  it('cuts clients that say nothing, and those that stop in the middle of the preface', async () => {
    const receiver = await startTestReceiver({ limits: { headersTimeoutMs: 100 } });
    assert.equal(await exchange(receiver.httpPort, ''), '');
    assert.equal(await exchange(receiver.httpPort, 'PRI * HT'), '');
    assert.equal(await exchange(receiver.httpPort, preface), await exchange(receiver.grpcPort, preface));
    await exportOver(grpcClient(receiver.httpPort), traceRequest());
  });

  it('closes with HTTP/2 connections open on it', async () => {
    const receiver = await startTestReceiver();
    await exportOver(grpcClient(receiver.httpPort), traceRequest());
    const held = exchange(receiver.httpPort, Buffer.concat([preface, frame(frames.settings, 0, 0)]));
    const silent = exchange(receiver.httpPort, 'P');
    await request(receiver.httpPort, '/v1/traces', traceRequest(), { headers: protobuf });
    await receiver.close(100);
    await Promise.all([held, silent]);
  });
});
