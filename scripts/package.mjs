/** `npm run package`: builds the VSIX and checks what is in it. */
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { build } from './lib/build.mjs';
import { ensureDependencies } from './lib/dependencies.mjs';
import { nodeForTests } from './lib/node.mjs';
import { fromRoot } from './lib/paths.mjs';
import { run } from './lib/processes.mjs';
import { listZip } from './lib/zip.mjs';

/**
 * What vsce gets to see. It walks through every file of its folder before it looks at .vscodeignore: here that would
 * be an editor, a browser and Python environments, and a minute or more.
 */
const sources = [
  ...['.vscodeignore', 'package.json', 'package.nls.json', 'README.md', 'CHANGELOG.md', 'LICENSE'],
  ...['dist', 'media'],
];
const mostBytes = 2 * 1024 * 1024;

const allowed = [
  /^\[Content_Types\]\.xml$/,
  /^extension\.vsixmanifest$/,
  /^extension\/(package\.json|package\.nls\.json|readme\.md|changelog\.md|LICENSE(\.txt|\.md)?)$/i,
  /^extension\/dist\/[\w.-]+\.(js|txt)$/,
  /^extension\/dist\/tree-sitter(-[a-z]+)?\.wasm$/,
  /^extension\/dist\/webview\/[\w.-]+\.(js|css|ttf|woff2?)$/,
  /^extension\/dist\/sample\/[\w.-]+\.mjs$/,
  /^extension\/dist\/capture\/(node|python)\/[\w./-]+\.(cjs|py)$/,
  /^extension\/media\/[\w./-]+\.(svg|png|md|json)$/,
];
const required = [
  'package.json',
  'package.nls.json',
  ...['extension.js', 'engine.js', 'indexer.js', 'code.js', 'flame.js', 'cli.js', 'cliMain.js'].map(inDist),
  ...['sample/agent.mjs', 'ThirdPartyNotices.txt'].map(inDist),
  ...['tree-sitter.wasm', 'tree-sitter-python.wasm', 'tree-sitter-tsx.wasm'].map(inDist),
  ...['details', 'compare', 'flame'].flatMap((page) => [
    `dist/webview/${page}.js`,
    `dist/webview/${page}.css`,
  ]),
  'dist/webview/codicon.ttf',
];
/** Folders whose files must all be in it: where each goes, and which ones. */
const requiredFolders = [
  { from: 'capture/node', to: 'dist/capture/node', files: /\.cjs$/ },
  { from: 'capture/python', to: 'dist/capture/python', files: /\.py$/ },
  { from: 'media/gutter', to: 'media/gutter', files: /\.svg$/ },
];

function inDist(file) {
  return `dist/${file}`;
}

/** What the package must hold: our own list, every hook and mark, and the pictures that the manifest names. */
async function requiredFiles(manifest) {
  const files = new Set(required);
  for (const { from, to, files: pattern } of requiredFolders) {
    const found = await fs.readdir(fromRoot(from), { recursive: true });
    const wanted = found.filter((file) => pattern.test(file));
    if (wanted.length === 0) throw new Error(`${from} is empty.`);
    for (const file of wanted) files.add(`${to}/${file.replaceAll('\\', '/')}`);
  }
  for (const text of texts(manifest)) if (/^(\.\/)?media\//.test(text)) files.add(text.replace(/^\.\//, ''));
  return files;
}

/** Every text within a value of JSON. */
function texts(value) {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(texts) : [];
}

/** What is wrong with the package, as sentences. */
async function check(entries, bytes, manifest) {
  const names = new Set(entries.map(({ name }) => name));
  const problems = [];
  for (const name of names)
    if (!allowed.some((pattern) => pattern.test(name))) problems.push(`${name} must not be in it.`);
  for (const name of await requiredFiles(manifest))
    if (!names.has(`extension/${name}`)) problems.push(`${name} is missing.`);
  if (bytes > mostBytes) problems.push(`It has ${bytes} bytes, more than ${mostBytes}.`);
  return problems;
}

/** Runs `work` in a folder that holds what may be packaged and nothing else. */
async function inCopy(work) {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'llm-traces-package-'));
  try {
    for (const name of sources) await fs.cp(fromRoot(name), path.join(folder, name), { recursive: true });
    return await work(folder);
  } finally {
    await fs.rm(folder, { recursive: true, force: true });
  }
}

async function main() {
  await ensureDependencies();
  await build();
  const manifest = JSON.parse(await fs.readFile(fromRoot('package.json'), 'utf8'));
  const file = fromRoot(`${manifest.name}-${manifest.version}.vsix`);
  const { executable } = await nodeForTests();
  const options = [
    '--no-dependencies',
    '--allow-missing-repository',
    '--no-rewrite-relative-links',
    '--out',
    file,
  ];
  await inCopy((cwd) =>
    run(executable, [fromRoot('node_modules/@vscode/vsce/vsce'), 'package', ...options], { cwd }),
  );

  const bytes = await fs.readFile(file);
  const entries = listZip(bytes);
  for (const { name, size, packed } of [...entries].sort((a, b) => b.packed - a.packed)) {
    console.log(
      `${(packed / 1024).toFixed(1).padStart(9)} kB of ${(size / 1024).toFixed(1).padStart(8)} kB  ${name}`,
    );
  }
  const problems = await check(entries, bytes.length, manifest);
  for (const problem of problems) console.error(`VSIX: ${problem}`);
  if (problems.length > 0) {
    // Nobody is to install or upload it.
    await fs.rm(file);
    process.exitCode = 1;
    return;
  }
  console.log(`${file}: ${(bytes.length / 1024).toFixed(0)} kB, ${entries.length} files`);
}

try {
  await main();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
