import fs from 'node:fs/promises';
import path from 'node:path';
import type { FrameLocator, Locator, Page } from 'playwright-core';
import { eventually } from '../support/eventually.ts';

const patience = 30_000;

/** VS Code's own window in the browser, as a person uses it: by what is seen and by keys. */
export class Workbench {
  readonly page: Page;
  /** Every address the window asked for, and every message of its console. */
  readonly requests: string[] = [];
  readonly console: string[] = [];

  constructor(page: Page) {
    this.page = page;
    page.setDefaultTimeout(patience);
    page.on('request', (request) => this.requests.push(request.url()));
    page.on('console', (message) => this.console.push(`${message.type()}: ${message.text()}`));
  }

  /** Waits until the window is drawn and its extension host answers. */
  async untilReady(): Promise<void> {
    await this.page.locator('.monaco-workbench .part.statusbar').waitFor({ timeout: 60_000 });
    await this.page.locator('.activitybar .action-item').first().waitFor({ timeout: 60_000 });
  }

  /** As the user does it: what is on show is kept, which a reload by the browser may cut short. */
  async reload(): Promise<void> {
    const reloaded = this.page.waitForEvent('load');
    await this.runByKeyboard('Developer: Reload Window');
    await reloaded;
    await this.untilReady();
  }

  /** Rests the pointer on it until `shown` is there: a hover that is under way ends when anything moves. */
  async hover(target: Locator, shown: Locator): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      await target.hover();
      try {
        await shown.waitFor({ timeout: 4_000 });
        return;
      } catch (error) {
        if (attempt === 5) throw error;
        await this.page.mouse.move(0, 0);
      }
    }
  }

  /** Runs a command as the palette shows it, e.g. `LLM Traces: Show Log`. */
  async run(title: string): Promise<void> {
    const input = await this.openQuickInput('F1');
    await input.fill(`>${title}`);
    const row = this.page.locator('.quick-input-list .monaco-list-row', { hasText: title }).first();
    await row.waitFor();
    await row.click();
  }

  /** Chooses an item of the context menu of `of`. */
  async chooseFromMenu(of: Locator, item: string | RegExp): Promise<void> {
    const entry = this.page.locator('.context-view .action-item', { hasText: item });
    await of.click({ button: 'right' });
    await entry.waitFor();
    // A click that follows closely is taken for the end of the one that opened the menu: once more, then.
    await eventually(async () => {
      if (await entry.isVisible()) await entry.click({ timeout: 1_000 });
      await entry.waitFor({ state: 'hidden', timeout: 1_000 });
    });
  }

  /** The same without a pointer. */
  async runByKeyboard(title: string): Promise<void> {
    const input = await this.openQuickInput('F1');
    await input.fill(`>${title}`);
    await this.page.locator('.quick-input-list .monaco-list-row.focused', { hasText: title }).waitFor();
    await this.page.keyboard.press('Enter');
  }

  /** Presses a key until the quick input is there, as one that comes too early is lost. */
  async openQuickInput(key: string): Promise<Locator> {
    const input = this.page.locator('.quick-input-widget:visible .quick-input-box input');
    const until = Date.now() + patience;
    for (;;) {
      await this.page.keyboard.press(key);
      try {
        await input.waitFor({ timeout: 2000 });
        return input;
      } catch (error) {
        if (Date.now() > until) throw error;
      }
    }
  }

  get quickPick(): Locator {
    return this.page.locator('.quick-input-widget:visible');
  }

  quickPickRow(text: string | RegExp): Locator {
    return this.page.locator('.quick-input-widget:visible .monaco-list-row', { hasText: text }).first();
  }

  statusBarItem(text: string | RegExp): Locator {
    return this.page.locator('.part.statusbar .statusbar-item', { hasText: text });
  }

  /** Shows a view container of the activity bar by its title. */
  async showContainer(title: string): Promise<void> {
    const item = this.page.locator(`.activitybar .action-item:has(a[aria-label^="${title}"])`).first();
    await item.waitFor();
    if (!/\bchecked\b/.test((await item.getAttribute('class')) ?? '')) await item.click();
    await this.page.locator('.part.sidebar .composite.title', { hasText: new RegExp(title, 'i') }).waitFor();
  }

  /** A view (pane) of the side bar by its title. */
  view(title: string): Locator {
    return this.page.locator('.part.sidebar .pane').filter({
      has: this.page.locator('.pane-header h3.title', { hasText: new RegExp(`^${title}`, 'i') }),
    });
  }

  /** Rows of a tree view, in order, visible ones only. */
  rows(view: string, text?: string | RegExp): Locator {
    const rows = this.view(view).locator('.monaco-list-row[role="treeitem"]');
    return text === undefined ? rows : rows.filter({ hasText: text });
  }

  /** A row at a depth, 1 for the outermost. */
  rowAt(view: string, level: number, text: string | RegExp): Locator {
    return this.rows(view, text).and(this.page.locator(`[aria-level="${level}"]`));
  }

  /** A trace's row, expanded down to the children of its root span. @returns the trace's row */
  async expandTrace(name: string | RegExp, trace: Locator = this.rowAt('Traces', 1, name)): Promise<Locator> {
    await this.expand(trace);
    await this.expand(this.rowAt('Traces', 2, name).first());
    return trace;
  }

  async expand(row: Locator): Promise<void> {
    await this.expandOrCollapse(row, true);
  }

  async expandOrCollapse(row: Locator, expanded: boolean): Promise<void> {
    await row.waitFor();
    if ((await row.getAttribute('aria-expanded')) === String(expanded)) return;
    await row.locator('.monaco-tl-twistie').click();
    await row.and(this.page.locator(`[aria-expanded="${expanded}"]`)).waitFor();
  }

  /**
   * The notifications that are open, in the list behind the bell: under the test driver, none pops up.
   * Opens the list; it closes itself when it is empty.
   */
  async notifications(text?: string | RegExp): Promise<Locator> {
    const center = this.page.locator('.notifications-center');
    if (!(await center.isVisible()))
      await this.page.locator('.part.statusbar [id="status.notifications"]').click();
    const all = this.page.locator('.notifications-center:visible .notification-list-item');
    return text === undefined ? all : all.filter({ hasText: text });
  }

  /** The document inside the newest visible webview. */
  webview(): FrameLocator {
    return this.page.frameLocator('iframe.webview.ready >> nth=-1').frameLocator('#active-frame');
  }

  /** The open editor tabs' labels. */
  async tabs(): Promise<readonly string[]> {
    return this.page.locator('.part.editor .tab .label-name').allTextContents();
  }

  async screenshot(file: string): Promise<void> {
    await fs.mkdir(path.dirname(file), { recursive: true });
    await this.page.screenshot({ path: file });
  }

  /** Closes the window as a person does: its extension host ends. */
  async close(): Promise<void> {
    await this.page.close({ runBeforeUnload: true });
    await this.page.context().close();
  }
}
