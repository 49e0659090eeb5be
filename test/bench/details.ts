import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { launchBrowser } from '../../scripts/lib/browser.mjs';
import { startEditorServer } from '../../scripts/lib/editorServer.mjs';
import { root } from '../../scripts/lib/paths.mjs';
import { freePorts } from '../workbench/driver/session.ts';
import { Workbench } from '../workbench/driver/workbench.ts';
import { modelCall, sendTrace } from '../workbench/support/send.ts';
import { percentile } from './ingest.ts';
import type { BenchRow } from './row.ts';

const megabyte = 1_000_000;
const rounds = 10;

/** From a click on a call to its painted conversation in the details panel, in the real browser. */
export async function benchDetails(): Promise<BenchRow[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'llm-traces-bench-'));
  const workspace = path.join(folder, 'workspace');
  mkdirSync(workspace);
  const [grpcPort, httpPort] = await freePorts();
  const server = await startEditorServer({
    dataFolder: path.join(folder, 'vscode'),
    settings: { 'llmTraces.receiver.grpcPort': grpcPort, 'llmTraces.receiver.httpPort': httpPort },
    log: () => undefined,
  });
  const browser = await launchBrowser({ log: () => undefined });
  try {
    const page = await (await browser.newContext({ viewport: { width: 1400, height: 900 } })).newPage();
    const window = new Workbench(page);
    await page.goto(server.address(workspace, root));
    await window.untilReady();
    await window.showContainer('LLM Traces');
    await window.statusBarItem(/\d/).first().waitFor();
    const prompt = (size: number): string => 'A prompt with words, and more of them.\n'.repeat(size / 39);
    await window.view('Traces').getByText('Waiting for the first trace').waitFor();
    await sendTrace('http/protobuf', { grpcPort, httpPort }, 'bench', {
      name: 'prompts',
      children: [
        modelCall({ name: 'small call', input: 10, output: 1, prompt: 'hello', answer: 'the small answer' }),
        modelCall({
          name: 'large call',
          input: 10,
          output: 1,
          prompt: prompt(5 * megabyte),
          answer: 'the large answer',
        }),
      ],
    });
    await window.expandTrace('prompts');
    await open(window, 'small call', 'the small answer');
    const waits: number[] = [];
    const small: number[] = [];
    for (let round = 0; round < rounds; round++) {
      waits.push(await open(window, 'large call', 'the large answer'));
      small.push(await open(window, 'small call', 'the small answer'));
    }
    waits.sort((a, b) => a - b);
    small.sort((a, b) => a - b);
    return [
      {
        name: 'open a call with a prompt of 5 MB, p50',
        value: percentile(waits, 0.5),
        unit: 'ms',
        // A call of a few words, for what the editor itself takes.
        baseline: percentile(small, 0.5),
        goal: { is: '≤', value: 200 },
      },
      { name: 'open a call with a prompt of 5 MB, max', value: waits.at(-1) ?? NaN, unit: 'ms' },
    ];
  } finally {
    await browser.close().catch(() => undefined);
    await server.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Milliseconds from the click until the answer's text was painted; both clocks are this machine's. */
async function open(workbench: Workbench, row: string, answer: string): Promise<number> {
  const element = workbench.rows('Traces', row).first();
  const body = workbench.webview().locator('body');
  const isFirst = (await workbench.page.locator('iframe.webview.ready').count()) === 0;
  const painted = isFirst
    ? undefined
    : body.evaluate(
        (within, text) =>
          new Promise<number>((resolve) => {
            const look = (): void => {
              if (!within.textContent.includes(text)) return;
              observer.disconnect();
              requestAnimationFrame(() => requestAnimationFrame(() => resolve(Date.now())));
            };
            const observer = new MutationObserver(look);
            observer.observe(within, { childList: true, subtree: true, characterData: true });
            look();
          }),
        answer,
      );
  // Playwright moves the pointer first: the click itself is what counts.
  const clicked = workbench.page.evaluate(
    () =>
      new Promise<number>((resolve) =>
        window.addEventListener('mousedown', () => resolve(Date.now()), { once: true, capture: true }),
      ),
  );
  await element.click();
  const begun = await clicked;
  if (painted) return (await painted) - begun;
  await workbench.webview().getByText(answer).first().waitFor();
  return Date.now() - begun;
}
