import assert from 'node:assert/strict';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, it } from 'mocha';
import { keyName, readEndpoints, type Endpoint } from '../../../src/host/replay/endpoints.ts';
import { ReplayError, sendRequest, type Sent } from '../../../src/host/replay/sendRequest.ts';
import { startStandIn } from '../../../sample/standIn.mjs';

const key = 'sk-secret-1234567890';

describe('endpoints of the settings', () => {
  const endpoint = { name: 'Mine', kind: 'openai', baseUrl: 'https://api.example.com/v1/' };

  it('are those that can be used', () => {
    assert.deepEqual(
      readEndpoints([
        endpoint,
        { ...endpoint, name: 'Local', baseUrl: 'http://127.0.0.1:11434/v1', model: 'm' },
      ]),
      {
        endpoints: [
          {
            name: 'Mine',
            kind: 'openai',
            baseUrl: 'https://api.example.com/v1',
            host: 'api.example.com',
            model: undefined,
          },
          {
            name: 'Local',
            kind: 'openai',
            baseUrl: 'http://127.0.0.1:11434/v1',
            host: '127.0.0.1:11434',
            model: 'm',
          },
        ],
        problems: [],
      },
    );
    for (const baseUrl of ['http://localhost:1/v1', 'http://[::1]:1/v1', 'http://127.8.8.8/v1'])
      assert.equal(readEndpoints([{ ...endpoint, baseUrl }]).endpoints.length, 1, baseUrl);
  });

  it('are told of when they cannot', () => {
    const wrong = [
      null,
      7,
      {},
      { ...endpoint, name: '' },
      { ...endpoint, kind: 'gemini' },
      { ...endpoint, model: 3 },
      ...[
        'http://169.254.169.254/latest',
        'http://example.com/v1',
        'http://127.0.0.1.nip.io/v1',
        'http://localhost.evil.com',
        'ftp://localhost',
        'file:///etc/passwd',
        'https://user:pw@api.example.com',
        'https://api.example.com/v1?key=1',
        'https://api.example.com/#x',
        'command:x',
        '',
        'x',
      ].map((baseUrl) => ({ ...endpoint, baseUrl })),
    ];
    for (const entry of wrong) {
      const { endpoints, problems } = readEndpoints([entry]);
      assert.equal(endpoints.length, 0, JSON.stringify(entry));
      assert.equal(problems.length, 1);
    }
    assert.equal(readEndpoints([endpoint, endpoint]).problems.length, 1);
    assert.equal(readEndpoints('x').problems.length, 1);
    assert.deepEqual(readEndpoints(undefined), { endpoints: [], problems: [] });
  });

  it('do not take their key along to another host', () => {
    const names = ['https://a.example/v1', 'https://b.example/v1', 'https://a.example:8443/v1'].flatMap(
      (baseUrl) => readEndpoints([{ ...endpoint, baseUrl }]).endpoints.map(keyName),
    );
    assert.equal(new Set(names).size, 3);
    assert.equal(
      names[0],
      readEndpoints([{ ...endpoint, baseUrl: 'https://a.example/v2' }]).endpoints.map(keyName)[0],
    );
  });
});

describe('a request that is sent again', () => {
  const closers: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0)) await close();
  });

  const endpointAt = (baseUrl: string, kind: Endpoint['kind'] = 'openai'): Endpoint => {
    const [endpoint] = readEndpoints([{ name: 'Test', kind, baseUrl }]).endpoints;
    assert.ok(endpoint);
    return endpoint;
  };

  async function serve(handle: http.RequestListener): Promise<string> {
    const server = http.createServer(handle);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closers.push(() => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  }

  const body = {
    model: 'gpt-4o',
    stream: true,
    stream_options: { include_usage: true },
    messages: [{ role: 'user', content: 'Which day?' }],
  };
  const send = (
    endpoint: Endpoint,
    signal = new AbortController().signal,
    onAnswer: (text: string) => void = () => undefined,
  ): Promise<Sent> => sendRequest({ endpoint, key, body, signal, onAnswer: ({ text }) => onAnswer(text) });

  it('is answered piece by piece, with its usage and times', async () => {
    const standIn = await startStandIn({ fast: true });
    closers.push(() => standIn.close());
    const seen: string[] = [];
    const { answer, durationMs, timeToFirstTokenMs } = await send(
      endpointAt(standIn.baseUrl),
      undefined,
      (text) => seen.push(text),
    );
    assert.match(answer.text, /Wednesday/);
    assert.ok((answer.usage?.input ?? 0) > 0 && (answer.usage?.output ?? 0) > 0);
    assert.equal(answer.finishReason, 'stop');
    assert.ok(timeToFirstTokenMs !== undefined && timeToFirstTokenMs <= durationMs);
    assert.equal(seen.at(-1), answer.text);
  });

  it('carries the key where each kind of endpoint wants it', async () => {
    const heard: http.IncomingHttpHeaders[] = [];
    const paths: string[] = [];
    const base = await serve((request, response) => {
      heard.push(request.headers);
      paths.push(request.url ?? '');
      response.setHeader('content-type', 'application/json');
      response.end('{"choices":[{"message":{"content":"x"}}],"content":[{"type":"text","text":"x"}]}');
    });
    assert.equal((await send(endpointAt(base))).answer.text, 'x');
    assert.equal((await send(endpointAt(base, 'anthropic'))).answer.text, 'x');
    assert.deepEqual(
      heard.map(({ authorization, 'x-api-key': own }) => [authorization, own]),
      [
        [`Bearer ${key}`, undefined],
        [undefined, key],
      ],
    );
    assert.deepEqual(paths, ['/v1/chat/completions', '/v1/messages']);
  });

  it('follows no redirect, wherever it leads', async () => {
    let others = 0;
    const other = await serve((_request, response) => {
      others++;
      response.end();
    });
    for (const status of [301, 302, 303, 307, 308]) {
      const base = await serve((_request, response) => {
        response.writeHead(status, { location: `${other}/chat/completions` });
        response.end();
      });
      await assert.rejects(
        send(endpointAt(base)),
        (error) => error instanceof ReplayError && /redirect/.test(error.message),
      );
    }
    assert.equal(others, 0);
  });

  it('tells what went wrong and what to do, and never the key', async () => {
    const cases: [number, string, RegExp][] = [
      [
        401,
        JSON.stringify({ error: { message: `Incorrect API key provided: ${key}` } }),
        /Set API Key.*\[key\]/s,
      ],
      [404, '{"error":{"message":"no such model"}}', /model.*no such model/s],
      [429, '{"error":{"message":"slow down"}}', /later.*slow down/s],
      [500, '<html>oops</html>', /500.*oops/s],
      [400, '{"error":{"message":"bad"}}', /400.*bad/s],
    ];
    for (const [status, text, wanted] of cases) {
      const base = await serve((_request, response) => {
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(text);
      });
      await assert.rejects(send(endpointAt(base)), (error) => {
        assert.ok(error instanceof ReplayError);
        assert.match(error.message, wanted);
        assert.ok(!error.message.includes(key));
        return true;
      });
    }
    await assert.rejects(send(endpointAt('http://127.0.0.1:9/v1')), /cannot be reached.*settings/);
  });

  it('is sent once more without the option that an old server does not know', async () => {
    const bodies: string[] = [];
    const base = await serve((request, response) => {
      let text = '';
      request.on('data', (chunk: Buffer) => (text += chunk.toString()));
      request.on('end', () => {
        bodies.push(text);
        const isFirst = text.includes('stream_options');
        response.writeHead(isFirst ? 400 : 200, { 'content-type': 'application/json' });
        response.end(
          isFirst ? '{"error":"unknown field stream_options"}' : '{"choices":[{"message":{"content":"ok"}}]}',
        );
      });
    });
    assert.equal((await send(endpointAt(base))).answer.text, 'ok');
    assert.equal(bodies.length, 2);
  });

  it('can be cancelled in the middle of the answer', async () => {
    const abort = new AbortController();
    const base = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: {"choices":[{"index":0,"delta":{"content":"one "}}]}\n\n');
    });
    const sent = send(endpointAt(base), abort.signal, () => abort.abort());
    await assert.rejects(sent, (error) => !(error instanceof ReplayError));
  });

  it('reads no answer without end', async () => {
    const base = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const piece = `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: 'x'.repeat(1_000_000) } }] })}\n\n`;
      const more = (): void => {
        while (!response.destroyed && response.write(piece));
      };
      response.on('drain', more);
      more();
    });
    await assert.rejects(send(endpointAt(base)), /too large/);
  });
});
