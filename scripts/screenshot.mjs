/** Pictures of the extension in the real editor; see `--help`. */
import { build } from './lib/build.mjs';
import { ensureDependencies } from './lib/dependencies.mjs';
import { nodeForTests } from './lib/node.mjs';
import { fromRoot, root } from './lib/paths.mjs';
import { run } from './lib/processes.mjs';

const words = process.argv.slice(2);
const steps = words.filter((word) => word !== '--no-build');
await ensureDependencies();
const { executable } = await nodeForTests();
if (steps.length === words.length && !words.includes('--help')) {
  try {
    await build();
  } catch {
    console.log('The build is not whole; taking pictures of what there is.');
  }
}
const quiet = ['--disable-warning=ExperimentalWarning', '--disable-warning=MODULE_TYPELESS_PACKAGE_JSON'];
const { code } = await run(executable, [...quiet, fromRoot('test/workbench/takeScreenshots.ts'), ...steps], {
  cwd: root,
  show: true,
  allowFailure: true,
});
process.exitCode = code;
