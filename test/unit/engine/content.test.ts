import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { compareQueries } from '../../../src/engine/compareQueries.ts';
import { contentQueries } from '../../../src/engine/contentQueries.ts';
import { cutConversation } from '../../../src/engine/cutConversation.ts';
import { spanDetails } from '../../../src/engine/details.ts';
import { readSpan } from '../../../src/engine/readSpan.ts';
import { isKnownCost } from '../../../src/model/cost.ts';
import { jsonToProtobuf } from '../../../src/otlp/json.ts';
import { IndexReader } from '../../../src/store/indexReader.ts';
import { call, log, spanIdOf, spans, TestEngine, traceIdOf } from './support.ts';

const signal = new AbortController().signal;
const key = (id: number, trace = 1) => ({ traceId: traceIdOf(trace), spanId: spanIdOf(id) });
const png =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const said = (role: string, ...parts: unknown[]) => JSON.stringify([{ role, parts }]);
const text = (content: string) => ({ type: 'text', content });

describe('what the journal holds of a span', () => {
  let engine: TestEngine;
  let reader: IndexReader;
  beforeEach(async () => {
    engine = await TestEngine.create();
  });
  afterEach(async () => {
    reader.close();
    await engine.dispose();
  });
  const queries = () => {
    const opened = IndexReader.open(engine.dbPath);
    assert.ok(opened);
    reader = opened;
    return contentQueries({ reader, journal: engine.journal, interpreter: engine.interpreter });
  };

  it('is shown as the OTLP it came as: resource, scope, span, and its log records', async () => {
    const sent = spans(
      call({ id: 1, service: 'shop', attributes: { ['__proto__']: 'kept', whole: 3, half: 3.5 } }),
    );
    await engine.receive(sent, log({ id: 1 }, 'gen_ai.user.message', 'hello'));
    const raw = await queries()['spans/raw'](key(1), signal);
    assert.ok(raw);
    assert.deepEqual(Buffer.from(jsonToProtobuf('traces', raw.spans)), Buffer.from(sent.payload));
    assert.match(raw.spans, /"intValue":"3"/);
    assert.match(raw.logs, /"stringValue":"hello"/);
    assert.ok(raw.bytes > 100);
  });

  it('is null for what is not stored', async () => {
    await engine.receive(spans(call({ id: 1 })));
    const asked = queries();
    assert.equal(await asked['spans/raw'](key(9), signal), null);
    assert.equal(
      await asked['spans/text']({ ...key(1), section: 'input', message: 7, part: 0 }, signal),
      null,
    );
    assert.equal(await asked['spans/value']({ ...key(1), list: 'event', index: 3, key: 'x' }, signal), null);
    assert.equal(await asked['spans/request'](key(9), signal), null);
  });

  it('holds the whole of a text that the details cut', async () => {
    const long = `${'a😀'.repeat(100_000)}the end`;
    await engine.receive(
      spans(call({ id: 1, attributes: { 'gen_ai.input.messages': said('user', text(long)), note: long } })),
    );
    const asked = queries();
    const found = readSpan({ reader, interpreter: engine.interpreter }, key(1));
    const row = reader.spanRow(key(1));
    assert.ok(found && row);
    const details = spanDetails(row, found.indexed, found.item);
    assert.deepEqual(details.cutTexts, [{ section: 'input', message: 0, part: 0, length: long.length }]);
    const [part] = details.conversation.input[0]?.parts ?? [];
    assert.ok(part?.type === 'text' && part.text.length <= 16_000 && part.text.isWellFormed());
    assert.equal(
      (await asked['spans/text']({ ...key(1), section: 'input', message: 0, part: 0 }, signal))?.text,
      long,
    );
    assert.equal(
      (await asked['spans/value']({ ...key(1), list: 'attributes', index: 0, key: 'note' }, signal))?.text,
      long,
    );
  });

  it('gives pictures that are pictures, by their own bytes', async () => {
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>').toString(
      'base64',
    );
    const media = (data: string, mime = 'image/png') => ({
      type: 'blob',
      modality: 'image',
      mime_type: mime,
      content: data,
    });
    await engine.receive(
      spans(
        call({
          id: 1,
          attributes: {
            'gen_ai.input.messages': said(
              'user',
              media(png, 'image/svg+xml'),
              media(svg),
              media('x'.repeat(40)),
              { type: 'uri', modality: 'image', uri: 'https://example.com/a.png' },
              { type: 'image_url', image_url: { url: `data:image/png;base64,${png}` } },
            ),
          },
        }),
      ),
    );
    const asked = queries();
    const image = (part: number) =>
      asked['spans/image']({ ...key(1), section: 'input', message: 0, part }, signal);
    assert.deepEqual(await image(0), { mimeType: 'image/png', data: png });
    assert.equal(await image(1), null);
    assert.equal(await image(2), null);
    assert.equal(await image(3), null);
    assert.deepEqual(await image(4), { mimeType: 'image/png', data: png });
  });

  it('is a request again, with inline pictures', async () => {
    await engine.receive(
      spans(
        call({
          id: 1,
          attributes: {
            'gen_ai.request.temperature': 0.5,
            'server.address': '127.0.0.1',
            'server.port': 8080,
            'gen_ai.system_instructions': JSON.stringify([text('Be brief.')]),
            'gen_ai.input.messages': said('user', text('What is it?'), {
              type: 'image_url',
              image_url: { url: `data:image/png;base64,${png}` },
            }),
          },
        }),
      ),
    );
    const request = await queries()['spans/request'](key(1), signal);
    assert.ok(request);
    assert.deepEqual(
      request.messages.map(({ role, parts }) => [role, parts.length]),
      [
        ['system', 1],
        ['user', 2],
      ],
    );
    const [, image] = request.messages[1]?.parts ?? [];
    assert.ok(image?.type === 'media' && image.data === png);
    assert.equal(request.serverPort, 8080);
    assert.ok(request.parameters.some(({ name, value }) => name === 'temperature' && value === '0.5'));
  });

  it('prices an answer that is no span', async () => {
    await engine.receive(spans(call({ id: 1 })));
    const asked = queries();
    const price = (model: string) =>
      asked['pricing/price'](
        { model, provider: 'openai', usage: { input: 1000, output: 100 }, startMillis: Date.now() },
        signal,
      );
    const known = await price('gpt-4o');
    assert.ok(isKnownCost(known) && known.amount > 0);
    assert.ok(!isKnownCost(await price('nobody-knows-it')));
  });
});

describe('a conversation of very many long messages', () => {
  it('is cut from its beginning, so that the last ones are whole', () => {
    const message = { role: 'user', parts: [{ type: 'text' as const, text: 'x'.repeat(50_000) }] };
    const { conversation, cutTexts } = cutConversation({
      system: [],
      input: Array.from({ length: 100 }, () => message),
      output: [message],
    });
    const lengths = conversation.input.map(({ parts: [part] }) =>
      part?.type === 'text' ? part.text.length : 0,
    );
    assert.equal(lengths.at(-1), 50_000);
    assert.equal(lengths[0], 1_000);
    assert.ok(lengths.reduce((sum, length) => sum + length, 0) < 1_200_000);
    assert.equal(cutTexts.length, lengths.filter((length) => length < 50_000).length);
  });
});

describe('runs that are compared', () => {
  let engine: TestEngine;
  let reader: IndexReader;
  beforeEach(async () => {
    engine = await TestEngine.create();
  });
  afterEach(async () => {
    reader.close();
    await engine.dispose();
  });

  const run = (trace: number, from: number, prompts: readonly string[]) =>
    spans(
      { trace, id: trace * 100, from, to: from + 90, name: 'agent.run' },
      ...prompts.map((prompt, index) =>
        call({
          trace,
          id: trace * 100 + index + 1,
          parent: trace * 100,
          from: from + 10 * (index + 1),
          name: `step ${index}`,
          usage: [1000, 10],
          attributes: { 'gen_ai.input.messages': said('user', text(prompt)) },
        }),
      ),
    );
  const queries = () => {
    const opened = IndexReader.open(engine.dbPath);
    assert.ok(opened);
    reader = opened;
    return compareQueries({ reader, interpreter: engine.interpreter });
  };

  it('are aligned call by call', async () => {
    await engine.receive(run(1, 0, ['a', 'b', 'c']), run(2, 1000, ['a', 'b']));
    const compared = await queries()['compare/traces']({ left: traceIdOf(1), right: traceIdOf(2) }, signal);
    assert.deepEqual(
      compared?.pairs.map(({ left, right, depth }) => [left?.name, right?.name, depth]),
      [
        ['agent.run', 'agent.run', 0],
        ['step 0', 'step 0', 1],
        ['step 1', 'step 1', 1],
        ['step 2', undefined, 1],
      ],
    );
    assert.equal(compared.isCut, false);
  });

  it('know the run before, and the span in it that stands at the same place', async () => {
    await engine.receive(run(1, 0, ['a', 'b']), run(2, 1000, ['a', 'b']), run(3, 2000, ['a', 'b']));
    await engine.receive(spans({ trace: 9, id: 900, from: 1500, name: 'other program', service: 'other' }));
    const asked = queries();
    const before = (side: { traceId: string; spanId?: string }, what: 'run' | 'call' = 'run') =>
      asked['compare/previous']({ what, side }, signal);
    assert.deepEqual(await before({ traceId: traceIdOf(3) }), { traceId: traceIdOf(2) });
    assert.deepEqual(await before(key(302, 3)), key(202, 2));
    assert.equal(await before({ traceId: traceIdOf(1) }), null);
    assert.equal(await before({ traceId: traceIdOf(77) }), null);
  });

  it('know the call before that is most like one', async () => {
    const same = (id: number, from: number) => call({ id, parent: 1, from, name: 'chat gpt-4o' });
    await engine.receive(
      spans({ id: 1, from: 0, to: 100, name: 'agent.run' }, same(2, 10), same(3, 20), same(4, 30)),
    );
    const asked = queries();
    assert.deepEqual(await asked['compare/previous']({ what: 'call', side: key(4) }, signal), key(3));
    assert.equal(await asked['compare/previous']({ what: 'call', side: key(2) }, signal), null);
  });

  it('tell where the prompts of two calls part', async () => {
    await engine.receive(run(1, 0, ['Tell me of Lisbon.']), run(2, 1000, ['Tell me of Porto.']));
    const compared = await queries()['compare/calls']({ left: key(101, 1), right: key(201, 2) }, signal);
    assert.equal(compared?.prefix?.characters, 'Tell me of '.length);
    assert.equal(compared.prompt[0]?.state, 'changed');
    assert.equal(compared.left.usage?.input, 1000);
  });
});
