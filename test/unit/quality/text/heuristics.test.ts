import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { ownClauses } from '../../../../src/quality/text/clauses.ts';
import { codeSign } from '../../../../src/quality/text/codeLines.ts';
import { containsCode } from '../../../../src/quality/text/containsCode.ts';
import { isApology } from '../../../../src/quality/text/isApology.ts';
import { isEmptyAnswer } from '../../../../src/quality/text/isEmptyAnswer.ts';
import { isRefusal } from '../../../../src/quality/text/isRefusal.ts';

describe('containsCode', () => {
  it('takes a fence in a programming language for code, one of data for data', () => {
    for (const language of [
      'python',
      'TypeScript',
      'c++',
      'sh',
      'sql',
      '{.python .numberLines}',
      'js title="a.js"',
    ]) {
      assert.equal(containsCode(`Here:\n\n\`\`\`${language}\nabc def\n\`\`\``).found, true, language);
    }
    for (const language of ['json', 'yaml', 'csv', 'text', 'mermaid', 'latex', 'markdown']) {
      assert.equal(
        containsCode(`\`\`\`${language}\nint main() { return 0; }\n\`\`\``).found,
        false,
        language,
      );
    }
  });

  it('looks into a fence that names no language', () => {
    assert.equal(containsCode('```\nconst a = 1;\n```').found, true);
    assert.equal(containsCode('```\nA poem in a box,\nand nothing more.\n```').found, false);
  });

  it('finds code in a fence that a cut answer never closes', () => {
    assert.deepEqual(containsCode('Sure:\n```python\ndef f():\n    retu'), {
      found: true,
      evidence: 'python: def f():',
    });
  });

  it('keeps a fence of more backticks open over a shorter one inside', () => {
    assert.equal(containsCode('````markdown\n```js\nlet a = 1;\n```\n````').found, false);
  });

  it('does not take names, data, formulas or a single line with a semicolon for code', () => {
    for (const text of [
      'Call `run()` and then `stop()`.',
      '{"a": [1, 2, {"b": null}]}',
      '<note><to>Ada</to><body>Hi</body></note>',
      'E = mc^2; therefore E grows with m;',
      '- a;\n- b;\n- c;',
      '~~~~~~~~~~~~~~~~\nA heading underlined',
    ]) {
      assert.equal(containsCode(text).found, false, text);
    }
  });

  it('judges single lines by their own form', () => {
    assert.equal(codeSign('def main():'), 'certain');
    assert.equal(codeSign('console.log(x);'), 'likely');
    assert.equal(codeSign('}'), 'weak');
    assert.equal(codeSign('Import the goods from Spain.'), undefined);
    assert.equal(codeSign('make love'), undefined);
  });
});

describe('the assistant’s own clauses', () => {
  it('leave out quotations of every style, blocks, dialogue and letters', () => {
    for (const text of [
      '"I can\'t help with that," he said.',
      '“I can’t help with that,” he said.',
      '„Ich kann nicht helfen“, sagte er.',
      "'I can't help with that,' he said.",
      "> I can't help with that.",
      "— I can't help with that.",
      "```\nI can't help with that.\n```",
      "Subject: Your request\n\nI can't help with that.",
      "Dear Ms Lee,\n\nI can't help with that.",
    ]) {
      assert.equal(isRefusal(text).found, false, text);
    }
    assert.equal(isRefusal("I can't help with that.").found, true);
    assert.equal(isRefusal('**I can’t help with that.**').found, true);
  });

  it('are read without what comes before the matter', () => {
    assert.deepEqual(ownClauses("Oh well, but unfortunately I can't."), ['well', "i can't"]);
  });

  it('are those at the beginning', () => {
    const filler = 'The museum opens at nine. '.repeat(60);
    assert.equal(isRefusal(`${filler} I can't help with that.`).found, false);
    assert.equal(isApology(`${filler} I apologize for that.`).found, false);
  });
});

describe('isApology and isRefusal', () => {
  it('name the clause that decided', () => {
    assert.deepEqual(isRefusal("Sorry, but I can't assist with that."), {
      found: true,
      evidence: "i can't assist with that",
    });
    assert.deepEqual(isApology("Sorry, but I can't assist with that."), { found: true, evidence: 'sorry' });
  });

  it('tell sympathy from apology', () => {
    assert.equal(isApology("I'm sorry to hear about your dog.").found, false);
    assert.equal(isApology("I'm sorry for the mix-up.").found, true);
  });

  it('tell a refusal from words that only look like one', () => {
    for (const text of [
      "I can't recommend it highly enough.",
      "I can't help but admire the ending.",
      "I'm unable to find a mistake in your proof.",
      "You can't open the file while Excel has it.",
    ]) {
      assert.equal(isRefusal(text).found, false, text);
    }
  });
});

describe('isEmptyAnswer', () => {
  it('finds nothing in blanks, invisible characters, bare punctuation and empty literals', () => {
    for (const text of [
      '',
      ' \n\t',
      '\u200b\ufeff',
      '...',
      '""',
      '{}',
      '[ ]',
      '```\u200b\n```',
      'null',
      ' undefined ',
    ]) {
      assert.equal(isEmptyAnswer(text).found, true, JSON.stringify(text));
    }
  });

  it('leaves the shortest answers alone', () => {
    for (const text of ['0', 'B', '是', '👍', '+', '€', 'None', 'No', '✓', '{"a":1}']) {
      assert.equal(isEmptyAnswer(text).found, false, text);
    }
  });
});

describe('text heuristics on a megabyte of trouble', () => {
  // Each would keep a backtracking search busy for hours; the limit is for slow machines, not a measure.
  const units = [
    'a\n',
    ' ',
    '\n',
    '"',
    "'",
    '`',
    '```\n',
    '~~~\n',
    '(',
    '{\n',
    'if (',
    'i cannot ',
    'ich kann nicht ',
    'je ne peux ',
    'no puedo ',
    'kein ',
    'SELECT a ',
    '<div ',
    'const a = (',
    'function a(',
    'import a, ',
    'a = b = ',
    '— ',
    'x.y.',
    '„',
    '((a)',
    'an ai ',
    'できません',
    '不能',
    'sorry ',
    '= => ',
    ', ',
    'for a in ',
    '\u0000',
    '\ud800',
  ];
  for (const [name, heuristic] of Object.entries({ containsCode, isRefusal, isApology, isEmptyAnswer })) {
    it(`${name} ends soon on every one`, function () {
      this.timeout(120_000);
      for (const unit of units) {
        const text = unit.repeat(Math.ceil(1_000_000 / unit.length));
        assert.equal(typeof heuristic(text).found, 'boolean', unit);
        // The same as one line per 350 characters, just below the limit for lines.
        const lines = `${unit
          .replaceAll('\n', ' ')
          .repeat(Math.ceil(350 / unit.length))
          .slice(0, 350)}\n`;
        assert.equal(typeof heuristic(lines.repeat(2_800)).found, 'boolean', unit);
      }
    });
  }
});
