import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as esbuild from 'esbuild';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { temporaryFolder } from '../engine/support/serve.ts';
import { captured, marksOf, placesOf, programs, runNode } from './support/program.ts';

const root = path.resolve(import.meta.dirname, '../..');

/** Libraries whose spans start where no user function is on the stack: later, in queues, in iterators. */
const libraries: Readonly<Record<string, string>> = {
  'ai/package.json': '{"name":"ai","version":"5.0.0","type":"module","exports":"./dist/index.mjs"}',
  'ai/dist/index.mjs': `
import { trace } from '@opentelemetry/api';
import { setTimeout as sleep } from 'node:timers/promises';
const tracer = trace.getTracer('ai');
async function generateText({ prompt, tool }) {
  await sleep(2);
  const span = tracer.startSpan(prompt);
  await sleep(1);
  const inner = tracer.startSpan(prompt + ' model');
  if (tool) await tool();
  inner.end();
  span.end();
}
async function* streamText$1({ prompt }) {
  await sleep(1);
  tracer.startSpan(prompt).end();
  yield 1;
  await sleep(1);
  tracer.startSpan(prompt + ' later').end();
}
export { generateText, streamText$1 as streamText };
`,
  'openai/package.json': '{"name":"openai","version":"6.0.0","main":"./index.js"}',
  'openai/index.js': `
"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.Completions = void 0;
const api = require('@opentelemetry/api');
class Completions {
    stream(prompt) {
        return new Promise((resolve) => setImmediate(() => { api.trace.getTracer('openai').startSpan(prompt).end(); resolve(); }));
    }
}
exports.Completions = Completions;
`,
  '@google/genai/package.json':
    '{"name":"@google/genai","version":"2.0.0","type":"module","exports":"./index.mjs"}',
  '@google/genai/index.mjs': `
import { trace } from '@opentelemetry/api';
class Models {
  constructor() {
    this.generateContent = async (name) => {
      await null;
      setTimeout(() => trace.getTracer('genai').startSpan(name).end(), 1);
    };
  }
}
export { Models };
`,
  'unheard-of/package.json': '{"name":"unheard-of","version":"1.0.0","main":"./index.js"}',
  'unheard-of/index.js': `
const api = require('@opentelemetry/api');
exports.work = async (name) => {
    await null;
    api.trace.getTracer('unheard-of').startSpan(name).end();
};
exports.fire = (name) => { setTimeout(() => { api.trace.getTracer('unheard-of').startSpan(name).end(); }, 1); };
`,
};

const program = `import { generateText, streamText } from 'ai';
import openai from 'openai';
import { Models } from '@google/genai';
import unheard from 'unheard-of';
import { setTimeout as sleep } from 'node:timers/promises';
import telemetry from './telemetry.cjs';

const ask = (prompt) => generateText({ prompt }); //@ returned|returned model|first|first model|second|second model|all|all model
await ask('returned');
await ask('first'); await ask('second');
await Promise.all([ask('all'), generateText({ prompt: 'direct' })]); //@ direct|direct model
const waiting = generateText({ prompt: 'unawaited' }); //@ unawaited|unawaited model
await sleep(10);
await waiting;
const stream = streamText({ prompt: 'stream' }); //@ stream|stream later
await sleep(1);
for await (const part of stream) void part;
const tool = async () => {
  await generateText({ prompt: 'nested' }); //@ nested|nested model
};
await generateText({ prompt: 'outer', tool }); //@ outer|outer model
await new openai.Completions().stream('method'); //@ method
await new Models().generateContent('field'); //@ field
async function unknown() {
  await unheard.work('unknown'); //@ unknown
}
await unknown();
unheard.fire('nowhere');
await sleep(10);
await telemetry.flush();
`;

describe("frames of calls that libraries' own code makes later", function () {
  this.timeout(60_000);
  let folder: ReturnType<typeof temporaryFolder>;
  let main: string;

  beforeEach(() => {
    folder = temporaryFolder();
    const modules = path.join(folder.path, 'node_modules');
    for (const [name, text] of Object.entries(libraries)) {
      mkdirSync(path.dirname(path.join(modules, name)), { recursive: true });
      writeFileSync(path.join(modules, name), text);
    }
    symlinkSync(path.join(root, 'node_modules/@opentelemetry'), path.join(modules, '@opentelemetry'));
    main = path.join(folder.path, 'main.mjs');
    writeFileSync(main, program);
    writeFileSync(
      path.join(folder.path, 'telemetry.cjs'),
      `module.exports = require(${JSON.stringify(path.join(programs, 'telemetry.cjs'))});`,
    );
  });
  afterEach(() => folder.remove());

  const sorted = (map: ReadonlyMap<string, string>): [string, string][] =>
    [...map].filter(([name]) => name !== 'nowhere').sort();

  it('names the line that called the library', async () => {
    const { code, err, spans } = await runNode([main]);
    assert.equal(code, 0, err);
    assert.deepEqual(sorted(placesOf(spans)), sorted(marksOf(main)));
  });

  it('says how it knows: by the call of the library, or by what awaits', async () => {
    const { spans } = await runNode([main]);
    const leads = new Map(spans.map((span) => [span.name, captured(span)[0]]));
    for (const name of ['returned', 'unawaited model', 'stream later', 'method', 'nested model'])
      assert.equal(leads.get(name), 'entry', name);
    assert.equal(leads.get('unknown'), 'async');
    assert.equal(leads.get('nowhere'), undefined);
  });

  it('has the call of the library around a call of its callback', async () => {
    const { spans } = await runNode([main]);
    const nested = captured(spans.find(({ name }) => name === 'nested model')!);
    const lines = nested.map((item) => (typeof item === 'string' ? item : item[1]));
    assert.deepEqual(lines, ['entry', 19, 'entry', 21]);
  });

  it('finds the libraries inside of a bundle as well', async () => {
    const outfile = path.join(folder.path, 'bundle.mjs');
    await esbuild.build({
      entryPoints: [main],
      absWorkingDir: folder.path,
      bundle: true,
      platform: 'node',
      format: 'esm',
      sourcemap: true,
      external: ['@opentelemetry/*', './telemetry.cjs'],
      // Large enough for a bundle.
      banner: {
        js: `// ${'x'.repeat(70_000)}\nimport{createRequire}from'node:module';const require=createRequire(import.meta.url);`,
      },
      outfile,
    });
    const { code, err, spans } = await runNode([outfile]);
    assert.equal(code, 0, err);
    assert.deepEqual(sorted(placesOf(spans)), sorted(marksOf(main)));
  });

  it('leaves names, lengths and exports of wrapped functions as they were', async () => {
    const file = path.join(folder.path, 'look.mjs');
    writeFileSync(
      file,
      `import * as ai from 'ai'; import openai from 'openai';
       const { stream } = openai.Completions.prototype;
       console.log(ai.generateText.name, ai.generateText.length, ai.streamText.name, Object.keys(ai).join());
       console.log(stream.name, stream.length, Object.keys(openai).join(), openai.Completions.name);
       console.log(JSON.stringify(Object.getOwnPropertyDescriptor(openai.Completions.prototype, 'stream')));`,
    );
    const withHook = await runNode([file]);
    const without = await runNode([file], { hooked: false });
    assert.equal(withHook.out, without.out);
    assert.notEqual(without.out, '');
  });
});
