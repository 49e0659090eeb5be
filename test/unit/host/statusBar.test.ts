import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { EngineStatus } from '../../../src/protocol/status.ts';
import { describeConflict, endpointUrl, stateName } from '../../../src/host/services/engineState.ts';
import { statusBarView } from '../../../src/host/services/statusBarModel.ts';

function status(part: Partial<EngineStatus>): EngineStatus {
  return {
    state: 'listening',
    grpc: { host: '127.0.0.1', port: 4317 },
    http: { host: '127.0.0.1', port: 4318 },
    conflicts: [],
    store: {
      path: '/x',
      journalBytes: 1000,
      indexBytes: 500,
      spans: 10,
      traces: 2,
      behindBytes: 0,
      prunedSpans: 0,
      prunedTraces: 0,
    },
    dropped: {},
    today: { modelCalls: 0, cost: { known: undefined, unknownCalls: 0 } },
    ...part,
  };
}
const view = (part: Partial<EngineStatus>, now = 1_000_000) =>
  statusBarView({ kind: 'running', status: status(part) }, now);

describe('the status bar', () => {
  it('says that it listens, and where', () => {
    const { text, tooltip, background } = view({});
    assert.equal(text, '$(broadcast) LLM Traces');
    assert.equal(tooltip[0], 'Listening: gRPC http://127.0.0.1:4317, HTTP http://127.0.0.1:4318');
    assert.equal(background, undefined);
  });

  it('says today’s calls and cost, and what of it is unknown', () => {
    assert.equal(
      view({ today: { modelCalls: 12, cost: { known: 0.0123, unknownCalls: 0 } } }).text,
      '$(broadcast) 12 calls · $0.0123',
    );
    const unknown = view({ today: { modelCalls: 12, cost: { known: 0.0123, unknownCalls: 3 } } });
    assert.equal(unknown.text, '$(broadcast) 12 calls · ≥ $0.0123');
    assert.ok(unknown.tooltip.includes('Today: 12 calls, ≥ $0.0123 (3 unknown)'));
    assert.equal(
      view({ today: { modelCalls: 1, cost: { known: undefined, unknownCalls: 1 } } }).text,
      '$(broadcast) 1 call',
    );
  });

  it('shows that spans arrive for a few seconds after each', () => {
    assert.match(view({ lastReceivedAt: 999_000 }).text, /^\$\(pulse\)/);
    assert.match(view({ lastReceivedAt: 990_000 }).text, /^\$\(broadcast\)/);
  });

  it('says off, following and starting without alarm', () => {
    for (const state of ['off', 'following', 'starting'] as const)
      assert.equal(view({ state }).background, undefined);
    assert.equal(view({ state: 'off' }).text, '$(circle-slash) LLM Traces: off');
  });

  it('alarms about a taken port and names who holds it', () => {
    const taken = view({
      state: 'problem',
      conflicts: [{ protocol: 'grpc', port: 4317, heldBy: 'Jaeger', code: 'EADDRINUSE' }],
    });
    assert.equal(taken.background, 'error');
    assert.equal(taken.text, '$(warning) LLM Traces: port 4317');
    assert.equal(taken.tooltip[0], 'Port 4317 (gRPC) is taken by Jaeger.');
  });

  it('explains a full disk and an editor without SQLite', () => {
    const full = view({ state: 'problem', storeProblem: { code: 'full', message: 'The disk is full.' } });
    assert.deepEqual([full.background, full.tooltip[0]], ['warning', 'The disk is full.']);
    const old = statusBarView({ kind: 'unsupported', nodeVersion: '20.18.0' }, 0);
    assert.match(old.tooltip[0] ?? '', /SQLite.*20\.18\.0.*VS Code 1\.101/);
  });

  it('counts what was refused and what the limits removed', () => {
    const { tooltip } = view({
      dropped: { 'too large': 2, none: 0 },
      store: { ...status({}).store, prunedTraces: 7 },
    });
    assert.ok(tooltip.includes('Refused requests: too large 2'));
    assert.ok(tooltip.includes('Removed by the limits so far: 7 traces'));
  });

  it('tells a screen reader the state and all of its lines', () => {
    const { accessibilityLabel, tooltip } = view({
      today: { modelCalls: 2, cost: { known: 1, unknownCalls: 0 } },
    });
    assert.ok(accessibilityLabel.startsWith('LLM Traces, listening. '));
    for (const line of tooltip) assert.ok(accessibilityLabel.includes(line));
    assert.ok(!accessibilityLabel.includes('$('));
  });
});

describe('the state of the engine', () => {
  it('has a name for the editor’s conditions', () => {
    assert.equal(stateName({ kind: 'running', status: status({ state: 'following' }) }), 'following');
    assert.equal(stateName({ kind: 'crashed', reason: 'x' }), 'problem');
    assert.equal(stateName({ kind: 'unsupported', nodeVersion: '20' }), 'unsupported');
  });

  it('describes a port that may not be opened, and one that is held by who knows whom', () => {
    assert.equal(
      describeConflict({ protocol: 'http', port: 80, code: 'EACCES' }),
      'Port 80 (HTTP) may not be opened by this user.',
    );
    assert.equal(
      describeConflict({ protocol: 'http', port: 4318, code: 'EADDRINUSE' }),
      'Port 4318 (HTTP) is taken by another program.',
    );
  });

  it('writes addresses of IPv6 in brackets', () => {
    assert.equal(endpointUrl({ host: '::1', port: 4318 }), 'http://[::1]:4318');
  });
});
