/** `npm start`: the extension in a real VS Code, with a sample workspace and a sample agent that sends traces. */
import fs from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { build } from './lib/build.mjs';
import { ensureDependencies } from './lib/dependencies.mjs';
import { startEditorServer } from './lib/editorServer.mjs';
import { cacheFolder, fromRoot, root } from './lib/paths.mjs';
import { freePort } from './lib/ports.mjs';
import { beforeStop, run, start, stopAll } from './lib/processes.mjs';
import { quietSettings } from './lib/quietSettings.mjs';

const help = `npm start -- [options]

Builds the extension, opens it in VS Code with a sample workspace, and runs a sample agent whose calls appear in the
"LLM Traces" view. Ctrl-C ends everything that was started.

  --web              the VS Code server from npm, in a browser of yours, also where a desktop VS Code is found
  --desktop          the desktop VS Code or nothing
  --open             opens the address in the default browser (server only; otherwise it is just printed)
  --workspace DIR    another folder instead of the sample workspace
  --no-agent         does not run the sample agent
  --once             runs the sample agent once instead of every 20 seconds
  --every SECONDS    the time between two runs of the sample agent
  --grpc-port N      the receiver's ports (4317 and 4318, others where these are taken)
  --http-port N
  --clean            forgets the settings and traces of earlier starts
  --screenshot FILE  opens the address in a headless Chromium, takes a picture when the agent has run once, and ends
  --help

Environment: VSCODE_PATH names a desktop VS Code, CHROMIUM_PATH a Chromium (for --screenshot).
`;

function readOptions() {
  const { values } = parseArgs({
    options: {
      web: { type: 'boolean' },
      desktop: { type: 'boolean' },
      open: { type: 'boolean' },
      workspace: { type: 'string' },
      'no-agent': { type: 'boolean' },
      once: { type: 'boolean' },
      every: { type: 'string', default: '20' },
      'grpc-port': { type: 'string' },
      'http-port': { type: 'string' },
      clean: { type: 'boolean' },
      screenshot: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  return values;
}

async function choosePort(name, wanted, usual) {
  const port = await freePort(Number(wanted ?? usual));
  if (port !== Number(wanted ?? usual))
    console.log(`Port ${wanted ?? usual} is taken; the receiver's ${name} port is ${port}.`);
  return port;
}

/** A copy, so that what is edited there leaves the project as it is. */
async function copySampleWorkspace(target) {
  await fs.rm(target, { recursive: true, force: true });
  await fs.cp(fromRoot('sample', 'workspace'), target, { recursive: true });
  await fs.cp(fromRoot('dist', 'sample'), path.join(target, 'agent'), { recursive: true });
}

async function isListening(port) {
  try {
    await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(1000) });
    return true;
  } catch {
    return false;
  }
}

/** Waits for the receiver, which starts with the window, then runs the agent. Resolves after its first run. */
async function runAgent(folder, httpPort, { once, every }) {
  while (!(await isListening(httpPort))) await new Promise((resolve) => setTimeout(resolve, 300));
  const env = { ...process.env, OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${httpPort}` };
  console.log(
    `The receiver listens on port ${httpPort}; the sample agent runs${once ? ' once' : ` every ${every} s`}.`,
  );
  await run(process.execPath, [path.join(folder, 'agent.mjs')], { cwd: folder, env, allowFailure: true });
  if (once) return;
  start(process.execPath, [path.join(folder, 'agent.mjs'), '--every', String(every)], {
    cwd: folder,
    env,
    stdio: 'ignore',
  });
}

async function openDesktop(desktop, { dataFolder, workspace, settings }) {
  const userFolder = path.join(dataFolder, 'desktop');
  const settingsFile = path.join(userFolder, 'User', 'settings.json');
  await fs.mkdir(path.dirname(settingsFile), { recursive: true });
  await fs.writeFile(settingsFile, JSON.stringify({ ...quietSettings, ...settings }, undefined, 2));
  // An installed `code` starts the editor outside our process group; the editor notes its process here.
  beforeStop(async () => {
    const pid = Number(await fs.readFile(path.join(userFolder, 'code.lock'), 'utf8'));
    if (pid > 0) process.kill(pid);
  });
  console.log(`Opening ${desktop.name}`);
  const args = [`--extensionDevelopmentPath=${root}`, `--user-data-dir=${userFolder}`];
  args.push(
    `--extensions-dir=${path.join(dataFolder, 'extensions')}`,
    '--disable-workspace-trust',
    '--new-window',
    '--wait',
    workspace,
  );
  const child = start(desktop.executable, args, {
    stdio: 'ignore',
    shell: /\.cmd$/i.test(desktop.executable),
  });
  child.on('exit', () => {
    console.log('VS Code was closed.');
    void stopAll().then(() => process.exit(0));
  });
}

function openInBrowser(address) {
  const [command, ...args] = { darwin: ['open'], win32: ['cmd', '/c', 'start', ''] }[process.platform] ?? [
    'xdg-open',
  ];
  start(command, [...args, address.replaceAll('&', process.platform === 'win32' ? '^&' : '&')], {
    stdio: 'ignore',
  });
}

async function takePicture(address, file, agent) {
  const { launchBrowser } = await import('./lib/browser.mjs');
  const browser = await launchBrowser();
  beforeStop(() => browser.close());
  const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
  await page.goto(address);
  await page.locator('.activitybar .action-item a[aria-label^="LLM Traces"]').click({ timeout: 60_000 });
  await agent;
  await page.locator('.part.sidebar .monaco-list-row').first().waitFor({ timeout: 60_000 });
  await fs.mkdir(path.dirname(path.resolve(file)), { recursive: true });
  await page.screenshot({ path: file });
  console.log(`The picture is ${file}`);
}

async function main() {
  const options = readOptions();
  if (options.help) return console.log(help);
  const every = Number(options.every);
  if (!(every > 0)) throw new Error('--every takes seconds, more than 0');
  if (options.web && options.desktop) throw new Error('--web and --desktop exclude each other');

  await ensureDependencies();
  await build({ dev: true });
  const dataFolder = path.join(cacheFolder, 'start');
  if (options.clean) await fs.rm(dataFolder, { recursive: true, force: true });
  const sampleFolder = path.join(dataFolder, 'workspace');
  await copySampleWorkspace(sampleFolder);
  const workspace = options.workspace === undefined ? sampleFolder : path.resolve(options.workspace);
  const grpcPort = await choosePort('gRPC', options['grpc-port'], 4317);
  const httpPort = await choosePort('HTTP', options['http-port'], 4318);
  const settings = { 'llmTraces.receiver.grpcPort': grpcPort, 'llmTraces.receiver.httpPort': httpPort };

  const { desktopVscode } = await import('./lib/vscode.mjs');
  const desktop = options.web || options.screenshot ? undefined : await desktopVscode();
  if (options.desktop && desktop === undefined)
    throw new Error('No desktop VS Code can be had here; try without --desktop.');
  let address;
  if (desktop !== undefined) {
    await openDesktop(desktop, { dataFolder, workspace, settings });
  } else {
    const server = await startEditorServer({
      dataFolder: path.join(dataFolder, 'server'),
      settings,
      installFrom: root,
    });
    address = server.address(workspace);
    console.log(`\n${server.name} is ready. Open this address in a browser:\n\n  ${address}\n`);
    if (options.open) openInBrowser(address);
  }
  const agent = options['no-agent']
    ? Promise.resolve()
    : runAgent(path.join(sampleFolder, 'agent'), httpPort, { once: options.once, every });
  if (options.screenshot !== undefined && address !== undefined) {
    await takePicture(address, options.screenshot, agent);
    await stopAll();
    return;
  }
  console.log('Ctrl-C ends everything.');
  await agent;
  // The editor is a child of this process; nothing else keeps it alive.
  await new Promise(() => setInterval(() => undefined, 60_000));
}

try {
  await main();
} catch (error) {
  console.error(error.message);
  await stopAll();
  process.exitCode = 1;
}
