import { after, before, describe, it } from 'mocha';
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { Session } from './driver/session.ts';
import type { Workbench } from './driver/workbench.ts';
import { eventually } from './support/eventually.ts';
import { modelCall, sendTrace } from './support/send.ts';
import { explainFailures, startUp, statusIn } from './support/windows.ts';

/** Sends one span and says whether it was acknowledged; a connection that is refused or cut is not. */
async function isAcknowledged(port: number, traceId: string): Promise<boolean> {
  const start = BigInt(Date.now()) * 1_000_000n;
  const span = {
    traceId,
    spanId: randomBytes(8).toString('hex'),
    name: `burst ${traceId}`,
    startTimeUnixNano: String(start),
    endTimeUnixNano: String(start + 1_000_000n),
  };
  const body = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] });
  try {
    const response = await fetch(`http://127.0.0.1:${port}/v1/traces`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      signal: AbortSignal.timeout(5000),
    });
    await response.text();
    return response.ok;
  } catch {
    return false;
  }
}

describe('a second window', function () {
  this.timeout(90_000);
  let session: Session;
  let first: Workbench;
  let second: Workbench;

  before(async function () {
    this.timeout(2 * startUp);
    session = await Session.start();
    first = await session.open();
    await statusIn(first, 'listening').waitFor();
    second = await session.open();
  });
  after(() => session.stop());
  explainFailures(
    () => session,
    () => [first, second],
  );

  it('is no error: it follows the first one', async () => {
    await statusIn(second, 'following').waitFor();
    assert.equal(await (await second.notifications()).count(), 0);
    await statusIn(first, 'listening').waitFor();
  });

  it('shows the same traces as the first', async () => {
    await sendTrace('grpc', session, 'shared', {
      name: 'seen by both',
      children: [modelCall({ input: 1000, output: 100 })],
    });
    for (const window of [first, second]) {
      await window.showContainer('LLM Traces');
      const row = window.rows('Traces', 'seen by both');
      await row.waitFor();
      await eventually(async () =>
        assert.match((await row.getAttribute('aria-label')) ?? '', /1,100 tokens.*\$0\.0035/),
      );
    }
  });

  it('takes the ports over when the first closes, and no acknowledged span is lost', async () => {
    let acknowledged = 0;
    let refusedSince: number | undefined;
    let longestGap = 0;
    let sending = true;
    const sender = (async (): Promise<void> => {
      while (sending) {
        const traceId = randomBytes(16).toString('hex');
        const asked = performance.now();
        if (await isAcknowledged(session.httpPort, traceId)) {
          acknowledged++;
          if (refusedSince !== undefined) longestGap = Math.max(longestGap, performance.now() - refusedSince);
          refusedSince = undefined;
        } else {
          refusedSince ??= asked;
        }
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    })();
    try {
      await eventually(() => assert.ok(acknowledged >= 20));
      await first.close();
      await statusIn(second, 'listening').waitFor();
      const before = acknowledged;
      await eventually(() => assert.ok(acknowledged >= before + 20));
    } finally {
      sending = false;
      await sender;
    }

    console.log(`      the ports were without a listener for ${Math.round(longestGap)} ms`);
    assert.ok(longestGap < 2000, `the take-over took ${Math.round(longestGap)} ms`);
    // One more trace, of the test before.
    await statusIn(second, new RegExp(`Stored: ${(acknowledged + 1).toLocaleString('en')} traces`)).waitFor();
  });

  it('goes on receiving over both protocols', async () => {
    for (const protocol of ['grpc', 'http/protobuf'] as const) {
      await sendTrace(
        protocol,
        session,
        'afterwards',
        { name: `afterwards ${protocol}`, to: 10 },
        Date.now(),
      );
      await second.rows('Traces', `afterwards ${protocol}`).waitFor();
    }
  });
});
