import { after, before, describe, it } from 'mocha';
import assert from 'node:assert/strict';
import fs from 'node:fs/promises';
import path from 'node:path';
import { Session } from './driver/session.ts';
import { themes } from './driver/themes.ts';
import type { ThemeName } from './driver/themes.ts';
import type { Workbench } from './driver/workbench.ts';
import { codeLine, goToLine, lineText, openFile } from './support/editor.ts';
import { eventually } from './support/eventually.ts';
import { modelCall, sendTrace } from './support/send.ts';
import type { SpanToSend } from './support/send.ts';
import { explainFailures, pictures, startUp, statusIn } from './support/windows.ts';

const workspace = 'test/fixtures/beside';
/** Nothing that writes or saves by itself, so that each key does what it says. */
const settings = {
  'files.autoSave': 'off',
  'editor.quickSuggestions': 'off',
  'editor.autoClosingBrackets': 'never',
};
const helper = 'client.chat.completions.create(';
const planCall = 'ask(f"Plan: {goal}")';
const searchCall = 'ask(f"Search for {query}")';
const rightToLeftOverride = '\u202E';

/** A call of the helper, as a program that was started here tells of it: with the frames of its own code. */
async function helperCall(
  session: Session,
  caller: 'plan' | 'search',
  part: Partial<Parameters<typeof modelCall>[0]> = {},
): Promise<SpanToSend> {
  const file = path.join(session.workspace, 'agent.py');
  const lines = (await fs.readFile(file, 'utf8')).split('\n');
  const at = (text: string): number => lines.findIndex((line) => line.includes(text)) + 1;
  const frames = [
    [file, at(helper), null, 'ask', at(helper) + 3],
    [file, at(caller === 'plan' ? planCall : searchCall), null, caller, null],
    [file, at(caller === 'plan' ? 'plan("a weekend' : 'print(search('), null, 'main', null],
    [file, lines.findLastIndex((line) => line.includes('main()')) + 1, null, null, null],
  ];
  return modelCall({
    input: 1000,
    output: 50,
    ...part,
    attributes: { 'llm_trace_inspector.frames': JSON.stringify(frames), ...part.attributes },
  });
}

/** 1,000 × $2.5 / 1M + 50 × $10 / 1M = $0.003 for each call. */
async function run(session: Session): Promise<string> {
  return sendTrace('http/protobuf', session, 'agent', {
    name: 'agent.run',
    to: 4000,
    children: [
      { ...(await helperCall(session, 'plan')), from: 0, to: 900 },
      { ...(await helperCall(session, 'search')), from: 1000, to: 1500 },
      { ...(await helperCall(session, 'search', { finishReason: 'length' })), from: 1600, to: 2400 },
    ],
  });
}

describe('the calls beside the code', function () {
  this.timeout(60_000);
  let session: Session;
  let window: Workbench;

  before(async function () {
    this.timeout(startUp);
    session = await Session.start({ workspace, settings });
    window = await session.open();
    await statusIn(window, 'listening').waitFor();
    await openFile(window, 'agent.py');
    await codeLine(window, helper).waitFor();
  });
  after(() => session.stop());
  explainFailures(
    () => session,
    () => [window],
  );
  const shows = async (code: string, hint: RegExp | undefined): Promise<void> =>
    eventually(async () => {
      const text = await lineText(codeLine(window, code));
      if (hint) assert.match(text, hint);
      else assert.doesNotMatch(text, /\$0\.|tok|×|↳/);
    });

  it('are a hint at the end of the calling line, soon after the spans', async () => {
    const shown = codeLine(window, helper).filter({ hasText: '$0.009' }).waitFor();
    await run(session);
    const sent = performance.now();
    await shown;
    console.log(
      `      the hint was there ${Math.round(performance.now() - sent)} ms after the acknowledgement`,
    );
    await shows(helper, /create\( *\$0\.009 · 3\.1k tok · 800 ms · ×3 ⚠/);
  });

  it('are summed at the helper, and shared by its callers', async () => {
    await shows(planCall, /splitlines\(\) *↳ \$0\.003 · 1\.1k tok · 900 ms$/);
    await shows(searchCall, /query\}"\) *↳ \$0\.006 · 2\.1k tok · \d+ ms · ×2 ⚠/);
    await shows('model="gpt-4o"', undefined);
    await window.screenshot(path.join(pictures, 'beside-code.png'));
  });

  it('are in the hover of the line, with arithmetic and links', async () => {
    const hover = window.page.locator('.monaco-hover:visible', { hasText: 'Called here' }).first();
    await window.hover(codeLine(window, helper).locator('span span').first(), hover);
    const text = await lineText(hover);
    assert.match(text, /3 calls · \$0\.009 · 3\.1k tok/);
    assert.match(text, /Input: 1,000 × \$2\.5 \/ 1M = \$0\.0025/);
    await window.screenshot(path.join(pictures, 'beside-code-hover.png'));
    await hover.getByText('Details').first().click();
    await window.webview().getByText('Hello!').first().waitFor();
    await window.page.keyboard.press('Escape');
  });

  it('are problems where answers were cut', async () => {
    await window.page.keyboard.press('ControlOrMeta+Shift+M');
    const row = window.page.locator('.markers-panel .monaco-list-row', { hasText: 'LLM Traces' }).first();
    await row.waitFor();
    assert.match(await lineText(row), /trunc|cut|limit|length/i);
    assert.match(await lineText(row), /Ln 9/);
    await window.screenshot(path.join(pictures, 'beside-code-problems.png'));
    await window.run('View: Toggle Panel Visibility');
  });

  it('move with the lines, and are stale where the line itself is edited', async () => {
    await goToLine(window, 1);
    await window.run('Copy Line Up');
    await shows(helper, /create\( *\$0\.009/);
    await goToLine(window, 10);
    await window.page.keyboard.type('x');
    await shows(helper, /create\(x *≈ \$0\.009/);
    await window.page.keyboard.press('Backspace');
    await shows(helper, /create\( *\$0\.009/);
    await window.page.keyboard.press('ControlOrMeta+S');
    await window.page.locator('.part.editor .tab.active:not(.dirty)').waitFor();
    await shows(helper, /create\( *\$0\.009/);
    await shows(planCall, /↳ \$0\.003/);
  });

  it('are above the functions when that is wanted', async () => {
    await session.configure({ 'llmTraces.code.codeLens': true });
    const lens = window.page.locator('.codelens-decoration', { hasText: '3 calls' }).first();
    await lens.waitFor();
    assert.match(await lineText(lens), /3 calls · \$0\.009 · p95 900 ms/);
    await window.screenshot(path.join(pictures, 'beside-code-lens.png'));
    await lens.locator('a').click();
    await window.quickPickRow('chat gpt-4o').waitFor();
    await window.page.keyboard.press('Escape');
  });

  it('are all listed from the line', async () => {
    await goToLine(window, 10);
    await window.run('LLM Traces: Show Calls Here');
    await eventually(async () =>
      assert.equal(await window.quickPick.locator('.monaco-list-row', { hasText: 'chat gpt-4o' }).count(), 3),
    );
    await window.screenshot(path.join(pictures, 'beside-code-calls.png'));
    await window.page.keyboard.press('Escape');
  });

  it('can be peeked at', async () => {
    await goToLine(window, 10);
    await window.run('LLM Traces: Peek Calls');
    const peek = window.page.locator('.peekview-widget');
    await peek.locator('.view-line', { hasText: 'Hello!' }).first().waitFor();
    await window.screenshot(path.join(pictures, 'beside-code-peek.png'));
    await window.page.keyboard.press('Escape');
    await peek.waitFor({ state: 'detached' });
  });

  it('are gone to one after the other', async () => {
    await goToLine(window, 10);
    const position = window.page.locator('.part.statusbar [id="status.editor.selection"]');
    for (const line of [18, 22]) {
      await window.run('LLM Traces: Go to Next Call Site');
      await position.filter({ hasText: `Ln ${line},` }).waitFor();
    }
    await window.run('LLM Traces: Go to Previous Call Site');
    await position.filter({ hasText: 'Ln 18,' }).waitFor();
  });

  it('lead from the tree to their line', async () => {
    await window.showContainer('LLM Traces');
    await window.expandTrace('agent.run');
    const call = window.rows('Traces', 'chat gpt-4o').first();
    await call.hover();
    await call.getByRole('button', { name: 'Go to Source' }).click();
    const position = window.page.locator('.part.statusbar [id="status.editor.selection"]');
    await position.filter({ hasText: /Ln (9|10),/ }).waitFor();
  });

  it('are in "Calls in Code", by file, function and line', async () => {
    await window.showContainer('LLM Traces');
    const header = window.view('Calls in Code').locator('.pane-header');
    if ((await header.getAttribute('aria-expanded')) !== 'true') await header.click();
    const file = window.rows('Calls in Code', 'agent.py');
    await file.waitFor();
    assert.match((await file.getAttribute('aria-label')) ?? '', /3 calls · \$0\.009/);
    await window.expand(file);
    await window.expand(window.rows('Calls in Code', 'ask').first());
    const line = window.rows('Calls in Code', 'Line 10').first();
    await window.expand(line);
    await window.rows('Calls in Code', 'chat gpt-4o').first().waitFor();
    await window.screenshot(path.join(pictures, 'beside-code-tree.png'));
  });

  it('that several lines can have made lead to the line that is chosen, and then always there', async () => {
    // Another program: a new run of the first one would be the one that is summed.
    await sendTrace('http/protobuf', session, 'twice', { name: 'agent.twice' });
    const span = window.rowAt('Traces', 2, 'agent.twice');
    const fromMenu = (item: RegExp): Promise<void> => window.chooseFromMenu(span, item);
    await window.showContainer('LLM Traces');
    await window.expand(window.rowAt('Traces', 1, 'agent.twice'));
    // The index of the workspace's sources is made in the background.
    await eventually(async () => {
      await fromMenu(/^Go to Source$/);
      await window.quickPickRow('twice.py:12').waitFor({ timeout: 3000 });
    }, 30_000);
    assert.equal(await window.quickPick.locator('.monaco-list-row', { hasText: 'twice.py' }).count(), 2);
    await window.screenshot(path.join(pictures, 'beside-code-choice.png'));
    await window.quickPickRow('twice.py:12').click();
    const position = window.page.locator('.part.statusbar [id="status.editor.selection"]');
    await position.filter({ hasText: 'Ln 12,' }).waitFor();
    await goToLine(window, 1);
    await fromMenu(/^Go to Source$/);
    await position.filter({ hasText: 'Ln 12,' }).waitFor();
    await fromMenu(/^Choose Its Line/);
    await window.quickPickRow('twice.py:7').click();
    await position.filter({ hasText: 'Ln 7,' }).waitFor();
    await openFile(window, 'agent.py');
    await window.showContainer('LLM Traces');
  });

  it('are inert, whatever their names hold', async () => {
    const nasty = `<img src=x onerror=alert(1)> [run](command:workbench.action.toggleZenMode) $(trash) ${rightToLeftOverride}x`;
    await sendTrace('grpc', session, nasty, {
      name: nasty,
      error: nasty,
      children: [await helperCall(session, 'search', { name: nasty, model: nasty, finishReason: nasty })],
    });
    await shows(helper, /≥ \$0\.009|×4|cost/);
    await goToLine(window, 10);
    await window.run('LLM Traces: Show Calls Here');
    await window.quickPickRow('<img src=x').waitFor();
    assert.equal(await window.quickPick.locator('.codicon-trash, img').count(), 0);
    assert.ok(!((await window.quickPick.textContent()) ?? '').includes(rightToLeftOverride));
    await window.page.keyboard.press('Escape');
    await goToLine(window, 10);
    await window.run('Show or Focus Hover');
    const hover = window.page.locator('.monaco-hover:visible', { hasText: '<img src=x' }).first();
    await hover.waitFor();
    const live = await hover
      .locator('img, a[data-href], a[href]')
      .evaluateAll((elements) =>
        elements.map((element) => element.getAttribute('data-href') ?? element.outerHTML),
      );
    assert.ok(live.length > 0);
    for (const link of live) assert.match(link, /^command:llmTraces\.\w+\?/);
    await window.page.keyboard.press('Escape');
  });

  for (const name of Object.keys(themes) as ThemeName[]) {
    it(`can be read in ${themes[name]}`, async () => {
      await session.configure({ 'workbench.colorTheme': themes[name], 'llmTraces.code.codeLens': true });
      await window.page
        .locator(
          `.monaco-workbench.${name === 'dark' ? 'vs-dark' : name === 'light' ? 'vs' : name === 'hc' ? 'hc-black' : 'hc-light'}`,
        )
        .waitFor();
      await shows(planCall, /↳ \$0\.003/);
      await window.screenshot(path.join(pictures, `beside-code-${name}.png`));
    });
  }

  it('are gone with their traces', async () => {
    await session.configure({ 'llmTraces.code.codeLens': false });
    await window.run('LLM Traces: Delete All Traces…');
    await window.page
      .getByRole('button', { name: /^Delete/ })
      .first()
      .click();
    await shows(helper, undefined);
    await window.page.keyboard.press('ControlOrMeta+Shift+M');
    await window.page.locator('.markers-panel', { hasText: 'No problems' }).waitFor();
  });
});

describe('the calls beside the code of a workspace that is not trusted', function () {
  this.timeout(60_000);
  let session: Session;
  let window: Workbench;

  before(async function () {
    this.timeout(startUp);
    session = await Session.start({ workspace, isUntrusted: true });
    await fs.mkdir(path.join(session.workspace, '.vscode'));
    const settings = { 'llmTraces.code.enabled': true, 'llmTraces.code.codeLens': true };
    await fs.writeFile(path.join(session.workspace, '.vscode/settings.json'), JSON.stringify(settings));
    window = await session.open();
    await statusIn(window, 'listening').waitFor();
    await openFile(window, 'agent.py');
    await codeLine(window, helper).waitFor();
  });
  after(() => session.stop());
  explainFailures(
    () => session,
    () => [window],
  );

  it('are not shown, though their traces are', async () => {
    await window.showContainer('LLM Traces');
    await run(session);
    const row = window.rowAt('Traces', 1, 'agent.run');
    await row.waitFor();
    await eventually(async () => assert.match((await row.getAttribute('aria-label')) ?? '', /\$0\.009/));
    await window.screenshot(path.join(pictures, 'beside-code-untrusted.png'));
    assert.doesNotMatch(await lineText(codeLine(window, helper)), /\$/);
    assert.equal(await window.page.locator('.codelens-decoration', { hasText: 'call' }).count(), 0);
  });
});
