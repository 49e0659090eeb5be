import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import net from 'node:net';
import zlib from 'node:zlib';
import { exchange, json, protobuf, request } from './helpers/http.ts';
import { traceRequest } from './helpers/payloads.ts';
import { closeReceiversAfterEach, startTestReceiver } from './helpers/receiver.ts';
import type { TestReceiver } from './helpers/receiver.ts';

const attack = JSON.stringify({
  resourceSpans: [
    { scopeSpans: [{ spans: [{ traceId: '1'.repeat(32), spanId: '2'.repeat(16), name: 'planted' }] }] },
  ],
});

async function stillServes(receiver: TestReceiver): Promise<void> {
  const before = receiver.appended.length;
  const answer = await request(receiver.httpPort, '/v1/traces', traceRequest(), { headers: protobuf });
  assert.equal(answer.status, 200);
  assert.equal(receiver.appended.length, before + 1);
}

describe('The HTTP port under attack', () => {
  closeReceiversAfterEach();

  it('stores nothing for a name that was rebound to loopback', async () => {
    const receiver = await startTestReceiver();
    for (const host of ['evil.example:4318', '127.0.0.1.nip.io', 'localhost.evil.example']) {
      const answer = await request(receiver.httpPort, '/v1/traces', attack, {
        headers: { ...json, Host: host },
      });
      assert.equal(answer.status, 403);
    }
    assert.equal(
      (await request(receiver.httpPort, '/', '', { method: 'GET', headers: { Host: 'evil.example' } }))
        .status,
      403,
    );
    assert.deepEqual([...receiver.dropped], [['forbidden-host', 3]]);
    assert.equal(receiver.appended.length, 0);
  });

  const simpleTypes = [
    'text/plain',
    'text/plain;charset=UTF-8',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
  ];
  for (const type of simpleTypes) {
    it(`stores nothing of what a page may send without asking, ${type}, with an origin or without`, async () => {
      const receiver = await startTestReceiver();
      const plain = await request(receiver.httpPort, '/v1/traces', attack, {
        headers: { 'Content-Type': type },
      });
      assert.equal(plain.status, 415);
      const withOrigin = {
        'Content-Type': type,
        Origin: 'https://evil.example',
        'Sec-Fetch-Mode': 'no-cors',
      };
      assert.equal(
        (await request(receiver.httpPort, '/v1/traces', attack, { headers: withOrigin })).status,
        403,
      );
      assert.equal(receiver.appended.length, 0);
    });
  }

  for (const origin of [
    'https://evil.example',
    'null',
    'http://1.2.3.4',
    'http://localhost.evil.com',
    'vscode-webview://x',
  ]) {
    it(`answers the origin ${origin} with 403 and no permission, to JSON and to a preflight`, async () => {
      const receiver = await startTestReceiver({ settings: { allowedOrigins: ['http://localhost:3000'] } });
      const asks = {
        Origin: origin,
        'Access-Control-Request-Method': 'POST',
        'Access-Control-Request-Headers': 'content-type',
      };
      const answers = [
        await request(receiver.httpPort, '/v1/traces', attack, { headers: { ...json, Origin: origin } }),
        await request(receiver.httpPort, '/v1/traces', '', { method: 'OPTIONS', headers: asks }),
        await request(receiver.httpPort, '/', '', { method: 'GET', headers: { Origin: origin } }),
      ];
      for (const answer of answers) {
        assert.equal(answer.status, 403);
        assert.deepEqual(
          Object.keys(answer.headers).filter((name) => name.startsWith('access-control')),
          [],
        );
      }
      assert.deepEqual([...receiver.dropped], [['forbidden-origin', 1]]);
      assert.equal(receiver.appended.length, 0);
    });
  }

  it('lets a listed origin ask and send, and names it and no other', async () => {
    const origin = 'http://localhost:3000';
    const receiver = await startTestReceiver({
      settings: { allowedOrigins: [origin, 'https://other.example'] },
    });
    const asks = { Origin: origin, 'Access-Control-Request-Method': 'POST', 'Sec-Fetch-Site': 'cross-site' };
    const preflight = await request(receiver.httpPort, '/v1/traces', '', {
      method: 'OPTIONS',
      headers: asks,
    });
    assert.equal(preflight.status, 204);
    assert.equal(preflight.headers['access-control-allow-origin'], origin);
    assert.equal(preflight.headers['access-control-allow-methods'], 'POST');
    assert.match(String(preflight.headers['access-control-allow-headers']), /content-type/);
    assert.equal(preflight.headers['access-control-allow-credentials'], undefined);
    const sent = await request(receiver.httpPort, '/v1/traces', attack, {
      headers: { ...json, Origin: origin },
    });
    assert.equal(sent.status, 200);
    assert.equal(sent.headers['access-control-allow-origin'], origin);
    assert.equal(sent.headers.vary, 'Origin');
    const broken = await request(receiver.httpPort, '/v1/traces', '{', {
      headers: { ...json, Origin: origin },
    });
    assert.deepEqual([broken.status, broken.headers['access-control-allow-origin']], [400, origin]);
    assert.equal(receiver.appended.length, 1);
  });

  it('refuses other sites by Sec-Fetch-Site where the browser sends no origin', async () => {
    const receiver = await startTestReceiver();
    for (const site of ['cross-site', 'same-site']) {
      const answer = await request(receiver.httpPort, '/v1/traces', attack, {
        headers: { ...json, 'Sec-Fetch-Site': site },
      });
      assert.equal(answer.status, 403);
    }
    assert.equal(receiver.appended.length, 0);
  });

  const post = (lines: string, target = '/v1/traces'): string =>
    `POST ${target} HTTP/1.1\r\n${lines}\r\n\r\n`;
  const jsonHead = `Content-Type: application/json\r\nConnection: close\r\nContent-Length: ${attack.length}`;
  const cases: readonly (readonly [string, string, RegExp])[] = [
    ['two Hosts', post(`Host: localhost\r\nHost: evil.example\r\n${jsonHead}`) + attack, /^HTTP\/1.1 400 /],
    [
      'the same Host twice',
      post(`Host: localhost\r\nHost: localhost\r\n${jsonHead}`) + attack,
      /^HTTP\/1.1 400 /,
    ],
    ['no Host', post(jsonHead) + attack, /^HTTP\/1.1 400 /],
    ['HTTP/1.0 without a Host', post(jsonHead).replace('HTTP/1.1', 'HTTP/1.0') + attack, /^HTTP\/1.1 400 /],
    ['an empty Host', post(`Host:\r\n${jsonHead}`) + attack, /^HTTP\/1.1 403 /],
    ['127.1', post(`Host: 127.1:4318\r\n${jsonHead}`) + attack, /^HTTP\/1.1 403 /],
    ['0.0.0.0', post(`Host: 0.0.0.0:4318\r\n${jsonHead}`) + attack, /^HTTP\/1.1 403 /],
    ['localhost.', post(`Host: localhost.:4318\r\n${jsonHead}`) + attack, /^HTTP\/1.1 403 /],
    [
      'an absolute target',
      post(`Host: localhost\r\n${jsonHead}`, 'http://evil.example/v1/traces') + attack,
      /^HTTP\/1.1 400 /,
    ],
    [
      'an absolute target of ours',
      post(`Host: localhost\r\n${jsonHead}`, 'http://localhost/v1/traces') + attack,
      /^HTTP\/1.1 400 /,
    ],
    ['an asterisk', 'OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n', /^HTTP\/1.1 400 /],
    ['CONNECT', 'CONNECT evil.example:80 HTTP/1.1\r\nHost: evil.example\r\n\r\n', /^(HTTP\/1.1 4\d\d )?/],
    [
      'a length and chunks',
      post(`Host: localhost\r\nTransfer-Encoding: chunked\r\n${jsonHead}`) +
        `0\r\n\r\n${post(`Host: localhost\r\n${jsonHead}`)}${attack}`,
      /^HTTP\/1.1 400 /,
    ],
    [
      'two lengths',
      post(`Host: localhost\r\nContent-Length: 0\r\n${jsonHead}`) +
        post(`Host: localhost\r\n${jsonHead}`) +
        attack,
      /^HTTP\/1.1 400 /,
    ],
    [
      'chunks under another name',
      post(`Host: localhost\r\nTransfer-Encoding: xchunked\r\nContent-Type: application/json`) + attack,
      /^HTTP\/1.1 400 /,
    ],
    [
      'a folded header',
      post(`Host: localhost\r\nContent-Length: 3\r\n , 4\r\n${jsonHead}`) + attack,
      /^HTTP\/1.1 400 /,
    ],
    [
      'a space before the colon',
      post(`Host: localhost\r\nContent-Length : 5\r\n${jsonHead}`) + attack,
      /^HTTP\/1.1 400 /,
    ],
    ['a bare line feed', post(`Host: localhost\nX: y\r\n${jsonHead}`) + attack, /^HTTP\/1.1 400 /],
    [
      'a negative length',
      post('Host: localhost\r\nContent-Type: application/json\r\nContent-Length: -1') + attack,
      /^HTTP\/1.1 400 /,
    ],
    ['headers without end', post(`Host: localhost\r\nX: ${'a'.repeat(100_000)}`), /^HTTP\/1.1 431 /],
    // Spoken to in HTTP/2, it answers in HTTP/2: first its settings, in the end a goodbye.
    ['an HTTP/2 preface', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', /^\0\0.\x04/s],
    [
      'an HTTP/2 preface and noise',
      `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n${'noise'.repeat(20)}`,
      /^\0\0.\x04.*\0\0.\x07/s,
    ],
    ['half an HTTP/2 preface', 'PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n', /^(\0\0.\x04.*)?$/s],
    ['a TLS greeting', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', /^HTTP\/1.1 400 /],
    ['noise', '\0\x01\x02\xff\xfe\r\n\r\n', /^HTTP\/1.1 400 /],
    [
      'a WebSocket',
      'GET /v1/traces HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade, close\r\n' +
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
      /^HTTP\/1.1 400 /,
    ],
  ];
  for (const [what, bytes, expected] of cases) {
    it(`has an answer to ${what}, stores nothing and serves on`, async () => {
      const receiver = await startTestReceiver({
        limits: { keepAliveTimeoutMs: 200, headersTimeoutMs: 500, requestTimeoutMs: 1000 },
      });
      const answer = await exchange(receiver.httpPort, Buffer.from(bytes, 'latin1'));
      assert.match(answer, expected);
      assert.doesNotMatch(answer, /HTTP\/1.1 (101|200|500) /);
      assert.equal(receiver.appended.length, 0);
      await stillServes(receiver);
    });
  }

  it('closes connections that dribble their headers or body, or say nothing, and serves others meanwhile', async () => {
    const receiver = await startTestReceiver({ limits: { headersTimeoutMs: 300, requestTimeoutMs: 600 } });
    const dribble = (start: string, rest: string): Promise<number> =>
      new Promise((resolve) => {
        const begun = performance.now();
        const socket = net.connect(receiver.httpPort, '127.0.0.1', () => socket.write(start));
        let next = 0;
        const timer = setInterval(() => socket.write(rest[next++ % rest.length] ?? ''), 20);
        socket.on('error', () => undefined);
        socket.resume();
        socket.on('close', () => {
          clearInterval(timer);
          resolve(performance.now() - begun);
        });
      });
    const slow = [
      dribble('POST /v1/traces HTTP/1.1\r\nHost: localhost\r\n', 'X-Header: y\r\n'),
      dribble(post('Host: localhost\r\nContent-Type: application/json\r\nContent-Length: 100000'), ' '),
      dribble('', ''),
    ];
    await stillServes(receiver);
    await Promise.all(slow);
    await stillServes(receiver);
    assert.equal(receiver.appended.length, 2);
  });

  it('serves newcomers while thousands of connections stay idle, and holds a bounded number', async () => {
    const receiver = await startTestReceiver({ limits: { maxConnections: 200 } });
    const sockets: net.Socket[] = [];
    let closed = 0;
    for (let i = 0; i < 2000; i++) {
      await new Promise<void>((resolve, reject) => {
        const socket = net.connect(receiver.httpPort, '127.0.0.1', resolve);
        socket.on('error', reject).on('close', () => closed++);
        socket.resume();
        sockets.push(socket);
      });
    }
    await stillServes(receiver);
    while (closed < 1800) await new Promise((resolve) => setTimeout(resolve, 5));
    for (const socket of sockets) socket.destroy();
  });

  it('frees the bytes of a client that goes away in the middle of its body', async () => {
    const body = traceRequest(100);
    const receiver = await startTestReceiver({ limits: { maxBytesInFlight: body.length + 100 } });
    for (let i = 0; i < 5; i++) {
      await new Promise<void>((resolve) => {
        const head = `POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-protobuf\r\nContent-Length: ${body.length}\r\n\r\n`;
        const socket = net.connect(receiver.httpPort, '127.0.0.1', () => {
          socket.write(head);
          socket.write(body.subarray(0, -1), () => socket.destroy());
        });
        socket.on('close', () => resolve());
      });
    }
    for (let status = 0; status !== 200;) {
      ({ status } = await request(receiver.httpPort, '/v1/traces', body, { headers: protobuf }));
      assert.ok(status === 200 || status === 503);
    }
    assert.equal(receiver.appended.length, 1);
  });

  const gzip = { ...protobuf, 'Content-Encoding': 'gzip' };
  it('stops gzip bombs of 100 MB and 10 GB at the limit, without taking the memory for more', async function () {
    this.timeout(60_000);
    const limit = 64 * 1024 * 1024;
    const receiver = await startTestReceiver({ settings: { maxRequestBytes: limit } });
    const member = zlib.gzipSync(Buffer.alloc(100_000_000));
    const bombs = [member, Buffer.concat(Array.from({ length: 100 }, () => member))];
    const before = process.memoryUsage.rss();
    let peak = before;
    const timer = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 1);
    for (const bomb of bombs) {
      assert.equal((await request(receiver.httpPort, '/v1/traces', bomb, { headers: gzip })).status, 413);
    }
    clearInterval(timer);
    // What the first one took may not have been collected yet; all of the second would be ten times as much.
    assert.ok(peak - before < 1e9, `grew by ${Math.round((peak - before) / 1e6)} MB`);
    await stillServes(receiver);
  });

  it('answers nested, cut, damaged and prolonged gzip with 400', async () => {
    const receiver = await startTestReceiver();
    const good = zlib.gzipSync(traceRequest());
    const wrongCrc = Buffer.from(good);
    wrongCrc[good.length - 8]! ^= 1;
    const bodies = [
      zlib.gzipSync(good),
      good.subarray(0, -3),
      wrongCrc,
      Buffer.concat([good, Buffer.from('more')]),
      Buffer.alloc(0),
    ];
    for (const body of bodies) {
      assert.equal((await request(receiver.httpPort, '/v1/traces', body, { headers: gzip })).status, 400);
    }
    assert.equal(receiver.appended.length, 0);
    // Two members are one body (RFC 1952), and two requests in a row are one request in protobuf.
    const both = await request(receiver.httpPort, '/v1/traces', Buffer.concat([good, good]), {
      headers: gzip,
    });
    assert.equal(both.status, 200);
    assert.equal(receiver.appended[0]!.records, 16);
  });

  it('answers every prefix of a valid request with 200 or 400, never with 503', async () => {
    const receiver = await startTestReceiver();
    const whole = traceRequest(1);
    for (let length = 0; length <= whole.length; length += 7) {
      const { status } = await request(receiver.httpPort, '/v1/traces', whole.subarray(0, length), {
        headers: protobuf,
      });
      assert.ok(status === 200 || status === 400, `${status} at ${length}`);
    }
    assert.equal(receiver.dropped.has('internal'), false);
  });

  it('answers nesting of any depth with 400, in protobuf and in JSON', async () => {
    const receiver = await startTestReceiver();
    const deep = `{"resourceSpans":[{"resource":{"attributes":[{"key":"k","value":${'{"arrayValue":{"values":['.repeat(10_000)}${']}}'.repeat(10_000)}}]}}]}`;
    assert.equal((await request(receiver.httpPort, '/v1/traces', deep, { headers: json })).status, 400);
    assert.equal(
      (await request(receiver.httpPort, '/v1/traces', '['.repeat(5_000_000), { headers: json })).status,
      400,
    );
    assert.deepEqual([...receiver.dropped], [['malformed', 2]]);
  });
});
