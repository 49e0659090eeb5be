import { after, before, describe, it } from 'mocha';
import assert from 'node:assert/strict';
import path from 'node:path';
import { Session } from './driver/session.ts';
import type { Workbench } from './driver/workbench.ts';
import { eventually } from './support/eventually.ts';
import { modelCall, protocols, sendTrace } from './support/send.ts';
import { explainFailures, pictures, startUp, statusIn } from './support/windows.ts';

describe('a window of the editor', function () {
  this.timeout(60_000);
  let session: Session;
  let window: Workbench;

  before(async function () {
    this.timeout(startUp);
    session = await Session.start();
    window = await session.open();
  });
  after(() => session.stop());
  explainFailures(
    () => session,
    () => [window],
  );

  it('activates the extension and listens on the ports of the settings', async () => {
    const item = statusIn(window, 'listening');
    await item.waitFor();
    const label = (await item.getAttribute('aria-label')) ?? '';
    assert.match(label, new RegExp(`:${session.grpcPort}\\b`));
    assert.match(label, new RegExp(`:${session.httpPort}\\b`));
  });

  it('tells how to get the first trace while there is none', async () => {
    await window.showContainer('LLM Traces');
    await window.view('Traces').getByText('Waiting for the first trace').waitFor();
    await window.view('Traces').getByRole('button', { name: 'Run Sample Agent' }).waitFor();
    await window.screenshot(path.join(pictures, 'welcome.png'));
  });

  for (const protocol of protocols) {
    it(`shows spans that the OpenTelemetry SDK sends over ${protocol}, with their tokens and cost`, async () => {
      const name = `answer over ${protocol}`;
      await sendTrace(protocol, session, `service ${protocol}`, {
        name,
        to: 2500,
        children: [
          { ...modelCall({ input: 1200, output: 300 }), from: 100, to: 1300 },
          {
            ...modelCall({ model: 'gpt-4o-mini', input: 2000, output: 1000, finishReason: 'length' }),
            from: 1400,
            to: 2400,
          },
        ],
      });
      const row = window.rowAt('Traces', 1, name);
      await row.waitFor();
      // 1,200 × 2.5 + 300 × 10 + 2,000 × 0.15 + 1,000 × 0.6 = 6,900 millionths of a dollar.
      await eventually(async () => {
        const label = (await row.getAttribute('aria-label')) ?? '';
        assert.match(label, /2\.50 s/);
        assert.match(label, /4,500 tokens/);
        assert.match(label, /\$0\.0069/);
        assert.match(label, /truncated/);
      });
      await window.expandTrace(name);
      const call = window.rows('Traces', 'chat gpt-4o').filter({ hasNotText: 'mini' }).first();
      await call.waitFor();
      const label = (await call.getAttribute('aria-label')) ?? '';
      assert.match(label, /1,500 tokens/);
      assert.match(label, /\$0\.006\b/);
      const truncated = window.rows('Traces', 'chat gpt-4o-mini').first();
      assert.match((await truncated.getAttribute('aria-label')) ?? '', /3,000 tokens.*\$0\.0009.*truncated/);
      await window.expandOrCollapse(row, false);
    });
  }

  it('sums the calls and the cost of today in the status bar', async () => {
    await statusIn(window, /Today: 6 calls, \$0\.0207/).waitFor();
  });

  it('shows the newest trace first', async () => {
    const labels = await window.rows('Traces').allTextContents();
    assert.match(labels[0] ?? '', /http\/json/);
  });

  it('never shows what is not known as zero', async () => {
    await sendTrace('http/json', session, 'unknown', {
      name: 'a call without usage',
      children: [
        {
          name: 'chat mystery',
          attributes: { 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'a-model-nobody-knows' },
        },
      ],
    });
    const row = window.rows('Traces', 'a call without usage');
    await row.waitFor();
    await eventually(async () => {
      const label = (await row.getAttribute('aria-label')) ?? '';
      assert.match(label, /tokens unknown/);
      assert.match(label, /cost unknown/);
      assert.doesNotMatch(label, /\$0(?![.\d])|\b0 tokens/);
    });
  });

  it('shows the conversation and the arithmetic of the cost in the details panel', async () => {
    await sendTrace('grpc', session, 'details', {
      name: 'details to read',
      children: [
        modelCall({
          name: 'the call',
          input: 1000,
          output: 50,
          prompt: 'What is the capital of Portugal?',
          answer: 'It is Lisbon.',
        }),
      ],
    });
    await window.expandTrace('details to read');
    await window.rows('Traces', 'the call').click();
    const panel = window.webview();
    await panel.getByText('What is the capital of Portugal?').waitFor();
    await panel.getByText('It is Lisbon.').waitFor();
    await window.screenshot(path.join(pictures, 'details-conversation.png'));
    await panel.getByRole('tab', { name: /^Cost/ }).click();
    await eventually(async () => {
      const text = (await panel.locator('body').innerText()).replaceAll(/\s+/g, ' ');
      assert.match(text, /1,000.{0,12}\$2\.5 \/ 1M.{0,12}\$0\.0025/);
      assert.match(text, /50.{0,12}\$10 \/ 1M.{0,12}\$0\.0005/);
      assert.match(text, /genai-prices/);
    });
    await window.screenshot(path.join(pictures, 'details-cost.png'));
  });

  it('stays as it was when new traces arrive: selection and expansion', async () => {
    const call = window.rows('Traces', 'the call');
    await call.click();
    await sendTrace('http/protobuf', session, 'later', {
      name: 'a later trace',
      children: [modelCall({ input: 1, output: 1 })],
    });
    await window.rowAt('Traces', 1, 'a later trace').waitFor();
    await call.waitFor();
    assert.equal(await call.getAttribute('aria-selected'), 'true');
    assert.equal(await window.rowAt('Traces', 1, 'details to read').getAttribute('aria-expanded'), 'true');
  });
});
