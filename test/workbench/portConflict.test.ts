import { after, before, describe, it } from 'mocha';
import assert from 'node:assert/strict';
import http from 'node:http';
import path from 'node:path';
import { Session } from './driver/session.ts';
import type { Workbench } from './driver/workbench.ts';
import { eventually } from './support/eventually.ts';
import { modelCall, sendTrace } from './support/send.ts';
import { explainFailures, pictures, startUp, statusIn } from './support/windows.ts';

describe('a port that is taken', function () {
  this.timeout(60_000);
  let session: Session;
  let window: Workbench;
  const stranger = http.createServer((_request, response) => response.end('somebody else'));

  before(async function () {
    this.timeout(startUp);
    session = await Session.start();
    await new Promise<void>((resolve, reject) => {
      stranger.once('error', reject);
      stranger.listen(session.httpPort, '127.0.0.1', resolve);
    });
    window = await session.open();
  });
  after(async () => {
    stranger.closeAllConnections();
    stranger.close();
    await session.stop();
  });
  explainFailures(
    () => session,
    () => [window],
  );

  it('is told in the status bar and in one message with what can be done', async () => {
    await statusIn(window, 'problem').waitFor();
    const message = await window.notifications(String(session.httpPort));
    await message.waitFor();
    await window.screenshot(path.join(pictures, 'port-conflict.png'));
    for (const name of ['Use Another Port', 'Try Again', 'Open Settings']) {
      assert.equal(await message.getByRole('button', { name }).count(), 1, name);
    }
    assert.equal(await (await window.notifications()).count(), 1);
  });

  it('does not pop up again when it is tried again in vain', async () => {
    await window.run('LLM Traces: Restart Receiver');
    await statusIn(window, 'problem').waitFor();
    assert.equal(await (await window.notifications()).count(), 1);
  });

  it('is left for another one at the press of a button', async () => {
    await (await window.notifications()).getByRole('button', { name: 'Use Another Port' }).click();
    const item = statusIn(window, 'listening');
    await item.waitFor();
    const httpPort = await eventually(async () => {
      const found = /HTTP http:\/\/[^:]+:(\d+)/.exec((await item.getAttribute('aria-label')) ?? '');
      assert.ok(found);
      return Number(found[1]);
    });
    assert.notEqual(httpPort, session.httpPort);
    await sendTrace('http/json', { grpcPort: session.grpcPort, httpPort }, 'moved', {
      name: 'over the other port',
      children: [modelCall({ input: 1, output: 1 })],
    });
    await window.showContainer('LLM Traces');
    await window.rows('Traces', 'over the other port').waitFor();
    const told = await window.notifications();
    await told.filter({ hasText: String(httpPort) }).waitFor();
    assert.equal(
      await told.filter({ hasText: String(session.httpPort) }).count(),
      0,
      'the problem is no longer told',
    );
  });
});
