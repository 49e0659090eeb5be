import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { commands } from '../../../src/host/ids.ts';
import { adviceFor, nothingYet, windowAdvice } from '../../../src/host/setup/advice.ts';
import { dotenvNames, dotenvText } from '../../../src/host/setup/dotenv.ts';
import { frameworks } from '../../../src/host/setup/frameworks.ts';
import { findingIds, type FindingId, type ServiceReport } from '../../../src/protocol/doctor.ts';
import type { EngineStatus } from '../../../src/protocol/status.ts';

const report: ServiceReport = {
  service: 'shop',
  spans: 10,
  modelCalls: 5,
  lastMicros: 1,
  language: 'python',
  scopes: ['openinference.instrumentation.openai'],
  dialects: ['openinference'],
  findings: [],
};
const finding = (id: FindingId) => ({ id, calls: 3, of: 5, model: 'm-1', provider: 'acme' });

const status: EngineStatus = {
  state: 'listening',
  grpc: { host: '127.0.0.1', port: 4317 },
  http: { host: '127.0.0.1', port: 4318 },
  conflicts: [],
  store: {
    path: '',
    journalBytes: 0,
    indexBytes: 0,
    spans: 0,
    traces: 0,
    behindBytes: 0,
    prunedSpans: 0,
    prunedTraces: 0,
  },
  dropped: {},
  today: { modelCalls: 0, cost: { known: undefined, unknownCalls: 0 } },
};

describe('Advice', () => {
  for (const id of findingIds) {
    it(`says for ${id} what is missing, and offers something that exists`, () => {
      const { title, detail, fixes } = adviceFor(report, finding(id));
      assert.notEqual(title, '');
      assert.match(detail, /\.$/);
      assert.ok(fixes.length > 0);
      const known = new Set<string>(Object.values(commands));
      for (const fix of fixes) {
        if ('command' in fix) assert.ok(known.has(fix.command));
        else assert.notEqual(fix.copy, '');
      }
    });
  }

  it('speaks the language of the program', () => {
    const python = adviceFor(report, finding('stream-usage-missing'));
    const node = adviceFor({ ...report, language: 'nodejs' }, finding('stream-usage-missing'));
    assert.deepEqual(
      [python, node].map(({ fixes }) => fixes.map((fix) => 'copy' in fix && fix.copy)),
      [['stream_options={"include_usage": True}'], ['stream_options: { include_usage: true }']],
    );
  });

  it('names the switch of the instrumentation that left messages out', () => {
    const fixOf = (dialect: string) =>
      adviceFor({ ...report, dialects: [dialect], scopes: [] }, finding('content-missing')).fixes;
    assert.match(
      JSON.stringify(fixOf('otelGenai')),
      /OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT=true/,
    );
    assert.match(JSON.stringify(fixOf('openllmetry')), /TRACELOOP_TRACE_CONTENT=true/);
    assert.deepEqual(fixOf('unheard-of'), []);
  });

  it('hands the model over to the command that sets its price', () => {
    const [fix] = adviceFor(report, finding('price-missing')).fixes;
    assert.deepEqual(fix && 'command' in fix && fix.argument, { model: 'm-1', provider: 'acme' });
  });

  it('of the window tells of problems, of a receiver that is off and of refused requests', () => {
    assert.deepEqual(windowAdvice(status, []), []);
    assert.equal(windowAdvice({ ...status, state: 'off' }, [])[0]?.title, 'The receiver is off');
    const [taken] = windowAdvice(
      { ...status, conflicts: [{ protocol: 'grpc', port: 4317, code: 'EADDRINUSE' }] },
      ['Port 4317 (gRPC) is taken by Jaeger.'],
    );
    assert.deepEqual(
      taken?.fixes.map(({ label }) => label),
      ['Use Another Port', 'Try Again', 'Show Log'],
    );
    const refused = windowAdvice({ ...status, dropped: { 'wrong-protocol': 4, backpressure: 9 } }, []);
    assert.deepEqual(
      refused.map(({ detail }) => detail.slice(0, 20)),
      ['4 requests refused. '],
    );
    assert.ok(nothingYet.fixes.length > 0);
  });

  it('is not misled by the names of reasons', () => {
    const dropped = JSON.parse('{"__proto__": 3, "constructor": 2, "toString": 1}') as Record<string, number>;
    assert.deepEqual(windowAdvice({ ...status, dropped }, []), []);
  });
});

describe('Lines for a framework', () => {
  const endpoints = { http: 'http://127.0.0.1:14318', grpc: 'http://127.0.0.1:14317' };
  for (const framework of frameworks) {
    it(`lead ${framework.label} to the receiver`, () => {
      const values = [...(framework.variables?.(endpoints) ?? [])].map(([name, value]) => `${name}=${value}`);
      const text = [...values, framework.code?.(endpoints).text ?? ''].join('\n');
      assert.match(text, /127\.0\.0\.1:1431[78]/);
      assert.doesNotMatch(text, /:4317|:4318/);
    });
  }

  it('have ids of their own', () => {
    assert.equal(new Set(frameworks.map(({ id }) => id)).size, frameworks.length);
  });
});

describe('A .env file', () => {
  it('gets what it does not set, and keeps what it does', () => {
    const existing = '# keys\nexport A=1\n B = two\n#C=3\nnot a line';
    assert.deepEqual([...dotenvNames(existing)], ['A', 'B']);
    const added = dotenvText(
      existing,
      new Map([
        ['A', 'x'],
        ['C', 'http://h:1/p'],
        ['D', 'a b"c'],
      ]),
    );
    assert.equal(added, '\nC=http://h:1/p\nD="a b\\"c"\n');
    assert.equal(dotenvText(existing + added, new Map([['C', 'y']])), '');
    assert.equal(dotenvText('', new Map([['C', 'y']])), 'C=y\n');
  });
});
