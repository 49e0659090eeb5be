import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { fileURLToPath } from 'node:url';
import { SharedIndex } from '../../../../src/engine/sharedIndex.ts';
import { IndexWriter } from '../../../../src/store/indexWriter.ts';
import { spanSelect } from '../../../../src/store/spanCodec.ts';
import { call, spanIdOf, spans, TestEngine, traceIdOf, type Sent } from '../support.ts';

const bad = 'cannot be written';

describe('an index that another thread writes', function () {
  this.timeout(60_000);
  let engine: TestEngine;
  beforeEach(async () => (engine = await TestEngine.create(true)));
  afterEach(() => engine.dispose());

  /** Makes SQLite refuse what matches. */
  const refuse = (when: string): void =>
    engine.index.tables.db.exec(`CREATE TRIGGER refusal ${when} BEGIN SELECT RAISE(ABORT, 'refused'); END`);
  const refuseBadSpans = (): void => refuse(`BEFORE INSERT ON spans WHEN NEW.name = '${bad}'`);
  const rowCount = (): number => engine.index.tables.db.prepare(spanSelect).all().length;

  it('shows what is under way to whom asks for it', async () => {
    // Each request brings a fuller version of the span: the one before it is asked for.
    const requests: Sent[] = [];
    for (let to = 1; to <= 40; to++) requests.push(spans(call({ id: 1, to: 100 + to, usage: [to, 1] })));
    await engine.receive(...requests);
    assert.equal(engine.row(spanIdOf(1)).usage?.input, 40);
    assert.equal(engine.stats().modelCalls.total, 1);
  });

  it('leaves out and counts what cannot be written, and nothing else', async () => {
    refuseBadSpans();
    const requests: Sent[] = [];
    for (let id = 1; id <= 30; id++)
      requests.push(spans({ id, trace: id, name: id % 10 === 0 ? bad : 'good' }));
    await engine.append(...requests);
    engine.readAll();
    assert.equal(rowCount(), 27);
    assert.equal(engine.index.counters().get('dropped.uninterpreted'), 3);
    await engine.receive(spans({ id: 31, trace: 31 }));
    assert.equal(rowCount(), 28);
    assert.equal(engine.index.spanCount(traceIdOf(31)), 1);
  });

  it('loses nothing when the index cannot be written for a while', async () => {
    await engine.receive(spans(call({ id: 1, from: 0, to: 100, usage: [100, 20] })));
    refuse('BEFORE UPDATE ON meta');
    await engine.append(
      spans(call({ id: 2, parent: 1, from: 10, to: 90, usage: [100, 20], scope: 'inner' })),
      spans(call({ id: 3, trace: 2, usage: [1, 1] })),
    );
    for (let attempt = 0; attempt < 3; attempt++) {
      assert.throws(() => engine.readAll(), { code: 'unwritable', message: /refused/ });
      assert.equal(rowCount(), 1);
    }
    engine.index.tables.db.exec('DROP TRIGGER refusal');
    engine.readAll();
    assert.equal(rowCount(), 3);
    assert.equal(engine.row(spanIdOf(1)).counted, false);
    assert.deepEqual(engine.stats().modelCalls, { total: 2, failed: 0, retries: 0 });
    assert.equal(engine.stats().usage.inputTokens, 101);
  });

  it('tells when its thread has ended, and does not wait for it any more', async () => {
    const threadPath = fileURLToPath(new URL('./endingThread.ts', import.meta.url));
    const reasons: string[] = [];
    const index = IndexWriter.open(engine.folder.file('other.db'));
    const shared = await new Promise<SharedIndex>((resolve) => {
      const made = new SharedIndex(index, {
        threadPath,
        onWritten: () => undefined,
        onReady: () => undefined,
        onExit: (reason) => {
          reasons.push(reason);
          resolve(made);
        },
      });
    });
    shared.close();
    assert.deepEqual(reasons, ['it ended']);
    index.close();
  });

  it('goes on after it was emptied and built anew', async () => {
    await engine.receive(spans(call({ id: 1, usage: [100, 20] })), spans({ id: 2 }));
    engine.pipeline.rebuild();
    assert.equal(rowCount(), 0);
    engine.readAll();
    assert.equal(rowCount(), 2);
    engine.pipeline.reread();
    await engine.receive(spans({ id: 3 }));
    assert.equal(rowCount(), 3);
    assert.equal(engine.stats().usage.inputTokens, 100);
  });
});
