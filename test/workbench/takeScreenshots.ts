/** Drives the editor step by step from the command line and takes pictures; started by scripts/screenshot.mjs. */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { fromRoot, root } from '../../scripts/lib/paths.mjs';
import { stopAll } from '../../scripts/lib/processes.mjs';
import { Session } from './driver/session.ts';
import { themes } from './driver/themes.ts';
import type { ThemeName } from './driver/themes.ts';
import type { Workbench } from './driver/workbench.ts';

const help = `node scripts/screenshot.mjs [options] steps...

Options (before the steps)
  --no-build            use dist/ as it is
  --extension DIR       the extension under development (this project)
  --workspace DIR       copied and opened (sample/workspace where it exists)
  --settings JSON       settings besides the free ports
  --theme NAME          ${Object.keys(themes).join(', ')} (dark)
  --width N --height N  size of the window (1400 x 900)
  --verbose             the editor's console and the extension's log, at the end

Steps (in the order given)
  --container TITLE     shows a container of the activity bar
  --command TITLE       runs a command from the palette, e.g. "LLM Traces: Show Log"
  --sample [N]          runs the sample agent against this window's receiver, N times (1)
  --exec COMMAND        runs a shell command with GRPC_PORT, HTTP_PORT and OTEL_EXPORTER_OTLP_ENDPOINT set
  --wait TEXT           waits until the text is visible
  --click TEXT          clicks what shows the text
  --click-css SELECTOR  clicks an element of the workbench
  --expand TEXT         expands the first tree row with the text
  --key KEYS            presses keys, e.g. ControlOrMeta+K
  --type TEXT           types
  --webview-click TEXT  clicks inside the newest webview
  --webview-wait TEXT   waits for text inside the newest webview
  --switch-theme NAME   changes the theme
  --size WxH            changes the window's size
  --pause MS            waits (for pictures only; tests never do)
  --rows                prints the labels of the side bar's tree rows
  --out FILE            takes a picture
`;

interface Step {
  readonly name: string;
  readonly value: string;
}

const optionNames = new Set(['extension', 'workspace', 'settings', 'theme', 'width', 'height']);
const flags = new Set(['verbose', 'rows', 'help']);

function parse(args: readonly string[]): { options: Map<string, string>; steps: Step[] } {
  const options = new Map<string, string>();
  const steps: Step[] = [];
  for (let index = 0; index < args.length; index++) {
    const word = args[index] ?? '';
    if (!word.startsWith('--')) throw new Error(`Not an option: ${word}`);
    const name = word.slice(2);
    const next = args[index + 1];
    const bare = flags.has(name) || (name === 'sample' && (next === undefined || next.startsWith('--')));
    const value = bare ? '' : (next ?? '');
    if (!bare) index++;
    if (optionNames.has(name) || name === 'verbose' || name === 'help') options.set(name, value);
    else steps.push({ name, value });
  }
  return { options, steps };
}

function execute(session: Session, command: string, args: readonly string[] | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const env = {
      ...process.env,
      GRPC_PORT: String(session.grpcPort),
      HTTP_PORT: String(session.httpPort),
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${session.httpPort}`,
    };
    const child = spawn(command, args ?? [], { cwd: root, env, stdio: 'inherit', shell: args === undefined });
    child.on('error', reject);
    child.on('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`${command} ended with code ${code}`)),
    );
  });
}

async function take(step: Step, session: Session, window: Workbench): Promise<void> {
  const { page } = window;
  const { name, value } = step;
  switch (name) {
    case 'container':
      return window.showContainer(value);
    case 'command':
      return window.run(value);
    case 'sample':
      for (let run = 0; run < Number(value || 1); run++) {
        await execute(session, process.execPath, [fromRoot('dist/sample/agent.mjs')]);
      }
      return;
    case 'exec':
      return execute(session, value, undefined);
    case 'wait':
      return page.getByText(value).first().waitFor();
    case 'click':
      return page.getByText(value).first().click();
    case 'click-css':
      return page.locator(value).first().click();
    case 'expand':
      return window.expand(page.locator('.part.sidebar .monaco-list-row', { hasText: value }).first());
    case 'key':
      return page.keyboard.press(value);
    case 'type':
      return page.keyboard.type(value);
    case 'webview-click':
      return window.webview().getByText(value).first().click();
    case 'webview-wait':
      return window.webview().getByText(value).first().waitFor();
    case 'switch-theme':
      return session.configure({ 'workbench.colorTheme': themes[value as ThemeName] });
    case 'size': {
      const [width, height] = value.split('x').map(Number);
      return page.setViewportSize({ width: width ?? 1400, height: height ?? 900 });
    }
    case 'pause':
      return page.waitForTimeout(Number(value));
    case 'rows':
      for (const row of await page.locator('.part.sidebar .monaco-list-row').all()) {
        console.log(
          `  ${(await row.getAttribute('aria-level')) ?? ''} ${(await row.getAttribute('aria-label')) ?? ''}`,
        );
      }
      return;
    case 'out':
      // Two frames, so that what has just arrived is painted.
      await page.evaluate(
        () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
      );
      await window.screenshot(path.resolve(value));
      console.log(`${value} (${page.viewportSize()?.width} x ${page.viewportSize()?.height})`);
      return;
    default:
      throw new Error(`There is no step --${name}; see --help`);
  }
}

async function main(): Promise<void> {
  const { options, steps } = parse(process.argv.slice(2));
  if (options.has('help') || steps.length === 0) {
    console.log(help);
    return;
  }
  const theme = (options.get('theme') ?? 'dark') as ThemeName;
  if (!(theme in themes)) throw new Error(`--theme is one of ${Object.keys(themes).join(', ')}`);
  const extra: unknown = JSON.parse(options.get('settings') ?? '{}');
  const session = await Session.start({
    settings: { 'workbench.colorTheme': themes[theme], ...(extra as Record<string, unknown>) },
    extension: path.resolve(options.get('extension') ?? root),
    ...(options.has('workspace') ? { workspace: path.resolve(options.get('workspace') ?? '') } : {}),
    viewport: { width: Number(options.get('width') ?? 1400), height: Number(options.get('height') ?? 900) },
    log: console.log,
  });
  const verbose = options.has('verbose');
  try {
    const window = await session.open();
    try {
      for (const step of steps) await take(step, session, window);
    } catch (error) {
      await window.screenshot(path.resolve('out/screenshots/failed.png'));
      console.log('A picture of the moment it failed is in out/screenshots/failed.png');
      throw error;
    } finally {
      if (verbose) console.log(window.console.join('\n'), '\n', await session.extensionLogs());
    }
  } finally {
    await session.stop();
  }
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
await stopAll();
