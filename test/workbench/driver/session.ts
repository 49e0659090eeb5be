import fs from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../../../scripts/lib/browser.mjs';
import { startEditorServer } from '../../../scripts/lib/editorServer.mjs';
import { root } from '../../../scripts/lib/paths.mjs';
import { themes } from './themes.ts';
import { Workbench } from './workbench.ts';

export interface SessionOptions {
  /** Merged over the quiet defaults and the free ports. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Copied into the session's folder; an empty one when absent. */
  readonly workspace?: string;
  readonly extension?: string;
  /** Workspaces are in restricted mode. */
  readonly isUntrusted?: boolean;
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly log?: (line: string) => void;
}

/** Two ports that were free a moment ago. */
export async function freePorts(): Promise<readonly [number, number]> {
  const servers = await Promise.all([0, 1].map(() => listen()));
  const ports = servers.map((server) => (server.address() as net.AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return [ports[0] ?? 0, ports[1] ?? 0];
}

function listen(): Promise<net.Server> {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}

/** One VS Code server with storage, settings and ports of its own, and the windows opened on it. */
export class Session {
  readonly folder: string;
  readonly workspace: string;
  readonly grpcPort: number;
  readonly httpPort: number;
  readonly name: string;
  readonly #server: Awaited<ReturnType<typeof startEditorServer>>;
  readonly #browser: Browser;
  readonly #options: SessionOptions;
  readonly #windows: Workbench[] = [];

  private constructor(
    folder: string,
    ports: readonly [number, number],
    server: Awaited<ReturnType<typeof startEditorServer>>,
    browser: Browser,
    options: SessionOptions,
  ) {
    this.folder = folder;
    this.workspace = path.join(folder, 'workspace');
    [this.grpcPort, this.httpPort] = ports;
    this.#server = server;
    this.name = server.name;
    this.#browser = browser;
    this.#options = options;
  }

  static async start(options: SessionOptions = {}): Promise<Session> {
    const folder = await fs.mkdtemp(path.join(os.tmpdir(), 'llm-traces-'));
    const workspace = path.join(folder, 'workspace');
    if (options.workspace === undefined) await fs.mkdir(workspace);
    else await fs.cp(options.workspace, workspace, { recursive: true });
    const ports = await freePorts();
    const log = options.log ?? ((): void => undefined);
    const server = await startEditorServer({
      dataFolder: path.join(folder, 'vscode'),
      settings: {
        'workbench.colorTheme': themes.dark,
        'llmTraces.receiver.grpcPort': ports[0],
        'llmTraces.receiver.httpPort': ports[1],
        ...options.settings,
      },
      log,
      isTrusted: options.isUntrusted !== true,
    });
    const browser = await launchBrowser({ log });
    return new Session(folder, ports, server, browser, options);
  }

  /** Opens a window with the extension under development. */
  async open(): Promise<Workbench> {
    const context = await this.#browser.newContext({
      viewport: this.#options.viewport ?? { width: 1400, height: 900 },
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    const page = await context.newPage();
    const window = new Workbench(page);
    this.#windows.push(window);
    await page.goto(this.#server.address(this.workspace, this.#options.extension ?? root));
    await window.untilReady();
    return window;
  }

  /** Changes the user's settings while it runs; the ports stay unless named. */
  async configure(settings: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#server.writeSettings({
      'llmTraces.receiver.grpcPort': this.grpcPort,
      'llmTraces.receiver.httpPort': this.httpPort,
      ...this.#options.settings,
      ...settings,
    });
  }

  /** What the extension wrote into its log, for a failed test's message. */
  async extensionLogs(): Promise<string> {
    const logs = path.join(this.folder, 'vscode', 'data', 'logs');
    const files = await fs.readdir(logs, { recursive: true }).catch(() => []);
    const wanted = files.filter((file) => /llm-trace-inspector.*\.log$/i.test(file));
    const texts = await Promise.all(
      wanted.map((file) => fs.readFile(path.join(logs, file), 'utf8').catch(() => '')),
    );
    return wanted.map((file, index) => `--- ${file}\n${(texts[index] ?? '').slice(-4000)}`).join('\n');
  }

  /** Ends the browser and the server, and removes everything the session wrote. */
  async stop(): Promise<void> {
    await this.#browser.close().catch(() => undefined);
    await this.#server.stop();
    await fs.rm(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}
