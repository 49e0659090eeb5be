import { run } from './processes.mjs';

/**
 * Runs npm: the one that runs us where there is one, else the one on the path. Works on npm 10 and 11.
 *
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, show?: boolean }} [options]
 */
export async function npm(args, { cwd, env = process.env, show = false } = {}) {
  const quiet = ['--no-fund', '--no-audit', '--no-update-notifier', '--loglevel=error'];
  const own = process.env.npm_execpath;
  const viaOwn = own !== undefined && own.endsWith('.js') && own.includes('npm');
  const [command, first] = viaOwn
    ? [process.execPath, [own]]
    : [process.platform === 'win32' ? 'npm.cmd' : 'npm', []];
  const clean = { ...env };
  // What npm tells its scripts about the outer project would confuse the inner run.
  for (const name of Object.keys(clean)) {
    if (/^npm_(package|lifecycle|command|config_(prefix|local_prefix|global_prefix|workspace))/.test(name))
      delete clean[name];
  }
  return run(command, [...first, ...args, ...quiet], {
    cwd,
    env: clean,
    show,
    shell: process.platform === 'win32' && !viaOwn,
  });
}
