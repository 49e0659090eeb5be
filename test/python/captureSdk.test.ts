import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterEach, before, beforeEach, describe, it } from 'mocha';
import { fromRoot } from '../../scripts/lib/paths.mjs';
import { run } from '../../scripts/lib/processes.mjs';
import { json, jsonLines, serve, temporaryFolder } from '../engine/support/serve.ts';
import type { LiveSpan } from '../support/liveSpan.ts';
import { capturePython, hookFolder } from './support/capturePython.ts';
import { startScriptedService } from './support/scriptedService.ts';

const commit = '0123456789abcdef0123456789abcdef01234567';

interface Printed {
  readonly resource: Record<string, string>;
  readonly revision: string;
  readonly few: readonly { readonly keys: readonly string[]; readonly dropped: number }[];
  readonly frames: boolean;
  readonly unsampled: boolean;
}

describe("OpenTelemetry's SDK in a Python program with the capture hook", function () {
  this.timeout(60_000);
  let python: string;
  let folder: ReturnType<typeof temporaryFolder>;

  before('Python and its packages', async function () {
    this.timeout(900_000);
    python = await capturePython(this);
  });
  beforeEach(() => (folder = temporaryFolder()));
  afterEach(() => folder.remove());

  /** The program's own folder, at a commit that only the packed references and a worktree tell. */
  function repository(): string {
    const git = path.join(folder.path, 'main/.git');
    const worktree = path.join(git, 'worktrees/other');
    mkdirSync(worktree, { recursive: true });
    writeFileSync(path.join(git, 'packed-refs'), `# pack-refs\n${commit} refs/heads/feature/x\n`);
    writeFileSync(path.join(worktree, 'HEAD'), 'ref: refs/heads/feature/x\n');
    writeFileSync(path.join(worktree, 'commondir'), '../..\n');
    const program = path.join(folder.path, 'other/deep');
    mkdirSync(program, { recursive: true });
    writeFileSync(path.join(folder.path, 'other/.git'), `gitdir: ${worktree}\n`);
    return program;
  }

  async function spans(env: Record<string, string>): Promise<Printed> {
    const { stdout } = await run(python, [fromRoot('test/python/spans.py')], {
      cwd: repository(),
      env: { ...process.env, PYTHONPATH: hookFolder, ...env },
    });
    return JSON.parse(stdout) as Printed;
  }

  it('puts the commit, the workspace and the run on a resource that does not tell them, and changes nothing else', async () => {
    const { resource, revision } = await spans({
      OTEL_RESOURCE_ATTRIBUTES: 'a=b,llm_trace_inspector.workspace=/home/dev/my%20app',
    });
    const { 'llm_trace_inspector.process': process, ...told } = resource as Record<string, unknown>;
    assert.match(String(process), /^\d+-\d{13}$/);
    assert.deepEqual(told, {
      'service.name': 'own',
      'vcs.ref.head.revision': commit,
      'llm_trace_inspector.workspace': '/home/dev/my app',
    });
    assert.equal(revision, 'own');
  });

  it("leaves every one of the span's attributes its place", async () => {
    const { few, frames } = await spans({ OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: '4' });
    assert.ok(frames);
    assert.deepEqual(
      few.map(({ keys, dropped }) => [keys.length, dropped]),
      [
        [3, 0],
        [4, 0],
        [4, 2],
      ],
    );
  });

  it('records nothing for spans that are not, and nothing at all when spans go to another machine', async () => {
    const { frames, unsampled } = await spans({});
    assert.deepEqual([frames, unsampled], [true, false]);
    const remote = await spans({ OTEL_EXPORTER_OTLP_ENDPOINT: 'https://collector.example' });
    assert.equal(remote.frames, false);
    assert.deepEqual(remote.resource, { 'service.name': 'own' });
  });

  it('sends no path to another machine, whatever exporter the program makes', async () => {
    const bodies = new Map<string, Buffer>();
    // A proxy is asked for the other machine's address, so that no name is looked up.
    const server = http.createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        bodies.set(request.url ?? '', Buffer.concat(chunks));
        response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const here = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const there = 'http://collector.example/v1/traces';
    const env = { http_proxy: here, HTTP_PROXY: here, no_proxy: '127.0.0.1', NO_PROXY: '127.0.0.1' };
    await run(python, [fromRoot('test/python/elsewhere.py'), `${here}/v1/traces`, there], {
      env: {
        ...process.env,
        ...env,
        PYTHONPATH: hookFolder,
        OTEL_RESOURCE_ATTRIBUTES: 'llm_trace_inspector.workspace=/home/dev/app',
      },
    });
    server.closeAllConnections();
    server.close();
    const own = bodies.get('/v1/traces')?.toString('latin1') ?? '';
    const other = bodies.get(there)?.toString('latin1') ?? '';
    assert.ok(
      own.includes('llm_trace_inspector.frames') && own.includes('/home/dev/app'),
      'nothing came here',
    );
    assert.ok(other.includes("user's value") && other.includes('somewhere'), 'nothing came there');
    assert.ok(!other.includes('llm_trace_inspector') && !other.includes('elsewhere.py'));
  });

  it('records for programs that `opentelemetry-instrument` starts', async () => {
    const program = path.join(folder.path, 'launched.py');
    copyFileSync(fromRoot('test/python/launched.py'), program);
    const line =
      readFileSync(program, 'utf8')
        .split('\n')
        .findIndex((text) => text.includes('# the call')) + 1;
    const db = path.join(folder.path, 'traces.db');
    const serving = await serve(db);
    const service = await startScriptedService([]);
    try {
      const env = await json<Record<string, string>>(
        ...['env', '--workspace', folder.path, '--endpoint', serving.url, '--shell', 'json'],
      );
      const bin = path.dirname(python);
      await run(path.join(bin, 'opentelemetry-instrument'), ['python', program], {
        env: {
          ...process.env,
          ...env,
          PATH: `${bin}${path.delimiter}${process.env.PATH}`,
          OPENAI_BASE_URL: `${service.url}/v1`,
          OPENAI_API_KEY: 'sk-test',
        },
      });
      const found = await jsonLines<LiveSpan>('spans', '--db', db);
      const source = found.find(({ name }) => name === 'ChatCompletion')?.source;
      assert.deepEqual(
        [source?.file, source?.line, source?.confidence, source?.resolver],
        [program, line, 'exact', 'captured-frames'],
      );
    } finally {
      await serving.stop();
      await service.close();
    }
  });
});
