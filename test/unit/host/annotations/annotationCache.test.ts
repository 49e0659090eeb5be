import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'mocha';
import { AnnotationCache } from '../../../../src/host/annotations/annotationCache.ts';
import type { FileAnnotations } from '../../../../src/protocol/code.ts';
import { annotations, line, sums } from './sums.ts';

const file = '/ws/app.py';
const source = ['import openai', '', 'def ask():', '    answer = client.chat()', '    return answer'];
const insert = (at: number, character: number, text: string) => ({
  range: { start: { line: at, character }, end: { line: at, character } },
  text,
});
const answer = (cost: number, at = 4): FileAnnotations =>
  annotations([line({ line: at, self: sums({ cost: { known: cost, unknownCalls: 0 } }) })]);

/** An engine whose answers are given by the test, so that nothing depends on time. */
function setUp(holdMs = 60_000) {
  const asked: { file: string; give: (value: FileAnnotations | null) => void; fail: () => void }[] = [];
  const told: (() => void)[] = [];
  const changed: string[] = [];
  cache = new AnnotationCache({
    ask: (asking) =>
      new Promise((resolve, reject) => {
        asked.push({ file: asking, give: resolve, fail: () => reject(new Error('closed')) });
      }),
    tellSaved: () => new Promise((resolve) => told.push(resolve)),
    onChanged: (one) => void changed.push(one),
    holdMs,
    shortestMs: 0,
    dirtyMs: 1,
  });
  return { cache, asked, told, changed };
}
let cache: AnnotationCache | undefined;

const dirty = { isDirty: true, lines: () => [] };

/** Waits for what is to come, however long it takes. */
async function until(isTrue: () => boolean): Promise<void> {
  for (let round = 0; round < 10_000 && !isTrue(); round++)
    await new Promise((resolve) => setTimeout(resolve, 1));
  assert.ok(isTrue());
}

const shown = (from: AnnotationCache) =>
  from.get(file)?.lines.map(({ annotation, line: at }) => [at, annotation.self?.cost.known]);

describe('annotations of open documents', () => {
  afterEach(() => cache?.dispose());

  it('are asked for once when a document comes into view', async () => {
    const { cache, asked, changed } = setUp();
    cache.open(file, source);
    cache.open(file, source);
    cache.show(new Set([file]));
    assert.equal(asked.length, 1);
    asked[0]!.give(answer(1));
    await until(() => changed.length === 1);
    assert.deepEqual(changed, [file]);
    assert.deepEqual(shown(cache), [[3, 1]]);
  });

  it('are asked for again when calls came, one question at a time', async () => {
    const { cache, asked, changed } = setUp();
    cache.open(file, source);
    for (let count = 0; count < 5; count++) cache.changed({ files: [file], all: false });
    assert.equal(asked.length, 1);
    asked[0]!.give(answer(1));
    await until(() => asked.length === 2);
    assert.equal(asked.length, 2);
    asked[1]!.give(answer(2));
    await until(() => changed.length === 2);
    assert.deepEqual(shown(cache), [[3, 2]]);
  });

  it('of other files ask nothing, of all files everything that is in view', async () => {
    const { cache, asked, changed } = setUp();
    cache.open(file, source);
    asked[0]!.give(answer(1));
    await until(() => changed.length === 1);
    cache.changed({ files: ['/ws/other.py'], all: false });
    assert.equal(asked.length, 1);
    cache.show(new Set());
    cache.changed({ files: [], all: true });
    assert.equal(asked.length, 1);
    cache.show(new Set([file]));
    await until(() => asked.length === 2);
    assert.equal(asked.length, 2);
  });

  it('that could not be had are asked for with the next change', async () => {
    const { cache, asked, changed } = setUp();
    cache.open(file, source);
    asked[0]!.fail();
    await Promise.resolve();
    cache.changed({ files: [], all: true });
    await until(() => asked.length === 2);
    asked[1]!.give(null);
    await until(() => changed.length === 1);
    assert.deepEqual(shown(cache), []);
  });

  it('of a saved file are asked for when the engine knows of the save; an answer of before is not taken', async () => {
    const { cache, asked, told, changed } = setUp();
    cache.open(file, source);
    cache.edit(file, [insert(0, 0, 'import os\n')], dirty);
    cache.save(file, ['import os', ...source]);
    asked[0]!.give(answer(1));
    await new Promise(setImmediate);
    assert.equal(asked.length, 1);
    assert.deepEqual(changed, []);
    told[0]!();
    await until(() => asked.length === 2);
    asked[1]!.give(answer(2, 5));
    await until(() => changed.length === 1);
    assert.deepEqual(shown(cache), [[4, 2]]);
  });

  it('of a file that another program wrote are those of its new text', async () => {
    const { cache, asked, told, changed } = setUp();
    cache.open(file, source);
    asked[0]!.give(answer(1));
    await until(() => changed.length === 1);
    const now = ['# generated', ...source];
    cache.edit(file, [insert(0, 0, '# generated\n')], { isDirty: false, lines: () => now });
    await until(() => told.length === 1);
    told[0]!();
    await until(() => asked.length === 2);
    asked[1]!.give(answer(1, 5));
    await until(() => changed.length === 2);
    assert.deepEqual(shown(cache), [[4, 1]]);
  });

  it('stay at their lines when an edit is told before the document is said to be dirty', async () => {
    const { cache, asked, told, changed } = setUp();
    cache.open(file, source);
    asked[0]!.give(answer(1));
    await until(() => changed.length === 1);
    const document = { isDirty: false, lines: () => ['# typed', ...source] };
    cache.edit(file, [insert(0, 0, '# typed\n')], document);
    document.isDirty = true;
    await new Promise((resolve) => setTimeout(resolve, 30));
    assert.equal(told.length, 0);
    cache.changed({ files: [file], all: false });
    await until(() => asked.length === 2);
    asked[1]!.give(answer(2));
    await until(() => changed.length === 2);
    assert.deepEqual(shown(cache), [[4, 2]]);
  });

  it('are told anew when the typing pauses', async () => {
    const { cache, asked, changed } = setUp(1);
    cache.open(file, source);
    asked[0]!.give(answer(1));
    await until(() => changed.length === 1);
    cache.edit(file, [insert(3, 24, 'x')], dirty);
    assert.equal(cache.get(file)?.lines[0]?.stale, undefined);
    await until(() => changed.length === 2);
    assert.deepEqual(changed, [file, file]);
    assert.equal(cache.get(file)?.lines[0]?.stale, 'edited');
  });

  it('are found in a document that differs from its file', async () => {
    const { cache, asked, changed } = setUp();
    cache.open(file, ['# new', ...source], source);
    asked[0]!.give(answer(1));
    await until(() => changed.length === 1);
    assert.deepEqual(shown(cache), [[4, 1]]);
  });

  it('of a closed document are forgotten, answers on their way included', async () => {
    const { cache, asked, changed } = setUp();
    cache.open(file, source);
    cache.close(file);
    asked[0]!.give(answer(1));
    await new Promise(setImmediate);
    assert.deepEqual(changed, []);
    assert.equal(cache.get(file), undefined);
  });
});
