import fs from 'node:fs/promises';
import path from 'node:path';
import { installOnce } from './install.mjs';
import { npm } from './npm.mjs';
import { cacheFolder } from './paths.mjs';

/** The engine needs an unflagged `node:sqlite`; the tests are TypeScript that Node reads as it is. */
const forTests = [22, 18];
/** What the packaged VS Code server asks for. */
const forEditor = [24, 0];

function runningIsAtLeast([major, minor]) {
  const [ownMajor, ownMinor] = process.versions.node.split('.').map(Number);
  return ownMajor > major || (ownMajor === major && ownMinor >= minor);
}

async function nodeFromNpm(log) {
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const name = `node-${platform}-${process.arch}`;
  const folder = await installOnce({
    folder: path.join(cacheFolder, 'node'),
    version: `${name}@24`,
    steps: [
      {
        name: `Installing Node 24 (npm package ${name}) into .cache/node`,
        run: async (target) => {
          await fs.writeFile(path.join(target, 'package.json'), '{"private":true}');
          await npm(['install', '--ignore-scripts', `${name}@24`], { cwd: target });
        },
      },
    ],
    log,
  });
  const home = path.join(folder, 'node_modules', name);
  const executable = path.join(home, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  await fs.access(executable);
  return { executable, home };
}

/**
 * A Node for the engine and the tests: the running one where it is new enough, else one from npm.
 *
 * @returns `executable`, and `home` (with `include/`) where it came from npm
 */
export async function nodeForTests(log = console.log) {
  return runningIsAtLeast(forTests) ? { executable: process.execPath, home: undefined } : nodeFromNpm(log);
}

/** A Node for the VS Code server. */
export async function nodeForEditor(log = console.log) {
  return runningIsAtLeast(forEditor) ? { executable: process.execPath, home: undefined } : nodeFromNpm(log);
}

/** The environment with that Node first on the path. */
export function withNode({ executable, home }, env = process.env) {
  const folder = path.dirname(executable);
  const result = { ...env, PATH: `${folder}${path.delimiter}${env.PATH ?? ''}` };
  // Lets native modules be built without fetching Node's headers.
  if (home !== undefined) result.npm_config_nodedir = home;
  return result;
}
