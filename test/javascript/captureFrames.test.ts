import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import * as esbuild from 'esbuild';
import { afterEach, describe, it } from 'mocha';
import ts from 'typescript';
import { temporaryFolder } from '../engine/support/serve.ts';
import { captured, framesOf, marksOf, placesOf, programs, runNode } from './support/program.ts';

const root = path.resolve(import.meta.dirname, '../..');
const program = (name: string): string => path.join(programs, name);
const sorted = (map: ReadonlyMap<string, string>): [string, string][] => [...map].sort();

describe('frames of programs in JavaScript and TypeScript', function () {
  this.timeout(60_000);
  let folder: ReturnType<typeof temporaryFolder> | undefined;
  afterEach(() => {
    folder?.remove();
    folder = undefined;
  });

  for (const name of ['calls.cjs', 'modules.mjs', 'types.ts', 'worker.mjs']) {
    it(`names the line of every span of ${name}`, async () => {
      const { code, err, spans } = await runNode(['--no-warnings', program(name)]);
      assert.equal(code, 0, err);
      assert.deepEqual(sorted(placesOf(spans)), sorted(marksOf(program(name))));
    });
  }

  it('tells column and function, and the outer frames behind a mark', async () => {
    const { spans } = await runNode([program('calls.cjs')]);
    const greeting = spans.find(({ name }) => name === 'greeting');
    assert.ok(greeting);
    const file = program('calls.cjs');
    assert.deepEqual(captured(greeting), [
      [file, 7, 12, '#say', null],
      [file, 12, 21, 'ask', null],
      'async',
      [file, 23, 3, 'main', null],
    ]);
  });

  it('keeps two calls on one line apart by their columns', async () => {
    const { spans } = await runNode([program('calls.cjs')]);
    const outer = (name: string): unknown =>
      framesOf(spans.find((span) => span.name === name)!)
        .at(-1)
        ?.slice(1, 3);
    assert.deepEqual(
      [outer('a'), outer('b')],
      [
        [24, 3],
        [24, 24],
      ],
    );
  });

  it('gives each span of a worker the line that made the worker', async () => {
    const { spans } = await runNode([program('worker.mjs')]);
    assert.equal(spans.length, 2);
    for (const span of spans) {
      assert.ok(captured(span).includes('thread'));
      assert.equal(framesOf(span).at(-1)?.[1], 11);
      assert.equal(framesOf(span).at(-2)?.[3], 'inWorker');
    }
  });

  it('reaches the sources of one bundled file, readable or not, with a map beside it or within', async () => {
    folder = temporaryFolder();
    symlinkSync(path.join(root, 'node_modules'), path.join(folder.path, 'node_modules'));
    for (const [minify, sourcemap] of [
      [false, 'linked'],
      [true, 'linked'],
      [false, 'inline'],
    ] as const) {
      const outfile = path.join(folder.path, `bundle-${minify}-${sourcemap}.cjs`);
      const entryPoints = [program('types.ts')];
      await esbuild.build({ entryPoints, bundle: true, platform: 'node', minify, sourcemap, outfile });
      const { code, err, spans } = await runNode([outfile]);
      assert.equal(code, 0, err);
      assert.deepEqual(sorted(placesOf(spans)), sorted(marksOf(program('types.ts'))), outfile);
    }
  });

  it('reaches the sources that tsc compiled, with and without --enable-source-maps', async () => {
    folder = temporaryFolder();
    symlinkSync(path.join(root, 'node_modules'), path.join(folder.path, 'node_modules'));
    copyFileSync(program('telemetry.cjs'), path.join(folder.path, 'telemetry.cjs'));
    const { outputText, sourceMapText } = ts.transpileModule(readFileSync(program('types.ts'), 'utf8'), {
      fileName: 'types.ts',
      compilerOptions: {
        module: ts.ModuleKind.CommonJS,
        target: ts.ScriptTarget.ES2017,
        sourceMap: true,
        sourceRoot: pathToFileURL(programs).href,
        esModuleInterop: true,
      },
    });
    writeFileSync(path.join(folder.path, 'types.js'), outputText);
    writeFileSync(path.join(folder.path, 'types.js.map'), sourceMapText ?? '');
    for (const flags of [[], ['--enable-source-maps']]) {
      const { code, err, spans } = await runNode([...flags, path.join(folder.path, 'types.js')]);
      assert.equal(code, 0, err);
      assert.deepEqual(sorted(placesOf(spans)), sorted(marksOf(program('types.ts'))));
    }
  });

  it('says nothing rather than a line of a bundle that was minified without a map', async () => {
    folder = temporaryFolder();
    const outfile = path.join(folder.path, 'bundle.cjs');
    await esbuild.build({
      entryPoints: [program('types.ts')],
      bundle: true,
      platform: 'node',
      minify: true,
      outfile,
    });
    const { spans } = await runNode([outfile]);
    assert.deepEqual([...placesOf(spans).values()], ['nowhere']);
  });

  it('tells the commit of the folder on the resource', async () => {
    folder = temporaryFolder();
    const git = (...args: string[]): string =>
      spawnSync('git', ['-c', 'user.name=n', '-c', 'user.email=e', ...args], {
        cwd: folder?.path,
        encoding: 'utf8',
      }).stdout.trim();
    git('init', '-q', '-b', 'main');
    writeFileSync(path.join(folder.path, 'a.txt'), 'a');
    git('add', '.');
    git('commit', '-qm', 'a');
    const commit = git('rev-parse', 'HEAD');
    assert.match(commit, /^[0-9a-f]{40}$/);
    const revisions = async (env: Record<string, string> = {}): Promise<unknown[]> => {
      const { spans } = await runNode([program('modules.mjs')], { cwd: folder!.path, env });
      return [...new Set(spans.map(({ resource }) => resource.get('vcs.ref.head.revision')))];
    };
    assert.deepEqual(await revisions(), [commit]);
    git('pack-refs', '--all');
    assert.deepEqual(await revisions(), [commit]);
    git('worktree', 'add', '-q', 'tree', '-b', 'other');
    const { spans } = await runNode([program('calls.cjs')], { cwd: path.join(folder.path, 'tree') });
    assert.equal(spans[0]?.resource.get('vcs.ref.head.revision'), commit);
  });

  it('tells on the resource whose spans these are, also where the program makes its own resource', async () => {
    const env = { OTEL_RESOURCE_ATTRIBUTES: 'llm_trace_inspector.workspace=/some%20where,other=1' };
    for (const name of ['modules.mjs', 'calls.cjs']) {
      const { spans } = await runNode([program(name)], { env });
      assert.equal(spans[0]?.resource.get('llm_trace_inspector.workspace'), '/some where');
      assert.match(String(spans[0].resource.get('llm_trace_inspector.process')), /^\d+-\d{13}$/);
    }
  });
});
