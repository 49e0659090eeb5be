import fs from 'node:fs/promises';
import { npm } from './npm.mjs';
import { fromRoot, root } from './paths.mjs';

async function readJson(file) {
  try {
    return JSON.parse(await fs.readFile(file, 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Whether what is installed is what the lock file asks for, by npm's own record of the former. */
async function isInstalled() {
  const wanted = await readJson(fromRoot('package-lock.json'));
  const installed = await readJson(fromRoot('node_modules/.package-lock.json'));
  if (wanted === undefined || installed === undefined) return false;
  return Object.entries(wanted.packages).every(([name, { version, optional, devOptional }]) => {
    if (name === '') return true;
    const found = installed.packages[name];
    // Optional ones are for other platforms.
    return found === undefined ? optional === true || devOptional === true : found.version === version;
  });
}

/** Installs what is missing. No package's install script is run: none is needed. */
export async function ensureDependencies(log = console.log) {
  if (await isInstalled()) return;
  const fresh = (await readJson(fromRoot('node_modules/.package-lock.json'))) === undefined;
  log(
    fresh
      ? 'Installing dependencies (npm ci)'
      : 'The lock file has changed: installing dependencies (npm install)',
  );
  const begun = Date.now();
  await npm([fresh ? 'ci' : 'install', '--ignore-scripts'], { cwd: root });
  log(`  done in ${((Date.now() - begun) / 1000).toFixed(0)} s`);
}
