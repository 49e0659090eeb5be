import { afterEach } from 'mocha';
import path from 'node:path';
import type { Session } from '../driver/session.ts';
import type { Workbench } from '../driver/workbench.ts';

export const pictures = path.resolve('out', 'screenshots');

/** How long starting an editor may take on a busy machine. */
export const startUp = 120_000;

/** The extension's item in the status bar while it is in this state, e.g. `listening` (which `receiving` is, too). */
export function statusIn(window: Workbench, state: string | RegExp): ReturnType<Workbench['statusBarItem']> {
  const words = state === 'listening' ? '(listening|receiving)' : state;
  const wanted = typeof words === 'string' ? new RegExp(`LLM Traces, ${words}`) : words;
  return window.page.locator('.part.statusbar').getByRole('button', { name: wanted });
}

/** After a failed test: a picture of each window and the extension's log. */
export function explainFailures(
  session: () => Session | undefined,
  windows: () => readonly (Workbench | undefined)[],
): void {
  afterEach('a picture of the failure', async function () {
    if (this.currentTest?.state !== 'failed') return;
    const name = this.currentTest
      .fullTitle()
      .replaceAll(/[^\w]+/g, '-')
      .slice(0, 80);
    for (const [index, window] of windows().entries()) {
      if (window === undefined || window.page.isClosed()) continue;
      const file = path.join(pictures, `failed-${name}-${index}.png`);
      await window.screenshot(file).catch(() => undefined);
      console.log(`      picture: ${file}`);
    }
    console.log(await session()?.extensionLogs());
  });
}
