import { after, before, describe, it } from 'mocha';
import assert from 'node:assert/strict';
import fs from 'node:fs/promises';
import path from 'node:path';
import { Session } from './driver/session.ts';
import { bodyClasses, themeNames, themes } from './driver/themes.ts';
import type { Workbench } from './driver/workbench.ts';
import { eventually } from './support/eventually.ts';
import {
  chartFrame,
  clickRow,
  clickTree,
  drawnPixels,
  isSelected,
  item,
  rowHeight,
  rulerHeight,
  selectedName,
  sendSpan,
} from './support/flameChart.ts';
import { modelCall, sendTrace } from './support/send.ts';
import { explainFailures, pictures, startUp, statusIn } from './support/windows.ts';

const rightToLeftOverride = '\u202E';

describe('the flame chart', function () {
  this.timeout(90_000);
  let session: Session;
  let window: Workbench;

  before(async function () {
    this.timeout(startUp);
    session = await Session.start({ viewport: { width: 1600, height: 900 } });
    await fs.writeFile(
      path.join(session.workspace, 'agent.py'),
      'import model\n\n\ndef write():\n    model.ask()\n',
    );
    window = await session.open();
    await statusIn(window, 'listening').waitFor();
    await sendTrace('http/protobuf', session, 'planner', {
      name: 'study workflow',
      to: 4000,
      children: [
        {
          ...modelCall({
            name: 'plan',
            input: 1200,
            output: 300,
            attributes: { 'gen_ai.response.time_to_first_chunk': 0.3 },
          }),
          from: 50,
          to: 950,
        },
        {
          name: 'gather',
          from: 1000,
          to: 2600,
          attributes: { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.agent.name': 'gather' },
          children: [
            {
              name: 'search web',
              from: 1050,
              to: 1900,
              attributes: { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'search' },
            },
            {
              name: 'search files',
              from: 1100,
              to: 2500,
              error: 'no index',
              attributes: { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': 'files' },
            },
            {
              ...modelCall({ name: 'rank', model: 'gpt-4o-mini', input: 300, output: 20 }),
              from: 1950,
              to: 2400,
            },
          ],
        },
        {
          ...modelCall({
            name: 'write',
            input: 5000,
            output: 1500,
            finishReason: 'length',
            attributes: {
              'code.file.path': path.join(session.workspace, 'agent.py'),
              'code.line.number': 5,
              'code.function.name': 'write',
            },
          }),
          from: 2700,
          to: 3950,
        },
        {
          ...modelCall({ name: 'unpriced', model: 'house-model-7', input: 10, output: 5 }),
          from: 3960,
          to: 3990,
        },
      ],
    });
    await window.showContainer('LLM Traces');
    await window.expandTrace('study workflow');
  });
  after(() => session.stop());
  explainFailures(
    () => session,
    () => [window],
  );

  it('opens from the tree, with the details beside it', async () => {
    const trace = window.rowAt('Traces', 1, 'study workflow');
    await trace.hover();
    await trace.getByRole('button', { name: 'Open Flame Chart' }).click();
    await (await chartFrame(window)).locator('.chart').waitFor();
    await eventually(async () => {
      const tabs = await window.tabs();
      assert.ok(tabs.includes('Flame: study workflow'), tabs.join());
      assert.equal(tabs.length, 2);
    });
    await isSelected(window, /study workflow/);
  });

  it('has a tree of the spans with full labels for screen readers', async () => {
    const call = await item(window, /Model call write/);
    const label = (await call.getAttribute('aria-label')) ?? '';
    assert.match(label, /duration 1\.25 s, .*model gpt-4o.*tokens 6,500, cost \$0\.0275, .*flags truncated/);
    assert.equal(await call.getAttribute('aria-level'), '2');
    const gather = await item(window, /Agent gather/);
    assert.equal(await gather.getAttribute('aria-expanded'), 'true');
    assert.match((await (await item(window, /search files/)).getAttribute('aria-label')) ?? '', /It failed/);
  });

  it('follows the tree, and the tree and the details follow the chart', async () => {
    await clickTree(window, 'plan');
    await isSelected(window, /Model call plan/);
    // The second row holds plan, gather and write.
    await clickRow(window, 1, 0.8);
    await isSelected(window, /Model call write/);
    await window.rows('Traces', 'write').and(window.page.locator('.selected')).waitFor();
    await eventually(async () => assert.ok((await window.tabs()).includes('write')));
  });

  it('says what is under the pointer, as text', async () => {
    const frame = await chartFrame(window);
    const overlay = frame.locator('.chart .overlay');
    const box = await overlay.boundingBox();
    assert.ok(box);
    await overlay.hover({ position: { x: box.width * 0.45, y: rulerHeight + 1.5 * rowHeight } });
    const card = frame.locator('.hover-card');
    await card.getByText('gather', { exact: true }).waitFor();
    const text = await card.innerText();
    assert.match(text, /Duration\s+1\.60 s/);
    assert.match(text, /Self time\s+150 ms/);
    await overlay.hover({ position: { x: box.width * 0.45, y: box.height - 10 } });
    await card.waitFor({ state: 'detached' });
  });

  it('opens the line of source with a double click, and marks it', async () => {
    await clickRow(window, 1, 0.8, { clickCount: 2 });
    await window.page.locator('.monaco-editor .view-line', { hasText: 'model.ask()' }).waitFor();
    await window.page.locator('.part.editor .tab', { hasText: 'agent.py' }).waitFor();
    await window.page
      .locator('.part.statusbar')
      .getByText(/Ln 5\b/)
      .waitFor();
  });

  it('follows the cursor in the code', async () => {
    await window.runByKeyboard('LLM Traces: Open Flame Chart');
    await clickRow(window, 1, 0.1);
    await isSelected(window, /Model call plan/);
    // Beside the chart, so that both are seen.
    const line = window.page.locator('.monaco-editor .view-line', { hasText: 'model.ask()' });
    if (!(await line.isVisible())) {
      await window.page.locator('.part.editor .tab', { hasText: 'agent.py' }).click();
    }
    await window.page.locator('.monaco-editor .view-line', { hasText: 'import model' }).click();
    await line.click();
    await eventually(async () => {
      if ((await window.page.locator('.part.editor .tab.active', { hasText: 'Flame' }).count()) === 0) {
        // The file covers the chart: what was selected is seen when the chart is.
        await window.page.locator('.part.editor .tab', { hasText: 'Flame' }).click();
      }
      assert.match(await selectedName(window), /Model call (write|plan)/);
    });
  });

  it('is used by keys alone', async () => {
    await clickTree(window, 'study workflow');
    await window.runByKeyboard('LLM Traces: Open Flame Chart');
    const frame = await chartFrame(window);
    await frame.locator('.chart').focus();
    const keys = window.page.keyboard;
    await clickRow(window, 0, 0.5);
    await isSelected(window, /study workflow/);
    await keys.press('Shift+ArrowDown');
    await isSelected(window, /Model call plan/);
    await keys.press('Shift+ArrowRight');
    await isSelected(window, /Agent gather/);
    await keys.press('c');
    await eventually(async () =>
      assert.equal(await frame.getByRole('treeitem', { name: /search web/ }).count(), 0),
    );
    assert.equal(await (await item(window, /Agent gather/)).getAttribute('aria-expanded'), 'false');
    await keys.press('c');
    await (await item(window, /search web/)).waitFor({ state: 'attached' });
    await keys.press('z');
    await eventually(async () =>
      assert.equal(await frame.getByRole('treeitem', { name: /Model call write/ }).count(), 0),
    );
    await keys.press('0');
    await (await item(window, /Model call write/)).waitFor({ state: 'attached' });
    await keys.press('k');
    await eventually(async () =>
      assert.equal(
        await frame.getByRole('button', { name: /Critical path/ }).getAttribute('aria-pressed'),
        'true',
      ),
    );
    await keys.press('k');
    await keys.press('?');
    await frame.getByRole('dialog').getByText('Zoom to the selected span').waitFor();
    await keys.press('Escape');
    await frame.getByRole('dialog').waitFor({ state: 'detached' });
  });

  it('shows by a key what hovering shows', async () => {
    const frame = await chartFrame(window);
    await clickRow(window, 1, 0.45);
    await isSelected(window, /Agent gather/);
    await frame.locator('.chart').focus();
    await window.page.mouse.move(900, 4);
    const card = frame.locator('.hover-card');
    await card.waitFor({ state: 'detached' });
    await window.page.keyboard.press('h');
    await card.getByText('gather', { exact: true }).waitFor();
    assert.match(await card.innerText(), /Self time\s+150 ms/);
    await window.page.keyboard.press('h');
    await card.waitFor({ state: 'detached' });
  });

  it('draws again when its canvases have lost what was on them', async () => {
    const frame = await chartFrame(window);
    const canvases = frame.locator('.chart-area canvas');
    assert.equal(await canvases.count(), 3);
    // A span is selected: there is something on the overlay, too.
    const before = await eventually(async () => {
      const found = await drawnPixels(canvases);
      assert.ok(
        found.every((count) => count > 50),
        found.join(),
      );
      return found;
    });
    await canvases.evaluateAll((all) => {
      for (const canvas of all as HTMLCanvasElement[]) {
        canvas.dispatchEvent(new Event('contextlost', { cancelable: true }));
        canvas.getContext('2d')?.reset();
        canvas.dispatchEvent(new Event('contextrestored'));
      }
    });
    await eventually(async () => assert.deepEqual(await drawnPixels(canvases), before));
  });

  it('is sharp where there are two pixels to each, and finds what is under the pointer there', async () => {
    const frame = await chartFrame(window);
    const overlay = frame.locator('.chart .overlay');
    const setDensity = (density: number): Promise<void> =>
      frame.evaluate((value) => {
        Object.defineProperty(globalThis, 'devicePixelRatio', { value, configurable: true });
        dispatchEvent(new Event('resize'));
      }, density);
    const pixels = (): Promise<number[]> =>
      frame
        .locator('.chart-area canvas')
        .evaluateAll((all) =>
          (all as HTMLCanvasElement[]).map((canvas) => canvas.width / canvas.clientWidth),
        );
    const isDense = (density: number): Promise<void> =>
      eventually(async () => {
        const found = await pixels();
        assert.ok(
          found.every((each) => Math.abs(each - density) < 0.01),
          found.join(),
        );
      });
    await setDensity(2);
    await isDense(2);
    await clickRow(window, 1, 0.1);
    await isSelected(window, /Model call plan/);
    await clickRow(window, 1, 0.8);
    await isSelected(window, /Model call write/);
    // The outline of the selected bar lies where the bar was clicked, in the canvas's own pixels.
    const box = await overlay.boundingBox();
    assert.ok(box);
    await eventually(async () => {
      const columns = await overlay.evaluate(
        (canvas, y) => {
          const { width } = canvas as HTMLCanvasElement;
          const line = (canvas as HTMLCanvasElement).getContext('2d')?.getImageData(0, y, width, 1);
          return [...new Uint32Array(line?.data.buffer ?? new ArrayBuffer(0)).entries()]
            .filter(([, word]) => word !== 0)
            .map(([x]) => x);
        },
        2 * (rulerHeight + rowHeight * 1.5),
      );
      const [from = NaN, to = NaN] = [columns[0], columns.at(-1)];
      assert.ok(from < 2 * 0.8 * box.width && to > 2 * 0.8 * box.width, `${from} to ${to}`);
      assert.ok(to - from > 0.2 * 2 * box.width && to - from < 0.4 * 2 * box.width, `${from} to ${to}`);
    });
    await setDensity(1);
    await isDense(1);
  });

  it('finds spans, goes from match to match, and hides the others', async () => {
    const frame = await chartFrame(window);
    await frame.locator('.chart').focus();
    await window.page.keyboard.press('/');
    await window.page.keyboard.type('search');
    await frame.getByText('– of 2').waitFor();
    await window.page.keyboard.press('Enter');
    await isSelected(window, /search web/);
    await window.page.keyboard.press('F3');
    await isSelected(window, /search files/);
    await frame.getByText('2 of 2').waitFor();
    await frame.getByLabel('Spans that do not match').selectOption('hide');
    await eventually(async () => assert.equal(await frame.getByRole('treeitem').count(), 2));
    await window.page.keyboard.press('Escape');
    await frame.getByLabel('Search spans').fill('');
    await eventually(async () => assert.ok((await frame.getByRole('treeitem').count()) >= 8));
    await frame.getByLabel('Spans that do not match').selectOption('dim');
  });

  it('is as wide as the money, and lists the calls whose cost nobody knows', async () => {
    const frame = await chartFrame(window);
    await frame.getByLabel('Width').selectOption('cost');
    await frame.getByText('1 call with unknown cost').click();
    await frame.locator('.unknown').getByRole('button', { name: 'unpriced' }).click();
    await isSelected(window, /unpriced/);
    await window.screenshot(path.join(pictures, 'flame-cost.png'));
    await frame.getByLabel('Width').selectOption('time');
    await eventually(async () => assert.equal(await frame.getByText(/with unknown cost/).count(), 0));
  });

  it('grows while its trace runs', async () => {
    const traceId = 'beef'.repeat(8);
    const begun = BigInt(Date.now() - 5000) * 1_000_000n;
    await sendSpan(session.httpPort, {
      traceId,
      spanId: '00000000000000a2',
      parentSpanId: '00000000000000a1',
      name: 'first step',
      begun,
      ms: 500,
    });
    await window.rows('Traces', 'first step').first().waitFor();
    await clickTree(window, 'first step');
    await window.runByKeyboard('LLM Traces: Open Flame Chart');
    const frame = await eventually(async () => {
      const found = await chartFrame(window);
      await found
        .getByRole('treeitem', { name: /first step/ })
        .first()
        .waitFor({ state: 'attached', timeout: 1000 });
      return found;
    });
    await sendSpan(session.httpPort, {
      traceId,
      spanId: '00000000000000a3',
      parentSpanId: '00000000000000a1',
      name: 'second step',
      begun: begun + 600_000_000n,
      ms: 300,
    });
    await frame
      .getByRole('treeitem', { name: /second step/ })
      .first()
      .waitFor({ state: 'attached' });
    await sendSpan(session.httpPort, {
      traceId,
      spanId: '00000000000000a1',
      parentSpanId: '',
      name: 'late root',
      begun,
      ms: 1000,
    });
    await frame
      .getByRole('treeitem', { name: /late root/ })
      .first()
      .waitFor({ state: 'attached' });
    assert.equal(
      await frame
        .getByRole('treeitem', { name: /second step/ })
        .first()
        .getAttribute('aria-level'),
      '2',
    );
    await window.page.keyboard.press('ControlOrMeta+F4');
  });

  it('shows what strangers wrote as text', async () => {
    const requests = window.requests.length;
    await sendTrace('http/json', session, 'evil', {
      name: `<img src=http://127.0.0.1:9/leak> [x](command:workbench.action.quit) ${rightToLeftOverride}gpj.exe`,
      children: [{ name: `<script>window.top.pwned = 1</script>`, attributes: { ['__proto__']: 'x' } }],
    });
    await clickTree(window, 'gpj.exe');
    await window.runByKeyboard('LLM Traces: Open Flame Chart');
    const frame = await eventually(async () => {
      const found = await chartFrame(window);
      await found
        .getByRole('treeitem', { name: /img src/ })
        .first()
        .waitFor({ state: 'attached', timeout: 1000 });
      return found;
    });
    const overlay = frame.locator('.chart .overlay');
    await overlay.hover({ position: { x: 200, y: rulerHeight + rowHeight / 2 } });
    const card = frame.locator('.hover-card');
    await card.waitFor();
    const text = await card.innerText();
    assert.match(text, /<img src=http/);
    assert.match(text, /⟨U\+202E⟩/);
    assert.ok(!text.includes(rightToLeftOverride));
    assert.equal(await frame.locator('img, iframe, a[href]').count(), 0);
    assert.ok(!window.requests.slice(requests).some((url) => url.includes('leak')));
    assert.equal(await window.page.evaluate(() => (globalThis as { pwned?: number }).pwned), undefined);
    await window.page.keyboard.press('ControlOrMeta+F4');
  });

  it('survives a reload of the window, with its selection and its arrangement', async () => {
    await clickTree(window, 'study workflow');
    await window.runByKeyboard('LLM Traces: Open Flame Chart');
    await isSelected(window, /study workflow/);
    const frame = await chartFrame(window);
    await frame.getByRole('combobox', { name: /^Color/ }).selectOption('model');
    await clickRow(window, 1, 0.8);
    await isSelected(window, /Model call write/);
    await window.reload();
    const again = await chartFrame(window);
    await isSelected(window, /Model call write/);
    assert.equal(await again.getByRole('combobox', { name: /^Color/ }).inputValue(), 'model');
    await again.getByRole('combobox', { name: /^Color/ }).selectOption('kind');
  });

  it('survives a restart of the engine', async () => {
    await window.runByKeyboard('LLM Traces: Restart Engine');
    const frame = await chartFrame(window);
    await eventually(async () => {
      await frame.getByLabel('Width').selectOption('tokens');
      assert.match(await frame.locator('.status-line').innerText(), /tokens known/);
    });
    await frame.getByLabel('Width').selectOption('time');
  });

  for (const name of themeNames) {
    it(`follows the theme: ${themes[name]}`, async () => {
      await session.configure({ 'workbench.colorTheme': themes[name] });
      const frame = await chartFrame(window);
      await frame.locator(`body.${bodyClasses[name]}`).waitFor();
      // An empty part of the chart has the editor's own background.
      await eventually(async () => {
        const { drawn, wanted } = await frame
          .locator('.chart canvas')
          .first()
          .evaluate((canvas) => {
            const { width, height } = canvas as HTMLCanvasElement;
            const pixel = (canvas as HTMLCanvasElement)
              .getContext('2d')
              ?.getImageData(width - 5, height - 5, 1, 1);
            const probe = document.createElement('span');
            probe.style.color = 'var(--vscode-editor-background)';
            document.body.append(probe);
            const { color } = getComputedStyle(probe);
            probe.remove();
            return { drawn: pixel ? [...pixel.data].slice(0, 3).join(', ') : '?', wanted: color };
          });
        assert.ok(wanted.includes(drawn), `${drawn} is not ${wanted}`);
      });
      await window.screenshot(path.join(pictures, `flame-${name}.png`));
    });
  }
});
