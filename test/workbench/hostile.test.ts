import { after, before, describe, it } from 'mocha';
import assert from 'node:assert/strict';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { Session } from './driver/session.ts';
import type { Workbench } from './driver/workbench.ts';
import type { SpanToSend } from './support/send.ts';
import { modelCall, sendTrace } from './support/send.ts';
import { explainFailures, pictures, startUp, statusIn } from './support/windows.ts';

const rightToLeftOverride = '\u202E';

describe('hostile spans', function () {
  this.timeout(60_000);
  let session: Session;
  let window: Workbench;
  const asked: string[] = [];
  const canary = http.createServer((request, response) => {
    asked.push(request.url ?? '');
    response.end();
  });
  let canaryUrl: string;
  let traceName: string;
  let callName: string;
  let sendHostile: (begun: number) => Promise<unknown>;

  before(async function () {
    this.timeout(startUp);
    await new Promise<void>((resolve) => canary.listen(0, '127.0.0.1', resolve));
    canaryUrl = `http://127.0.0.1:${(canary.address() as AddressInfo).port}`;
    traceName = `<img src=${canaryUrl}/name> [run](command:workbench.action.toggleZenMode) $(trash) ${rightToLeftOverride}gpj`;
    callName = `**bold** <b>b</b> ![x](${canaryUrl}/md) hostile call`;
    const nasty = [
      `<script>window.top.pwned = 1; fetch('${canaryUrl}/script')</script>`,
      `<img src="${canaryUrl}/img" onerror="window.top.pwned = 2">`,
      `<iframe src="${canaryUrl}/frame"></iframe><form action="${canaryUrl}/form"><input autofocus onfocus="window.top.pwned = 3"></form>`,
      `<style>@import url("${canaryUrl}/css"); body { background: url(${canaryUrl}/bg) }</style>`,
      `![image](${canaryUrl}/markdown-image)`,
      '[command](command:workbench.action.toggleZenMode) [script](javascript:alert(1)) [data](data:text/html,<script>1</script>)',
      `<a href="command:workbench.action.toggleZenMode">html link</a> <svg><script>window.top.pwned = 4</script></svg>`,
      `${rightToLeftOverride}txt.exe`,
      'the end of the answer',
    ].join('\n\n');
    session = await Session.start();
    window = await session.open();
    await statusIn(window, 'listening').waitFor();
    const hostile: SpanToSend = {
      name: traceName,
      error: `failed <img src=${canaryUrl}/status> [run](command:workbench.action.toggleZenMode)`,
      children: [
        modelCall({
          name: callName,
          model: `model](command:x) <img src=${canaryUrl}/model>`,
          input: 10,
          output: 5,
          prompt: nasty,
          answer: nasty,
          attributes: {
            [`<img src=${canaryUrl}/key>`]: nasty,
            ['__proto__']: 'polluted',
            'constructor.prototype.polluted': true,
          },
        }),
      ],
    };
    sendHostile = (begun) =>
      sendTrace('http/protobuf', session, `service <img src=${canaryUrl}/service>`, hostile, begun);
    await sendHostile(Date.now() - 60_000);
    await window.showContainer('LLM Traces');
  });
  after(async () => {
    canary.closeAllConnections();
    canary.close();
    await session.stop();
  });
  explainFailures(
    () => session,
    () => [window],
  );

  /** No markup, address or handler of a span is live in the panel on show. */
  async function assertInert(): Promise<void> {
    const panel = window.webview();
    const body = panel.locator('body');
    assert.equal(
      await body.locator('iframe, form, object, embed, #root script, #root style, #root link').count(),
      0,
    );
    const sources = await body
      .locator('img[src]')
      .evaluateAll((images) => images.map((image) => image.getAttribute('src') ?? ''));
    assert.deepEqual(
      sources.filter((source) => !source.startsWith('data:image/')),
      [],
    );
    const targets = await body
      .locator('a[href]')
      .evaluateAll((links) => links.map((link) => link.getAttribute('href') ?? ''));
    assert.deepEqual(
      targets.filter((target) => /^\s*(command|javascript|data|vscode|file):/i.test(target)),
      [],
    );
    const handlers = await body
      .locator('#root *')
      .evaluateAll((elements) =>
        elements.flatMap((element) => element.getAttributeNames().filter((name) => name.startsWith('on'))),
      );
    assert.deepEqual(handlers, []);
    assert.ok(!(await body.innerText()).includes(rightToLeftOverride));
    assert.equal(await window.page.evaluate('window.pwned'), undefined);
  }

  it('are plain text in the tree, with what is invisible made visible', async () => {
    const row = window.rows('Traces').first();
    await row.waitFor();
    const text = (await row.textContent()) ?? '';
    assert.ok(text.includes('<img src='), text);
    assert.ok(text.includes('$(trash)'), 'an icon name stays text');
    assert.ok(!text.includes(rightToLeftOverride), 'no character that turns the text around');
    assert.equal(await row.locator('.monaco-icon-label-container img, .codicon-trash').count(), 0);
    assert.ok(!((await row.getAttribute('aria-label')) ?? '').includes(rightToLeftOverride));
  });

  it('are plain text in the hover, without links', async () => {
    const hovers = window.page.locator('.workbench-hover:visible, .monaco-hover:visible');
    const hover = hovers.filter({ hasText: '<img src=' }).first();
    await window.hover(window.rows('Traces').first(), hover);
    const live = await hover
      .locator('img, a[href], a[data-href]')
      .evaluateAll((elements) => elements.map((element) => element.outerHTML));
    assert.deepEqual(live, []);
  });

  it('are inert in the details panel: no script, picture, frame or command', async () => {
    await window.expandTrace('toggleZenMode');
    await window.rows('Traces', 'hostile call').click();
    const panel = window.webview();
    await panel.getByText('the end of the answer').first().waitFor();
    await window.screenshot(path.join(pictures, 'hostile.png'));
    await assertInert();
  });

  it('are inert in a comparison', async () => {
    await sendHostile(Date.now() - 600_000);
    await window.rowAt('Traces', 1, 'toggleZenMode').nth(1).waitFor();
    await window.rows('Traces', 'hostile call').first().click();
    await window.run('LLM Traces: Compare with Previous Run');
    const panel = window.webview();
    const same = panel.getByRole('button', { name: /^Show 1 that is the same/ });
    await same.first().click();
    await same.first().click();
    await panel.getByText('the end of the answer').first().waitFor();
    await assertInert();
  });

  it('ask no server for anything', () => {
    assert.deepEqual(asked, []);
    assert.deepEqual(
      window.requests.filter((url) => url.startsWith(canaryUrl)),
      [],
    );
  });
});
