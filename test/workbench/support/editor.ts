import type { Locator } from 'playwright-core';
import type { Workbench } from '../driver/workbench.ts';

/** Opens a file of the workspace's folder from the Explorer, as a person does. */
export async function openFile(window: Workbench, name: string): Promise<void> {
  await window.showContainer('Explorer');
  await window.page.locator('.explorer-folders-view .monaco-list-row', { hasText: name }).dblclick();
  await window.page.locator('.part.editor .tab.active', { hasText: name }).waitFor();
}

/** The line of the active editor that holds a text, with the hint behind it. */
export function codeLine(window: Workbench, text: string): Locator {
  return window.page
    .locator('.part.editor .editor-instance .view-line', { hasText: nonBreaking(text) })
    .first();
}

/** What a line shows, with plain blanks. */
export async function lineText(line: Locator): Promise<string> {
  return ((await line.textContent()) ?? '').replaceAll('\u00a0', ' ');
}

/** Puts the cursor at the end of a line of the active editor. */
export async function goToLine(window: Workbench, line: number): Promise<void> {
  const input = await window.openQuickInput('Control+G');
  await input.fill(`:${line}`);
  await window.page.keyboard.press('Enter');
  await window.page
    .locator('.part.statusbar [id="status.editor.selection"]', { hasText: `Ln ${line},` })
    .waitFor();
  await window.page.keyboard.press('End');
}

/** The editor writes blanks that do not break. */
function nonBreaking(text: string): string {
  return text.replaceAll(' ', '\u00a0');
}
