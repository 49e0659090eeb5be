import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { Sites } from '../../../src/annotations/sites.ts';
import { Bench, begin } from './support.ts';

const text = 'import x\n\ndef ask(q):\n  return create(q)\n\ndef main():\n  ask("a")\n  ask("b")';
const second = 1e6;

function edited(file = 'app.py'): Bench {
  const bench = new Bench();
  bench.edit(file, text, begin - 100 * second);
  bench.add(
    {
      id: 1,
      at: [
        [file, 4],
        [file, 7],
      ],
      cost: 1,
    },
    {
      id: 2,
      at: [
        [file, 4],
        [file, 8],
      ],
      cost: 2,
    },
  );
  return bench;
}
const later = begin + 50 * second;

describe('measured lines', () => {
  it('move with edits above them', () => {
    const bench = edited();
    bench.edit('app.py', `# one\n# two\n${text}`, later);
    assert.deepEqual(
      bench.lines('app.py').map(({ line, stale, function: name }) => [line, stale, name]),
      [
        [6, undefined, 'ask'],
        [9, undefined, 'main'],
        [10, undefined, 'main'],
      ],
    );
    assert.equal(bench.line('app.py', 9)?.through?.cost.known, 1);
  });

  it('move with edits within the function', () => {
    const bench = edited();
    bench.edit('app.py', text.replace('def main():\n', 'def main():\n  print("more")\n'), later);
    assert.deepEqual(
      bench.lines('app.py').map(({ line, stale }) => [line, stale]),
      [
        [4, undefined],
        [8, undefined],
        [9, undefined],
      ],
    );
  });

  it('are stale when the call itself changed, with the revision of the newest call', () => {
    const bench = edited();
    bench.edit('app.py', text.replace('create(q)', 'create(q, temperature)'), later);
    assert.deepEqual(bench.line('app.py', 4)?.stale, { state: 'changed', revision: 'rev-of-2' });
    assert.equal(bench.line('app.py', 7)?.stale, undefined);
  });

  it('are fresh again once the changed call ran, with the old calls in their sums', () => {
    const bench = edited();
    bench.edit('app.py', text.replace('create(q)', 'create(q, temperature)'), later);
    bench.add({
      id: 3,
      at: [
        ['app.py', 4],
        ['app.py', 7],
      ],
      cost: 4,
      startMicros: later + second,
    });
    assert.equal(bench.line('app.py', 4)?.stale, undefined);
    assert.equal(bench.line('app.py', 4)?.self?.cost.known, 7);
  });

  it('are gone when the call is found nowhere, and back when the edit is taken back', () => {
    const bench = edited();
    bench.edit('app.py', text.replace('create(q)', 'q'), later);
    const gone = bench.lines('app.py').find(({ stale }) => stale?.state === 'gone');
    assert.equal(gone?.line, 4);
    assert.equal(gone.self?.cost.known, 3);
    bench.edit('app.py', text, later + second);
    assert.equal(bench.line('app.py', 4)?.stale, undefined);
  });

  it('tell lines of before and after an edit apart by the time of the span', () => {
    const bench = edited();
    bench.edit('app.py', `# one\n# two\n# three\n${text}`, later);
    // Line 7 was a call in main; now it is the one in ask.
    bench.add({ id: 3, at: [['app.py', 7]], cost: 8, startMicros: later + second });
    assert.equal(bench.line('app.py', 7)?.self?.cost.known, 11);
    assert.equal(bench.line('app.py', 7)?.self?.calls, 3);
    // One that comes late is of the time before.
    bench.add({ id: 4, at: [['app.py', 8]], cost: 16, startMicros: begin + 3 * second });
    assert.equal(bench.line('app.py', 11)?.self?.cost.known, 16);
  });

  it('follow files and folders to their new names', () => {
    const bench = edited('src/app.py');
    bench.sites.renamed('src', 'lib', later);
    assert.deepEqual(bench.lines('src/app.py'), []);
    bench.sources.files.clear();
    bench.edit('lib/app.py', `# moved\n${text}`, later + second);
    assert.equal(bench.line('lib/app.py', 5)?.self?.cost.known, 3);
    // Spans of before still name the old file, on lines that were not measured yet.
    bench.add({ id: 3, at: [['src/app.py', 1]], cost: 4, startMicros: begin });
    assert.equal(bench.lines('lib/app.py').length, 4);
  });

  it('are gone with their file', () => {
    const bench = edited();
    bench.sources.files.delete('app.py');
    bench.sites.fileRemoved('app.py');
    assert.ok(bench.lines('app.py').every(({ stale }) => stale?.state === 'gone'));
    bench.edit('app.py', `# back\n${text}`, later);
    assert.equal(bench.line('app.py', 5)?.self?.cost.known, 3);
  });

  it('stand at the right line after a restart, although the file was edited meanwhile', () => {
    const before = edited();
    before.sites.renamed('old.py', 'older.py', begin);
    const stored = JSON.parse(JSON.stringify(before.sites.remember())) as ReturnType<Sites['remember']>;
    const after = new Bench();
    after.sources.write('app.py', `# one\n# two\n${text}`, later);
    after.sites.recall(stored);
    // The store is read before the file is.
    after.add({
      id: 2,
      at: [
        ['app.py', 4],
        ['app.py', 8],
      ],
      cost: 2,
    });
    after.add({ id: 9, at: [['app.py', 6]], cost: 4, startMicros: later + second });
    after.sites.fileRead('app.py', later);
    assert.deepEqual(
      after
        .lines('app.py')
        .map(({ line, self, through, stale }) => [line, self?.cost.known, through?.cost.known, stale]),
      [
        [6, 6, undefined, undefined],
        [10, undefined, 2, undefined],
      ],
    );
    assert.deepEqual(after.sites.remember().renames, stored.renames);
  });

  it('are not believed when the file changed before anybody saw it and no call stands there', () => {
    const bench = new Bench();
    bench.edit('app.py', `# one\n${text}`, later);
    bench.add({ id: 1, at: [['app.py', 4, 1, 'main']] }, { id: 2, at: [['app.py', 5, 1, 'ask']] });
    assert.equal(bench.line('app.py', 4)?.stale?.state, 'changed');
    assert.equal(bench.line('app.py', 5)?.stale, undefined);
  });

  it('stay as told where no source is read', () => {
    const bench = new Bench();
    bench.add({ id: 1, at: [['/elsewhere/a.go', 12, 3, 'main']] });
    const line = bench.line('/elsewhere/a.go', 12);
    assert.deepEqual([line?.column, line?.function, line?.stale], [3, 'main', undefined]);
  });

  it('are bounded', () => {
    const bench = new Bench();
    const calls = Array.from({ length: 51_000 }, (_, i) => ({ id: i + 1, at: [['a.py', i + 1]] as const }));
    bench.add(...calls);
    assert.equal(bench.table.spans, 51_000);
    assert.ok([...bench.sites.ofFile('a.py')].length <= 50_000);
    assert.ok(bench.sites.remember().sites.length <= 10_000);
  });
});
