import { after, before, describe, it } from 'mocha';
import assert from 'node:assert/strict';
import path from 'node:path';
import { Session } from './driver/session.ts';
import { bodyClasses, themeNames, themes } from './driver/themes.ts';
import type { Workbench } from './driver/workbench.ts';
import { eventually } from './support/eventually.ts';
import { modelCall, sendTrace } from './support/send.ts';
import { explainFailures, pictures, startUp, statusIn } from './support/windows.ts';

describe('the looks', function () {
  this.timeout(60_000);
  let session: Session;
  let window: Workbench;

  before(async function () {
    this.timeout(startUp);
    session = await Session.start();
    window = await session.open();
    await statusIn(window, 'listening').waitFor();
    await sendTrace('grpc', session, 'pictures', {
      name: 'agent.workflow',
      to: 3000,
      children: [
        {
          ...modelCall({
            name: 'plan',
            input: 1200,
            output: 300,
            prompt: 'What is **needed**?',
            answer: 'Three steps:\n\n1. one\n2. two\n3. three',
          }),
          to: 900,
        },
        {
          ...modelCall({
            name: 'write',
            model: 'gpt-4o-mini',
            input: 5000,
            output: 1000,
            finishReason: 'length',
            answer: '```python\nprint(1)\n```',
          }),
          from: 900,
          to: 2500,
        },
        {
          name: 'search',
          from: 2500,
          to: 2900,
          attributes: { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'search' },
          error: 'no answer',
        },
      ],
    });
    await window.showContainer('LLM Traces');
    await window.expandTrace('agent.workflow');
    await window.rows('Traces', 'plan').click();
    await window.webview().getByText('Three steps').waitFor();
  });
  after(() => session.stop());
  explainFailures(
    () => session,
    () => [window],
  );

  for (const name of themeNames) {
    it(`follow the theme: ${themes[name]}`, async () => {
      await session.configure({ 'workbench.colorTheme': themes[name] });
      await window.webview().locator(`body.${bodyClasses[name]}`).waitFor();
      // The panel's colours are the theme's own.
      await eventually(async () => {
        const [own, editor] = await window
          .webview()
          .locator('body')
          .evaluate((body) => {
            const wanted = getComputedStyle(document.documentElement)
              .getPropertyValue('--vscode-foreground')
              .trim();
            const probe = document.createElement('span');
            probe.style.color = wanted;
            body.append(probe);
            const result = [getComputedStyle(body).color, getComputedStyle(probe).color];
            probe.remove();
            return result;
          });
        assert.equal(own, editor);
      });
      await window.screenshot(path.join(pictures, `theme-${name}.png`));
    });
  }
});
