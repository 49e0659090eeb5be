import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { nodeForTests } from './lib/node.mjs';
import { root } from './lib/paths.mjs';

/* Writes the pages of docs/ that are made from the code. The code is TypeScript, which Node reads as it is. */

const { executable } = await nodeForTests();
if (executable === process.execPath) {
  const source = pathToFileURL(path.join(root, 'src', 'conventions', 'documentation.ts')).href;
  const { documentation } = await import(source);
  fs.writeFileSync(path.join(root, 'docs', 'conventions.md'), documentation());
  console.log('docs/conventions.md');
} else {
  const { status } = spawnSync(
    executable,
    ['--disable-warning=MODULE_TYPELESS_PACKAGE_JSON', fileURLToPath(import.meta.url)],
    { stdio: 'inherit' },
  );
  process.exitCode = status ?? 1;
}
