import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { prepareMappings } from '../../../src/conventions/prepareMappings.ts';
import type { UserMapping } from '../../../src/model/attributeMapping.ts';

describe('Attribute mappings of the user', () => {
  it('are taken where they make sense, and named in a sentence where they do not', () => {
    const good = { attribute: 'acme.model', field: 'requestModel' };
    const bad: readonly unknown[] = [
      { attribute: '', field: 'input' },
      { attribute: 7, field: 'input' },
      { field: 'input' },
      { attribute: 'acme.x', field: 'toString' },
      { attribute: 'acme.x', field: 1 },
      { attribute: 'acme.x' },
    ];
    const { mappings, problems } = prepareMappings([...bad, good] as UserMapping[]);
    assert.deepEqual(mappings, [good]);
    assert.deepEqual(problems, [
      'Attribute mapping 1 is left out: it names no attribute.',
      'Attribute mapping 2 is left out: it names no attribute.',
      'Attribute mapping 3 is left out: it names no attribute.',
      'Attribute mapping 4 (acme.x) is left out: there is no field “toString”.',
      'Attribute mapping 5 (acme.x) is left out: it names no field.',
      'Attribute mapping 6 (acme.x) is left out: it names no field.',
    ]);
  });

  it('are at most two hundred', () => {
    const many = Array.from({ length: 300 }, (_, index) => ({ attribute: `a${index}`, field: 'input' }));
    const { mappings, problems } = prepareMappings(many);
    assert.equal(mappings.length, 200);
    assert.equal(problems.length, 1);
  });
});
