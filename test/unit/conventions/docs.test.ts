import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'mocha';
import { dialectNotes } from '../../../src/conventions/dialectNotes.ts';
import { documentation } from '../../../src/conventions/documentation.ts';
import { describe as describeDialects } from '../../../src/conventions/registry.ts';
import { understand } from '../../../src/conventions/understand.ts';
import { spanInput } from './spans.ts';

const page = new URL('../../../docs/conventions.md', import.meta.url);

describe('The page of conventions', () => {
  it('is what the registry says (else: npm run docs)', () => {
    assert.equal(readFileSync(page, 'utf8'), documentation());
  });

  it('has a section and notes for every dialect, and none for others', () => {
    const ids = describeDialects().map(({ id }) => id);
    assert.deepEqual([...dialectNotes.keys()], ids);
    for (const id of ids) assert.ok(documentation().includes(`\n## ${id}\n`), id);
  });

  it('names no place of messages that nothing reads', () => {
    for (const [id, { messages }] of dialectNotes) {
      for (const place of messages) {
        const key = place.replace('.*', '.0.content');
        const input = spanInput({
          attributes: { [key]: '[{"role":"user","content":"hello"}]', 'other.key': 'x' },
        });
        assert.deepEqual(understand(input).ignored(), ['other.key'], `${id}: ${place}`);
      }
    }
  });
});
