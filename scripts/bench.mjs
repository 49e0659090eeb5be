/** `npm run bench`: builds, then measures decoding, ingestion, memory and sizes; see test/bench/main.ts. */
import { build } from './lib/build.mjs';
import { ensureDependencies } from './lib/dependencies.mjs';
import { nodeForTests, withNode } from './lib/node.mjs';
import { root } from './lib/paths.mjs';
import { run } from './lib/processes.mjs';

await ensureDependencies();
const node = await nodeForTests();
await build();
const { code } = await run(
  node.executable,
  ['--disable-warning=MODULE_TYPELESS_PACKAGE_JSON', 'test/bench/main.ts', ...process.argv.slice(2)],
  { cwd: root, env: withNode(node), show: true, allowFailure: true },
);
process.exit(code);
