import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { callText } from '../../../../src/host/annotations/callText.ts';
import {
  isFunctionTarget,
  isGutterPlace,
  isLineTarget,
} from '../../../../src/host/annotations/lineTarget.ts';
import { confidenceText } from '../../../../src/host/source/confidenceText.ts';
import type { Message } from '../../../../src/model/message.ts';
import type { SpanDetails } from '../../../../src/protocol/details.ts';
import { spanDetails } from '../rows.ts';

const message = (role: string, text: string): Message => ({ role, parts: [{ type: 'text', text }] });
const details = (input: readonly Message[], output: readonly Message[] = []): SpanDetails =>
  spanDetails({ conversation: { system: [message('system', 'Be brief.')], input, output } });

describe('the text of a call', () => {
  it('has what it took, the arithmetic of its cost, and the conversation in order', () => {
    const text = callText(
      details(
        [message('user', 'What is the capital of Portugal?')],
        [
          {
            role: 'assistant',
            parts: [
              { type: 'tool_call', name: 'lookup', arguments: '{"country":"PT"}' },
              { type: 'text', text: 'Lisbon.' },
              { type: 'media', modality: 'image', mimeType: 'image/png', inlineBytes: 2000 },
            ],
          },
        ],
      ),
    );
    const wanted = [
      'chat',
      'Input: 500 * $0.15 / 1M = $0.000075',
      '── system ──\nBe brief.',
      '── user ──\nWhat is the capital of Portugal?',
      '── assistant calls lookup ──\n{"country":"PT"}',
      '── assistant ──\nLisbon.',
      '[image] image/png, 2.0 kB',
    ];
    let at = -1;
    for (const part of wanted) {
      const next = text.indexOf(part, at + 1);
      assert.ok(next > at, `${part} in\n${text}`);
      at = next;
    }
  });

  it('is bounded, keeps the newest, and shows what is invisible', () => {
    const many = Array.from({ length: 500 }, (_, index) => message('user', `question ${index}`));
    const text = callText(details(many, [message('assistant', `\u202E${'🎉'.repeat(50_000)}`)]));
    assert.ok(text.length < 20_000);
    assert.ok(text.includes('question 499') && !text.includes('question 100\n'));
    assert.match(text, /442 earlier parts/);
    assert.match(text, /\(100,001 characters\)/);
    assert.ok(text.isWellFormed());
    assert.ok(!text.includes('\u202E'));
  });
});

describe('how a line was found', () => {
  it('is told with how sure it is, and why', () => {
    assert.equal(
      confidenceText({ resolver: 'static-index', confidence: 'likely', reason: 'the only call of gpt-4o' }),
      'found by the source code, likely: the only call of gpt-4o',
    );
    assert.equal(
      confidenceText({ resolver: 'code-attributes', confidence: 'exact' }),
      'found by attributes of the span, exact',
    );
    assert.equal(
      confidenceText({ resolver: '__proto__', confidence: 'possible', reason: '\u202Ex' }),
      'found by __proto__, possible: ⟨U+202E⟩x',
    );
  });
});

describe('arguments of commands', () => {
  it('are lines of files, or are refused', () => {
    assert.ok(isLineTarget({ file: '/a', line: 1 }));
    assert.ok(isLineTarget({ file: '/a', line: 1, isNewest: true }));
    const wrong = [null, 'x', {}, { file: '', line: 1 }, { file: '/a', line: 0 }, { file: '/a', line: 1.5 }];
    for (const value of [...wrong, { file: '/a', line: '1' }, { file: 'x'.repeat(5000), line: 1 }])
      assert.ok(!isLineTarget(value));
  });

  it('are functions, or are refused', () => {
    assert.ok(isFunctionTarget({ file: '/a', function: '', lines: [1, 2] }));
    assert.ok(!isFunctionTarget({ file: '/a', function: 'f', lines: Array.from({ length: 101 }, () => 1) }));
    for (const value of [undefined, { file: '/a', function: 'f' }, { file: '/a', function: 'f', lines: [0] }])
      assert.ok(!isFunctionTarget(value));
  });

  it('are places in the gutter, or are refused', () => {
    assert.ok(isGutterPlace({ lineNumber: 3, uri: {} }));
    for (const value of [undefined, { lineNumber: 3 }, { lineNumber: -1, uri: {} }])
      assert.ok(!isGutterPlace(value));
  });
});
