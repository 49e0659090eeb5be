import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';
import { installOnce } from './install.mjs';
import { npm } from './npm.mjs';
import { cacheFolder } from './paths.mjs';

const usual = {
  linux: [
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
    '/usr/bin/google-chrome-stable',
    '/snap/bin/chromium',
  ],
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
  ],
  win32: [
    'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
    'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
    'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
  ],
};

const version = '147';

async function fromNpm(log) {
  const folder = await installOnce({
    folder: path.join(cacheFolder, 'chromium'),
    version,
    steps: [
      {
        name: 'Installing Chromium (npm package @sparticuz/chromium) into .cache/chromium',
        run: async (target) => {
          fs.writeFileSync(path.join(target, 'package.json'), '{"private":true}');
          await npm(['install', '--ignore-scripts', `@sparticuz/chromium@${version}`], { cwd: target });
        },
      },
    ],
    log,
  });
  const entry = createRequire(path.join(folder, 'package.json')).resolve('@sparticuz/chromium');
  const { default: chromium } = await import(`file://${entry}`);
  return chromium.executablePath();
}

/**
 * A Chromium: `CHROMIUM_PATH`, one that is installed, or on Linux one from npm.
 *
 * @throws with what to do, when there is none
 */
export async function findBrowser(log = console.log) {
  const wanted = process.env.CHROMIUM_PATH;
  if (wanted !== undefined && wanted !== '') {
    if (!fs.existsSync(wanted)) throw new Error(`CHROMIUM_PATH names ${wanted}, which does not exist.`);
    return wanted;
  }
  const found = (usual[process.platform] ?? []).find((file) => fs.existsSync(file));
  if (found !== undefined) return found;
  if (process.platform === 'linux' && process.arch === 'x64') return fromNpm(log);
  throw new Error('No Chromium was found. Install Chromium or Chrome, or set CHROMIUM_PATH to one.');
}

/** No sandbox (containers), and no traffic of the browser's own; web security stays on. */
const quietArguments = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
];

/** And a GPU emulated by software, which the editor's own WebGL needs. */
export const browserArguments = [
  ...quietArguments,
  '--use-gl=angle',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
];

/**
 * Starts it through playwright-core. Without `emulateGpu` it composes its pages as it does by itself where there is no
 * GPU; emulating one costs several times as much.
 */
export async function launchBrowser({ log = console.log, headless = true, emulateGpu = true } = {}) {
  const executablePath = await findBrowser(log);
  const { chromium } = await import('playwright-core');
  const args = emulateGpu ? browserArguments : [...quietArguments, '--disable-gpu'];
  return chromium.launch({ executablePath, headless, args });
}
