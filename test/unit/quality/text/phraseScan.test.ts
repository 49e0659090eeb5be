import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { PhraseScan } from '../../../../src/quality/text/phraseScan.ts';
import { randomNumbers } from '../../../bench/payloads.ts';

describe('PhraseScan', () => {
  const scan = new PhraseScan([['annot', '[Nn]on? [tl]'], ['sorry', '没', 'désolé']], 60);

  it('tells by a bit for each group what occurs in a text', () => {
    assert.equal(scan.groupsIn('We cannot do that.'), 1);
    assert.equal(scan.groupsIn("I'm sorry."), 2);
    assert.equal(scan.groupsIn('Je suis désolée, I cannot'), 3);
    assert.equal(scan.groupsIn('我没有权限'), 2);
    assert.equal(scan.groupsIn('A dog, a cat'), 0);
    assert.equal(scan.groupsIn(''), 0);
  });

  it('takes `[ab]` for one of two characters and `x?` for one that may be missing', () => {
    for (const text of ['no to', 'No lo', 'non te', 'Non la']) assert.equal(scan.groupsIn(text), 1, text);
    for (const text of ['no we', 'nonn to', 'NO to']) assert.equal(scan.groupsIn(text), 0, text);
  });

  it('finds what stands at either end, and nothing behind the part that is looked at', () => {
    assert.equal(scan.groupsIn('sorry'), 2);
    assert.equal(scan.groupsIn(`${'.'.repeat(55)}sorry`), 2);
    assert.equal(scan.groupsIn(`${'.'.repeat(56)}sorry`), 0);
    // What an earlier, longer text left behind is no part of a shorter one.
    assert.equal(scan.groupsIn('sor'), 0);
  });

  it('says what looking for each piece by itself says', () => {
    const random = randomNumbers(7);
    const pieces = ['abc', 'bca b', 'cab ', 'bbb', 'éa b', '没ab'];
    const groups = [pieces.slice(0, 3), pieces.slice(3)];
    const other = new PhraseScan(groups, 200);
    const letters = Array.from('abc é没');
    for (let i = 0; i < 2_000; i++) {
      let text = '';
      for (let length = random() % 40; length > 0; length--) text += letters[random() % letters.length] ?? '';
      const expected = groups.map((group) => group.some((piece) => text.includes(piece)));
      assert.equal(other.groupsIn(text), (expected[0] ? 1 : 0) | (expected[1] ? 2 : 0), JSON.stringify(text));
    }
  });
});
