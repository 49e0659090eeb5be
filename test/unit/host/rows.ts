import type { SpanDetails } from '../../../src/protocol/details.ts';
import type { GroupRow, SpanRow, Totals, TraceRow } from '../../../src/protocol/rows.ts';

const known = (value: number) => ({ known: value, unknownCalls: 0 });

export const totals: Totals = {
  spans: 3,
  modelCalls: 1,
  failedCalls: 0,
  inputTokens: known(1000),
  outputTokens: known(234),
  cacheReadTokens: 0,
  cost: known(0.0123),
  errors: 0,
  flags: [],
};

export function traceRow(part: Partial<TraceRow> = {}): TraceRow {
  return {
    ...totals,
    traceId: 't',
    name: 'agent.run',
    service: 'shop',
    startMicros: 1_700_000_000_000_000,
    durationMs: 1234,
    running: false,
    models: ['gpt-4o-mini'],
    revision: 1,
    ...part,
  };
}

export function groupRow(part: Partial<GroupRow> = {}): GroupRow {
  return { ...totals, key: 'k', traces: 2, startMicros: 1_700_000_000_000_000, ...part };
}

export function spanRow(part: Partial<SpanRow> = {}): SpanRow {
  return {
    traceId: 't',
    spanId: 's',
    parentSpanId: '',
    name: 'chat',
    service: 'shop',
    kind: 'llm',
    startMicros: 1_700_000_000_000_000,
    durationMs: 820,
    status: 'ok',
    statusMessage: '',
    model: 'gpt-4o-mini',
    usage: { input: 500, output: 12 },
    cost: {
      amount: 0.0009,
      currency: 'USD',
      parts: [
        { what: 'input', tokens: 500, rate: 1.5e-7, amount: 0.000075 },
        { what: 'output', tokens: 12, rate: 6e-7, amount: 0.0000072 },
      ],
      source: { kind: 'table', name: '@pydantic/genai-prices', version: '0.1.8', date: '2026-11-01' },
    },
    counted: true,
    flags: [],
    childCount: 0,
    ...part,
  };
}

/** A call of whose content nothing is known. */
export function spanDetails(part: Partial<SpanDetails> = {}): SpanDetails {
  return {
    row: spanRow(),
    dialect: 'otelGenai',
    guessed: false,
    scope: '',
    finishReasons: [],
    retries: 0,
    rateLimited: false,
    countRule: '',
    conversation: { system: [], input: [], output: [] },
    toolDefinitions: [],
    documents: [],
    evaluations: [],
    parameters: [],
    attributes: [],
    resource: [],
    events: [],
    links: [],
    logs: [],
    ...part,
  };
}
