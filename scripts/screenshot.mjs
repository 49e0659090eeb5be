/** Pictures of the extension in the real editor; see `--help`. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { nodeForTests } from './lib/node.mjs';
import { fromRoot, root } from './lib/paths.mjs';
import { run } from './lib/processes.mjs';

const { executable } = await nodeForTests();
const wanted = process.argv.slice(2);
if (!wanted.includes('--no-build') && !wanted.includes('--help')) {
  if (!existsSync(fromRoot('node_modules'))) spawnSync(process.execPath, ['scripts/ensure-dependencies.mjs'], { cwd: root, stdio: 'inherit' });
  const { code } = await run(process.execPath, ['esbuild.mjs', '--quiet'], { cwd: root, show: true, allowFailure: true });
  if (code !== 0) console.log('The build is not whole; taking pictures of what there is.');
}
const { code } = await run(
  executable,
  ['--disable-warning=ExperimentalWarning', '--disable-warning=MODULE_TYPELESS_PACKAGE_JSON', fromRoot('test/workbench/takeScreenshots.ts'), ...wanted.filter((word) => word !== '--no-build')],
  { cwd: root, show: true, allowFailure: true },
);
process.exitCode = code;
