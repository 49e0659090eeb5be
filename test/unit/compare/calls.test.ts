import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { compareCalls, type ComparedCall } from '../../../src/compare/compareCalls.ts';
import { promptPieces } from '../../../src/compare/prompt.ts';
import { commonLength, promptPrefix } from '../../../src/compare/promptPrefix.ts';
import type { Message } from '../../../src/model/message.ts';
import { spanRow } from '../host/rows.ts';

const say = (role: string, text: string): Message => ({ role, parts: [{ type: 'text', text }] });
const minute = 60_000_000;

function call(
  input: readonly Message[],
  part: Partial<ComparedCall> & { row?: object; usage?: object; model?: string } = {},
): ComparedCall {
  const { row, usage, model = 'gpt-4o', ...rest } = part;
  return {
    side: {
      row: spanRow(row),
      model,
      provider: 'openai',
      usage: usage ?? { input: 1000, output: 10 },
      finishReasons: [],
    },
    conversation: { system: [], input, output: [say('assistant', 'ok')] },
    tools: [],
    parameters: new Map(),
    ...rest,
  };
}

describe('two calls side by side', () => {
  it('pair messages that belong together, and tell what was added', () => {
    const left = call([say('system', 'Be brief.'), say('user', 'Weather in Lisbon?')]);
    const right = call([
      say('system', 'Be brief.'),
      say('user', 'Weather in Porto?'),
      say('assistant', 'Sunny'),
      say('user', 'Sure?'),
    ]);
    assert.deepEqual(
      compareCalls(left, right).prompt.map(({ state, role, left: l, right: r }) => [state, role, l, r]),
      [
        ['same', 'system', 1, 1],
        ['changed', 'user', 2, 2],
        ['added', 'assistant', undefined, 3],
        ['added', 'user', undefined, 4],
      ],
    );
  });

  it('compare parameters and tools by name, names such as __proto__ included', () => {
    const left = call([], {
      parameters: new Map([
        ['temperature', '0'],
        ['__proto__', '1'],
      ]),
      tools: [{ name: 'a', description: 'x' }, { name: 'gone' }],
    });
    const right = call([], {
      parameters: new Map([['temperature', '1']]),
      tools: [{ name: 'a', description: 'y' }, { name: 'new' }],
    });
    const compared = compareCalls(left, right);
    assert.deepEqual(compared.parameters, [
      { name: '__proto__', left: '1', right: undefined },
      { name: 'temperature', left: '0', right: '1' },
    ]);
    assert.deepEqual(
      compared.tools.map(({ name, state }) => [name, state]),
      [
        ['a', 'changed'],
        ['gone', 'removed'],
        ['new', 'added'],
      ],
    );
  });
});

describe('the common beginning of two prompts', () => {
  const prefix = (left: ComparedCall, right: ComparedCall) => {
    const found = compareCalls(left, right).prefix;
    assert.ok(found);
    return found;
  };

  it('ends at the first difference, in context, with its share of the tokens', () => {
    const text = `${'You are an agent. '.repeat(100)}Today is `;
    const found = prefix(
      call([say('system', `${text}Monday. Go.`)]),
      call([say('system', `${text}Tuesday. Go.`)]),
    );
    assert.equal(found.characters, text.length);
    assert.equal(found.end, 'differs');
    assert.equal(found.place, 'message 1 (system)');
    assert.ok(found.before.endsWith('Today is '));
    assert.ok(found.left.startsWith('Monday'));
    assert.ok(found.right.startsWith('Tuesday'));
    assert.equal(found.tokens, Math.round((1000 * text.length) / (text.length + 'Tuesday. Go.'.length)));
  });

  it('covers tools first, then instructions, then messages', () => {
    const tool = { name: 'a', description: 'x' };
    const found = prefix(
      call([say('user', 'hi')], { tools: [tool] }),
      call([say('user', 'hi')], { tools: [{ ...tool, description: 'y' }] }),
    );
    assert.equal(found.place, 'tool a');
    assert.equal(found.characters, 2);
  });

  it('is a whole prompt when the other goes on', () => {
    const found = prefix(call([say('user', 'hi')]), call([say('user', 'hi'), say('assistant', 'ho')]));
    assert.equal(found.end, 'left');
    assert.equal(found.place, 'message 2 (assistant)');
    assert.equal(prefix(call([say('user', 'hi')]), call([say('user', 'hi')])).end, 'equal');
  });

  it('ends where the roles differ, even for the same text', () => {
    assert.equal(prefix(call([say('user', 'hi')]), call([say('assistant', 'hi')])).characters, 0);
  });

  it('is not told of calls without a prompt', () => {
    assert.equal(compareCalls(call([]), call([say('user', 'x')])).prefix, undefined);
  });

  it('says why a cache missed: short, another model, too late, at the same time', () => {
    const messages = [say('user', 'hi')];
    const reasons = (part: Parameters<typeof call>[1]): string =>
      prefix(
        call(messages, { row: { startMicros: 0, durationMs: 1000 } }),
        call(messages, part),
      ).reasons.join(' ');
    assert.match(
      reasons({ row: { startMicros: 20 * minute }, usage: { input: 9, cacheRead: 0 } }),
      /read nothing.*about 9 tokens.*19 min 59 s/i,
    );
    assert.match(reasons({ model: 'o3', row: { startMicros: minute } }), /does not say.*models differ/i);
    assert.match(
      reasons({ row: { startMicros: 10 }, usage: { input: 9, cacheRead: 5 } }),
      /read 5 tokens.*before the earlier one had ended/,
    );
  });

  it('is never longer than either text, and never half a character', () => {
    const texts = fc.string({ unit: 'grapheme', maxLength: 40 });
    fc.assert(
      fc.property(texts, texts, texts, (common, left, right) => {
        const length = commonLength(common + left, common + right);
        assert.ok(length >= (common.isWellFormed() ? common.length : 0));
        assert.equal((common + left).slice(0, length), (common + right).slice(0, length));
        assert.ok(
          length === (common + left).length ||
            length === (common + right).length ||
            (common + left)[length] !== (common + right)[length] ||
            /[\ud800-\udbff]/.test((common + left)[length] ?? ''),
        );
      }),
    );
    assert.equal(commonLength('😀', '😁'), 0);
    const long = 'x'.repeat(10_000);
    assert.equal(commonLength(`${long}a`, `${long}b`), 10_000);
  });

  it('of five megabytes is found', () => {
    const text = 'a long prompt '.repeat(360_000);
    const pieces = (end: string) => promptPieces([], [say('user', text + end)], []);
    const cached = { model: 'm', provider: 'p', startMicros: 0, endMicros: 1, usage: undefined };
    assert.equal(
      promptPrefix(pieces('1'), pieces('2'), { left: cached, right: cached })?.characters,
      text.length,
    );
  });
});
