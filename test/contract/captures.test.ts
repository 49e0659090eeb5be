import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { before, describe, it } from 'mocha';
import { normaliseFinishReason } from '../../src/model/finishReason.ts';
import { type CaptureNotes, notes } from './exceptions.ts';
import {
  decode,
  fixtures,
  interpret,
  readCapture,
  type Received,
  type Request,
  total,
  type Totals,
} from './replay.ts';

interface Visible {
  readonly llm_calls_ok: number;
  readonly errors: number;
  readonly calls_with_usage: number;
  readonly total_input_tokens: number;
  readonly total_output_tokens: number;
  readonly cached_input_tokens: number;
  readonly cache_creation_tokens: number;
  readonly reasoning_tokens: number;
  readonly embeddings: number;
  readonly embedding_input_tokens: number;
  readonly tool_calls: number;
  readonly session_attribute: string | null;
}

interface Call {
  readonly kind: string;
  readonly model: string;
  readonly status: number;
  readonly finish?: string;
  readonly [key: string]: unknown;
}

interface Info {
  readonly expected: {
    readonly visible: Visible;
    readonly not_visible: readonly {
      readonly match: Readonly<Record<string, unknown>>;
      readonly lost: string;
    }[];
    readonly models: readonly string[];
    readonly response_models: readonly string[];
    readonly tools: Readonly<Record<string, number>>;
    readonly tool_errors: number;
    readonly sessions: readonly string[];
  };
  readonly calls: readonly Call[];
}

const root = `${fixtures}captures`;
const folders = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory());

for (const { name } of folders) {
  const info = JSON.parse(readFileSync(`${root}/${name}/info.json`, 'utf8')) as Info;
  const note = notes[name];
  describe(`What ${name} sent`, () => {
    let requests: Request[];
    let totals: Totals;
    before(() => {
      requests = readCapture(`${root}/${name}`);
      totals = total(interpret(decode(requests)));
    });

    it('has each model call, embedding and tool call once, with its tokens', () => {
      assert.deepEqual(counts(totals), { ...visibleCounts(info.expected.visible), ...corrections(note) });
    });

    it('has the failures of its tools', () => {
      const lost = info.expected.visible.tool_calls === 0 || name === 'js-traceloop';
      assert.equal(totals.failedTools, lost ? 0 : info.expected.tool_errors);
    });

    it('names the models that were asked and that answered', () => {
      const served = visibleCalls(info).filter((call) => call.kind !== 'embeddings');
      const asked = new Set(info.expected.models);
      const answered = new Set([...info.expected.response_models, ...info.expected.models]);
      for (const pair of Object.keys(totals.models)) {
        const [request = '?', response = '?'] = pair.split(' > ');
        assert.ok(request === '?' || asked.has(request) || answered.has(request), `asked ${request}`);
        assert.ok(
          response === '?' || answered.has(response) || response === 'llama-3.1-8b',
          `answered ${response}`,
        );
      }
      if (served.length === 0) return;
      const said = (side: 0 | 1): Set<string> =>
        new Set(Object.keys(totals.models).map((pair) => pair.split(' > ')[side] ?? '?'));
      if (!note?.hidden?.includes('asked')) {
        for (const { model } of served) assert.ok(said(0).has(model), `nobody asked ${model}`);
      }
      if (!note?.hidden?.includes('answered')) {
        for (const model of info.expected.response_models) {
          assert.ok(said(1).has(model), `${model} did not answer: ${Object.keys(totals.models).join(', ')}`);
        }
      }
    });

    it('has the finish reasons that were served', () => {
      assert.deepEqual(totals.finishReasons, note?.finishReasons ?? servedReasons(info));
    });

    it('has its sessions', () => {
      const { visible, sessions } = info.expected;
      assert.deepEqual(totals.sessions, visible.session_attribute === null ? [] : [...sessions].sort());
    });

    it('says the same in whatever order it arrives', () => {
      const received = decode(requests);
      const { spans, logs } = received;
      const orders: Record<string, Received> = {
        reversed: { spans: [...spans].reverse(), logs: [...logs].reverse() },
        shuffled: { spans: shuffle(spans, 7), logs: shuffle(logs, 11) },
        'another shuffle': { spans: shuffle(spans, 4242), logs: shuffle(logs, 99) },
        'everything twice': { spans: [...spans, ...shuffle(spans, 3)], logs: [...logs, ...logs] },
      };
      for (const [order, again] of Object.entries(orders)) {
        const repeated = total(interpret(again));
        assert.deepEqual(
          { ...repeated, cost: round(repeated.cost) },
          { ...totals, cost: round(totals.cost) },
          order,
        );
      }
    });
  });
}

function counts(totals: Totals): Record<string, number> {
  return {
    llm_calls_ok: totals.ok,
    errors: totals.failed,
    calls_with_usage: totals.withUsage,
    total_input_tokens: totals.input,
    total_output_tokens: totals.output,
    cached_input_tokens: totals.cacheRead,
    cache_creation_tokens: totals.cacheWrite,
    reasoning_tokens: totals.reasoning,
    embeddings: totals.embeddings,
    embedding_input_tokens: totals.embeddingInput,
    tool_calls: totals.tools,
  };
}

function visibleCounts(visible: Visible): Record<string, number> {
  const numbers = Object.entries(visible as unknown as Record<string, unknown>).filter(
    ([, value]) => typeof value === 'number',
  );
  return Object.fromEntries(numbers) as Record<string, number>;
}

function corrections(note: CaptureNotes | undefined): Readonly<Record<string, number>> {
  return note?.visible ?? {};
}

/** The served calls whose spans the instrumentation sends. */
function visibleCalls({ calls, expected }: Info): readonly Call[] {
  const lost = expected.not_visible.filter((entry) => entry.lost === 'span');
  return calls.filter((call) => call.status === 200 && !lost.some(({ match }) => matches(call, match)));
}

function matches(call: Call, match: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(match).every(([key, value]) =>
    key === 'failed' ? (call.status !== 200) === value : call[key] === value,
  );
}

function servedReasons(info: Info): Record<string, number> {
  const reasons: Record<string, number> = {};
  for (const call of visibleCalls(info)) {
    if (call.kind === 'embeddings' || call.finish === undefined || call['cut'] === true) continue;
    const reason = normaliseFinishReason(call.finish);
    reasons[reason] = (reasons[reason] ?? 0) + 1;
  }
  return reasons;
}

/** A fixed permutation per seed: linear congruential steps. */
function shuffle<T>(list: readonly T[], seed: number): T[] {
  const result = [...list];
  let state = seed >>> 0;
  for (let i = result.length - 1; i > 0; i--) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const j = state % (i + 1);
    [result[i], result[j]] = [result[j] as T, result[i] as T];
  }
  return result;
}

function round(amount: number): number {
  return Number(amount.toPrecision(9));
}
