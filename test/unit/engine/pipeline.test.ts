import assert from 'node:assert/strict';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { StorageError } from '../../../src/store/errors.ts';
import { fixtures, readCapture } from '../../contract/replay.ts';
import { agent, call, log, spanIdOf, spans, TestEngine, type Sent, type SentSpan } from './support.ts';

/** Requests of a capture, one span or record order apart. */
function capture(name: string): Sent[] {
  return readCapture(join(fixtures, 'captures', name)).map(({ signal, bytes }) => ({
    signal,
    payload: bytes,
  }));
}

/** Flags that compare a call with those that came before it. */
const ofOrder = new Set(['slow', 'slow_first_token', 'expensive']);

/** Rows without what tells only of the order of arrival. */
function comparable(engine: TestEngine): unknown[] {
  return [...engine.rows().values()]
    .map(({ range, flags, ...row }) => ({
      ...row,
      flags: flags.filter((flag) => !ofOrder.has(flag.id)),
      range: range.length > 0,
    }))
    .sort((a, b) => (a.traceId + a.spanId < b.traceId + b.spanId ? -1 : 1));
}

describe('the pipeline from the journal to the index', function () {
  this.timeout(60_000);
  let engine: TestEngine;
  let others: TestEngine[];

  beforeEach(async () => {
    engine = await TestEngine.create();
    others = [];
  });
  afterEach(async () => {
    for (const each of [engine, ...others]) await each.dispose();
  });
  const another = async (isShared = false): Promise<TestEngine> => {
    const created = await TestEngine.create(isShared);
    others.push(created);
    return created;
  };

  for (const name of ['py-logfire-openai', 'py-anthropic-native', 'py-otel-genai-openai', 'js-ai-sdk']) {
    it(`makes the same rows of ${name} all at once, request by request, backwards, and with a thread that writes`, async () => {
      const requests = capture(name);
      await engine.append(...requests);
      engine.readAll();
      engine.pipeline.settleDeferred();
      const together = comparable(engine);
      assert.ok(together.length > 0);
      const single = await another();
      await single.receive(...requests);
      assert.deepEqual(comparable(single), together);
      const shared = await another(true);
      await shared.receive(...requests);
      assert.deepEqual(comparable(shared), together);
      const backwards = await another();
      await backwards.receive(...requests.toReversed());
      assert.deepEqual(comparable(backwards), together);
    });
  }

  for (const name of ['py-anthropic-native', 'py-otel-genai-openai', 'js-ai-sdk']) {
    it(`counts the same in ${name} when the engine starts anew after each request`, async () => {
      const requests = capture(name);
      await engine.receive(...requests);
      const forgetful = await another();
      for (const request of requests.toReversed()) {
        await forgetful.receive(request);
        forgetful.restarted();
      }
      const [stats, others] = [engine, forgetful].map((each) => {
        const { flags, ...rest } = each.stats();
        return { ...rest, flags: [...flags].filter(([id]) => !ofOrder.has(id)).sort() };
      });
      assert.deepEqual(others, stats);
    });
  }

  it('changes nothing when everything is sent again', async () => {
    const requests = capture('py-otel-genai-openai');
    await engine.receive(...requests);
    const places = (): unknown[] => [...engine.rows().values()].map(({ spanId, range }) => [spanId, range]);
    const before = { places: places(), rows: comparable(engine) };
    await engine.receive(...requests);
    assert.deepEqual({ places: places(), rows: comparable(engine) }, before);
  });

  it('keeps the fuller version of a span that comes again with its log records', async () => {
    const full = call({ id: 1, to: 100, usage: [100, 20] });
    const partial = call({ id: 1, to: 50 });
    await engine.receive(log({ id: 1 }, 'gen_ai.user.message', 'hello'), spans(full), spans(partial));
    assert.equal(engine.row(spanIdOf(1)).usage?.input, 100);
    assert.equal(engine.row(spanIdOf(1)).durationNanos, (100 - 10) * 1e6);
  });

  it('writes the same batch after a failure as it would have before', async () => {
    // The wrapper comes first and counts; with the call below it, the call counts instead.
    await engine.receive(spans(call({ id: 1, from: 0, to: 100, usage: [100, 20] })));
    await engine.append(
      spans(call({ id: 2, parent: 1, from: 10, to: 90, usage: [100, 20], scope: 'inner' })),
    );
    const write = engine.index.writeBatch.bind(engine.index);
    engine.index.writeBatch = () => {
      throw new StorageError('full', 'no space left');
    };
    assert.throws(() => engine.pipeline.step(), { code: 'full' });
    engine.index.writeBatch = write;
    engine.readAll();
    assert.equal(engine.row(spanIdOf(1)).counted, false);
    assert.equal(engine.stats().modelCalls.total, 1);
    assert.equal(engine.stats().usage.inputTokens, 100);
  });

  it('skips and counts a span that cannot be interpreted, and goes on', async () => {
    const interpret = engine.interpreter.interpret.bind(engine.interpreter);
    engine.interpreter.interpret = (input, range) => {
      if (input.span.name === 'poison') throw new TypeError('poison');
      return interpret(input, range);
    };
    await engine.receive(spans({ id: 1 }, { id: 2, name: 'poison' }, { id: 3 }), spans({ id: 4 }));
    assert.deepEqual([...engine.rows().keys()].sort(), [1, 3, 4].map(spanIdOf));
    assert.equal(engine.index.counters().get('dropped.uninterpreted'), 1);
  });

  it('skips and counts a span whose row cannot be made or written, and goes on', async () => {
    const row = engine.interpreter.row.bind(engine.interpreter);
    engine.interpreter.row = (item, ...rest) => {
      if (item.input.span.name === 'poison') throw new TypeError('poison');
      const made = row(item, ...rest);
      // SQLite cannot bind it.
      return item.input.span.name === 'unwritable' ? { ...made, sessionId: {} as string } : made;
    };
    await engine.append(
      spans({ id: 1 }, { id: 2, name: 'poison' }),
      spans({ id: 3, trace: 2 }),
      spans({ id: 4, trace: 3, name: 'unwritable' }),
      spans({ id: 5, trace: 4 }),
    );
    engine.readAll();
    await engine.receive(spans({ id: 6 }));
    assert.deepEqual([...engine.rows().keys()].sort(), [1, 3, 5, 6].map(spanIdOf));
    assert.equal(engine.index.counters().get('dropped.uninterpreted'), 2);
  });

  it('keeps the row of a call whose flags or price cannot be worked out', async () => {
    engine.interpreter.price = () => {
      throw new TypeError('no price');
    };
    await engine.receive(spans(call({ id: 1, usage: [100, 20] })));
    const row = engine.row(spanIdOf(1));
    assert.equal(row.usage?.input, 100);
    assert.equal(row.cost, undefined);
    assert.equal(engine.stats().cost.unknownCalls, 1);
    assert.ok(engine.problems.length > 0);
  });

  it('counts retries that HTTP spans tell of when those come after the call', async () => {
    const http = (id: number): SentSpan => ({
      id,
      parent: 1,
      name: 'POST',
      scope: 'http',
      from: id * 10,
      attributes: { 'http.request.method': 'POST', 'http.response.status_code': 200 },
    });
    await engine.receive(spans(call({ id: 1, from: 0, to: 100, usage: [1, 1] })));
    await engine.receive(spans(http(2)), spans(http(3)));
    assert.equal(engine.row(spanIdOf(1)).retries, 1);
    engine.restarted();
    await engine.receive(spans(http(4)));
    assert.equal(engine.row(spanIdOf(1)).retries, 2);
  });

  it('does not count a start notice after the trace was let go', async () => {
    const notice = {
      id: 9,
      parent: 1,
      name: 'chat',
      scope: 'logfire.openai',
      attributes: {
        'logfire.span_type': 'pending_span',
        'logfire.pending_parent_id': '0000000000000000',
        'gen_ai.operation.name': 'chat',
        'gen_ai.request.model': 'gpt-4o',
      },
    };
    await engine.receive(spans(notice));
    assert.equal(engine.stats().modelCalls.total, 0);
    engine.restarted();
    await engine.receive(spans({ id: 5 }));
    assert.equal(engine.stats().modelCalls.total, 0);
  });

  it('reads again without undoing what came since', async () => {
    await engine.receive(spans(call({ id: 1, to: 50 })));
    engine.pipeline.reread();
    await engine.writer.roll();
    await engine.append(spans(call({ id: 1, to: 100, usage: [100, 20] })));
    engine.readAll();
    assert.equal(engine.pipeline.rereadPosition, undefined);
    assert.equal(engine.row(spanIdOf(1)).usage?.input, 100);
  });

  it('counts what it cannot read once, however often the journal is read', async () => {
    await engine.append({ signal: 'traces', payload: Buffer.from([0x0a, 0x7f, 1, 2, 3]) }, spans({ id: 1 }));
    engine.readAll();
    assert.equal(engine.index.counters().get('dropped.unreadable'), 1);
    engine.pipeline.rebuild();
    engine.readAll();
    assert.equal(engine.rows().size, 1);
    assert.equal(engine.index.counters().get('dropped.unreadable'), 1);
  });

  it('stops reading again when everything is deleted', async () => {
    await engine.receive(spans({ id: 1 }));
    engine.pipeline.reread();
    const segment = await engine.writer.roll();
    engine.index.deleteAll({ segment, offset: 0 });
    engine.pipeline.restart();
    engine.readAll();
    assert.equal(engine.rows().size, 0);
  });

  it('compares a request with those of earlier batches, whose prompts are read again then', async () => {
    const ask = (id: number, text: string): ReturnType<typeof call> =>
      call({
        id,
        parent: 50,
        from: id * 100,
        to: id * 100 + 50,
        usage: [10, 2],
        attributes: {
          'gen_ai.input.messages': JSON.stringify([
            { role: 'user', parts: [{ type: 'text', content: text }] },
          ]),
        },
      });
    await engine.receive(spans(ask(1, 'One?')), spans(ask(2, 'Two?')), spans(ask(3, 'One?')));
    const flagged = [1, 2, 3].filter((id) =>
      engine.row(spanIdOf(id)).flags.some((flag) => flag.id === 'duplicate_call'),
    );
    assert.deepEqual(flagged, [3]);
  });

  it('keeps flags that neighbours gave when a trace was let go and is touched again', async () => {
    const question = {
      'gen_ai.input.messages': '[{"role":"user","parts":[{"type":"text","content":"Again?"}]}]',
    };
    const ask = (id: number): ReturnType<typeof call> =>
      call({ id, parent: 50, from: id * 100, to: id * 100 + 50, usage: [10, 2], attributes: question });
    await engine.receive(spans(ask(1), ask(2)));
    const flagged = (): boolean => engine.row(spanIdOf(2)).flags.some((flag) => flag.id === 'duplicate_call');
    assert.ok(flagged());
    engine.restarted();
    // A late retry below it makes its row anew.
    const http = (id: number): SentSpan => ({
      id,
      parent: 2,
      name: 'POST',
      scope: 'http',
      attributes: { 'http.request.method': 'POST', 'http.response.status_code': 200 },
    });
    await engine.receive(spans(http(11), http(12)));
    assert.equal(engine.row(spanIdOf(2)).retries, 1);
    assert.ok(flagged());
  });
});

describe('one call reported in two traces', function () {
  this.timeout(60_000);
  let engine: TestEngine;

  beforeEach(async () => {
    engine = await TestEngine.create();
  });
  afterEach(() => engine.dispose());

  const native = (id: number, trace: number, from: number, more: object = {}): ReturnType<typeof call> =>
    call({
      id,
      trace,
      from,
      to: from + 100,
      scope: 'com.anthropic.sdk',
      name: 'anthropic.messages.create',
      usage: [100, 20],
      ...more,
    });
  const other = (id: number, trace: number, from: number, more: object = {}): ReturnType<typeof call> =>
    call({ id, trace, from, to: from + 100, scope: 'wrapper', usage: [100, 20], ...more });
  const responseId = { attributes: { 'gen_ai.response.id': 'msg_1' } };

  it('counts once by its response', async () => {
    await engine.receive(spans(native(1, 1, 0, responseId)), spans(other(2, 2, 1, responseId)));
    assert.equal(engine.stats().modelCalls.total, 1);
    assert.equal(engine.stats().usage.inputTokens, 100);
  });

  it('counts once also when the first was received before a restart', async () => {
    await engine.receive(spans(native(1, 1, 0, responseId)));
    engine.restarted();
    await engine.receive(spans(other(2, 2, 1, responseId)));
    assert.equal(engine.stats().modelCalls.total, 1);
  });

  it('pairs parallel calls the same way in every order', async () => {
    const sent = [native(1, 1, 0), other(2, 2, 10), native(3, 3, 10), other(4, 4, 0)].map((span) =>
      spans({ ...span, to: 1000 + (span.from ?? 0) }),
    );
    await engine.receive(...sent);
    assert.equal(engine.stats().modelCalls.total, 2);
    assert.equal(engine.row(spanIdOf(2)).countedIn?.spanId, spanIdOf(3));
    assert.equal(engine.row(spanIdOf(4)).countedIn?.spanId, spanIdOf(1));
  });

  it('counts a call again whose twin was deleted', async () => {
    await engine.receive(spans(native(1, 1, 0, responseId)));
    const segment = await engine.writer.roll();
    engine.index.deleteAll({ segment, offset: 0 });
    engine.pipeline.restart();
    await engine.receive(spans(other(2, 2, 1, responseId)));
    assert.equal(engine.stats().modelCalls.total, 1);
  });

  it('keeps lent usage when the trace of the counting span is let go and touched again', async () => {
    await engine.receive(spans(native(1, 1, 0, { usage: undefined })), spans(other(2, 2, 1)));
    assert.equal(engine.stats().usage.inputTokens, 100);
    engine.restarted();
    await engine.receive(spans({ id: 7, trace: 1 }));
    assert.equal(engine.stats().modelCalls.total, 1);
    assert.equal(engine.stats().usage.inputTokens, 100);
  });

  it('gives a streamed call its late answer from another trace, in either order', async () => {
    const streamed = {
      id: 1,
      trace: 1,
      from: 0,
      to: 10,
      name: 'Chat Completion with gpt-4o',
      scope: 'logfire.openai',
      attributes: {
        'logfire.span_type': 'span',
        'gen_ai.operation.name': 'chat',
        'gen_ai.request.model': 'gpt-4o',
        request_data: '{"model":"gpt-4o","stream":true}',
      },
    };
    const answer = {
      id: 2,
      trace: 2,
      from: 500,
      to: 500,
      name: 'streaming response from gpt-4o took 0.5s',
      scope: 'logfire.openai',
      attributes: {
        'logfire.span_type': 'log',
        'gen_ai.request.model': 'gpt-4o',
        request_data: '{"model":"gpt-4o","stream":true}',
        'gen_ai.usage.input_tokens': 100,
        'gen_ai.usage.output_tokens': 20,
      },
    };
    await engine.receive(spans(streamed), spans(answer));
    assert.equal(engine.row(spanIdOf(1)).usage?.input, 100);
    const backwards = await TestEngine.create();
    try {
      await backwards.receive(spans(answer), spans(streamed));
      assert.equal(backwards.row(spanIdOf(1)).usage?.input, 100);
    } finally {
      await backwards.dispose();
    }
  });
});

describe('a trace too large to be held', function () {
  this.timeout(120_000);
  let engine: TestEngine;

  beforeEach(async () => {
    engine = await TestEngine.create();
  });
  afterEach(() => engine.dispose());

  it('counts an agent’s calls and not the agent, whichever comes first', async () => {
    const count = 52_000;
    const batch = (from: number, to: number): Sent =>
      spans(
        ...Array.from({ length: to - from }, (_, i) => {
          const id = 1_000 + from + i;
          // Chains between the agent and its calls.
          return id % 100 === 0
            ? { id, parent: 1, attributes: {} }
            : id % 100 === 1
              ? call({ id, parent: id - 1, usage: [10, 1] })
              : { id, parent: id - (id % 100) };
        }),
      );
    for (let from = 0; from < count; from += 4_000) await engine.append(batch(from, from + 4_000));
    engine.readAll();
    await engine.receive(spans(agent({ id: 1, from: 0, to: 1_000_000, usage: [5_200, 520] })));
    const calls = count / 100;
    assert.equal(engine.stats().modelCalls.total, calls);
    assert.equal(engine.stats().usage.inputTokens, calls * 10);
    // A tool that comes after it must not make the agent count.
    await engine.receive(spans({ id: 900_000, parent: 1, name: 'late' }));
    assert.equal(engine.stats().modelCalls.total, calls);
    assert.equal(engine.stats().usage.inputTokens, calls * 10);
  });
});
