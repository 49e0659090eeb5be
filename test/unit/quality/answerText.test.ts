import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { exchange, factsOf, flagsOf, idsOf, reasonOf } from './support.ts';

describe('flags of the answer’s text', () => {
  it('a refusal that the provider marks is a refusal, in its own words', () => {
    const facts = factsOf({}, exchange({ type: 'refusal', text: 'I can’t help with that.' }));
    assert.equal(reasonOf('refusal', facts), 'The model declined: “I can’t help with that.”.');
    assert.deepEqual(idsOf(factsOf({}, exchange('Sure.'))), []);
  });

  it('marks of the program itself are believed', () => {
    const reportedMarks = new Map([
      ['contains_code', true],
      ['apology', true],
      ['refusal', false],
    ]);
    assert.deepEqual(
      flagsOf(factsOf({ reportedMarks }, exchange('Hello'))).map(({ id, severity }) => [id, severity]),
      [
        ['contains_code', 'info'],
        ['apology', 'info'],
      ],
    );
  });
});
