/**
 * Builds dist/. `--dev` keeps names and writes source maps (never shipped), `--meta` writes esbuild's meta files into
 * out/, `--quiet` says nothing when all is well.
 */
import * as esbuild from 'esbuild';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeNotices } from './scripts/lib/notices.mjs';

const root = path.dirname(fileURLToPath(import.meta.url));
const dev = process.argv.includes('--dev');
const quiet = process.argv.includes('--quiet');

const common = {
  absWorkingDir: root,
  bundle: true,
  minify: !dev,
  sourcemap: dev ? 'linked' : false,
  legalComments: 'none',
  metafile: true,
  write: true,
  logLevel: 'warning',
  // Never an absolute path of the building machine in what is shipped.
  sourcesContent: false,
};

const node = {
  ...common,
  platform: 'node',
  format: 'cjs',
  target: 'node22',
  // Prefer the ES module of a package: it can be shaken.
  mainFields: ['module', 'main'],
};

/**
 * The command line is loaded by any Node: these lines are the first to run and are old JavaScript, and what follows
 * is not parsed before they passed (it is a second file).
 */
const cliLauncher = (minimum) => `#!/usr/bin/env node
'use strict';
var version = process.versions.node.split('.');
if (+version[0] < ${minimum.major} || (+version[0] === ${minimum.major} && +version[1] < ${minimum.minor})) {
  process.stderr.write(
    'llm-trace-inspector needs Node.js ${minimum.major}.${minimum.minor} or newer (for its built-in SQLite); this is ' +
      process.versions.node + ' (' + process.execPath + ').\\n'
  );
  process.exitCode = 1;
} else {
  require('./cliMain.js');
}
`;

const targets = [
  { entry: 'src/host/extension.ts', out: 'dist/extension.js', options: { ...node, external: ['vscode'] } },
  { entry: 'src/engine/main.ts', out: 'dist/engine.js', options: node },
  { entry: 'src/engine/indexerMain.ts', out: 'dist/indexer.js', options: node },
  { entry: 'src/engine/codeMain.ts', out: 'dist/code.js', options: node },
  { entry: 'src/engine/flameMain.ts', out: 'dist/flame.js', options: node },
  { entry: 'src/cli/main.ts', out: 'dist/cliMain.js', options: node },
  {
    // The sample's own files are copied as they are, for people to read; this one holds the OpenTelemetry SDK.
    entry: 'sample/telemetry.mjs',
    out: 'dist/sample/telemetry.mjs',
    options: {
      ...node,
      format: 'esm',
      target: 'node18',
      // Bundled CommonJS packages ask for Node's modules by require.
      banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
    },
  },
  ...webviews(),
];

/** One bundle for each folder of webview/ that has a main.tsx. */
function webviews() {
  const folder = path.join(root, 'webview');
  if (!fs.existsSync(folder)) return [];
  return fs
    .readdirSync(folder)
    .filter((name) => fs.existsSync(path.join(folder, name, 'main.tsx')))
    .map((name) => ({
      entry: `webview/${name}/main.tsx`,
      out: `dist/webview/${name}.js`,
      options: {
        ...common,
        platform: 'browser',
        format: 'iife',
        target: 'chrome134',
        jsx: 'automatic',
        jsxImportSource: 'preact',
        loader: { '.ttf': 'file', '.woff': 'file', '.woff2': 'file' },
        assetNames: '[name]',
      },
    }));
}

async function build({ entry, out, options }) {
  if (!fs.existsSync(path.join(root, entry))) {
    if (!quiet) console.log(`  skipped ${out}: there is no ${entry}`);
    return undefined;
  }
  // The paths of assets are relative to the output's folder.
  const { metafile } = await esbuild.build({ ...options, entryPoints: [entry], outfile: out });
  return metafile;
}

/** What is loaded into the user's programs is copied as it is, for people to read; each folder is one language. */
function copyCapture() {
  const kinds = /\.(cjs|py)$/;
  return fs
    .readdirSync(path.join(root, 'capture'), { recursive: true, encoding: 'utf8' })
    .map((name) => `capture/${name.replaceAll(path.sep, '/')}`)
    .filter((name) => kinds.test(name))
    .map((name) => {
      const copy = `dist/${name}`;
      fs.mkdirSync(path.dirname(path.join(root, copy)), { recursive: true });
      fs.copyFileSync(path.join(root, name), path.join(root, copy));
      return copy;
    });
}

/** tree-sitter and the grammars of the languages that are read; WebAssembly, loaded by the code thread and the CLI. */
function copyGrammars() {
  return ['tree-sitter', 'tree-sitter-python', 'tree-sitter-tsx'].map((name) => {
    const copy = `dist/${name}.wasm`;
    fs.copyFileSync(
      path.join(root, `node_modules/@vscode/tree-sitter-wasm/wasm/${name}.wasm`),
      path.join(root, copy),
    );
    return copy;
  });
}

/** The oldest Node, from the one place that says so. */
async function minimumNode() {
  const text = await fs.promises.readFile(path.join(root, 'src/base/version.ts'), 'utf8');
  const found = /minimumNode = \{ major: (\d+), minor: (\d+) \}/.exec(text);
  if (!found) throw new Error('src/base/version.ts no longer says `minimumNode = { major: N, minor: N }`');
  return { major: Number(found[1]), minor: Number(found[2]) };
}

/** Removes what an earlier build left and this one did not write. */
function removeOthers(folder, written) {
  for (const item of fs.readdirSync(folder, { withFileTypes: true })) {
    const full = path.join(folder, item.name);
    if (item.isDirectory()) removeOthers(full, written);
    else if (!written.has(path.relative(root, full).replaceAll(path.sep, '/'))) fs.rmSync(full);
  }
}

async function main() {
  const begun = performance.now();
  const results = await Promise.allSettled(targets.map(build));
  const failed = results.filter((result) => result.status === 'rejected');
  const metafiles = results.flatMap((result) =>
    result.status === 'fulfilled' && result.value ? [result.value] : [],
  );
  const outputs = metafiles.flatMap((meta) => Object.entries(meta.outputs));
  const written = new Set(outputs.map(([name]) => name));
  if (written.has('dist/cliMain.js')) {
    fs.writeFileSync(path.join(root, 'dist/cli.js'), cliLauncher(await minimumNode()), { mode: 0o755 });
    written.add('dist/cli.js');
  }
  for (const name of fs.readdirSync(path.join(root, 'sample')).filter((file) => file.endsWith('.mjs'))) {
    const copy = `dist/sample/${name}`;
    if (written.has(copy)) continue;
    fs.mkdirSync(path.join(root, 'dist/sample'), { recursive: true });
    fs.copyFileSync(path.join(root, 'sample', name), path.join(root, copy));
    written.add(copy);
  }
  for (const copy of [...copyCapture(), ...copyGrammars()]) written.add(copy);
  const packages = await writeNotices(root, metafiles);
  written.add('dist/ThirdPartyNotices.txt');
  removeOthers(path.join(root, 'dist'), written);

  if (process.argv.includes('--meta')) {
    fs.mkdirSync(path.join(root, 'out'), { recursive: true });
    for (const meta of metafiles) {
      const [first] = Object.keys(meta.outputs).filter((name) => name.endsWith('js'));
      fs.writeFileSync(path.join(root, 'out', `meta-${path.basename(first)}.json`), JSON.stringify(meta));
    }
  }
  if (failed.length > 0) {
    // esbuild has printed the errors; anything else has not been said yet.
    for (const { reason } of failed) if (reason.errors === undefined) console.error(reason);
    console.error(`${failed.length} of ${targets.length} bundles could not be built.`);
    process.exitCode = 1;
    return;
  }
  if (quiet) return;
  for (const [name, { bytes }] of outputs.filter(([name]) => !name.endsWith('.map'))) {
    console.log(`  ${(bytes / 1024).toFixed(1).padStart(8)} kB  ${name}`);
  }
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  console.log(
    `Built dist/ in ${seconds} s, with code of ${packages} packages (licences in dist/ThirdPartyNotices.txt).`,
  );
}

await main();
