/** Starts the VS Code server of the npm package code-server: no password, loopback only, a free port. */
import fs from 'node:fs/promises';
import path from 'node:path';
import { start, stop } from './processes.mjs';
import { quietSettings } from './quietSettings.mjs';
import { vscodeServer } from './vscode.mjs';

const restrictedMode = {
  'security.workspace.trust.enabled': true,
  'security.workspace.trust.startupPrompt': 'never',
  'security.workspace.trust.banner': 'never',
};

/**
 * @param {{ dataFolder: string, settings?: Record<string, unknown>, log?: (line: string) => void,
 *   onOutput?: (text: string) => void, env?: Record<string, string | undefined>, installFrom?: string,
 *   development?: boolean, isTrusted?: boolean }} options
 *   `isTrusted`: every workspace is, without a question; else none is, and nothing asks;
 *   `dataFolder` holds everything the server keeps (settings, storage, logs); `installFrom`: an extension's folder,
 *   installed as a user would; without it, or with
 *   `development`, an address can name an extension under development
 * @returns {Promise<{ origin: string, port: number, name: string, pid: number | undefined, storageFolder: string,
 *   address(folder: string, extension?: string): string, writeSettings(settings: Record<string, unknown>): Promise<void>,
 *   stop(): Promise<void> }>}
 */
export async function startEditorServer({
  dataFolder,
  settings = {},
  log = console.log,
  onOutput,
  env = process.env,
  installFrom,
  development = false,
  isTrusted = true,
}) {
  const { main, node, name } = await vscodeServer(log);
  const machineFile = path.join(dataFolder, 'data', 'Machine', 'settings.json');
  const userFile = path.join(dataFolder, 'data', 'User', 'settings.json');
  const writeSettings = async (values) => {
    const trust = isTrusted ? {} : restrictedMode;
    const text = JSON.stringify({ ...quietSettings, ...trust, ...values }, undefined, 2);
    for (const file of [machineFile, userFile]) {
      await fs.mkdir(path.dirname(file), { recursive: true });
      await fs.writeFile(file, text);
    }
  };
  await writeSettings(settings);
  const extensionsFolder = path.join(dataFolder, 'extensions');
  await fs.mkdir(extensionsFolder, { recursive: true });
  if (installFrom !== undefined) await installExtension(installFrom, extensionsFolder);

  const cleanEnv = { ...env };
  // A terminal of another VS Code must not lend us its identity, nor a developer's variables their targets.
  for (const key of Object.keys(cleanEnv)) if (/^(VSCODE_|OTEL_|ELECTRON_)/.test(key)) delete cleanEnv[key];
  const child = start(
    node,
    [
      main,
      ...[
        '--host',
        '127.0.0.1',
        '--port',
        '0',
        '--without-connection-token',
        '--accept-server-license-terms',
      ],
      // Without this a page cannot name an extension under development; with it no notification pops up.
      ...(installFrom === undefined || development ? ['--enable-smoke-test-driver'] : []),
      ...(isTrusted ? ['--disable-workspace-trust'] : []),
      ...['--telemetry-level', 'off'],
      ...[
        '--server-data-dir',
        dataFolder,
        '--extensions-dir',
        extensionsFolder,
        '--reconnection-grace-time',
        '10',
      ],
    ],
    { env: cleanEnv },
  );
  const port = await listeningPort(child, onOutput);
  const origin = `http://127.0.0.1:${port}`;
  return {
    origin,
    port,
    name,
    pid: child.pid,
    storageFolder: path.join(dataFolder, 'data', 'User', 'globalStorage'),
    address(folder, extension) {
      const payload =
        extension === undefined
          ? []
          : [['extensionDevelopmentPath', `vscode-remote://127.0.0.1:${port}${extension}`]];
      return `${origin}/?folder=${encodeURIComponent(folder)}&payload=${encodeURIComponent(JSON.stringify(payload))}`;
    },
    writeSettings,
    stop: () => stop(child),
  };
}

/** Puts a built extension where the server looks for installed ones, with what a package of it would hold. */
async function installExtension(from, extensionsFolder) {
  const { publisher, name, version } = JSON.parse(await fs.readFile(path.join(from, 'package.json'), 'utf8'));
  // Its list of what is installed is made anew from the folders when it is not there.
  await fs.rm(extensionsFolder, { recursive: true, force: true });
  const target = path.join(extensionsFolder, `${publisher}.${name}-${version}`);
  await fs.mkdir(target, { recursive: true });
  for (const part of [
    'package.json',
    'package.nls.json',
    'README.md',
    'CHANGELOG.md',
    'LICENSE',
    'dist',
    'media',
  ]) {
    await fs.cp(path.join(from, part), path.join(target, part), { recursive: true }).catch((error) => {
      if (error.code !== 'ENOENT') throw error;
    });
  }
}

function listeningPort(child, onOutput) {
  return new Promise((resolve, reject) => {
    let output = '';
    const timer = setTimeout(
      () => reject(new Error(`VS Code's server did not start within 60 s:\n${output}`)),
      60_000,
    );
    const take = (text) => {
      onOutput?.(text);
      if (output.length > 100_000) return;
      output += text;
      const found = /Extension host agent listening on (\d+)/.exec(output);
      if (!found) return;
      clearTimeout(timer);
      resolve(Number(found[1]));
    };
    child.stdout.setEncoding('utf8').on('data', take);
    child.stderr.setEncoding('utf8').on('data', take);
    child.on('error', reject);
    child.on('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`VS Code's server ended with code ${code}:\n${output}`));
    });
  });
}
