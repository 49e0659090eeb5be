import { IndexWriter } from '../../src/store/indexWriter.ts';
import type { IndexedSpan } from '../../src/store/api.ts';
import { randomNumbers } from './payloads.ts';

export const benchTraceId = 'f1a3e000000000000000000000000001';
const startMicros = 1_790_000_000_000_000;

const kinds = ['agent', 'llm', 'tool', 'retrieval', 'chain', 'embedding', 'mcp'] as const;
const models = ['gpt-4o', 'gpt-4o-mini', 'claude-sonnet-4-5', 'gemini-2.5-flash', 'text-embedding-3-small'];
const services = ['planner', 'researcher', 'writer'];

interface Draft {
  readonly parent: number;
  readonly depth: number;
  readonly from: number;
  readonly to: number;
}

/** Spans of one stretch of the agent's work, about. */
const stretchSpans = 700;

/**
 * One trace of an agent that plans, calls models and tools, and lets branches run side by side, all along its time:
 * about as deep and as wide as real ones are, the same for the same seed.
 */
export function* agentSpans(count: number, seed = 7): Generator<IndexedSpan> {
  const random = randomNumbers(seed);
  const below = (limit: number): number => random() % limit;
  const length = count * 4000;
  const root: Draft = { parent: -1, depth: 0, from: 0, to: length };
  const stretches = Math.max(2, Math.ceil(count / stretchSpans));
  let made = 1;
  yield benchSpan(0, root, random);
  for (let stretch = 0; made < count; stretch++) {
    const share = length / stretches;
    const from = (stretch % stretches) * share;
    const first = { parent: 0, depth: 1, from: from + share * 0.02, to: from + share * 0.97 };
    // What one stretch leaves over is the others'.
    const end = made + Math.max(1, Math.ceil((count - made) / Math.max(1, stretches - stretch)));
    const open: Draft[] = [first];
    // Depth first: each span is cut into parts for its children, now and then with a branch beside.
    for (let draft = open.pop(); draft && made < end; draft = open.pop()) {
      const index = made++;
      yield benchSpan(index, draft, random);
      const span = draft.to - draft.from;
      if (draft.depth >= 24 || span < 200) continue;
      const children = draft.depth < 3 ? 1 + below(5) : below(3);
      const step = span / children;
      for (let child = children - 1; child >= 0; child--) {
        const begin = draft.from + child * step + step * 0.02;
        const to = begin + step * (0.4 + below(55) / 100);
        const next = { parent: index, depth: draft.depth + 1, from: begin, to };
        open.push(next);
        if (below(9) === 0) open.push({ ...next, from: begin + step * 0.1, to: to - step * 0.05 });
      }
    }
  }
}

function benchSpan(index: number, { parent, from, to }: Draft, random: () => number): IndexedSpan {
  const kind = index === 0 ? 'agent' : (kinds[random() % kinds.length] as (typeof kinds)[number]);
  const isCall = kind === 'llm' || kind === 'embedding';
  const model = isCall ? (models[random() % models.length] as string) : undefined;
  const usage = isCall ? { input: 100 + (random() % 4000), output: random() % 900 } : undefined;
  const isError = random() % 97 === 0;
  const isFlagged = random() % 41 === 0;
  return {
    traceId: benchTraceId,
    spanId: idOf(index),
    parentSpanId: parent < 0 ? '' : idOf(parent),
    name: isCall ? `chat ${model}` : `${kind} ${random() % 40}`,
    service: services[random() % services.length] as string,
    scope: 'bench',
    kind,
    dialect: 'otel-genai',
    guessed: false,
    startMicros: startMicros + Math.floor(from),
    durationNanos: Math.max(0, Math.floor((to - from) * 1000)),
    status: { code: isError ? 'error' : 'unset', message: '' },
    errorType: undefined,
    provider: undefined,
    requestModel: model,
    responseModel: undefined,
    responseId: undefined,
    ownUsage: usage,
    usageIsAggregate: false,
    reportedCost: undefined,
    reportedCostAttribute: undefined,
    serviceTier: undefined,
    counted: isCall,
    countedIn: undefined,
    countRule: isCall ? 'a model call' : 'no call',
    usage,
    cost: usage && {
      amount: usage.input * 2.5e-6 + usage.output * 1e-5,
      currency: 'USD',
      parts: [],
      source: { kind: 'table', name: 'bench' },
    },
    timeToFirstTokenMs: isCall ? (to - from) / 4000 : undefined,
    finishReasons: [],
    flags: isFlagged ? [{ id: 'truncated', severity: 'warning', reason: 'The answer was cut.' }] : [],
    rateLimited: random() % 211 === 0,
    retries: 0,
    sessionId: undefined,
    userId: undefined,
    toolName: undefined,
    toolCallId: undefined,
    agentName: undefined,
    source: undefined,
    range: {
      segment: 1,
      offset: 100 + index * 200,
      length: 150,
      resourceOffset: 40,
      resourceLength: 20,
      scopeOffset: 70,
      scopeLength: 10,
    },
  };
}

function idOf(index: number): string {
  // Spread over the whole range, as real ids are.
  const high = (Math.imul(index + 1, 0x9e3779b1) >>> 0).toString(16).padStart(8, '0');
  return high + (index + 1).toString(16).padStart(8, '0');
}

/** Writes an index that holds the one trace. */
export function writeBenchIndex(path: string, count: number): void {
  const writer = IndexWriter.open(path);
  let spans: IndexedSpan[] = [];
  const write = (): void => {
    if (spans.length > 0) writer.writeBatch({ spans, position: { segment: 1, offset: 1 } });
    spans = [];
  };
  for (const span of agentSpans(count)) {
    spans.push(span);
    if (spans.length >= 20_000) write();
  }
  write();
  writer.close();
}
