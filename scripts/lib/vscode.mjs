/**
 * A VS Code to run the extension in: the desktop one where it is found or can be had, else the server and web
 * workbench that the npm package `code-server` contains.
 */
import fs from 'node:fs';
import path from 'node:path';
import { installOnce } from './install.mjs';
import { nodeForEditor, withNode } from './node.mjs';
import { npm } from './npm.mjs';
import { fromRoot } from './paths.mjs';

const serverVersion = '4.139.1';
const downloadHost = 'https://update.code.visualstudio.com/api/releases/stable';

/** Installs the server once. @returns its `server-main.js` and the Node to run it with */
export async function vscodeServer(log = console.log) {
  const node = await nodeForEditor(log);
  const env = withNode(node);
  const inner = (folder) => path.join(folder, 'node_modules', 'code-server', 'lib', 'vscode');
  const folder = await installOnce({
    folder: fromRoot('.vscode-test', `code-server-${serverVersion}`),
    version: serverVersion,
    log,
    steps: [
      {
        name: `Installing VS Code's server (npm package code-server@${serverVersion}, about 600 MB) into .vscode-test`,
        run: async (target) => {
          fs.writeFileSync(path.join(target, 'package.json'), '{"private":true}');
          await npm(['install', '--ignore-scripts', `code-server@${serverVersion}`], { cwd: target, env });
        },
      },
      {
        name: 'Installing its dependencies',
        run: (target) => npm(['install', '--omit=dev', '--ignore-scripts'], { cwd: inner(target), env }),
      },
      {
        name: 'Building its logger and watchdog (native modules)',
        run: async (target) => {
          try {
            await npm(['rebuild', '@vscode/spdlog', '@vscode/native-watchdog'], { cwd: inner(target), env });
          } catch {
            log('  They could not be built (is there a C++ compiler?); the editor runs without log files.');
          }
        },
      },
    ],
  });
  return {
    main: path.join(inner(folder), 'out', 'server-main.js'),
    node: node.executable,
    name: describe(inner(folder)),
  };
}

function describe(folder) {
  const product = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'));
  return `VS Code ${product.version} (server and web workbench from npm's code-server@${serverVersion})`;
}

function onPath(names) {
  for (const folder of (process.env.PATH ?? '').split(path.delimiter)) {
    for (const name of names) {
      const file = path.join(folder, name);
      if (folder !== '' && fs.existsSync(file)) return file;
    }
  }
  return undefined;
}

async function canDownload() {
  try {
    const answer = await fetch(downloadHost, { method: 'HEAD', signal: AbortSignal.timeout(4000) });
    return answer.ok;
  } catch {
    return false;
  }
}

/**
 * The desktop VS Code, or undefined with the reason in the log.
 *
 * Looks at `VSCODE_PATH`, then at `code` on the path, then tries @vscode/test-electron's download.
 */
export async function desktopVscode(log = console.log) {
  const named = process.env.VSCODE_PATH;
  if (named !== undefined && named !== '') {
    if (!fs.existsSync(named)) throw new Error(`VSCODE_PATH names ${named}, which does not exist.`);
    return { executable: named, name: `desktop VS Code (${named})` };
  }
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) {
    log('No display, so no desktop VS Code.');
    return undefined;
  }
  const installed = onPath(process.platform === 'win32' ? ['code.cmd', 'code.exe'] : ['code']);
  if (installed !== undefined) return { executable: installed, name: `desktop VS Code (${installed})` };
  if (!(await canDownload())) {
    log('No desktop VS Code here, and its download server cannot be reached.');
    return undefined;
  }
  const { downloadAndUnzipVSCode } = await import('@vscode/test-electron');
  log('Downloading the desktop VS Code into .vscode-test (@vscode/test-electron)');
  const executable = await downloadAndUnzipVSCode({ cachePath: fromRoot('.vscode-test') });
  return { executable, name: `desktop VS Code (${executable})` };
}
