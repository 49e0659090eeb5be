import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { diagnose } from '../../../src/engine/doctor/diagnose.ts';
import { findingsOf, type CallSample } from '../../../src/engine/doctor/findings.ts';
import type { FindingId, ServiceReport } from '../../../src/protocol/doctor.ts';
import { IndexReader } from '../../../src/store/indexReader.ts';
import { fixtures, readCapture } from '../../contract/replay.ts';
import { TestEngine } from './support.ts';

async function reportsOf(capture: string): Promise<ServiceReport[]> {
  const engine = await TestEngine.create();
  const requests = readCapture(`${fixtures}captures/${capture}`);
  await engine.append(...requests.map(({ signal, bytes }) => ({ signal, payload: bytes })));
  engine.readAll();
  const reader = IndexReader.open(engine.dbPath);
  assert(reader);
  try {
    return diagnose(reader, (span) => engine.interpreter.readWhole(span, reader.logs(span)));
  } finally {
    reader.close();
    await engine.dispose();
  }
}

const call: CallSample = {
  endedWell: true,
  streaming: false,
  hasUsage: true,
  cost: undefined,
  hasContent: true,
  logs: 0,
  hasSource: true,
  lacksParent: false,
  scope: 'openinference.instrumentation.openai',
  model: 'gpt-4o',
  provider: 'openai',
};
const ids = (calls: readonly CallSample[]): FindingId[] => findingsOf(calls).map(({ id }) => id);

describe('What a service lacks', () => {
  /** Real programs, with what their instrumentations leave out. */
  const programs: readonly (readonly [capture: string, service: string, findings: readonly FindingId[]])[] = [
    ['py-otel-genai-bedrock', 'py-otel-genai-bedrock', ['no-source']],
    ['py-logfire-openai', 'travel-agent', ['usage-missing']],
    ['py-oi-openai', 'py-oi-openai', ['stream-usage-missing', 'no-source']],
    ['js-oi-openai', 'js-oi-openai', ['usage-missing', 'no-source']],
    ['js-site-express-cjs', 'js-site-express-cjs', ['content-missing', 'logs-missing', 'no-source']],
    ['py-google-adk', 'py-google-adk', ['content-missing', 'no-source']],
    ['py-seed-manual', 'py-seed-manual', ['content-missing', 'no-source']],
    ['js-manual-grpc', 'js-manual-grpc', ['content-missing']],
    ['py-autogen-core', 'py-autogen-core', ['no-model-calls']],
    // The span that counts has no messages, but its twin of the other instrumentation has.
    ['js-oi-anthropic', 'js-oi-anthropic', ['no-source', 'parents-missing']],
    ['py-tl-anthropic', 'travel-agent', ['no-source']],
  ];
  for (const [capture, service, findings] of programs) {
    it(`is told of ${capture}`, async () => {
      const report = (await reportsOf(capture)).find((found) => found.service === service);
      assert.deepEqual(
        report?.findings.map(({ id }) => id),
        findings,
      );
    });
  }

  it('comes with how it was instrumented', async () => {
    const [report] = await reportsOf('py-oi-openai');
    assert.equal(report?.language, 'python');
    assert.deepEqual(report.scopes, ['openinference.instrumentation.openai']);
    assert.deepEqual(report.dialects, ['openinference']);
    assert.equal(report.modelCalls, 26);
  });

  it('is nothing where nothing is missing, or nothing was called', () => {
    assert.deepEqual(ids([call, call]), []);
    assert.deepEqual(ids([]), []);
  });

  it('is not judged by failed calls', () => {
    const failed = { ...call, endedWell: false, hasUsage: false, hasContent: false };
    assert.deepEqual(ids([failed, call]), []);
    assert.deepEqual(ids([failed]), []);
  });

  it('names usage of streams apart: another option helps there', () => {
    assert.deepEqual(findingsOf([{ ...call, streaming: true, hasUsage: false }, call]), [
      { id: 'stream-usage-missing', calls: 1, of: 2, model: 'gpt-4o', provider: 'openai' },
    ]);
    assert.deepEqual(ids([{ ...call, hasUsage: false }]), ['usage-missing']);
  });

  it('is a price only where the price is what is unknown', () => {
    const unknown = (why: 'usage' | 'price'): CallSample => ({
      ...call,
      cost: { unknown: why, reason: 'test' },
    });
    assert.deepEqual(ids([unknown('price')]), ['price-missing']);
    assert.deepEqual(ids([unknown('usage')]), []);
  });

  it('is content only when most calls have none', () => {
    const bare = { ...call, hasContent: false };
    assert.deepEqual(ids([bare, call, call]), []);
    assert.deepEqual(ids([bare, bare, call]), ['content-missing']);
  });

  it('is log records only where the instrumentation writes messages there', () => {
    const scope = 'opentelemetry.instrumentation.openai_v2';
    const bare = { ...call, hasContent: false, scope };
    assert.deepEqual(ids([bare]), ['content-missing', 'logs-missing']);
    assert.deepEqual(ids([{ ...bare, logs: 1 }]), ['content-missing']);
  });
});
