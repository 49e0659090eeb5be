/** `npm run package`: builds the VSIX and checks what is in it. */
import fs from 'node:fs/promises';
import { build } from './lib/build.mjs';
import { ensureDependencies } from './lib/dependencies.mjs';
import { nodeForTests } from './lib/node.mjs';
import { fromRoot, root } from './lib/paths.mjs';
import { run } from './lib/processes.mjs';
import { listZip } from './lib/zip.mjs';

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
  ...[
    'package.json',
    'package.nls.json',
    'dist/extension.js',
    'dist/engine.js',
    'dist/indexer.js',
    'dist/cli.js',
  ],
  ...[
    'dist/sample/agent.mjs',
    'dist/capture/node/register.cjs',
    'dist/capture/python/sitecustomize.py',
    'dist/webview/details.js',
    'dist/webview/details.css',
    'dist/ThirdPartyNotices.txt',
    'dist/tree-sitter.wasm',
    'dist/tree-sitter-python.wasm',
    'dist/tree-sitter-tsx.wasm',
  ],
];

/** What is wrong with the package, as sentences. */
function check(entries, bytes, manifest) {
  const names = new Set(entries.map(({ name }) => name));
  const problems = [];
  for (const name of names)
    if (!allowed.some((pattern) => pattern.test(name))) problems.push(`${name} must not be in it.`);
  for (const name of required) if (!names.has(`extension/${name}`)) problems.push(`${name} is missing.`);
  if (bytes > mostBytes) problems.push(`It has ${bytes} bytes, more than ${mostBytes}.`);
  const icons = [
    manifest.icon,
    ...(manifest.contributes?.viewsContainers?.activitybar ?? []).map(({ icon }) => icon),
  ];
  for (const icon of icons) {
    if (icon !== undefined && !icon.startsWith('$(') && !names.has(`extension/${icon}`))
      problems.push(`${icon} is missing.`);
  }
  return problems;
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
  await run(executable, [fromRoot('node_modules/@vscode/vsce/vsce'), 'package', ...options], { cwd: root });

  const bytes = await fs.readFile(file);
  const entries = listZip(bytes);
  for (const { name, size, packed } of [...entries].sort((a, b) => b.packed - a.packed)) {
    console.log(
      `${(packed / 1024).toFixed(1).padStart(9)} kB of ${(size / 1024).toFixed(1).padStart(8)} kB  ${name}`,
    );
  }
  const problems = check(entries, bytes.length, manifest);
  for (const problem of problems) console.error(`VSIX: ${problem}`);
  if (problems.length > 0) process.exitCode = 1;
  console.log(`${file}: ${(bytes.length / 1024).toFixed(0)} kB, ${entries.length} files`);
}

try {
  await main();
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
