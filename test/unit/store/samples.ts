import type { IndexedLog, IndexedSpan, StoredRange } from '../../../src/store/api.ts';

let nextOffset = 100;

/** A range of its own in segment `segment`. */
export function rangeIn(segment: number, offset = (nextOffset += 200)): StoredRange {
  return {
    segment,
    offset,
    length: 150,
    resourceOffset: 40,
    resourceLength: 20,
    scopeOffset: 70,
    scopeLength: 10,
  };
}

export function traceId(n: number): string {
  return n.toString(16).padStart(32, '0');
}

export function spanId(n: number): string {
  return n.toString(16).padStart(16, '0');
}

/** A span that ended well and is no call; `change` says what is different. */
export function span(n: number, change: Partial<IndexedSpan> = {}): IndexedSpan {
  return {
    traceId: traceId(1),
    spanId: spanId(n),
    parentSpanId: '',
    name: `span ${n}`,
    service: 'agent',
    scope: 'scope',
    kind: 'other',
    dialect: 'generic',
    guessed: false,
    startMicros: 1_790_000_000_000_000 + n * 1000,
    durationNanos: 500_000,
    status: { code: 'ok', message: '' },
    errorType: undefined,
    provider: undefined,
    requestModel: undefined,
    responseModel: undefined,
    responseId: undefined,
    ownUsage: undefined,
    usageIsAggregate: false,
    reportedCost: undefined,
    reportedCostAttribute: undefined,
    serviceTier: undefined,
    counted: false,
    countedIn: undefined,
    countRule: 'no call',
    usage: undefined,
    cost: undefined,
    timeToFirstTokenMs: undefined,
    finishReasons: [],
    flags: [],
    rateLimited: false,
    retries: 0,
    sessionId: undefined,
    userId: undefined,
    toolName: undefined,
    toolCallId: undefined,
    agentName: undefined,
    source: undefined,
    range: rangeIn(1),
    ...change,
  };
}

/** A counted model call of 100 input and 20 output tokens for 0.5 USD. */
export function call(n: number, change: Partial<IndexedSpan> = {}): IndexedSpan {
  const usage = change.usage ?? { input: 100, output: 20, cacheRead: 10 };
  return span(n, {
    kind: 'llm',
    dialect: 'otel-genai',
    provider: 'openai',
    requestModel: 'gpt-4o',
    responseModel: 'gpt-4o-2024-08-06',
    ownUsage: usage,
    usage,
    counted: true,
    countRule: 'a model call',
    finishReasons: ['stop'],
    cost: {
      amount: 0.5,
      currency: 'USD',
      parts: [{ what: 'input', tokens: 100, rate: 0.005, amount: 0.5 }],
      source: { kind: 'table', name: 'prices', version: '1' },
    },
    ...change,
  });
}

export function log(n: number, change: Partial<IndexedLog> = {}): IndexedLog {
  return {
    traceId: traceId(1),
    spanId: spanId(n),
    timeMicros: 1_790_000_000_000_000,
    eventName: 'gen_ai.user.message',
    digest: n,
    range: rangeIn(1),
    ...change,
  };
}
