import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import http from 'node:http';
import http2 from 'node:http2';
import { afterEach, describe, it } from 'mocha';
import net from 'node:net';
import { promisify } from 'node:util';
import { listeningInodes } from '../../../src/receiver/listeningProcess.ts';
import { identifyPortHolder } from '../../../src/receiver/portHolder.ts';
import { exportOver, grpcClient, closeClientsAfterEach } from './helpers/grpc.ts';
import { protobuf, request } from './helpers/http.ts';
import { ipv6Here } from './helpers/network.ts';
import { traceRequest } from './helpers/payloads.ts';
import { closeReceiversAfterEach, startTestReceiver } from './helpers/receiver.ts';

const run = promisify(execFile);

describe('Ports', () => {
  const holders: { close(): unknown }[] = [];
  closeReceiversAfterEach();
  closeClientsAfterEach();
  afterEach(() => {
    for (const holder of holders.splice(0)) holder.close();
  });

  async function hold(server: net.Server, host = '127.0.0.1'): Promise<number> {
    holders.push(server);
    await new Promise<void>((resolve) => server.listen(0, host, resolve));
    return (server.address() as net.AddressInfo).port;
  }

  const page = (status: number, body: string, headers: Record<string, string> = {}) =>
    http.createServer((_request, response) => response.writeHead(status, headers).end(body));

  it('are the same on IPv4 and IPv6, and clients reach both', async function () {
    if (!(await ipv6Here())) this.skip();
    const receiver = await startTestReceiver({ settings: { hosts: ['127.0.0.1', '::1'] } });
    assert.deepEqual(receiver.conflicts, []);
    for (const host of ['127.0.0.1', '::1']) {
      const answer = await request(receiver.httpPort, '/v1/traces', traceRequest(), {
        host,
        headers: protobuf,
      });
      assert.equal(answer.status, 200);
      const { Client, credentials } = await import('@grpc/grpc-js');
      const client = new Client(
        host === '::1' ? `[::1]:${receiver.grpcPort}` : `${host}:${receiver.grpcPort}`,
        credentials.createInsecure(),
      );
      holders.push(client);
      await exportOver(client, traceRequest());
    }
    assert.equal(receiver.appended.length, 4);
  });

  it('are those of the first host in the endpoints', async () => {
    const receiver = await startTestReceiver();
    assert.equal(receiver.endpoints.grpc?.host, '127.0.0.1');
    assert.equal(receiver.endpoints.http?.host, '127.0.0.1');
    assert.notEqual(receiver.grpcPort, receiver.httpPort);
  });

  it('that are taken do not keep the other protocol from being served', async () => {
    const httpPort = await hold(page(200, '<title>Something</title>'));
    const receiver = await startTestReceiver({ settings: { httpPort } });
    assert.equal(receiver.endpoints.http, undefined);
    const [conflict] = receiver.conflicts;
    assert.deepEqual([conflict?.protocol, conflict?.port, conflict?.code], ['http', httpPort, 'EADDRINUSE']);
    assert.match(conflict?.heldBy ?? '', /^an HTTP server/);
    await exportOver(grpcClient(receiver.grpcPort), traceRequest());

    const grpcPort = await hold(http2.createServer());
    const other = await startTestReceiver({ settings: { grpcPort } });
    assert.equal(other.endpoints.grpc, undefined);
    assert.match(other.conflicts[0]?.heldBy ?? '', /^a gRPC server/);
    assert.equal(
      (await request(other.httpPort, '/v1/traces', traceRequest(), { headers: protobuf })).status,
      200,
    );
  });

  it('that are taken on IPv6 only are a conflict, and IPv4 is served', async function () {
    if (!(await ipv6Here())) this.skip();
    const httpPort = await hold(page(404, ''), '::1');
    const receiver = await startTestReceiver({ settings: { hosts: ['127.0.0.1', '::1'], httpPort } });
    assert.deepEqual(receiver.endpoints.http, { host: '127.0.0.1', port: httpPort });
    assert.deepEqual(
      receiver.conflicts.map(({ host, port }) => [host, port]),
      [['::1', httpPort]],
    );
  });

  it('of another window of ours are recognised', async () => {
    const first = await startTestReceiver();
    const second = await startTestReceiver({
      settings: { httpPort: first.httpPort, grpcPort: first.grpcPort },
    });
    assert.deepEqual(second.endpoints, {});
    assert.deepEqual(
      second.conflicts.map(({ protocol }) => protocol),
      ['grpc', 'http'],
    );
    assert.equal(second.conflicts[1]?.heldBy, 'another window of LLM Trace Inspector');
    assert.equal(first.dropped.size, 0);
  });

  it('can be taken over as soon as the other has closed', async () => {
    const first = await startTestReceiver();
    const { httpPort, grpcPort } = first;
    await exportOver(grpcClient(grpcPort), traceRequest());
    await first.close();
    const second = await startTestReceiver({ settings: { httpPort, grpcPort } });
    assert.deepEqual(second.conflicts, []);
    await exportOver(grpcClient(grpcPort), traceRequest());
    assert.equal(second.appended.length, 1);
  });

  for (const [what, server, expected] of [
    [
      'a Collector',
      () => page(405, '405 method not allowed, supported: [POST]'),
      /an OpenTelemetry Collector/,
    ],
    ['Phoenix', () => page(200, '<html><head><title>Phoenix</title></head></html>'), /^Arize Phoenix/],
    ['Langfuse', () => page(200, '<!doctype html><title>Sign in | Langfuse</title>'), /^Langfuse/],
    ['Jaeger', () => page(200, '<title>Jaeger UI</title>'), /^Jaeger/],
    ['Spotlight', () => page(404, '', { 'X-Powered-By': 'spotlight-by-sentry' }), /^Sentry Spotlight/],
    ['an unknown server', () => page(500, 'x'), /^an HTTP server/],
    ['what never answers', () => net.createServer(), /^process |^$/],
    [
      'what repeats everything',
      () => net.createServer((socket) => socket.on('error', () => undefined).pipe(socket)),
      /^process |^$/,
    ],
    [
      'an endless answer',
      () =>
        net.createServer((socket) => {
          socket.on('error', () => undefined).write('HTTP/1.1 200 OK\r\n\r\n');
          const timer = setInterval(() => socket.write('x'.repeat(1000)), 1);
          socket.on('close', () => clearInterval(timer));
        }),
      /^an HTTP server/,
    ],
    [
      'attack text',
      () => page(200, `<title>${'<'.repeat(50_000)}</title>\u001b[31m`),
      /^an HTTP server[ -~]*$/,
    ],
  ] as const) {
    it(`held by ${what} are described, and not waited for`, async () => {
      const port = await hold(server());
      const timeout = what.startsWith('what') ? 300 : 10_000;
      assert.match((await identifyPortHolder('http', '127.0.0.1', port, timeout)) ?? '', expected);
    });
  }

  it('name the process, on Linux', async function () {
    if (process.platform !== 'linux') this.skip();
    const script =
      "const s=require('net').createServer().listen(0,'127.0.0.1',()=>console.log(s.address().port))";
    const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'ignore'] });
    try {
      const port = Number(
        await new Promise<string>((resolve) => child.stdout.once('data', (text) => resolve(String(text)))),
      );
      const holder = await identifyPortHolder('grpc', '127.0.0.1', port, 3_000);
      assert.match(holder ?? '', new RegExp(`pid ${child.pid}\\b`));
    } finally {
      child.kill();
    }
  });

  it('that are free are held by nobody', async () => {
    const server = net.createServer();
    const port = await hold(server);
    await new Promise<void>((resolve) => void server.close(() => resolve()));
    assert.equal(await identifyPortHolder('http', '127.0.0.1', port), undefined);
    assert.equal(await identifyPortHolder('grpc', '127.0.0.1', port), undefined);
  });

  it('of other machines are never asked', async () => {
    assert.equal(await identifyPortHolder('http', '192.0.2.1', 80), undefined);
    assert.equal(await identifyPortHolder('http', 'example.com', 80), undefined);
  });

  it('are found in the tables of the kernel, listeners on all addresses included', () => {
    const row = (local: string, state: string, inode: string): string =>
      `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000  1000        0 ${inode} 1 0 100`;
    const table = [
      '  sl  local_address rem_address',
      row('0100007F:10DD', '0A', '1'),
      row('00000000:10DD', '0A', '2'),
      row('0100007F:10DD', '01', '3'),
      row('0100007F:10DE', '0A', '4'),
      row('0200A8C0:10DD', '0A', '5'),
      row('0000000000000000FFFF00000100007F:10DD', '0A', '6'),
      row('00000000000000000000000001000000:10DD', '0A', '7'),
    ].join('\n');
    assert.deepEqual(listeningInodes(table, '127.0.0.1', 4317), ['1', '2', '6']);
    assert.deepEqual(listeningInodes(table, '::1', 4317), ['7']);
    assert.deepEqual(listeningInodes('', '::1', 4317), []);
  });

  it('are closed to other machines', async function () {
    this.timeout(30_000);
    const name = `receiver-${process.pid}`;
    const links = [`rx${process.pid}a`, `rx${process.pid}b`].map((link) => link.slice(-15));
    const [near = '', far = ''] = links;
    const ip = (...args: string[]) => run('ip', args);
    try {
      await ip('netns', 'add', name);
      await ip('link', 'add', near, 'type', 'veth', 'peer', 'name', far, 'netns', name);
      await ip('addr', 'add', '198.18.7.1/30', 'dev', near);
      await ip('link', 'set', near, 'up');
      await ip('-n', name, 'addr', 'add', '198.18.7.2/30', 'dev', far);
      await ip('-n', name, 'link', 'set', far, 'up');
    } catch {
      await ip('netns', 'del', name).catch(() => undefined);
      // Needs the right to make network namespaces.
      this.skip();
    }
    try {
      const open = await hold(
        net.createServer((socket) => socket.end()),
        '198.18.7.1',
      );
      const receiver = await startTestReceiver({ settings: { hosts: ['127.0.0.1', '::1'] } });
      const connect = async (port: number): Promise<string> => {
        const script = `require('net').connect(${port},'198.18.7.1').on('connect',()=>{console.log('connected');process.exit()}).on('error',e=>console.log(e.code))`;
        const { stdout } = await run('ip', ['netns', 'exec', name, process.execPath, '-e', script], {
          timeout: 10_000,
        });
        return stdout.trim();
      };
      assert.equal(await connect(open), 'connected');
      assert.equal(await connect(receiver.grpcPort), 'ECONNREFUSED');
      assert.equal(await connect(receiver.httpPort), 'ECONNREFUSED');
    } finally {
      await ip('netns', 'del', name);
    }
  });
});
