import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'mocha';
import type { Json } from '../../../src/request/json.ts';
import type { RecordedRequest, RequestApi } from '../../../src/model/request.ts';
import { requestBody } from '../../../src/request/body.ts';
import { requestCode } from '../../../src/request/code.ts';
import { conversationMarkdown } from '../../../src/request/markdown.ts';

const hostile = [
  `'; touch /tmp/pwned; echo '`,
  '$(touch /tmp/pwned) `touch /tmp/pwned` ${IFS}',
  'JSON_BODY\nJSON_BODY\n!history "quoted" \\ \u202E\u0000 😀',
].join('\n');

/** Runs a program with a text as its input; resolves with what it printed, rejects when it failed. */
function runProgram(
  program: string,
  args: readonly string[],
  input: string,
  env: Readonly<Record<string, string>>,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
    });
    let out = '';
    let errors = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (out += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (errors += chunk));
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve(out) : reject(new Error(errors))));
    child.stdin.end(input);
  });
}

interface Heard {
  readonly url: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Json;
}

describe('the curl command of a call', () => {
  const heard: Heard[] = [];
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Json;
      heard.push({ url: request.url ?? '', headers: request.headers, body });
      response.end('{}');
    });
  });
  before((done) => void server.listen(0, '127.0.0.1', done));
  after((done) => {
    server.closeAllConnections();
    server.close(done);
  });

  const request = (prompt: string): RecordedRequest => ({
    api: 'chat',
    model: hostile,
    serverAddress: '127.0.0.1',
    serverPort: (server.address() as AddressInfo).port,
    messages: [{ role: 'user', parts: [{ type: 'text', text: prompt }] }],
    tools: [{ name: hostile, description: hostile }],
    parameters: [
      { name: hostile, value: hostile },
      { name: 'stop', value: hostile },
    ],
  });

  for (const [name, prompt] of [
    ['short', hostile],
    ['long', `${hostile}${'ab!c '.repeat(60_000)}`],
  ] as const) {
    for (const api of ['chat', 'messages', 'responses', 'embeddings'] as const satisfies RequestApi[]) {
      it(`sends exactly the body, whatever it holds: ${name}, ${api}`, async () => {
        heard.length = 0;
        const command = requestCode(request(prompt), 'curl', api);
        await runProgram('sh', ['-s'], command, { LLM_API_KEY: 'key-of-the-environment' });
        assert.equal(heard.length, 1);
        assert.deepEqual(heard[0]?.body, JSON.parse(JSON.stringify(requestBody(request(prompt), api).body)));
        const { authorization, 'x-api-key': key } = heard[0]?.headers ?? {};
        assert.equal(
          api === 'messages' ? key : authorization,
          api === 'messages' ? 'key-of-the-environment' : 'Bearer key-of-the-environment',
        );
      });
    }
  }
});

describe('the code that repeats a call', () => {
  const request: RecordedRequest = {
    api: 'chat',
    provider: 'openai',
    model: hostile,
    messages: [{ role: 'user', parts: [{ type: 'text', text: hostile }] }],
    tools: [
      {
        name: hostile,
        parameters: JSON.stringify({ type: 'object', properties: { ['__proto__']: {}, [hostile]: {} } }),
      },
    ],
    parameters: [{ name: 'temperature', value: '0.2' }],
  };
  const wanted = (api: RequestApi): unknown => JSON.parse(JSON.stringify(requestBody(request, api).body));
  const folder = mkdtempSync(path.join(tmpdir(), 'llm-traces-code-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('hands the official Python libraries exactly the body', async () => {
    const stub = (name: string): string =>
      [
        'import json',
        'class _Any:',
        '    def __getattr__(self, name): return self',
        '    def __getitem__(self, name): return self',
        '    def __call__(self, **body):',
        '        print(json.dumps(body))',
        '        return self',
        '    def __str__(self): return ""',
        `def ${name}(base_url, api_key): return _Any()`,
      ].join('\n');
    writeFileSync(path.join(folder, 'openai.py'), stub('OpenAI'));
    writeFileSync(path.join(folder, 'anthropic.py'), stub('Anthropic'));
    for (const api of ['chat', 'messages', 'responses', 'embeddings'] as const) {
      const code = requestCode(request, 'python', api);
      const out = await runProgram('python3', ['-'], code, {
        PYTHONPATH: folder,
        OPENAI_API_KEY: 'k',
        ANTHROPIC_API_KEY: 'k',
      });
      assert.deepEqual(JSON.parse(out), wanted(api), api);
    }
  });

  it('hands the official TypeScript libraries exactly the body', async () => {
    for (const name of ['openai', '@anthropic-ai/sdk']) {
      const at = path.join(folder, 'node_modules', name);
      mkdirSync(at, { recursive: true });
      writeFileSync(path.join(at, 'package.json'), '{"type":"module","main":"index.js"}');
      writeFileSync(
        path.join(at, 'index.js'),
        `const any = new Proxy(function () {}, {
          get: (_, key) => (key === 'then' ? undefined : key === Symbol.toPrimitive ? () => '' : any),
          apply: (_, __, [body]) => (process.stdout.write(JSON.stringify(body) + '\\n\\n'), any),
          construct: () => any,
        });
        export default any;`,
      );
    }
    for (const api of ['chat', 'messages', 'responses', 'embeddings'] as const) {
      const file = path.join(folder, `${api}.mts`);
      writeFileSync(file, requestCode(request, 'typescript', api).replace(/console\.log\(.*\);\n$/, ''));
      const out = await runProgram(process.execPath, [file], '', { NODE_NO_WARNINGS: '1' });
      assert.deepEqual(JSON.parse(out), wanted(api), api);
    }
  });
});

describe('a conversation as Markdown', () => {
  it('has a heading a message and fences that nothing inside ends', () => {
    const text = conversationMarkdown('a *call* <b>', {
      system: [{ role: 'system', parts: [{ type: 'text', text: 'Be brief.' }] }],
      input: [
        { role: 'user', parts: [{ type: 'text', text: 'Hi' }] },
        { role: 'assistant', parts: [{ type: 'tool_call', id: '1', name: 'f`g', arguments: '{"a":"```"}' }] },
        { role: 'tool', parts: [{ type: 'tool_result', id: '1', result: '````\n# no heading' }] },
      ],
      output: [{ role: 'assistant', finishReason: 'length', parts: [{ type: 'text', text: 'Hello' }] }],
    });
    assert.equal(
      text,
      [
        '# a \\*call\\* \\<b\\>',
        '## System\n\nBe brief.',
        '## User\n\nHi',
        '## Assistant\n\n**Tool call** `` f`g `` (`1`)\n\n````json\n{"a":"```"}\n````',
        '## Tool\n\n**Result** (`1`)\n\n`````\n````\n# no heading\n`````',
        '## Assistant · length\n\nHello\n',
      ].join('\n\n'),
    );
  });
});
