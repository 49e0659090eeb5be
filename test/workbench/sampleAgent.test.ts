import { after, before, describe, it } from 'mocha';
import assert from 'node:assert/strict';
import path from 'node:path';
import { Session } from './driver/session.ts';
import type { Workbench } from './driver/workbench.ts';
import { eventually } from './support/eventually.ts';
import { explainFailures, pictures, startUp, statusIn } from './support/windows.ts';

describe('the sample agent', function () {
  this.timeout(90_000);
  let session: Session;
  let window: Workbench;

  before(async function () {
    this.timeout(startUp);
    session = await Session.start({ workspace: 'sample/workspace' });
    window = await session.open();
    await statusIn(window, 'listening').waitFor();
  });
  after(() => session.stop());
  explainFailures(
    () => session,
    () => [window],
  );

  it('runs from the button of the empty view, and its runs appear', async () => {
    await window.showContainer('LLM Traces');
    await window.view('Traces').getByRole('button', { name: 'Run Sample Agent' }).click();
    await eventually(
      async () => assert.equal(await window.rowAt('Traces', 1, 'agent.workflow').count(), 8),
      60_000,
    );
  });

  it('has a plan, steps, tools and a synthesis in each run', async () => {
    // The first of its questions is the oldest trace.
    await window.expandTrace('agent.workflow', window.rowAt('Traces', 1, 'agent.workflow').last());
    const step = window.rows('Traces', 'agent.step.0');
    await step.waitFor();
    for (const name of ['agent.plan', 'agent.step.1', 'agent.step.2', 'agent.synthesize']) {
      await window.rows('Traces', name).waitFor();
    }
    await window.expand(step);
    await window.rows('Traces', 'tool.execute').filter({ hasText: 'get_weather' }).waitFor();
    await window.screenshot(path.join(pictures, 'sample-agent.png'));
  });

  it('shows what went wrong in its runs', async () => {
    const labels = await window
      .rows('Traces', 'agent.workflow')
      .evaluateAll((rows) => rows.map((row) => row.getAttribute('aria-label') ?? ''));
    const flagged = (pattern: RegExp): number => labels.filter((label) => pattern.test(label)).length;
    assert.ok(flagged(/error/) >= 2, 'the failing tool and the outage');
    assert.ok(flagged(/truncated/) >= 1, 'the answer that was cut');
    assert.ok(flagged(/rate.limited|retried/) >= 1, 'the rate limit');
    assert.ok(flagged(/contains code|code/) >= 1, 'the answer with code');
    for (const label of labels) assert.doesNotMatch(label, /\$0(?![.\d])/);
  });

  it('shows the lines of its calls in "Calls in Code"', async () => {
    const header = window.view('Calls in Code').locator('.pane-header');
    if ((await header.getAttribute('aria-expanded')) !== 'true') await header.click();
    const file = window.rows('Calls in Code', 'agent.mjs');
    await file.waitFor();
    assert.match((await file.textContent()) ?? '', /\$0\.0074 · 9\.8k tok/);
    await window.expand(file);
    await window.rows('Calls in Code', /^plan/).waitFor();
    await window.screenshot(path.join(pictures, 'calls-in-code.png'));
  });
});
