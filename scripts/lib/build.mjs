import { fromRoot, root } from './paths.mjs';
import { run } from './processes.mjs';

/** Builds dist/ in a process of its own, as the builder may have just been installed. */
export async function build({ dev = false, quiet = true } = {}) {
  await run(
    process.execPath,
    [fromRoot('esbuild.mjs'), ...(dev ? ['--dev'] : []), ...(quiet ? ['--quiet'] : [])],
    {
      cwd: root,
      show: true,
    },
  );
}
