import assert from 'node:assert/strict';
import http from 'node:http';
import { describe, it } from 'mocha';
import net from 'node:net';
import { closeClientsAfterEach, exportOver, failure, grpcClient } from './helpers/grpc.ts';
import { protobuf, request } from './helpers/http.ts';
import { traceRequest } from './helpers/payloads.ts';
import { closeReceiversAfterEach, startTestReceiver } from './helpers/receiver.ts';

describe('Closing the receiver', () => {
  closeReceiversAfterEach();
  closeClientsAfterEach();

  async function withWaitingSink() {
    const waiting: (() => void)[] = [];
    const receiver = await startTestReceiver({
      sink: { append: () => new Promise<void>((resolve) => waiting.push(resolve)) },
    });
    const asked = async (count: number): Promise<void> => {
      while (waiting.length < count) await new Promise((resolve) => setTimeout(resolve, 2));
    };
    return { receiver, waiting, asked };
  }

  it('lets running requests of both protocols be acknowledged, and takes no new ones', async () => {
    const { receiver, waiting, asked } = await withWaitingSink();
    const agent = new http.Agent({ keepAlive: true });
    const client = grpcClient(receiver.grpcPort);
    const overHttp = request(receiver.httpPort, '/v1/traces', traceRequest(), { headers: protobuf, agent });
    const overGrpc = exportOver(client, traceRequest());
    await asked(2);
    let closed = false;
    const closing = receiver.close(60_000).then(() => (closed = true));
    await assert.rejects(request(receiver.httpPort, '/v1/traces', traceRequest(), { headers: protobuf }));
    await failure(exportOver(grpcClient(receiver.grpcPort), traceRequest()));
    assert.equal(closed, false);
    for (const resolve of waiting) resolve();
    const answer = await overHttp;
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.connection, 'close');
    await overGrpc;
    await closing;
    assert.equal(waiting.length, 2);
    agent.destroy();
  });

  it('does not wait for idle connections', async () => {
    const receiver = await startTestReceiver();
    const agent = new http.Agent({ keepAlive: true });
    await request(receiver.httpPort, '/v1/traces', traceRequest(), { headers: protobuf, agent });
    await exportOver(grpcClient(receiver.grpcPort), traceRequest());
    const silent = [receiver.httpPort, receiver.grpcPort].map((port) => net.connect(port, '127.0.0.1'));
    for (const socket of silent) {
      socket.on('error', () => undefined);
      await new Promise((resolve) => socket.once('connect', resolve));
    }
    await receiver.close(60_000);
    agent.destroy();
    for (const socket of silent) socket.destroy();
  });

  it('cuts what is not done when the grace is over, and the client hears of it', async () => {
    const { receiver, asked } = await withWaitingSink();
    const overHttp = request(receiver.httpPort, '/v1/traces', traceRequest(), { headers: protobuf }).catch(
      String,
    );
    const overGrpc = failure(exportOver(grpcClient(receiver.grpcPort), traceRequest()));
    await asked(2);
    await receiver.close(50);
    assert.equal(typeof (await overHttp), 'string');
    // Not acknowledged, and retryable: gRPC clients take a lost connection as UNAVAILABLE or CANCELLED.
    assert.ok([1, 14].includes((await overGrpc).code));
  });

  it('may be asked for twice', async () => {
    const receiver = await startTestReceiver();
    await Promise.all([receiver.close(), receiver.close()]);
    await receiver.close();
  });
});
