import assert from 'node:assert/strict';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'mocha';
import { Session } from './driver/session.ts';
import type { Workbench } from './driver/workbench.ts';
import { modelCall, sendTrace } from './support/send.ts';
import { explainFailures, startUp, statusIn } from './support/windows.ts';

describe('a replay in a workspace that is not trusted', function () {
  this.timeout(60_000);
  let session: Session;
  let window: Workbench;
  let asked = 0;
  const model = http.createServer((_, response) => {
    asked++;
    response.end('{}');
  });

  before(async function () {
    this.timeout(startUp);
    await new Promise<void>((done) => model.listen(0, '127.0.0.1', done));
    const { port } = model.address() as AddressInfo;
    session = await Session.start({
      isUntrusted: true,
      settings: {
        'llmTraces.replay.endpoints': [
          { name: 'Stand-in', kind: 'openai', baseUrl: `http://127.0.0.1:${port}/v1` },
        ],
      },
    });
    window = await session.open();
    await statusIn(window, 'listening').waitFor();
    await sendTrace('http/protobuf', session, 'agent', {
      name: 'run',
      to: 900,
      children: [{ ...modelCall({ name: 'ask', input: 10, output: 5 }), from: 10, to: 800 }],
    });
    await window.showContainer('LLM Traces');
    await window.expandTrace('run');
  });
  after(async () => {
    model.close();
    await session.stop();
  });
  explainFailures(
    () => session,
    () => [window],
  );

  it('is refused with the reason, and nothing is sent', async () => {
    await window.rows('Traces', 'ask').first().click();
    const panel = window.webview();
    await panel.getByRole('heading', { name: 'ask', exact: true }).waitFor();
    await panel.getByRole('button', { name: 'Replay: send it again' }).click();
    await panel.getByText('Nothing is sent from a workspace that is not trusted.').waitFor();
    assert.equal(await panel.getByRole('button', { name: 'Send…' }).count(), 0);
    assert.equal(asked, 0);
  });
});
