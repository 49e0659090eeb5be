import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { Message, MessagePart } from '../../../src/model/message.ts';
import type { SpanDetails } from '../../../src/protocol/details.ts';
import { isSpanDetails } from '../../../src/protocol/webview.ts';
import {
  foldToolResults,
  messageHolds,
  messageText,
  plainParts,
} from '../../../webview/details/conversationModel.ts';
import { stackLines } from '../../../webview/details/stackFrames.ts';
import { draftFor, firstTarget, isChanged, withEdit } from '../../../webview/details/replayDraft.ts';
import { timingRows, tokensPerSecond } from '../../../webview/details/timing.ts';
import { chooseTab, tabsOf } from '../../../webview/details/tabChoice.ts';
import { spanDetails, spanRow } from '../host/rows.ts';

const message = (role: string, ...parts: MessagePart[]): Message => ({ role, parts });
const call = (id: string | undefined, name = 'f'): MessagePart => ({
  type: 'tool_call',
  id,
  name,
  arguments: '{}',
});
const result = (id: string | undefined, text: string): MessagePart => ({
  type: 'tool_result',
  id,
  result: text,
});
const text = (value: string): MessagePart => ({ type: 'text', text: value });

describe('a conversation', () => {
  it('has each tool result with the call it answers, and no message left that was only that', () => {
    const shown = foldToolResults({
      system: [message('system', text('be nice'))],
      input: [
        message('user', text('hi')),
        message('assistant', call('1'), call('2')),
        message('tool', result('2', 'two')),
        message('tool', result('1', 'one')),
      ],
      output: [message('assistant', text('done'))],
    });
    assert.deepEqual(
      shown.input.map(({ role }) => role),
      ['user', 'assistant'],
    );
    assert.deepEqual(
      shown.input[1]?.parts.map((part) => part.type === 'call' && part.result?.result),
      ['one', 'two'],
    );
    assert.equal(shown.output.length, 1);
  });

  it('keeps a result whose call is not there, or that comes a second time', () => {
    const shown = foldToolResults({
      system: [],
      output: [],
      input: [
        message('tool', result('9', 'orphan')),
        message('assistant', call('1')),
        message('tool', result('1', 'a')),
        message('tool', result('1', 'again')),
        message('tool', result(undefined, 'no id')),
      ],
    });
    assert.deepEqual(
      shown.input.map(({ role }) => role),
      ['tool', 'assistant', 'tool', 'tool'],
    );
  });

  it('gives calls that share an id their results in turn, ids such as __proto__ included', () => {
    const shown = foldToolResults({
      system: [],
      output: [],
      input: [
        message('assistant', call('__proto__')),
        message('tool', result('__proto__', 'a')),
        message('assistant', call('__proto__')),
        message('tool', result('__proto__', 'b')),
      ],
    });
    assert.deepEqual(
      shown.input.flatMap(({ parts }) => parts.map((part) => part.type === 'call' && part.result?.result)),
      ['a', 'b'],
    );
  });
});

describe('a stack trace', () => {
  it('names places in Python and in JavaScript', () => {
    const lines = stackLines(
      [
        'Traceback (most recent call last):',
        '  File "/app/agent.py", line 12, in run',
        '    at fn (/app/a b.js:3:7)',
        '    at async file:///app/x.mjs:10:1',
        '    at node:internal/x:1:2',
        'Error: x',
      ].join('\n'),
    );
    assert.deepEqual(
      lines.map(({ place }) => place && [place.file, place.line, place.column]),
      [
        undefined,
        ['/app/agent.py', 12, undefined],
        ['/app/a b.js', 3, 7],
        ['file:///app/x.mjs', 10, 1],
        undefined,
        undefined,
      ],
    );
    for (const [index, line] of lines.entries()) {
      const whole = line.before + (line.place?.text ?? '') + line.after;
      assert.ok(index !== 1 || whole === '  File "/app/agent.py", line 12, in run');
    }
  });

  it('of any size or shape ends', () => {
    assert.equal(stackLines('at x (\n'.repeat(10_000)).length, 500);
    assert.deepEqual(stackLines(`  at (${':1'.repeat(100_000)}`)[0]?.place, undefined);
    assert.equal(stackLines(`  File "${'"'.repeat(1900)}`).length, 1);
  });
});

describe('the tabs', () => {
  const ids = (value: SpanDetails): string[] => tabsOf(value).map(({ id }) => id);

  it('are those the span has something for', () => {
    assert.deepEqual(ids(spanDetails()), ['conversation', 'cost', 'request', 'attributes', 'raw', 'explain']);
    const tool = spanDetails({
      row: spanRow({ kind: 'tool', usage: undefined, cost: undefined }),
      tool: { name: 'f' },
    });
    assert.deepEqual(ids(tool), ['tool', 'request', 'attributes', 'raw', 'explain']);
    assert.ok(ids(spanDetails({ error: { message: 'x' } })).includes('error'));
    assert.ok(ids(spanDetails({ isRepeatable: true })).includes('replay'));
    assert.ok(
      !ids(spanDetails({ isRepeatable: true, row: spanRow({ kind: 'embedding' }) })).includes('replay'),
    );
  });

  it('open where most is told, the user’s choice first', () => {
    const choose = (value: SpanDetails, wanted?: string): string => chooseTab(value, tabsOf(value), wanted);
    const talk = {
      system: [],
      input: [message('user', text('a'))],
      output: [message('assistant', text('b'))],
    };
    assert.equal(choose(spanDetails({ conversation: talk })), 'conversation');
    assert.equal(choose(spanDetails({ conversation: talk }), 'cost'), 'cost');
    assert.equal(choose(spanDetails({ conversation: talk }), 'tool'), 'conversation');
    assert.equal(choose(spanDetails({ conversation: { ...talk, output: [] }, error: {} })), 'error');
    assert.equal(choose(spanDetails({ conversation: talk, error: {} })), 'conversation');
    assert.equal(
      choose(spanDetails({ row: spanRow({ kind: 'other', usage: undefined, cost: undefined }) })),
      'attributes',
    );
  });

  it('are made of details that the panel takes for such', () => {
    assert.ok(isSpanDetails(spanDetails()));
    assert.ok(!isSpanDetails({ ...spanDetails(), attributes: undefined }));
  });
});

describe('a message', () => {
  const [shown] = foldToolResults({
    system: [],
    input: [
      message('assistant', text('Let me look.'), call('1', 'get_weather')),
      message('tool', result('1', 'Sunny')),
    ],
    output: [],
  }).input;

  it('as text has its calls with their results', () => {
    assert.equal(shown && messageText(shown), 'Let me look.\n\nget_weather({})\n→ Sunny');
    assert.equal(shown && plainParts(shown).length, 3);
  });

  it('is found by its texts, calls, results and role, and by what is cut of them here', () => {
    assert.ok(shown);
    const nothing = (): undefined => undefined;
    for (const query of ['LOOK', 'weather', 'sunny', 'assist'])
      assert.ok(messageHolds(shown, query, nothing), query);
    assert.ok(!messageHolds(shown, 'rain', nothing));
    assert.ok(messageHolds(shown, 'rain', (part) => (part.type === 'text' ? 'rain' : undefined)));
  });
});

describe('the times of a call', () => {
  const row = (durationMs: number | undefined, output: number | undefined) =>
    spanRow({ durationMs, usage: { input: 1, output } });
  const speed = (part: Partial<SpanDetails>) => tokensPerSecond(spanDetails(part))?.rate;

  it('give tokens per second, from the first token on where that is known', () => {
    assert.equal(speed({ row: row(2000, 100) }), 50);
    assert.equal(speed({ row: row(2000, 100), timeToFirstTokenMs: 1000 }), 100);
    const rows = timingRows(
      spanDetails({ row: row(2000, 100), timeToFirstTokenMs: 500, retries: 2, rateLimited: true }),
    );
    assert.ok(rows.some(({ name, how }) => name === 'Time to first token' && how === '25 % of the duration'));
    assert.ok(
      rows.some(
        ({ how }) =>
          how === '100 tokens ÷ 1.5 s, from the first token on' ||
          how === '100 tokens ÷ 1.50 s, from the first token on',
      ),
    );
    assert.ok(
      rows.some(({ name, value, how }) => name === 'Retries' && value === '2' && how === 'rate limited'),
    );
  });

  it('give none for what is not known or makes no sense', () => {
    assert.equal(speed({ row: row(undefined, 100) }), undefined);
    assert.equal(speed({ row: row(2000, undefined) }), undefined);
    assert.equal(speed({ row: row(0, 100) }), undefined);
    assert.equal(speed({ row: row(2000, 1) }), undefined);
    assert.equal(speed({ row: row(2000, 100), timeToFirstTokenMs: 9000 }), 50);
  });
});

describe('a draft of a replay', () => {
  const request = {
    model: 'recorded',
    messages: [],
    tools: [],
    parameters: { openai: '{"temperature":1}', anthropic: '{"max_tokens":9}' },
    notes: [],
  };
  const target = (part: object) => ({
    id: 'x',
    kind: 'openai' as const,
    label: 'X',
    host: 'example.com',
    hasKey: false,
    ...part,
  });

  it('begins with the endpoint’s model and words', () => {
    assert.equal(draftFor(request, target({})).model, 'recorded');
    assert.equal(draftFor(request, target({ model: 'own' })).model, 'own');
    assert.equal(draftFor(request, target({ kind: 'anthropic' })).parameters, '{"max_tokens":9}');
    assert.equal(isChanged(draftFor(request, target({})), request), false);
  });

  it('goes first to what needs no key, or has one', () => {
    const local = target({ id: 'local', host: 'localhost:11434' });
    assert.equal(firstTarget({ targets: [target({}), local], problems: [] })?.id, 'local');
    assert.equal(
      firstTarget({ targets: [target({}), target({ id: 'key', hasKey: true })], problems: [] })?.id,
      'key',
    );
    assert.equal(firstTarget({ targets: [], problems: [] }), undefined);
  });

  it('keeps an edit as long as the text is another', () => {
    const one = withEdit([], { message: 0, part: 0, text: 'new' }, 'old');
    assert.equal(one.length, 1);
    assert.deepEqual(withEdit(one, { message: 0, part: 0, text: 'newer' }, 'old'), [
      { message: 0, part: 0, text: 'newer' },
    ]);
    assert.deepEqual(withEdit(one, { message: 0, part: 0, text: 'old' }, 'old'), []);
  });
});
