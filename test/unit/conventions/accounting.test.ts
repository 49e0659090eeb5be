import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { accountAcross } from '../../../src/conventions/accountAcross.ts';
import { account } from '../../../src/conventions/accounting.ts';
import type { AccountingSpan, CountDecision } from '../../../src/conventions/accountingTypes.ts';
import { countable } from './spans.ts';

describe('What counts in a trace', () => {
  it('counts the inner one of two spans of one call, and lends it what it lacks', () => {
    const decided = both([
      countable({ spanId: 'call_llm', usage: { input: 210, output: 80, cacheRead: 128 } }),
      countable({ spanId: 'generate', parentSpanId: 'call_llm', usage: { input: 210, output: 80 } }),
    ]);
    assert.equal(decided.get('call_llm')?.counted, false);
    assert.equal(decided.get('call_llm')?.countedIn?.spanId, 'generate');
    assert.deepEqual(decided.get('generate')?.usage, { input: 210, output: 80, cacheRead: 128 });
    assert.equal(decided.get('generate')?.lentBy?.spanId, 'call_llm');
  });

  it('lends no part that does not fit into its whole', () => {
    const decided = both([
      countable({ spanId: 'outer', usage: { input: 900, output: 5, cacheRead: 800 } }),
      countable({ spanId: 'inner', parentSpanId: 'outer', usage: { input: 90, output: 5 } }),
    ]);
    assert.deepEqual(decided.get('inner')?.usage, { input: 90, output: 5 });
  });

  it('takes nested model spans without any usage for one call', () => {
    const decided = both([
      countable({ spanId: 'predict' }),
      countable({ spanId: 'chain', parentSpanId: 'predict', kind: 'chain' }),
      countable({ spanId: 'chat', parentSpanId: 'chain' }),
    ]);
    assert.deepEqual(countedIds(decided), ['chat']);
  });

  it('counts a call that a tool below a model span makes on its own', () => {
    const decided = both([
      countable({ spanId: 'outer', usage: { input: 10, output: 1 } }),
      countable({ spanId: 'tool', parentSpanId: 'outer', kind: 'tool', toolName: 'ask_agent' }),
      countable({ spanId: 'inner', parentSpanId: 'tool', usage: { input: 20, output: 2 } }),
    ]);
    assert.deepEqual(countedIds(decided), ['inner', 'outer', 'tool']);
  });

  it('does not count what an agent sums up, whatever the sum', () => {
    const decided = both([
      countable({ spanId: 'agent', kind: 'agent', usage: { input: 99_999, output: 9 } }),
      countable({ spanId: 'step', parentSpanId: 'agent', kind: 'chain' }),
      countable({ spanId: 'a', parentSpanId: 'step', usage: { input: 1, output: 1 } }),
      countable({ spanId: 'b', parentSpanId: 'step', usage: { input: 2, output: 2 } }),
    ]);
    assert.deepEqual(countedIds(decided), ['a', 'b']);
    assert.match(decided.get('agent')?.rule ?? '', /repeats/);
  });

  it('counts an agent that alone has usage, and only the inner one of two', () => {
    const decided = both([
      countable({ spanId: 'outer', kind: 'agent', usage: { input: 5, output: 5 } }),
      countable({ spanId: 'inner', parentSpanId: 'outer', kind: 'agent', usage: { input: 5, output: 5 } }),
    ]);
    assert.deepEqual(countedIds(decided), ['inner']);
    assert.deepEqual(decided.get('inner')?.usage, { input: 5, output: 5 });
  });

  it('gives the usage of an agent with one call to that call, when the call has none', () => {
    const decided = both([
      countable({ spanId: 'agent', kind: 'agent', usage: { input: 7, output: 3 } }),
      countable({ spanId: 'call', parentSpanId: 'agent' }),
    ]);
    assert.deepEqual(countedIds(decided), ['call']);
    assert.deepEqual(decided.get('call')?.usage, { input: 7, output: 3 });
  });

  it('names that call on what repeats its usage further above', () => {
    const usage = { input: 5, output: 5 };
    const decided = both([
      countable({ spanId: 'chat', parentSpanId: 'agent' }),
      countable({ spanId: 'agent', parentSpanId: 'workflow', kind: 'agent', usage }),
      countable({ spanId: 'workflow', kind: 'workflow', usage }),
    ]);
    assert.deepEqual(countedIds(decided), ['chat']);
    assert.equal(decided.get('workflow')?.countedIn?.spanId, 'chat');
  });

  it('never counts usage that its emitter calls a sum', () => {
    const decided = both([
      countable({ spanId: 'agent', kind: 'agent', usage: { input: 7, output: 3 }, usageIsAggregate: true }),
    ]);
    assert.deepEqual(countedIds(decided), []);
  });

  it('counts each attempt that has a span, and nothing of the wrapper', () => {
    const decided = both([
      countable({ spanId: 'wrapper', kind: 'agent', usage: { input: 18, output: 9 } }),
      countable({ spanId: 'failed', parentSpanId: 'wrapper', failed: true, start: 0 }),
      countable({ spanId: 'ok', parentSpanId: 'wrapper', start: 200, usage: { input: 18, output: 9 } }),
    ]);
    assert.deepEqual(countedIds(decided), ['failed', 'ok']);
  });

  it('gives the usage of a wrapper of several calls to the last one that went well', () => {
    const decided = both([
      countable({ spanId: 'wrapper', usage: { input: 18, output: 9 } }),
      countable({ spanId: 'one', parentSpanId: 'wrapper', failed: true, start: 0 }),
      countable({ spanId: 'two', parentSpanId: 'wrapper', start: 200 }),
    ]);
    assert.deepEqual(countedIds(decided), ['one', 'two']);
    assert.deepEqual(decided.get('two')?.usage, { input: 18, output: 9 });
    assert.equal(decided.get('one')?.usage, undefined);
  });

  it('takes a failed wrapper and its failed child for one failed call', () => {
    const decided = both([
      countable({ spanId: 'outer', failed: true, usage: { input: 10, output: 1 } }),
      countable({ spanId: 'inner', parentSpanId: 'outer', failed: true, usage: { input: 10 } }),
    ]);
    assert.deepEqual(countedIds(decided), ['inner']);
    assert.deepEqual(decided.get('inner')?.usage, { input: 10, output: 1 });
  });

  it('counts a stream that broke after its inner span had ended as failed', () => {
    const decided = both([
      countable({ spanId: 'outer', failed: true }),
      countable({ spanId: 'inner', parentSpanId: 'outer' }),
    ]);
    assert.deepEqual(countedIds(decided), ['outer']);
  });

  it('counts an embedding once, and apart from the models above it', () => {
    const decided = both([
      countable({ spanId: 'retriever', kind: 'retrieval' }),
      countable({ spanId: 'outer', parentSpanId: 'retriever', kind: 'embedding' }),
      countable({ spanId: 'inner', parentSpanId: 'outer', kind: 'embedding', usage: { input: 13 } }),
    ]);
    assert.deepEqual(countedIds(decided), ['inner', 'retriever']);
  });

  it('counts two instrumentations side by side once, by their response', () => {
    const decided = both([
      countable({ spanId: 'root', kind: 'chain' }),
      countable({
        spanId: 'a',
        parentSpanId: 'root',
        scope: 'x',
        responseId: 'r1',
        usage: { input: 5, output: 5 },
      }),
      countable({ spanId: 'b', parentSpanId: 'root', scope: 'y', responseId: 'r1', start: 1, end: 99 }),
    ]);
    assert.deepEqual(countedIds(decided), ['a']);
    assert.equal(decided.get('b')?.countedIn?.spanId, 'a');
  });

  it('counts a response that one instrumentation names twice, one after the other, twice', () => {
    const decided = both([
      countable({ spanId: 'a', responseId: 'cached', start: 0 }),
      countable({ spanId: 'b', responseId: 'cached', start: 500 }),
    ]);
    assert.deepEqual(countedIds(decided), ['a', 'b']);
  });

  it('ignores start notices and patches', () => {
    const decided = both([
      countable({ spanId: 'pending', disposition: 'pending' }),
      countable({ spanId: 'patch', disposition: 'patch', kind: 'evaluator' }),
      countable({ spanId: 'tool', disposition: 'pending', kind: 'tool', toolName: 'x' }),
    ]);
    assert.deepEqual(countedIds(decided), []);
  });

  it('gives late answers to the streamed calls before them', () => {
    const late = {
      kind: 'event',
      dialect: 'logfire',
      name: 'streaming response from x',
      parentSpanId: 'p',
    } as const;
    const call = { dialect: 'logfire', parentSpanId: 'p' } as const;
    const decided = both([
      countable({ spanId: 'p', kind: 'other' }),
      countable({ spanId: 'one', ...call, start: 0, end: 200 }),
      countable({ spanId: 'answer1', ...late, start: 700, end: 700 }),
      countable({ spanId: 'two', ...call, start: 800, end: 900 }),
      countable({ spanId: 'answer2', ...late, start: 1_500, end: 1_500, usage: { input: 41, output: 7 } }),
    ]);
    assert.deepEqual(countedIds(decided), ['one', 'two']);
    assert.equal(decided.get('one')?.usage, undefined);
    assert.deepEqual(decided.get('two')?.usage, { input: 41, output: 7 });
    assert.equal(decided.get('answer2')?.countedIn?.spanId, 'two');
  });

  it('sees retries and rate limits in HTTP spans below a call', () => {
    const http = { kind: 'other', dialect: 'http', parentSpanId: 'call' } as const;
    const decided = both([
      countable({ spanId: 'call' }),
      countable({ spanId: 'first', ...http, http: { status: 429 }, failed: true }),
      countable({ spanId: 'second', ...http, http: { status: 200, resendCount: 1 } }),
      countable({
        spanId: 'server',
        kind: 'other',
        dialect: 'http',
        parentSpanId: 'second',
        http: { status: 200 },
      }),
    ]);
    assert.equal(decided.get('call')?.retries, 1);
    assert.equal(decided.get('call')?.rateLimited, true);
  });
});

describe('What counts of a tool call', () => {
  const tool = (spanId: string, draft: Partial<Parameters<typeof countable>[0]> = {}): AccountingSpan =>
    countable({ kind: 'tool', toolName: 'get_issue', ...draft, spanId });

  it('is one for the framework, the MCP client and the MCP server', () => {
    const decided = both([
      tool('execute'),
      tool('client', { kind: 'mcp', parentSpanId: 'execute', toolName: 'get_issue' }),
      tool('server', { kind: 'mcp', parentSpanId: 'client', service: 'other', toolName: 'get_issue' }),
      countable({ spanId: 'list', kind: 'mcp' }),
    ]);
    assert.deepEqual(countedIds(decided), ['execute']);
  });

  it('is the failed span, where the others say that all is well', () => {
    const decided = both([
      tool('client', { kind: 'mcp' }),
      tool('server', { kind: 'mcp', parentSpanId: 'client', failed: true }),
    ]);
    assert.deepEqual(countedIds(decided), ['server']);
  });

  it('is one for two instrumentations that call the tool by its long and its short name', () => {
    for (const long of ['researcher.get_issue', 'TravelPlugin-get_issue', 'mcp__github__get_issue']) {
      const decided = both([tool('a', { toolName: long }), tool('b', { parentSpanId: 'a', scope: 'other' })]);
      assert.deepEqual(countedIds(decided), ['a'], long);
    }
  });

  it('is two when one tool runs another', () => {
    const decided = both([
      tool('a', { toolName: 'mcp get_issue' }),
      tool('b', { parentSpanId: 'a', service: 'other' }),
    ]);
    assert.deepEqual(countedIds(decided), ['a', 'b']);
  });

  it('is one for two instrumentations side by side that name the same call', () => {
    const decided = both([
      tool('a', { toolCallId: 'call_1', scope: 'x' }),
      tool('b', { toolCallId: 'call_1', scope: 'y', start: 1 }),
      tool('c', { toolCallId: 'call_2', scope: 'y', start: 2 }),
    ]);
    assert.deepEqual(countedIds(decided), ['a', 'c']);
  });
});

describe('What counts across traces', () => {
  it("is the SDK's own span, with and without a response id, and one span each", () => {
    const sdk = { dialect: 'anthropicSdk', scope: 'com.anthropic.sdk.python', model: 'claude' } as const;
    const spans = [
      countable({
        traceId: '1',
        spanId: 'a',
        responseId: 'msg_1',
        start: 0,
        end: 720,
        usage: { input: 35, output: 43 },
      }),
      countable({
        traceId: '2',
        spanId: 'b',
        ...sdk,
        responseId: 'msg_1',
        start: 5,
        end: 715,
        usage: { input: 35, output: 42 },
      }),
      countable({ traceId: '3', spanId: 'c', start: 1_000, end: 1_070, failed: true, model: 'claude' }),
      countable({ traceId: '4', spanId: 'd', ...sdk, start: 1_003, end: 1_068, failed: true }),
      countable({ traceId: '5', spanId: 'e', ...sdk, start: 3_000, end: 3_068, failed: true }),
    ];
    for (const order of [spans, [...spans].reverse()]) {
      const changed = accountAcross(order, () => undefined);
      const verdicts = new Map(changed.map(({ spanId, decision }) => [spanId, decision]));
      assert.equal(verdicts.get('a')?.countedIn?.spanId, 'b');
      assert.equal(verdicts.get('b')?.counted, true);
      assert.equal(verdicts.get('b')?.usage?.output, 42);
      assert.equal(verdicts.get('c')?.countedIn?.spanId, 'd');
      assert.equal(verdicts.has('e'), false);
    }
  });

  it('leaves calls of two processes and of other models alone', () => {
    const sdk = { dialect: 'anthropicSdk', scope: 'com.anthropic.sdk.python' } as const;
    const spans = [
      countable({ traceId: '1', spanId: 'a', model: 'claude-opus' }),
      countable({ traceId: '2', spanId: 'b', ...sdk, model: 'claude-haiku' }),
      countable({ traceId: '3', spanId: 'c', ...sdk, model: 'claude-opus', service: 'another' }),
    ];
    assert.deepEqual(
      accountAcross(spans, () => undefined),
      [],
    );
  });

  it('finds the late answer of a streamed call that is a trace of its own', () => {
    const spans = [
      countable({ traceId: '1', spanId: 'call', dialect: 'logfire', start: 0, end: 200 }),
      countable({
        traceId: '2',
        spanId: 'answer',
        kind: 'event',
        dialect: 'logfire',
        start: 700,
        end: 700,
        usage: { input: 1, output: 2 },
      }),
    ];
    const changed = accountAcross(spans, () => undefined);
    assert.deepEqual(changed.find(({ spanId }) => spanId === 'call')?.decision.usage, {
      input: 1,
      output: 2,
    });
  });
});

describe('Accounting of hostile traces', () => {
  it('ends on cycles, on spans that are their own parent and on ids that come twice', () => {
    const decided = both([
      countable({ spanId: 'self', parentSpanId: 'self' }),
      countable({ spanId: 'a', parentSpanId: 'b', start: 1 }),
      countable({ spanId: 'b', parentSpanId: 'c', start: 2 }),
      countable({ spanId: 'c', parentSpanId: 'a', start: 3 }),
      countable({ spanId: 'twice', usage: { input: 1, output: 1 }, end: 50 }),
      countable({ spanId: 'twice', usage: { input: 2, output: 2 }, end: 60 }),
    ]);
    assert.equal(decided.size, 5);
    assert.deepEqual(decided.get('twice')?.usage, { input: 2, output: 2 });
    assert.equal([...decided.values()].filter(({ counted }) => counted).length, 3);
  });

  it('treats ids such as __proto__ as ids', () => {
    const decided = both([
      countable({ spanId: '__proto__' }),
      countable({ spanId: 'constructor', parentSpanId: '__proto__' }),
    ]);
    assert.deepEqual(countedIds(decided), ['constructor']);
  });

  it('is linear: a chain of 200,000 spans, as many roots, and as many children of one span', () => {
    const size = 200_000;
    const chain = Array.from({ length: size }, (_, i) =>
      countable({ spanId: `${i}`, parentSpanId: `${i - 1}`, start: i }),
    );
    const roots = Array.from({ length: size }, (_, i) =>
      countable({ spanId: `${i}`, start: i, responseId: 'same' }),
    );
    const star = Array.from({ length: size }, (_, i) =>
      countable({
        spanId: `${i}`,
        parentSpanId: i === 0 ? '' : '0',
        kind: i % 2 ? 'tool' : 'llm',
        toolName: 'x',
        dialect: 'logfire',
      }),
    );
    assert.deepEqual(countedIds(account(chain)), [`${size - 1}`]);
    assert.equal(account(roots).size, size);
    assert.equal(account(star).size, size);
  });
});

function both(spans: readonly AccountingSpan[]): Map<string, CountDecision> {
  const decided = account(spans);
  const reversed = account([...spans].reverse());
  for (const [id, decision] of decided)
    assert.deepEqual(reversed.get(id), decision, `${id} depends on the order`);
  return decided;
}

function countedIds(decided: ReadonlyMap<string, CountDecision>): string[] {
  return [...decided]
    .filter(([, { counted }]) => counted)
    .map(([id]) => id)
    .sort();
}
