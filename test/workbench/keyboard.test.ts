import { after, before, describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { Session } from './driver/session.ts';
import type { Workbench } from './driver/workbench.ts';
import { eventually } from './support/eventually.ts';
import { modelCall, sendTrace } from './support/send.ts';
import { explainFailures, startUp, statusIn } from './support/windows.ts';

describe('the views by keyboard alone', function () {
  this.timeout(60_000);
  let session: Session;
  let window: Workbench;

  before(async function () {
    this.timeout(startUp);
    session = await Session.start();
    window = await session.open();
    await statusIn(window, 'listening').waitFor();
    const begun = Date.now() - 10_000;
    const calls = ['first call', 'second call'].map((name, index) => ({
      ...modelCall({ name, input: 10, output: 5, prompt: `The ${name}?`, answer: 'Yes.' }),
      from: 100 * index,
    }));
    await sendTrace('http/json', session, 'keys', { name: 'older trace', children: calls }, begun);
    await sendTrace(
      'http/json',
      session,
      'keys',
      { name: 'newer trace', children: [modelCall({ input: 1, output: 1 })] },
      begun + 5000,
    );
  });
  after(() => session.stop());
  explainFailures(
    () => session,
    () => [window],
  );

  const focused = (): Promise<string> =>
    window.view('Traces').locator('.monaco-list-row.focused').first().innerText();
  const press = async (key: string, expected: RegExp): Promise<void> => {
    await window.page.keyboard.press(key);
    await eventually(async () => assert.match(await focused(), expected));
  };

  it('are reached from the command palette', async () => {
    await window.runByKeyboard('Focus on Traces View');
    await window.rows('Traces', 'newer trace').waitFor();
    await eventually(async () =>
      assert.equal(await window.view('Traces').locator('.monaco-list:focus-within').count(), 1),
    );
  });

  it('expand, collapse and move with the arrow keys', async () => {
    await press('Home', /newer trace/);
    await press('ArrowDown', /older trace/);
    await window.page.keyboard.press('ArrowRight');
    const root = window.rowAt('Traces', 2, 'older trace');
    await root.waitFor();
    await window.page.keyboard.press('ArrowDown');
    await root.and(window.page.locator('.focused')).waitFor();
    if ((await root.getAttribute('aria-expanded')) !== 'true') await window.page.keyboard.press('ArrowRight');
    await window.rows('Traces', 'first call').waitFor();
    await press('ArrowDown', /first call/);
    await press('ArrowDown', /second call/);
    await press('ArrowLeft', /older trace/);
    await window.page.keyboard.press('ArrowLeft');
    await eventually(async () => assert.equal(await window.rows('Traces', 'first call').count(), 0));
    await window.page.keyboard.press('ArrowRight');
    await window.rows('Traces', 'first call').waitFor();
  });

  it('open the details with Enter and keep the focus in the tree', async () => {
    await press('ArrowDown', /first call/);
    await window.page.keyboard.press('Enter');
    await window.webview().getByText('The first call?').waitFor();
    await press('ArrowDown', /second call/);
    await window.page.keyboard.press('Enter');
    await window.webview().getByText('The second call?').waitFor();
  });

  it('tell a screen reader what each row is', async () => {
    const label = (await window.rows('Traces', 'first call').getAttribute('aria-label')) ?? '';
    assert.match(label, /Model call first call/);
    assert.match(label, /model gpt-4o/);
    assert.match(label, /15 tokens/);
  });
});
