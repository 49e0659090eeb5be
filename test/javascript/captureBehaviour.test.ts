import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { afterEach, describe, it } from 'mocha';
import { temporaryFolder } from '../engine/support/serve.ts';
import { hook, placesOf, programs, runNode, spawned } from './support/program.ts';

const require = createRequire(import.meta.url);
const { isLoopback } = require(path.join(path.dirname(hook), 'settings.cjs')) as {
  isLoopback: (endpoint: string) => boolean;
};

/** Programs whose every byte of output and exit code must be the same with the hook. */
const indifferent: Readonly<Record<string, string>> = {
  'settings.cjs': `
    console.log(Error.stackTraceLimit, typeof Error.prepareStackTrace, Object.keys(globalThis).length);
    console.log(Object.keys(require.cache).length, module.parent, require.main === module, process.argv.length);
    console.log(new Error('e').stack.split('\\n').length);
    Error.prepareStackTrace = (error, sites) => sites.length;
    console.log(typeof new Error('e').stack);`,
  'throws.cjs': `function deep() { throw new TypeError('on purpose'); } deep();`,
  'throws.mjs': `import fs from 'node:fs'; await null; throw new Error('on purpose ' + typeof fs.readFileSync);`,
  'rejects.cjs': `Promise.reject(new Error('on purpose'));`,
  'exits.cjs': `process.on('exit', (code) => console.log('bye', code)); process.exit(7);`,
  'modules.mjs': `
    import path, { join } from 'path';
    import cjs, { named } from './named.cjs';
    import { createRequire } from 'node:module';
    const require = createRequire(import.meta.url);
    const json = require('./data.json');
    console.log(await import('./named.cjs'), join('a', 'b') === path.join('a', 'b'), cjs, named, json);
    console.log(import.meta.url.endsWith('modules.mjs'), typeof import.meta.resolve, this);
    await import('./nowhere.mjs').catch((error) => console.log(error.code));`,
  'named.cjs': `exports.named = function named() {}; exports.main = require.main && require.main.filename;`,
  'data.json': '{"a":1}',
  'types.ts': `enumLike(); function enumLike(): void { const a: number = 1; console.log(a); }`,
  'worker.cjs': `
    const { Worker, isMainThread, getEnvironmentData, parentPort } = require('worker_threads');
    if (isMainThread) {
      const worker = new Worker(__filename, { argv: ['a'], env: { A: '1' } });
      worker.on('message', (m) => console.log(m)); worker.on('exit', (code) => console.log('exit', code));
    } else parentPort.postMessage([process.argv.slice(2), Object.keys(process.env), getEnvironmentData('mine')]);`,
};

describe('programs with the capture hook behave as without it', function () {
  this.timeout(60_000);
  let folder: ReturnType<typeof temporaryFolder> | undefined;
  afterEach(() => {
    folder?.remove();
    folder = undefined;
  });

  function written(files: Readonly<Record<string, string>>): string {
    folder = temporaryFolder();
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(folder.path, name)), { recursive: true });
      writeFileSync(path.join(folder.path, name), text);
    }
    return folder.path;
  }

  for (const name of Object.keys(indifferent).filter((file) => !/^(named|data)/.test(file))) {
    it(`writes the same and ends the same: ${name}`, async () => {
      const args = ['--no-warnings', path.join(written(indifferent), name)];
      const without = await spawned(args, { hooked: false });
      const withHook = await spawned(args);
      assert.deepEqual(withHook, without);
      assert.notEqual(without.out + without.err, '');
    });
  }

  it('lets loaders of the program do their work', async () => {
    const cwd = written({
      'loader.mjs': `
        import { register } from 'node:module';
        register('data:text/javascript,' + encodeURIComponent(\`
          export async function load(url, context, next) {
            if (!url.endsWith('.txt')) return next(url, context);
            return { format: 'module', shortCircuit: true, source: 'export default "loaded"' };
          }\`));`,
      'main.mjs': `import text from './some.txt'; console.log(text);`,
      'some.txt': 'not JavaScript',
    });
    const { code, out, err } = await spawned(['--no-warnings', '--import', './loader.mjs', 'main.mjs'], {
      cwd,
    });
    assert.deepEqual({ code, out }, { code: 0, out: 'loaded\n' }, err);
  });

  it("leaves the program's own stack settings alone while spans start", async () => {
    const { code, out } = await runNode([
      '-e',
      `const { tracer, flush } = require(${JSON.stringify(path.join(programs, 'telemetry.cjs'))});
       const mine = (error, sites) => 'mine ' + sites.length;
       Error.prepareStackTrace = mine; Error.stackTraceLimit = 3;
       tracer.startSpan('a').end();
       console.log(Error.prepareStackTrace === mine, Error.stackTraceLimit, new Error('x').stack);
       Object.defineProperty(Error, 'stackTraceLimit', { value: 4, writable: false });
       tracer.startSpan('b').end();
       console.log(Error.stackTraceLimit, Error.prepareStackTrace === mine);
       flush();`,
    ]);
    assert.deepEqual({ code, out }, { code: 0, out: 'true 3 mine 3\n4 true\n' });
  });

  it("keeps the API's own rules: a second provider is refused, an unregistered one can be replaced", async () => {
    const { code, out, err, spans } = await runNode([
      '-e',
      `const { trace } = require(${JSON.stringify(require.resolve('@opentelemetry/api'))});
       const { provider, tracer, flush } = require(${JSON.stringify(path.join(programs, 'telemetry.cjs'))});
       const other = { getTracer: () => ({ startSpan: () => 'other' }) };
       console.log(trace.setGlobalTracerProvider(other));
       trace.disable();
       console.log(trace.setGlobalTracerProvider(other), trace.getTracer('x').startSpan('y'));
       tracer.startSpan('still').end();
       flush();`,
    ]);
    assert.deepEqual({ code, out }, { code: 0, out: 'false\ntrue other\n' }, err);
    assert.equal(spans.length, 1);
  });

  it('adds nothing when it is switched off, and when spans leave the machine', async () => {
    for (const env of [
      { LLM_TRACE_INSPECTOR_CAPTURE: 'off' },
      { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://collector.example:4318/v1/traces' },
    ]) {
      const { out, err } = await spawned(
        [
          '-e',
          `const { NodeTracerProvider } = require(${JSON.stringify(require.resolve('@opentelemetry/sdk-trace-node'))});
           const span = new NodeTracerProvider().getTracer('a').startSpan('b');
           console.log(Object.keys(span.attributes).length);`,
        ],
        { env: { OTEL_EXPORTER_OTLP_ENDPOINT: undefined, ...env } },
      );
      assert.equal(out, '0\n', err);
    }
  });

  it('adds nothing when the program names another machine before its first span', async () => {
    const { out, err } = await spawned([
      '-e',
      `process.env.OTEL_EXPORTER_OTLP_ENDPOINT = 'https://collector.example';
       const { NodeTracerProvider } = require(${JSON.stringify(require.resolve('@opentelemetry/sdk-trace-node'))});
       console.log(Object.keys(new NodeTracerProvider().getTracer('a').startSpan('b').attributes).length);`,
    ]);
    assert.equal(out, '0\n', err);
  });

  it('takes back a service name that is only a default, as the SDK puts it over the one in the code', async () => {
    const nameAfter = async (env: Record<string, string>): Promise<string> =>
      (await spawned(['-e', 'console.log(process.env.OTEL_SERVICE_NAME)'], { env })).out.trim();
    const standard = { LLM_TRACE_INSPECTOR_DEFAULT_SERVICE: 'folder' };
    assert.equal(await nameAfter({ OTEL_SERVICE_NAME: 'folder', ...standard }), 'undefined');
    assert.equal(await nameAfter({ OTEL_SERVICE_NAME: 'mine', ...standard }), 'mine');
    assert.equal(await nameAfter({ OTEL_SERVICE_NAME: 'mine' }), 'mine');
  });

  it('knows loopback from other machines', () => {
    const here = [
      'http://localhost:4318',
      'localhost:4317',
      'http://127.0.0.1',
      'http://127.1.2.3:1/v1',
      '[::1]:4317',
    ];
    const there = ['https://api.example.com', 'http://localhost.example.com', 'http://127.0.0.1.example.com'];
    const disguised = [
      'http://localhost@example.com',
      'http://127.0.0.1:80@example.com/',
      'http://10.0.0.1:4318',
    ];
    for (const endpoint of [...here, 'http://user@localhost:1/x', 'HTTP://LOCALHOST'])
      assert.ok(isLoopback(endpoint));
    for (const endpoint of [...there, ...disguised]) assert.ok(!isLoopback(endpoint), endpoint);
  });

  it('does not fail a program whose files change and vanish while it runs', async () => {
    const cwd = written({
      'gone.cjs': `
        require('node:fs').unlinkSync(__filename);
        const { tracer, flush } = require(${JSON.stringify(path.join(programs, 'telemetry.cjs'))});
        tracer.startSpan('gone').end();
        flush();`,
    });
    const { code, err, spans } = await runNode([path.join(cwd, 'gone.cjs')]);
    assert.equal(code, 0, err);
    assert.deepEqual([...placesOf(spans).values()], [`${path.join(cwd, 'gone.cjs')}:4`]);
  });
});
